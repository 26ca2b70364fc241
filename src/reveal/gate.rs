//! The gate: the only way from a handle to a value.
//!
//! The order of a reveal is fixed by types. Each step takes the one before it by value, so none can be left out:
//! decide (policy), admit (lock, first use of the identity, budgets: one store transaction), record (the intent,
//! durable), look again (lock), open, record the outcome, lend.

use std::sync::Arc;

use crate::audit::{AuditLog, Event, Kind};
use crate::card::id::{Application, FieldName, Origin, Role, TenantId};
use crate::card::spot::holds_card_number;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::limits::Limits;
use crate::protect::opener::Opener;

use super::decide::Decision;
use super::explain::Explanation;
use super::facts::Facts;
use super::identity::Identity;
use super::narrow::PolicyNarrowing;
use super::policy::Policy;
use super::request::RevealRequest;
use super::revealed::Revealed;
use super::session::Session;
use super::steps::Subject;
use super::trail;
use super::verifier::IdentityVerifier;

/// Decides, limits and records every reveal of a vault, and opens what is allowed.
///
/// A gate may be used from many threads; their audit records become durable together.
pub struct Gate {
    pub(super) tenant: TenantId,
    pub(super) application: Application,
    pub(super) policy: Arc<Policy>,
    pub(super) verifier: Arc<IdentityVerifier>,
    pub(super) limits: Limits,
    pub(super) log: Arc<AuditLog>,
    pub(super) opener: Opener,
    pub(super) clock: Arc<dyn Clock>,
    narrowing: Option<Arc<dyn PolicyNarrowing>>,
}

/// What a gate is made of. `Vault::gate` puts it together; a service with a store or clock of its
/// own does it itself.
pub struct GateParts {
    /// The tenant of requests that name none.
    pub tenant: TenantId,
    /// The group of processes that asks.
    pub application: Application,
    /// Who may reveal what.
    pub policy: Arc<Policy>,
    /// The identity providers that are trusted.
    pub verifier: Arc<IdentityVerifier>,
    /// Locks and budgets.
    pub limits: Limits,
    /// The audit stream of this process.
    pub log: Arc<AuditLog>,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// The clock to live by.
    pub clock: Arc<dyn Clock>,
}

impl Gate {
    /// A gate of these parts.
    ///
    /// # Errors
    /// [`Error::Internal`] never in practice.
    pub fn new(parts: GateParts) -> Result<Self> {
        let GateParts { tenant, application, policy, verifier, limits, log, keyring, clock } = parts;
        let opener = Opener::new(keyring, tenant.clone(), limits.store())?;
        Ok(Self { tenant, application, policy, verifier, limits, log, opener, clock, narrowing: None })
    }

    /// The same gate, which also asks an engine of the host's own about what the policy allows. The engine can refuse
    /// more, never allow more.
    #[must_use]
    pub fn narrowed_by(self, engine: Arc<dyn PolicyNarrowing>) -> Self {
        Self { narrowing: Some(engine), ..self }
    }

    /// Verifies an identity token and binds it to the origin it came from.
    ///
    /// The session is of this open vault alone; the gates of another refuse it. A refusal is recorded.
    ///
    /// # Errors
    /// [`Error::IdentityRefused`], [`Error::IdentityExpired`] or [`Error::SharedIdentity`] for the token,
    /// [`Error::OriginMissing`] without an origin, and audit errors if the refusal cannot be recorded.
    pub fn session(&self, token: &str, origin: &str) -> Result<Session> {
        let now = self.clock.now();
        let origin = Origin::new(origin).ok().filter(|origin| !holds_card_number(origin.as_bytes()));
        let verified = self.verifier.verify(token, now.wall).and_then(refuse_card_numbers);
        let reason = match (verified, &origin) {
            (Ok(identity), Some(origin)) => {
                return Ok(Session::new(identity, origin.clone(), token, &self.verifier, now));
            }
            (Ok(_), None) => Error::OriginMissing,
            (Err(reason), _) => reason,
        };
        let event = Event::new(Kind::RevealDenied).denied(reason).application(&self.application);
        let event = if let Some(origin) = &origin { event.origin(origin) } else { event };
        self.log.append(event.policy(self.policy.digest()))?;
        Err(reason)
    }

