//! The actors that are locked.

use std::ffi::c_char;

use panveil::Result;
use panveil::limits::{LockReason, Locked};

use crate::boundary::boundary;
use crate::card::zero_terminated;
use crate::handle::{find, panveil_vault};
use crate::ptr;
use crate::status::panveil_status;

/// For a reason that this build does not know.
pub const PANVEIL_LOCK_OTHER: u32 = 0;
/// A person went over a budget of their own.
pub const PANVEIL_LOCK_BUDGET: u32 = 1;
/// The actor touched a canary.
pub const PANVEIL_LOCK_CANARY: u32 = 2;
/// An operator locked the actor.
pub const PANVEIL_LOCK_OPERATOR: u32 = 3;

/// A locked actor.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_lock {
    /// Issuer and subject of the identity, joined by `|`, zero-terminated.
    pub actor: [c_char; 256],
    /// PANVEIL_LOCK_BUDGET, PANVEIL_LOCK_CANARY, PANVEIL_LOCK_OPERATOR; later releases add some.
    pub reason: u32,
    /// Since when: milliseconds since 1970-01-01T00:00:00Z.
    pub since_ms: i64,
}

/// Lists the actors that are locked: writes at most `capacity` of them, and their number to `count`.
///
/// Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the number that is needed in `count`; PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_FORKED; 7xx statuses if the store cannot be read or was edited.
///
/// # Safety
/// - `locks` is NULL or has room for `capacity` locks.
/// - `count` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_locks(
    vault: *const panveil_vault,
    locks: *mut panveil_lock,
    capacity: usize,
    count: *mut usize,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(locks, capacity, count) }?;
        let locks = open.vault.locks()?.iter().map(view).collect::<Result<Vec<_>>>()?;
        Ok(move || place.write(&locks))
    })
}

fn view(locked: &Locked) -> Result<panveil_lock> {
    let reason = match locked.reason {
        LockReason::Budget => PANVEIL_LOCK_BUDGET,
        LockReason::Canary => PANVEIL_LOCK_CANARY,
        LockReason::Operator => PANVEIL_LOCK_OPERATOR,
        _ => PANVEIL_LOCK_OTHER,
    };
    let actor = zero_terminated(locked.actor.as_str())?;
    Ok(panveil_lock { actor, reason, since_ms: locked.at.as_millis() })
}
