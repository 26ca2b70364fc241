//! What the gate writes to the audit log, and how its own terms become the log's and the limits'.

use sha2::{Digest, Sha256};

use crate::audit::{Auth, Event, HandleRef, Kind, Limit, Word};
use crate::card::id::{FieldName, TenantId};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::limits::{Admitted, Budget, ClockStep, Refusal, Usage};
use crate::protect::context::PAN_FIELD;

use super::budget_spec::{BudgetSpec, Scope};
use super::facts::Facts;
use super::gate::Gate;
use super::identity::Identity;
use super::request::{Handle, RevealRequest};
use super::session::Session;
use super::steps::Subject;

/// Tenant and field of a request, and the reason to refuse if a text was none.
pub(super) fn scope(gate: &Gate, request: &RevealRequest) -> Result<(TenantId, FieldName, Option<Error>)> {
    let mut fault = None;
    let tenant = match &request.tenant {
        None => gate.tenant.clone(),
        Some(Ok(tenant)) => tenant.clone(),
        Some(Err(reason)) => {
            fault = Some(*reason);
            gate.tenant.clone()
        }
    };
    let field = match &request.field {
        Some(Ok(field)) => field.clone(),
        None => FieldName::new(PAN_FIELD)?,
        Some(Err(reason)) => {
            fault = Some(*reason);
            FieldName::new(PAN_FIELD)?
        }
    };
    Ok((tenant, field, fault))
}

/// The facts of a request, for the policy.
pub(super) fn facts_of<'a>(
    request: &'a RevealRequest,
    identity: &'a Identity,
    tenant: &'a TenantId,
    field: &'a FieldName,
    now: Timestamp,
) -> Facts<'a> {
    Facts {
        asker: identity.asker(),
        purpose: request.purpose.as_ref(),
        case: request.case.as_ref(),
        origin: request.origin.as_ref(),
        tenant,
        field,
        now,
    }
}

/// An event with all that is known about a request.
pub(super) fn event(subject: &Subject<'_>, kind: Kind) -> Event {
    let Subject { gate, session, request, tenant, field, .. } = subject;
    let mut event = Event::new(kind)
        .actor(session.identity.actor(), session.identity.kind())
        .roles(session.identity.roles())
        .session(session.digest)
        .application(&gate.application)
        .origin(request.origin.as_ref().unwrap_or(&session.origin))
        .tenant(tenant)
        .field(field)
        .policy(gate.policy.digest());
    if let Some(auth) = auth(session) {
        event = event.auth(auth);
    }
    if let Some(purpose) = &request.purpose {
        event = event.purpose(purpose);
    }
    if let Some(case) = &request.case {
        event = event.case(case);
    }
    match &request.handle {
        Ok(Handle::Token(token)) => {
            if let Ok(handle) = HandleRef::token(&token.to_string()) {
                event = event.handle(handle);
            }
        }
        Ok(Handle::Sealed(sealed, record)) => {
            event = event.handle(HandleRef::sealed(sealed.as_bytes())).record(record);
        }
        Err(_) => {}
    }
    event
}

/// A budget of the policy, for the limits.
pub(super) fn budget(spec: &BudgetSpec) -> Result<Budget> {
    let scope = spec.scope.clone();
    match spec.handles {
        Some(handles) => {
            Budget::of_handles(scope, handles, spec.window).map(|budget| budget.with_calls(spec.calls))
        }
        None => Budget::of_calls(scope, spec.calls, spec.window),
    }
}

/// The state of a budget, for a record.
pub(super) fn limit(usage: &Usage) -> Option<Limit> {
    Some(Limit {
        scope: Word::new(scope_name(&usage.scope)).ok()?,
        used: usage.used.into(),
        limit: usage.limit.into(),
        window_s: usage.window.as_secs(),
    })
}

/// The budget of an admitted request that is used most.
pub(super) fn nearest_limit(admitted: &Admitted) -> Option<Limit> {
    let share = |usage: &&Usage| {
        u64::from(usage.used).saturating_mul(10_000).checked_div(u64::from(usage.limit)).unwrap_or(u64::MAX)
    };
    admitted.usages().iter().max_by_key(share).and_then(limit)
}

/// What an admission has to tell besides itself: warnings and clock steps.
pub(super) fn of_admission(subject: &Subject<'_>, admitted: &Admitted) -> Vec<Event> {
    let warnings = admitted
        .warnings()
        .filter_map(|usage| Some(event(subject, Kind::BudgetWarning).limit(limit(usage)?)));
    warnings.chain(admitted.clock_step().map(clock_step)).collect()
}

/// What a refusal has to tell besides itself: a lock, an alert, a clock step.
pub(super) fn of_refusal(subject: &Subject<'_>, refusal: &Refusal) -> Vec<Event> {
    let mut events = Vec::new();
    let with_limit = |event: Event| match refusal.breached.as_ref().and_then(limit) {
        Some(limit) => event.limit(limit),
        None => event,
    };
    if refusal.locked_now {
        events.push(with_limit(event(subject, Kind::LockSet).denied(refusal.error)));
    }
    if refusal.breached.is_some() {
        events.push(with_limit(event(subject, Kind::Alert).denied(refusal.error)));
    }
    events.extend(refusal.clock_step.map(clock_step));
    events
}

fn scope_name(scope: &Scope) -> &'static str {
    match scope {
        Scope::Actor => "actor",
        Scope::Role(_) => "role",
        Scope::Origin => "origin",
        Scope::Tenant => "tenant",
        Scope::All => "all",
    }
}

fn clock_step(step: ClockStep) -> Event {
    let event = Event::new(Kind::ClockStep).detail("wall_ms", step.wall_ms);
    match step.since_boot_ms {
        Some(since_boot_ms) => event.detail("since_boot_ms", since_boot_ms),
        None => event,
    }
}

fn auth(session: &Session) -> Option<Auth> {
    let identity = &session.identity;
    let method = if identity.mfa() { "mfa" } else { "single" };
    Some(Auth {
        method: Word::new(method).ok()?,
        time: identity.auth_time().unwrap_or(identity.issued()),
        assertion: Sha256::digest(identity.jti().as_bytes()).into(),
    })
}
