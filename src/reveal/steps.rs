//! The steps of a reveal, each a type: Subject -> Decided -> Cleared -> Recorded -> Revealed.

use crate::audit::{Correlation, Disclosed, Event, Kind};
use crate::card::id::{FieldName, TenantId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::limits::{Admission, Admitted, Budget, Identifier, LockReason};
use crate::protect::context::{Context, PAN_FIELD};
use crate::protect::opener::Opened;

use super::decide::Decision;
use super::gate::Gate;
use super::request::{Handle, RevealRequest};
use super::revealed::Revealed;
use super::session::Session;
use super::trail;

/// A request with everything resolved that a decision needs.
pub(super) struct Subject<'a> {
    pub(super) gate: &'a Gate,
    pub(super) session: &'a Session,
    pub(super) request: RevealRequest,
    pub(super) tenant: TenantId,
    pub(super) field: FieldName,
    pub(super) now: Now,
}

/// The policy allows it.
pub(super) struct Decided<'a> {
    subject: Subject<'a>,
    target: Target,
    budgets: Vec<Budget>,
}

/// Lock, identity and budgets allow it, and the reservation is durable.
pub(super) struct Cleared<'a> {
    subject: Subject<'a>,
    target: Target,
    admitted: Admitted,
}

/// The intent is durable.
pub(super) struct Recorded<'a> {
    subject: Subject<'a>,
    target: Target,
    correlation: Correlation,
}

/// What will be opened.
enum Target {
    Token(crate::protect::token::Token),
    /// With the version of the one key that can open it.
    Sealed(crate::protect::sealed::Sealed, Context, u32),
}

impl Target {
    /// Names the key in a record.
    fn name_key(&self, event: Event) -> Event {
        match self {
            Target::Token(token) => event.key(None, token.format().version()),
            Target::Sealed(sealed, _, version) => {
                event.key(sealed.key_id().ok().map(|id| *id.as_bytes()), *version)
            }
        }
    }
}

impl<'a> Subject<'a> {
    /// Resolves tenant and field.
    ///
    /// A tenant or field that is no id is refused, and so is a text that held a card number.
    pub(super) fn new(
        gate: &'a Gate,
        session: &'a Session,
        request: RevealRequest,
        now: Now,
    ) -> Result<Self> {
        let (tenant, field, fault) = trail::scope(gate, &request)?;
        let subject = Self { gate, session, request, tenant, field, now };
        match fault {
            Some(reason) => Err(subject.deny(reason)),
            None => Ok(subject),
        }
    }

    /// Policy, and whatever else can be decided without touching any state.
    pub(super) fn decide(self) -> Result<Decided<'a>> {
        // A log that cannot take an intent cannot take a denial either: nothing is counted against anybody.
        if self.gate.log.has_failed() {
            return Err(Error::AuditUnavailable);
        }
        if !self.session.is_of(&self.gate.verifier) {
            return Err(self.deny(Error::IdentityRefused));
        }
        if self.request.holds_pan {
            return Err(self.deny(Error::HoldsPan));
        }
        if self.session.is_over(self.now) {
            return Err(self.deny(Error::SessionEnded));
        }
        if self.request.origin.as_ref().is_some_and(|origin| *origin != self.session.origin) {
            return Err(self.deny(Error::IdentityReplayed));
        }
        let facts =
            trail::facts_of(&self.request, &self.session.identity, &self.tenant, &self.field, self.now.wall);
        let budgets = match self.gate.decide_on(&facts) {
            Decision::Allow { budgets, .. } => budgets.iter().map(trail::budget).collect::<Result<Vec<_>>>(),
            other => Err(other.error().unwrap_or(Error::Denied)),
        };
        let budgets = match budgets {
            Ok(budgets) => budgets,
            Err(reason) => return Err(self.deny(reason)),
        };
        match self.target() {
            Ok(target) => Ok(Decided { subject: self, target, budgets }),
            Err(reason) => Err(self.deny(reason)),
        }
    }

    /// The handle with its keys: known, in a state and period in which it may be opened.
    fn target(&self) -> Result<Target> {
        let opener = &self.gate.opener;
        match &self.request.handle {
            Err(reason) => Err(*reason),
            Ok(Handle::Token(token)) => {
                // A token stands for a card number and for nothing else.
                if self.field.as_str() != PAN_FIELD {
                    return Err(Error::NotAHandle);
                }
                opener.check_token(token, &self.tenant, self.now.wall)?;
                Ok(Target::Token(*token))
            }
            Ok(Handle::Sealed(sealed, record)) => {
                let context = Context::new(self.tenant.clone(), self.field.clone(), record.clone())?;
                let key = opener.seal_key(sealed, &context, self.now.wall)?;
                Ok(Target::Sealed(sealed.clone(), context, key.facts().version))
            }
        }
    }

    /// Records a denial and returns what the caller gets: the reason, or the log's own error.
    fn deny(&self, reason: Error) -> Error {
        self.record_end(
            trail::event(self, Kind::RevealDenied).denied(reason).disclosed(Disclosed::None),
            reason,
        )
    }

    fn record_end(&self, event: Event, reason: Error) -> Error {
        match self.gate.log.append(event) {
            Ok(_) => reason,
            Err(error) => error,
        }
    }
}

