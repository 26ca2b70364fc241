//! The states of the keys.

use std::ffi::c_char;

use panveil::Result;
use panveil::keys::root::KeyFacts;
use panveil::keys::state::KeyState;

use crate::boundary::boundary;
use crate::card::zero_terminated;
use crate::handle::{find, panveil_vault};
use crate::ptr;
use crate::status::panveil_status;

/// Made, not yet in use.
pub const PANVEIL_KEY_PRE_ACTIVATION: u32 = 1;
/// In use.
pub const PANVEIL_KEY_ACTIVE: u32 = 2;
/// Stopped for a while.
pub const PANVEIL_KEY_SUSPENDED: u32 = 3;
/// Replaced: opens what it protected, protects nothing more.
pub const PANVEIL_KEY_DEACTIVATED: u32 = 4;
/// Known or suspected to be in other hands.
pub const PANVEIL_KEY_COMPROMISED: u32 = 5;
/// Wiped; only its description remains.
pub const PANVEIL_KEY_DESTROYED: u32 = 6;

/// What may be known of a key by everyone. Moments are milliseconds since 1970-01-01T00:00:00Z.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_key {
    /// What it is for, such as `token`, zero-terminated.
    pub purpose: [c_char; 24],
    /// A public name that commits to the key: hexadecimal, zero-terminated.
    pub id: [c_char; 72],
    /// Counted from 1 within the purpose.
    pub version: u32,
    /// PANVEIL_KEY_PRE_ACTIVATION to PANVEIL_KEY_DESTROYED (NIST SP 800-57).
    pub state: u32,
    /// When it was made.
    pub created_ms: i64,
    /// When it was put to use.
    pub activated_ms: i64,
    /// It protects nothing from then on.
    pub protect_until_ms: i64,
    /// It opens nothing from then on.
    pub process_until_ms: i64,
}

/// Lists all keys with their states: writes at most `capacity` of them, and their number to `count`.
///
/// Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the number that is needed in `count`; PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `keys` is NULL or has room for `capacity` keys.
/// - `count` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_keys(
    vault: *const panveil_vault,
    keys: *mut panveil_key,
    capacity: usize,
    count: *mut usize,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(keys, capacity, count) }?;
        let keys = open.vault.keys().map(view).collect::<Result<Vec<_>>>()?;
        Ok(move || place.write(&keys))
    })
}

fn view(key: &KeyFacts) -> Result<panveil_key> {
    Ok(panveil_key {
        purpose: zero_terminated(key.purpose.name())?,
        id: zero_terminated(&key.id)?,
        version: key.version,
        state: match key.state {
            KeyState::PreActivation => PANVEIL_KEY_PRE_ACTIVATION,
            KeyState::Active => PANVEIL_KEY_ACTIVE,
            KeyState::Suspended => PANVEIL_KEY_SUSPENDED,
            KeyState::Deactivated => PANVEIL_KEY_DEACTIVATED,
            KeyState::Compromised => PANVEIL_KEY_COMPROMISED,
            KeyState::Destroyed => PANVEIL_KEY_DESTROYED,
        },
        created_ms: key.created.as_millis(),
        activated_ms: key.activated.as_millis(),
        protect_until_ms: key.protect_until.as_millis(),
        process_until_ms: key.process_until.as_millis(),
    })
}
