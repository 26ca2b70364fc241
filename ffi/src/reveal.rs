//! Reveal: one value into the caller's buffer, and its wiping.

use panveil::reveal::request::{Handle, RevealRequest};
use panveil::{Error, Result};

use crate::boundary::{boundary, nothing};
use crate::handle::{find, panveil_gate, panveil_session};
use crate::ptr::{self, SizedStruct, panveil_bytes};
use crate::sealer::PANVEIL_SEALED_OVERHEAD;
use crate::status::panveil_status;

/// How many bytes of buffer suffice for any card number.
pub const PANVEIL_PAN_CAPACITY: usize = 20;

/// What is asked of the gate. Texts are UTF-8, lent for the time of the call; one with NULL and 0 is absent.
///
/// A text that is missing, no id, or holds a card number does not make the call fail early: the gate denies the request
/// and records the denial.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_reveal_request {
    /// sizeof(panveil_reveal_request).
    pub struct_size: u32,
    /// A token with its format (`handle` of panveil_token), or the text of a sealed record. Never a mask.
    pub handle: panveil_bytes,
    /// The record id that a sealed value was sealed for; absent for a token.
    pub record: panveil_bytes,
    /// What it is for, as the policy names it.
    pub purpose: panveil_bytes,
    /// The ticket or case it belongs to.
    pub case_reference: panveil_bytes,
    /// Where it comes from, as the host vouches for it.
    pub origin: panveil_bytes,
    /// Another tenant than the vault's own.
    pub tenant: panveil_bytes,
    /// Another field than `pan`.
    pub field: panveil_bytes,
}

// SAFETY: `#[repr(C)]`, begins with its size, and views may be zero.
unsafe impl SizedStruct for panveil_reveal_request {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// A request, and how much room its value needs.
pub(crate) struct Asked {
    pub(crate) request: RevealRequest,
    most: usize,
}

/// Sets one part of a request.
type Set = fn(RevealRequest, &str) -> RevealRequest;

/// # Safety
/// As [`ptr::options`]; each text is what [`ptr::bytes`] asks for.
pub(crate) unsafe fn request(asked: *const panveil_reveal_request) -> Result<Asked> {
    // SAFETY: the same promise.
    let asked = unsafe { ptr::options(asked) }?;
    let text = |view: panveil_bytes| match (view.data.is_null(), view.length) {
        (true, 0) => Ok(None),
        // SAFETY: the same promise.
        _ => unsafe { text_or_nothing(view.data, view.length) }.map(Some),
    };
    let (handle, record) = (text(asked.handle)?.unwrap_or_default(), text(asked.record)?);
    let most = match Handle::parse(handle, record) {
        Ok(Handle::Token(token)) => token.as_str().len(),
        Ok(Handle::Sealed(sealed, _)) => sealed.as_bytes().len().saturating_sub(PANVEIL_SEALED_OVERHEAD),
        // Nothing will come of it; the gate says why.
        _ => 0,
    };
    let mut request = RevealRequest::new(handle, record);
    let parts: [(panveil_bytes, Set); 5] = [
        (asked.purpose, RevealRequest::purpose),
        (asked.case_reference, RevealRequest::case),
        (asked.origin, RevealRequest::origin),
        (asked.tenant, RevealRequest::tenant),
        (asked.field, RevealRequest::field),
    ];
    for (view, set) in parts {
        if let Some(text) = text(view)? {
            request = set(request, text);
        }
    }
    Ok(Asked { request, most })
}

/// A text for the gate, which must hear of what is no text too, so that the refusal is recorded: it gets an empty one then.
///
/// # Safety
/// As [`ptr::bytes`].
pub(crate) unsafe fn text_or_nothing<'a>(data: *const u8, length: usize) -> Result<&'a str> {
    // SAFETY: the same promise.
    match unsafe { ptr::text(data, length, MAX_TEXT, Error::Argument) } {
        Err(Error::Argument) => Ok(""),
        other => other,
    }
}

/// The longest text: that of the longest sealed record, 65,600 bytes as base64.
const MAX_TEXT: usize = 87_468;

/// Reveals one value into the caller's buffer, which the caller wipes with panveil_revealed_wipe as soon as it can.
///
/// The gate decides, counts and records the intent durably before anything is opened. Every call leaves at least one
/// record, a denial or an intent; but for those refused before the gate: PANVEIL_BUFFER_TOO_SMALL, PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_ARGUMENT, PANVEIL_FORKED.
///
/// `capacity` must have room for the longest value that can be behind the handle, which is found out before anything is
/// opened: PANVEIL_PAN_CAPACITY suffices for card numbers, the length of the sealed record for anything else.
///
/// Returns PANVEIL_OK; a 5xx status if the request is denied; a 2xx or 3xx status if the handle opens nothing; a 4xx status
/// if the key may not be used; a 6xx status if the audit log and a 7xx status if the store cannot be written, and nothing is
/// given out then; PANVEIL_BUFFER_TOO_SMALL with the capacity that is needed in `value_length`; PANVEIL_CALLBACK_FAILED if
/// the host's clock failed.
///
/// # Safety
/// - `asked` is NULL or points to a request as its members say.
/// - `value` is NULL or has room for `capacity` bytes.
/// - `value_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_gate_reveal(
    gate: *const panveil_gate,
    session: *const panveil_session,
    asked: *const panveil_reveal_request,
    value: *mut u8,
    capacity: usize,
    value_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let (gate, session) = (find(gate)?, find(session)?);
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(value, capacity, value_length) }?;
        // SAFETY: as the caller promises.
        let asked = unsafe { request(asked) }?;
        place.reserve(asked.most)?;
        let revealed = gate.object.reveal(&session.object, asked.request)?;
        // It is wiped here as soon as it is copied, or if the clock failed.
        Ok(move || place.write(revealed.expose()))
    })
}

/// Wipes what panveil_gate_reveal wrote: overwrites `length` bytes with zeros, in a way that no compiler leaves out.
///
/// Returns PANVEIL_OK; PANVEIL_NULL_POINTER; PANVEIL_ARGUMENT for more than 65,536 bytes, which no value has.
///
/// # Safety
/// - `value` is NULL or points to `length` bytes that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_revealed_wipe(value: *mut u8, length: usize) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        unsafe { ptr::wipe(value, length, panveil::protect::sealed::MAX_VALUE) }?;
        Ok(nothing)
    })
}
