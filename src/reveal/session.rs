//! A verified identity at work: what a service keeps so that it does not verify a signature for every reveal.

use sha2::{Digest, Sha256};

use crate::card::id::{ActorId, Origin};
use crate::clock::Timestamp;

use super::identity::Identity;

/// A verified identity, bound to the origin it came from.
///
/// It ends with the identity token. Policy, age of the authentication, locks and budgets are looked at again at
/// every reveal.
#[derive(Debug)]
pub struct Session {
    pub(super) identity: Identity,
    pub(super) origin: Origin,
    /// SHA-256 of the identity token: names the session in the log without being of use to a reader.
    pub(super) digest: [u8; 32],
}

impl Session {
    pub(super) fn new(identity: Identity, origin: Origin, token: &str) -> Self {
        Self { identity, origin, digest: Sha256::digest(token.as_bytes()).into() }
    }

    /// Who it is: issuer and subject.
    pub fn actor(&self) -> &ActorId {
        self.identity.actor()
    }

    /// When it ends at the latest.
    pub fn ends(&self) -> Timestamp {
        self.identity.expires()
    }
}
