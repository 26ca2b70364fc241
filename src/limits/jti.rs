//! An identity token belongs to the origin and application that first used it.

use super::{LimitKeys, digest};
use crate::card::id::{Application, Origin};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::store::{Fields, Table, Transaction};

const FORMAT: u8 = 1;

/// How many neighbours of a new row are looked at for tokens that have expired.
const SWEEP: usize = 4;

/// The `jti` of an identity token (RFC 7519, section 4.1.7), with its issuer and end.
#[derive(Clone, Copy, Debug)]
pub struct Identifier<'a> {
    /// The issuer, `iss`.
    pub issuer: &'a str,
    /// The token's id, `jti`.
    pub id: &'a str,
    /// The token's end, `exp`.
    pub expires: Timestamp,
}

/// When a first use is read: by the wall clock for `exp`, by the budget clock against a wall set forward and back.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) wall: Timestamp,
    pub(super) budget_ms: u64,
}

/// Notes the first use of a token; [`Error::IdentityReplayed`] if it was by another origin or application.
pub(super) fn claim(
    tx: &mut dyn Transaction,
    keys: &LimitKeys,
    token: &Identifier<'_>,
    origin: &Origin,
    application: &Application,
    now: Moment,
) -> Result<()> {
    let key = digest(&keys.jti, &[b"token", token.issuer.as_bytes(), token.id.as_bytes()])?;
    let user = digest(&keys.jti, &[b"user", origin.as_bytes(), application.as_bytes()])?;
    if let Some(row) = tx.get(Table::Jti, &key)? {
        return if Claim::decode(&row)?.user == user { Ok(()) } else { Err(Error::IdentityReplayed) };
    }
    let life_ms = token.expires.as_millis().saturating_sub(now.wall.as_millis());
    let claim = Claim {
        user,
        expires: token.expires,
        until_ms: now.budget_ms.saturating_add(u64::try_from(life_ms).unwrap_or(0)),
    };
    tx.put(Table::Jti, &key, &claim.encode())?;
    // Keys are pseudo-random: the neighbours of each new row are a fair sample, so that expired rows make up a
    // quarter of the table at most, in the long run.
    for row in tx.scan(Table::Jti, &key, SWEEP)? {
        if Claim::decode(&row.value)?.is_over(now) {
            tx.delete(Table::Jti, &row.key)?;
        }
    }
    Ok(())
}

struct Claim {
    user: [u8; 32],
    expires: Timestamp,
    until_ms: u64,
}

impl Claim {
    /// Both clocks must say so: a wall clock set forward for a moment would else free a token that still lives.
    fn is_over(&self, now: Moment) -> bool {
        self.expires < now.wall && self.until_ms < now.budget_ms
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&self.user);
        bytes.extend_from_slice(&self.expires.as_millis().to_be_bytes());
        bytes.extend_from_slice(&self.until_ms.to_be_bytes());
        bytes
    }

    fn decode(row: &[u8]) -> Result<Self> {
        let mut fields = Fields::new(row);
        fields.version(FORMAT)?;
        let claim = Self {
            user: fields.bytes()?,
            expires: Timestamp::from_millis(fields.i64()?),
            until_ms: fields.u64()?,
        };
        fields.end()?;
        Ok(claim)
    }
}
