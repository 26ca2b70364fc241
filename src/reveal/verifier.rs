//! From a signed token to an [`Identity`], against keys the vault was given.

use super::claims::Claims;
use super::identity::Identity;
use super::issuer::Issuer;
use super::jwks::Jwks;
use super::jws::Compact;
use super::period::millis;
use crate::card::id::{ActorId, ActorKind};
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// Verifies the tokens of all identity providers a vault trusts.
///
/// No clock is read: the same token, keys and moment always give the same answer.
#[derive(Clone, Debug)]
pub struct IdentityVerifier {
    issuers: Vec<(Issuer, Jwks)>,
}

impl IdentityVerifier {
    /// Trusts these issuers, each with its key set. With none, every token is refused.
    ///
    /// # Errors
    /// [`Error::ConfigInvalid`] if two of them have the same issuer and audience: which keys and which kind of
    /// actor count for a token must be beyond doubt.
    pub fn new(issuers: Vec<(Issuer, Jwks)>) -> Result<Self> {
        let mut names: Vec<_> = issuers.iter().map(|(issuer, _)| (issuer.iss(), issuer.aud())).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() != issuers.len() {
            return Err(Error::ConfigInvalid);
        }
        Ok(Self { issuers })
    }

    /// The identity that `token`, a JWT in compact form, shows at the moment `now`.
    ///
    /// Required are `iss`, `aud` (the configured one alone), `sub`, `exp`, `iat`, `jti`, and of persons
    /// `auth_time`. Clocks may differ by 5 seconds. A second factor is not required here but noted in
    /// [`Identity::mfa`], so that its lack is a decision of the policy, with a record and a way to step up.
    ///
    /// # Errors
    /// [`Error::IdentityExpired`] for a token that is good but for its time; [`Error::IdentityRefused`] for any
    /// other reason, which is not said.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Identity> {
        let token = Compact::parse(token)?;
        let claims = Claims(&token.claims);
        let (issuer, jwks) = self.issuer_of(&claims)?;
        let key = jwks.find(token.kid.as_deref()).ok_or(Error::IdentityRefused)?;
        if !key.is_for(&token.algorithm) || !key.verify(token.signed.as_bytes(), token.signature) {
            return Err(Error::IdentityRefused);
        }
        // From here on the issuer speaks, not the bearer.
        read(issuer, &claims, now)
    }

    fn issuer_of(&self, claims: &Claims<'_>) -> Result<&(Issuer, Jwks)> {
        let iss = claims.id("iss")?;
        let known = |(issuer, _): &&(Issuer, Jwks)| issuer.iss() == iss && claims.is_only_for(issuer.aud());
        self.issuers.iter().find(known).ok_or(Error::IdentityRefused)
    }
}

fn read(issuer: &Issuer, claims: &Claims<'_>, now: Timestamp) -> Result<Identity> {
    let subject = claims.id("sub")?;
    let actor = ActorId::new(&format!("{}|{subject}", issuer.iss())).map_err(|_| Error::IdentityRefused)?;
    let (issued, expires) = (claims.time("iat")?, claims.time("exp")?);
    let not_before = claims.optional_time("nbf")?;
    let auth_time = claims.optional_time("auth_time")?;
    let methods = claims.methods()?;
    let acr = claims.optional_id("acr")?;

    let longest = issued.plus_millis(millis(issuer.max_lifetime()));
    if expires <= issued || expires > longest {
        return Err(Error::IdentityRefused);
    }
    // Nobody is authenticated after the token that says so was issued.
    if auth_time.is_some_and(|auth_time| auth_time > issued.plus_millis(LEEWAY_MS)) {
        return Err(Error::IdentityRefused);
    }
    let (mfa, auth_time) = match issuer.kind() {
        ActorKind::Person => {
            auth_time.ok_or(Error::IdentityRefused)?;
            (issuer.shows_mfa(&methods, acr), auth_time)
        }
        ActorKind::Service => (false, None),
    };
    let identity = Identity {
        actor,
        issuer: issuer.iss().into(),
        subject: subject.into(),
        kind: issuer.kind(),
        person: claims.person(issuer)?.into(),
        roles: claims.roles(issuer)?,
        auth_time,
        mfa,
        methods,
        acr: acr.map(Box::from),
        jti: claims.id("jti")?.into(),
        issued,
        expires,
    };

    let begins = not_before.map_or(issued, |not_before| not_before.max(issued));
    if now >= expires.plus_millis(LEEWAY_MS) || now.plus_millis(LEEWAY_MS) < begins {
        return Err(Error::IdentityExpired);
    }
    Ok(identity)
}

/// How far the clocks of the provider and of this host may differ.
pub(crate) const LEEWAY_MS: i64 = 5_000;
