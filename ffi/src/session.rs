//! Sessions: verified identities.

use crate::boundary::{boundary, nothing};
use crate::handle::{find, free_of, panveil_gate, panveil_session, put_of};
use crate::ptr;
use crate::reveal::text_or_nothing;
use crate::status::panveil_status;

/// Verifies an identity token (a signed JWT of an identity provider that the vault trusts) and binds it to the origin it
/// came from, which the host vouches for: an address or a host name. A refusal is recorded. The session belongs to the
/// vault, ends with it at the latest, and is freed with panveil_session_free.
///
/// Returns PANVEIL_OK, PANVEIL_IDENTITY_REFUSED, PANVEIL_IDENTITY_EXPIRED, PANVEIL_SHARED_IDENTITY, PANVEIL_HOLDS_PAN,
/// PANVEIL_ORIGIN_MISSING; 6xx statuses if the refusal cannot be recorded; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE,
/// PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES, PANVEIL_CALLBACK_FAILED if the host's clock failed.
///
/// # Safety
/// - `identity` is NULL or points to `identity_length` readable bytes.
/// - `origin` is NULL or points to `origin_length` readable bytes.
/// - `session` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_gate_session(
    gate: *const panveil_gate,
    identity: *const u8,
    identity_length: usize,
    origin: *const u8,
    origin_length: usize,
    session: *mut *mut panveil_session,
) -> panveil_status {
    boundary(|| {
        let made = find(gate)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(session) }?;
        // SAFETY: as the caller promises.
        let identity = unsafe { text_or_nothing(identity, identity_length) }?;
        // SAFETY: as the caller promises.
        let origin = unsafe { text_or_nothing(origin, origin_length) }?;
        let session = made.object.session(identity, origin)?;
        let vault = made.vault();
        Ok(move || {
            place.write(put_of(vault, session)?);
            Ok(())
        })
    })
}

/// Frees a session; NULL does nothing.
///
/// Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_session_free(session: *mut panveil_session) -> panveil_status {
    boundary(|| {
        free_of(session)?;
        Ok(nothing)
    })
}

/// Writes who it is: issuer and subject of the identity, joined by `|`, at most 255 bytes.
///
/// Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `actor_length`; PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `actor` is NULL or has room for `capacity` bytes.
/// - `actor_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_session_actor(
    session: *const panveil_session,
    actor: *mut u8,
    capacity: usize,
    actor_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let made = find(session)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(actor, capacity, actor_length) }?;
        Ok(move || place.write(made.object.actor().as_bytes()))
    })
}

/// Writes when the session ends at the latest: milliseconds since 1970-01-01T00:00:00Z.
///
/// Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `ends_ms` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_session_ends(
    session: *const panveil_session,
    ends_ms: *mut i64,
) -> panveil_status {
    boundary(|| {
        let made = find(session)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(ends_ms) }?;
        Ok(move || {
            place.write(made.object.ends().as_millis());
            Ok(())
        })
    })
}