impl<'a> Decided<'a> {
    /// One store transaction: lock, first use of the identity, budgets.
    pub(super) fn admit(self) -> Result<Cleared<'a>> {
        let Self { subject, target, budgets } = self;
        let identity = &subject.session.identity;
        let handle = match &subject.request.handle {
            Ok(handle) => handle.budget_bytes(),
            Err(reason) => return Err(subject.deny(*reason)),
        };
        let admission = Admission {
            actor: identity.actor(),
            kind: identity.kind(),
            roles: identity.roles(),
            origin: &subject.session.origin,
            application: &subject.gate.application,
            tenant: &subject.tenant,
            handle: &handle,
            jti: Some(Identifier {
                issuer: identity.issuer(),
                id: identity.jti(),
                expires: identity.expires(),
            }),
            budgets: &budgets,
        };
        match subject.gate.limits.admit(&admission, subject.now) {
            Ok(admitted) => Ok(Cleared { subject, target, admitted }),
            Err(refusal) => {
                for event in trail::of_refusal(&subject, &refusal) {
                    // The denial below is what must be on record; if that fails too, the caller is told.
                    let _ = subject.gate.log.submit(event);
                }
                let mut event = trail::event(&subject, Kind::RevealDenied)
                    .denied(refusal.error)
                    .disclosed(Disclosed::None);
                if let Some(limit) = refusal.breached.as_ref().and_then(trail::limit) {
                    event = event.limit(limit);
                }
                Err(subject.record_end(event, refusal.error))
            }
        }
    }
}

impl<'a> Cleared<'a> {
    /// The intent, durable before any key is touched.
    pub(super) fn record(self) -> Result<Recorded<'a>> {
        let Self { subject, target, admitted } = self;
        let correlation = Correlation::random()?;
        let intent = trail::event(&subject, Kind::RevealIntent).correlation(correlation);
        let mut intent = target.name_key(intent);
        if let Some(limit) = trail::nearest_limit(&admitted) {
            intent = intent.limit(limit);
        }
        for event in trail::of_admission(&subject, &admitted) {
            let _durable_with_the_intent = subject.gate.log.submit(event)?;
        }
        subject.gate.log.append(intent)?;
        Ok(Recorded { subject, target, correlation })
    }
}

impl Recorded<'_> {
    /// Looks at lock and keys again, opens, and records the outcome.
    pub(super) fn open(self) -> Result<Revealed> {
        let opened = self.look_again().and_then(|()| self.open_target());
        let (event, result) = match opened {
            Ok(Opened::Pan(pan)) => (
                self.outcome(Kind::RevealOk).disclosed(Disclosed::Full),
                Ok(Revealed::of_pan(self.subject.field.clone(), pan)),
            ),
            Ok(Opened::Value(value)) => (
                self.outcome(Kind::RevealOk).disclosed(Disclosed::Full),
                Ok(Revealed::of_value(self.subject.field.clone(), value)),
            ),
            Ok(Opened::Canary) => (self.touched_canary(), Err(Error::Canary)),
            Err(reason) => {
                (self.outcome(Kind::RevealError).failed(reason).disclosed(Disclosed::None), Err(reason))
            }
        };
        // An intent without an outcome counts as disclosed, so nobody waits here. A log that failed refuses.
        let _not_waited_for = self.subject.gate.log.submit(event)?;
        result
    }

    /// What may have changed while the intent was written.
    fn look_again(&self) -> Result<()> {
        self.subject.gate.limits.recheck(self.subject.session.actor())
    }

    fn open_target(&self) -> Result<Opened> {
        let opener = &self.subject.gate.opener;
        let now = self.subject.gate.clock.now().wall;
        match &self.target {
            Target::Token(token) => opener.open_token(token, &self.subject.tenant, now),
            Target::Sealed(sealed, context, _) => opener.open_sealed(sealed, context, now),
        }
    }

    /// A canary gives no plaintext, locks who asked for it, and is alerted.
    fn touched_canary(&self) -> Event {
        let Subject { gate, session, now, .. } = &self.subject;
        let event = self.outcome(Kind::RevealError).failed(Error::Canary).disclosed(Disclosed::None);
        let tell = |kind| {
            // The outcome is written after these, and its failure reaches the caller.
            let _ = gate.log.submit(self.outcome(kind).denied(Error::Canary));
        };
        tell(Kind::Alert);
        match gate.limits.lock(session.actor(), LockReason::Canary, now.wall) {
            Ok(()) => {
                tell(Kind::LockSet);
                event
            }
            Err(_) => event.detail("locked", 0_u64),
        }
    }

    fn outcome(&self, kind: Kind) -> Event {
        self.target.name_key(trail::event(&self.subject, kind).correlation(self.correlation))
    }
}
