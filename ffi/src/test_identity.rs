//! Identity tokens of the test issuer of dev vaults, to try the gate out.

use panveil::vault::TestIdentity;
use panveil::{Error, Result};

use crate::boundary::boundary;
use crate::handle::{find, panveil_vault};
use crate::ptr::{self, SizedStruct, panveil_bytes};
use crate::status::panveil_status;

/// What the test issuer is to vouch for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_test_identity {
    /// sizeof(panveil_test_identity).
    pub struct_size: u32,
    /// 1 if the person authenticated with a second factor, else 0.
    pub mfa: u32,
    /// Who.
    pub subject: panveil_bytes,
    /// The roles.
    pub roles: *const panveil_bytes,
    /// How many roles there are, at most 64.
    pub role_count: usize,
    /// How many seconds ago the person authenticated.
    pub auth_age_s: i64,
}

// SAFETY: `#[repr(C)]`, begins with its size, and numbers, views and pointers may be zero.
unsafe impl SizedStruct for panveil_test_identity {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Writes an identity token of the test issuer that is built into dev vaults. It lives ten minutes.
///
/// Returns PANVEIL_OK; PANVEIL_ENVIRONMENT_MISMATCH in a production vault; PANVEIL_ARGUMENT for a text that is not UTF-8
/// or too long; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `token_length`; PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_CALLBACK_FAILED.
///
/// # Safety
/// - `identity` is NULL or points to an identity as its members say.
/// - `token` is NULL or has room for `capacity` bytes.
/// - `token_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_test_identity(
    vault: *const panveil_vault,
    identity: *const panveil_test_identity,
    token: *mut u8,
    capacity: usize,
    token_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(token, capacity, token_length) }?;
        // SAFETY: as the caller promises.
        let identity = unsafe { read(identity) }?;
        let token = open.vault.test_identity(&identity)?;
        Ok(move || place.write(token.as_bytes()))
    })
}

/// # Safety
/// As [`ptr::options`]; roles and texts are what [`ptr::array`] and [`ptr::bytes`] ask for.
unsafe fn read(identity: *const panveil_test_identity) -> Result<TestIdentity> {
    // SAFETY: the same promise.
    let identity = unsafe { ptr::options(identity) }?;
    let text = |view: panveil_bytes| -> Result<String> {
        // SAFETY: the same promise.
        unsafe { ptr::text(view.data, view.length, MAX_TEXT, Error::Argument) }.map(str::to_owned)
    };
    // SAFETY: the same promise.
    let roles = unsafe { ptr::array(identity.roles, identity.role_count, MAX_ROLES) }?;
    Ok(TestIdentity {
        subject: text(identity.subject)?,
        roles: roles.iter().map(|role| text(*role)).collect::<Result<_>>()?,
        mfa: match identity.mfa {
            0 => false,
            1 => true,
            _ => return Err(Error::Argument),
        },
        auth_age_s: identity.auth_age_s,
    })
}

const MAX_TEXT: usize = 1024;
const MAX_ROLES: usize = 64;
