//! What a decision is made from: everything the policy may ask, and nothing else.

use crate::card::id::{ActorKind, CaseRef, FieldName, Origin, Purpose, Role, TenantId};
use crate::clock::Timestamp;

/// What is known about the actor; [`Identity::asker`](super::identity::Identity::asker) gives it for a verified one.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// A person or a service.
    pub kind: ActorKind,
    /// The subject of the identity.
    pub subject: &'a str,
    /// The person's own id, the same as the subject where there is no other.
    pub person: &'a str,
    /// The roles the identity names.
    pub roles: &'a [Role],
    /// Whether a second factor was shown.
    pub mfa: bool,
    /// The authentication context class, if any.
    pub acr: Option<&'a str>,
    /// When the person authenticated.
    pub auth_time: Option<Timestamp>,
}

/// What is known about one reveal request.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Who asks.
    pub asker: Asker<'a>,
    /// What for.
    pub purpose: Option<&'a Purpose>,
    /// Under which case.
    pub case: Option<&'a CaseRef>,
    /// From where.
    pub origin: Option<&'a Origin>,
    /// Whose card it is.
    pub tenant: &'a TenantId,
    /// Which field is to be opened.
    pub field: &'a FieldName,
    /// The moment of the decision.
    pub now: Timestamp,
}
