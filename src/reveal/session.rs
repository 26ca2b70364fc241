//! A verified identity at work: what a service keeps so that it does not verify a signature for every reveal.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::card::id::{ActorId, Origin};
use crate::clock::{Now, Timestamp};

use super::identity::Identity;
use super::verifier::IdentityVerifier;

/// A verified identity, bound to the origin it came from and to the open vault that verified it.
///
/// It ends with the identity token. Policy, age of the authentication, locks and budgets are looked at again at
/// every reveal.
#[derive(Debug)]
pub struct Session {
    pub(super) identity: Identity,
    pub(super) origin: Origin,
    /// SHA-256 of the identity token: names the session in the log without being of use to a reader.
    pub(super) digest: [u8; 32],
    verifier: Arc<IdentityVerifier>,
    began: Now,
}

impl Session {
    pub(super) fn new(
        identity: Identity,
        origin: Origin,
        token: &str,
        verifier: &Arc<IdentityVerifier>,
        began: Now,
    ) -> Self {
        let digest = Sha256::digest(token.as_bytes()).into();
        Self { identity, origin, digest, verifier: Arc::clone(verifier), began }
    }

    /// Who it is: issuer and subject.
    pub fn actor(&self) -> &ActorId {
        self.identity.actor()
    }

    /// When it ends at the latest.
    pub fn ends(&self) -> Timestamp {
        self.identity.expires()
    }

    /// Whether these very keys and issuers verified it: another vault trusts others.
    pub(super) fn is_of(&self, verifier: &Arc<IdentityVerifier>) -> bool {
        Arc::ptr_eq(&self.verifier, verifier)
    }

    /// Whether it has ended by either clock: a wall clock set back does not prolong it.
    pub(super) fn is_over(&self, now: Now) -> bool {
        let life = self.ends().as_millis().saturating_sub(self.began.wall.as_millis());
        let age = now.since_boot_ms.saturating_sub(self.began.since_boot_ms);
        now.wall >= self.ends() || age >= u64::try_from(life).unwrap_or(0)
    }
}
