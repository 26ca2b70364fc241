//! Who asks, as a signed token of the host's identity provider showed it.

use crate::card::id::{ActorId, ActorKind, Role};
use crate::clock::Timestamp;

use super::facts::Asker;

/// A verified identity. Only [`IdentityVerifier`](super::verifier::IdentityVerifier) makes one.
///
/// It holds what the token said, not the token: nothing in it can be used to authenticate elsewhere.
#[derive(Clone)]
pub struct Identity {
    pub(crate) actor: ActorId,
    pub(crate) issuer: Box<str>,
    pub(crate) subject: Box<str>,
    pub(crate) kind: ActorKind,
    pub(crate) person: Box<str>,
    pub(crate) roles: Box<[Role]>,
    pub(crate) auth_time: Option<Timestamp>,
    pub(crate) mfa: bool,
    pub(crate) methods: Box<[Box<str>]>,
    pub(crate) acr: Option<Box<str>>,
    pub(crate) jti: Box<str>,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
}

impl Identity {
    /// The actor: issuer and subject joined by `|`. The issuer holds no bar, so the first one is the one between.
    pub fn actor(&self) -> &ActorId {
        &self.actor
    }

    /// The issuer (`iss`).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject (`sub`), unique within the issuer.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// A person or a service, as the issuer's configuration says.
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    /// The text of the issuer's `person_claim`: the same for one human being, whatever account is used.
    pub fn person(&self) -> &str {
        &self.person
    }

    /// The roles, none if the token names none.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// When the person authenticated (`auth_time`); always there for a person.
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.auth_time
    }

    /// Whether the token shows a second factor by a method or class the configuration accepts; never for a service.
    pub fn mfa(&self) -> bool {
        self.mfa
    }

    /// How the person authenticated (`amr`, RFC 8176).
    pub fn methods(&self) -> &[Box<str>] {
        &self.methods
    }

    /// The authentication context class (`acr`).
    pub fn acr(&self) -> Option<&str> {
        self.acr.as_deref()
    }

    /// The id of the token (`jti`), by which a replay from elsewhere is noticed. Unique within the issuer.
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// When the token was issued (`iat`).
    pub fn issued(&self) -> Timestamp {
        self.issued
    }

    /// When the token ends (`exp`).
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// What the policy asks about the actor.
    pub fn asker(&self) -> Asker<'_> {
        Asker {
            kind: self.kind,
            subject: &self.subject,
            person: &self.person,
            roles: &self.roles,
            mfa: self.mfa,
            acr: self.acr.as_deref(),
            auth_time: self.auth_time,
        }
    }
}

impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Identity")
            .field("actor", &self.actor.as_str())
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
