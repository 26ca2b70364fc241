//! Making a vault directory.

use panveil::keys::keyring::Environment;
use panveil::vault::{CreateOptions, create};
use panveil::{Error, Result};

use crate::boundary::{boundary, nothing};
use crate::kek::panveil_kek;
use crate::ptr::{self, SizedStruct, panveil_bytes};
use crate::status::panveil_status;
use crate::vault::{PANVEIL_DEV, PANVEIL_PRODUCTION, directory, tell, unlock};

/// How a new vault is to be. Everything is lent for the time of the call, but for the context of the KEK, which is the
/// library's until it calls its `release`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_create_options {
    /// sizeof(panveil_create_options).
    pub struct_size: u32,
    /// PANVEIL_DEV or PANVEIL_PRODUCTION.
    pub environment: u32,
    /// A folder with panveil.toml, policy.toml and trust/ to begin with; the shipped ones if absent.
    pub configuration: panveil_bytes,
    /// What will unlock the keyring: this passphrase, of 12 bytes or more for production ...
    pub passphrase: panveil_bytes,
    /// ... or this key-encryption key of the host; exactly one of the two.
    pub kek: *const panveil_kek,
}

// SAFETY: `#[repr(C)]`, begins with its size, and numbers, views and pointers may be zero.
unsafe impl SizedStruct for panveil_create_options {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Makes a vault in a directory, which must not exist or be empty: whole or not at all. `problem` is as in
/// panveil_vault_open.
///
/// Returns PANVEIL_OK, PANVEIL_VAULT_EXISTS, PANVEIL_KEK_TOO_WEAK for a short passphrase of a production vault;
/// PANVEIL_CONFIG_INVALID, PANVEIL_POLICY_INVALID, PANVEIL_JWKS_INVALID for the given configuration; PANVEIL_IO,
/// PANVEIL_DISK_FULL, PANVEIL_RANDOM; PANVEIL_ARGUMENT if not exactly one of passphrase and KEK is given or for options of
/// a later release; PANVEIL_NULL_POINTER, PANVEIL_CALLBACK_FAILED.
///
/// # Safety
/// - `directory` is NULL or points to `directory_length` readable bytes.
/// - `options` is NULL or points to options as their members say.
/// - `problem` is NULL or has room for `problem_capacity` bytes.
/// - `problem_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_create(
    directory: *const u8,
    directory_length: usize,
    options: *const panveil_create_options,
    problem: *mut u8,
    problem_capacity: usize,
    problem_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let given = unsafe { ptr::options(options) }?;
        // SAFETY: as the caller promises.
        let unlock = unsafe { unlock(given.passphrase, given.kek) }?;
        // SAFETY: as the caller promises.
        let told = unsafe { ptr::buffer(problem, problem_capacity, problem_length) }?;
        // SAFETY: as the caller promises.
        let place = unsafe { self::directory(directory, directory_length) }?;
        // SAFETY: as the caller promises.
        let options = unsafe { read(&given) }?;
        create(place, unlock, &options).map_err(|problem| tell(told, &problem))?;
        Ok(nothing)
    })
}

/// # Safety
/// Members are what [`ptr::bytes`] asks for.
unsafe fn read(given: &panveil_create_options) -> Result<CreateOptions> {
    let folder = given.configuration;
    let configuration = match (folder.data.is_null(), folder.length) {
        (true, 0) => None,
        // SAFETY: the same promise.
        _ => Some(unsafe { directory(folder.data, folder.length) }?.to_owned()),
    };
    let environment = match given.environment {
        PANVEIL_DEV => Environment::Dev,
        PANVEIL_PRODUCTION => Environment::Production,
        _ => return Err(Error::Argument),
    };
    Ok(CreateOptions { environment, configuration })
}