    /// Reveals one value and lends it to `use_it`; it is wiped when `use_it` returns.
    ///
    /// The value cannot leave the closure except by being copied out of it:
    ///
    /// ```compile_fail
    /// # use panveil::reveal::{gate::Gate, request::RevealRequest, revealed::Revealed, session::Session};
    /// fn escape<'a>(gate: &'a Gate, session: &Session, request: RevealRequest) -> &'a [u8] {
    ///     gate.reveal_with(session, request, |revealed: &Revealed| revealed.expose()).unwrap()
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`reveal`](Self::reveal).
    pub fn reveal_with<R>(
        &self,
        session: &Session,
        request: RevealRequest,
        use_it: impl FnOnce(&Revealed) -> R,
    ) -> Result<R> {
        self.reveal(session, request).map(|revealed| use_it(&revealed))
    }

    /// Reveals one value, in a guard that wipes it when dropped.
    ///
    /// Every call leaves at least one record in the audit log: a denial, or an intent and an outcome. When the
    /// intent cannot be made durable, nothing is opened.
    ///
    /// # Errors
    /// A 5xx error if the request is denied; a 2xx or 3xx error if the handle opens nothing; a 6xx error if the
    /// audit log and a 7xx error if the store cannot be written.
    pub fn reveal(&self, session: &Session, request: RevealRequest) -> Result<Revealed> {
        let subject = Subject::new(self, session, request, self.clock.now())?;
        subject.decide()?.admit()?.record()?.open()
    }

    /// What the policy says to a request, with every rule and the first condition that fails. Nothing is
    /// revealed, counted or recorded; budgets, locks and the handle itself are looked at only by
    /// [`reveal`](Self::reveal).
    ///
    /// # Errors
    /// [`Error::IdFormat`] or [`Error::HoldsPan`] if tenant or field is no id, [`Error::IdentityRefused`] for a
    /// session of another vault.
    pub fn explain(&self, session: &Session, request: &RevealRequest) -> Result<Explanation> {
        let (tenant, field) = self.scope_of(session, request)?;
        let facts = trail::facts_of(request, &session.identity, &tenant, &field, self.clock.now().wall);
        Ok(self.policy.explain(&facts))
    }

    /// What the policy decides for a request, as [`explain`](Self::explain) without the reasons.
    ///
    /// # Errors
    /// As [`explain`](Self::explain).
    pub fn decide(&self, session: &Session, request: &RevealRequest) -> Result<Decision> {
        let (tenant, field) = self.scope_of(session, request)?;
        let facts = trail::facts_of(request, &session.identity, &tenant, &field, self.clock.now().wall);
        Ok(self.decide_on(&facts))
    }

    pub(super) fn decide_on(&self, facts: &Facts<'_>) -> Decision {
        match &self.narrowing {
            Some(engine) => self.policy.decide_narrowed(facts, engine.as_ref()),
            None => self.policy.decide(facts),
        }
    }

    fn scope_of(&self, session: &Session, request: &RevealRequest) -> Result<(TenantId, FieldName)> {
        if !session.is_of(&self.verifier) {
            return Err(Error::IdentityRefused);
        }
        match trail::scope(self, request)? {
            (tenant, field, None) => Ok((tenant, field)),
            (_, _, Some(reason)) => Err(reason),
        }
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// What an identity says of itself goes into the log, so none of it may hold a card number.
fn refuse_card_numbers(identity: Identity) -> Result<Identity> {
    let named =
        [identity.actor().as_str(), identity.person(), identity.jti(), identity.acr().unwrap_or_default()];
    let roles = identity.roles().iter().map(Role::as_str);
    if named.into_iter().chain(roles).any(|text| holds_card_number(text.as_bytes())) {
        return Err(Error::HoldsPan);
    }
    Ok(identity)
}

impl core::fmt::Debug for Gate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Gate").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
