//! The gate: whether a request would be allowed, and why.

use panveil::reveal::decide::Decision;

use crate::boundary::{boundary, nothing};
use crate::handle::{find, free_of, panveil_gate, panveil_session, panveil_vault, put_of};
use crate::ptr;
use crate::reveal::{panveil_reveal_request, request};
use crate::status::panveil_status;

/// It may not happen. So is every number that the caller does not know.
pub const PANVEIL_DENY: u32 = 0;
/// It may happen, within the budgets.
pub const PANVEIL_ALLOW: u32 = 1;
/// It may happen after the person authenticated again.
pub const PANVEIL_STEP_UP: u32 = 2;
/// It may happen with the consent of others.
pub const PANVEIL_NEED_APPROVAL: u32 = 3;

/// What the policy says to a request. Ask PANVEIL_ALLOWS, which takes a number it does not know for a denial.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_decision {
    /// PANVEIL_DENY, PANVEIL_ALLOW, PANVEIL_STEP_UP, PANVEIL_NEED_APPROVAL; later releases add some.
    pub decision: u32,
    /// What reveal would return: PANVEIL_OK only with PANVEIL_ALLOW.
    pub reason: u32,
    /// For PANVEIL_STEP_UP: how many seconds ago the authentication may be.
    pub max_age_s: u64,
    /// Zero; room for later releases.
    pub reserved: [u64; 2],
}

/// Makes the vault's gate. It belongs to the vault, ends with it at the latest, and is freed with panveil_gate_free.
///
/// Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES.
///
/// # Safety
/// - `gate` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_gate_new(
    vault: *const panveil_vault,
    gate: *mut *mut panveil_gate,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(gate) }?;
        let made = open.vault.gate()?;
        Ok(move || {
            place.write(put_of(vault, made)?);
            Ok(())
        })
    })
}

/// Frees a gate; NULL does nothing. Its sessions stay until they are freed, and serve another gate of the same vault.
///
/// Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_gate_free(gate: *mut panveil_gate) -> panveil_status {
    boundary(|| {
        free_of(gate)?;
        Ok(nothing)
    })
}

/// Writes what the policy says to a request. Nothing is revealed, counted or recorded; budgets, locks and the handle itself
/// are looked at only by panveil_gate_reveal.
///
/// Returns PANVEIL_OK if there is a decision, which is seldom to allow; PANVEIL_ID_FORMAT or PANVEIL_HOLDS_PAN if tenant
/// or field is no id, PANVEIL_IDENTITY_REFUSED for a session of another vault; PANVEIL_ARGUMENT for options of a later
/// release; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_CALLBACK_FAILED.
///
/// # Safety
/// - `asked` is NULL or points to a request as its members say.
/// - `decision` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_gate_decide(
    gate: *const panveil_gate,
    session: *const panveil_session,
    asked: *const panveil_reveal_request,
    decision: *mut panveil_decision,
) -> panveil_status {
    boundary(|| {
        let (gate, session) = (find(gate)?, find(session)?);
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(decision) }?;
        // SAFETY: as the caller promises.
        let asked = unsafe { request(asked) }?;
        let decided = numbered(&gate.object.decide(&session.object, &asked.request)?);
        Ok(move || {
            place.write(decided);
            Ok(())
        })
    })
}

/// Writes what the policy says to a request as English text for operators: the decision, and for each rule the first
/// condition that fails. It holds names from the policy only.
///
/// Returns as panveil_gate_decide; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `text_length`.
///
/// # Safety
/// - `asked` is NULL or points to a request as its members say.
/// - `text` is NULL or has room for `capacity` bytes.
/// - `text_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_gate_explain(
    gate: *const panveil_gate,
    session: *const panveil_session,
    asked: *const panveil_reveal_request,
    text: *mut u8,
    capacity: usize,
    text_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let (gate, session) = (find(gate)?, find(session)?);
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(text, capacity, text_length) }?;
        // SAFETY: as the caller promises.
        let asked = unsafe { request(asked) }?;
        let text = gate.object.explain(&session.object, &asked.request)?.to_string();
        Ok(move || place.write(text.as_bytes()))
    })
}

/// A decision that this crate does not know, of a later core, is a denial too.
fn numbered(decision: &Decision) -> panveil_decision {
    let (number, max_age_s) = match decision {
        Decision::Allow { .. } => (PANVEIL_ALLOW, 0),
        Decision::StepUp { max_age, .. } => (PANVEIL_STEP_UP, max_age.as_secs()),
        Decision::NeedApproval { .. } => (PANVEIL_NEED_APPROVAL, 0),
        _ => (PANVEIL_DENY, 0),
    };
    let reason = decision.error().map_or(0, panveil::Error::number);
    panveil_decision { decision: number, reason, max_age_s, reserved: [0; 2] }
}
