//! Opening and closing a vault.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use panveil::card::id::{Application, MAX_ID, StreamName};
use panveil::card::spot::holds_card_number;
use panveil::keys::keyring::Environment;
use panveil::vault::{OpenOptions, Problem, Stream, SystemClock, Unlock, Vault};
use panveil::{Error, Result};

use crate::boundary::{boundary, nothing};
use crate::clock::{HostClock, panveil_clock};
use crate::handle::{OpenVault, find, panveil_vault, put, take_vault};
use crate::kek::{HostKek, panveil_kek};
use crate::process;
use crate::ptr::{self, Buffer, SizedStruct, panveil_bytes};
use crate::sink::{self, panveil_sink};
use crate::status::panveil_status;

/// This very stream; PANVEIL_AUDIT_LOCKED if another process writes it.
pub const PANVEIL_STREAM_ONLY: u32 = 0;
/// This stream, or the first free one of NAME-2 to NAME-16: for processes of one name that may run at the same time.
pub const PANVEIL_STREAM_FIRST_FREE: u32 = 1;

/// For trying out; has a built-in issuer of identity tokens.
pub const PANVEIL_DEV: u32 = 1;
/// For live cards.
pub const PANVEIL_PRODUCTION: u32 = 2;

/// How a process opens a vault. Everything is lent for the time of the call, but for the contexts of callbacks, which are
/// the library's until it calls their `release`. Views with NULL and 0, and NULL pointers, are absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_open_options {
    /// sizeof(panveil_open_options).
    pub struct_size: u32,
    /// PANVEIL_STREAM_ONLY or PANVEIL_STREAM_FIRST_FREE.
    pub stream_choice: u32,
    /// The group of processes this one belongs to: 1 to 255 bytes of printable ASCII.
    pub application: panveil_bytes,
    /// The audit stream it writes; the application's name if absent.
    pub stream: panveil_bytes,
    /// What unlocks the keyring: this passphrase ...
    pub passphrase: panveil_bytes,
    /// ... or this key-encryption key of the host; exactly one of the two.
    pub kek: *const panveil_kek,
    /// A clock in place of the operating system's.
    pub clock: *const panveil_clock,
    /// Where audit records go besides the stream.
    pub sinks: *const *const panveil_sink,
    /// How many sinks there are, at most 16.
    pub sink_count: usize,
}

// SAFETY: `#[repr(C)]`, begins with its size, and numbers, views and pointers may be zero.
unsafe impl SizedStruct for panveil_open_options {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Opens the vault in a directory and writes its handle, which panveil_vault_close frees. It may be used from many threads.
///
/// Everything is checked before: the keyring, the manifest with every file it names, that nothing is older than the last
/// checkpoint, the store, and the end of the audit stream. If it fails, an English text that names the file, and the line
/// where there is one, is written to `problem`, as much of it as has room, and its length to `problem_length`: the only
/// output that is written on failure. It holds no card data. `problem` may be NULL with a capacity of 0.
///
/// Returns PANVEIL_OK, PANVEIL_NOT_A_VAULT, PANVEIL_WRONG_KEK, PANVEIL_AUDIT_LOCKED if another process writes the stream;
/// 4xx, 6xx, 7xx and 8xx statuses of damage, rollback and mismatch; PANVEIL_ID_FORMAT, PANVEIL_ARGUMENT if not exactly one
/// of passphrase and KEK is given or for options of a later release; PANVEIL_NULL_POINTER, PANVEIL_CALLBACK_FAILED. A child
/// after fork() may open a vault, with a stream of its own.
///
/// # Safety
/// - `directory` is NULL or points to `directory_length` readable bytes.
/// - `options` is NULL or points to options as their members say.
/// - `vault` is NULL or may be written.
/// - `problem` is NULL or has room for `problem_capacity` bytes.
/// - `problem_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_open(
    directory: *const u8,
    directory_length: usize,
    options: *const panveil_open_options,
    vault: *mut *mut panveil_vault,
    problem: *mut u8,
    problem_capacity: usize,
    problem_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let (unlock, options) = unsafe { read(options) }?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(vault) }?;
        // SAFETY: as the caller promises.
        let told = unsafe { ptr::buffer(problem, problem_capacity, problem_length) }?;
        // SAFETY: as the caller promises.
        let directory = unsafe { self::directory(directory, directory_length) }?;
        process::world_to_open_in()?;
        let opened = Vault::open(directory, unlock, options).map_err(|problem| tell(told, &problem))?;
        Ok(move || {
            place.write(put(OpenVault::new(opened))?);
            Ok(())
        })
    })
}

/// Closes a vault: what was made from it ends, the last counts are recorded, a checkpoint is signed, and the stream is
/// free. Its handle, and those of all that was made from it, are refused from then on, whatever this returns. NULL does
/// nothing.
///
/// Returns PANVEIL_OK; PANVEIL_IN_USE if calls on other threads still use it, and it closes when the last of them returns;
/// 6xx statuses if the end of the log could not be written; PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_vault_close(vault: *mut panveil_vault) -> panveil_status {
    boundary(|| {
        if !vault.is_null() {
            // The core says "locked" while a gate is still at work.
            let closed = take_vault(vault)?.close();
            closed.map_err(|error| if error == Error::AuditLocked { Error::InUse } else { error })?;
        }
        Ok(nothing)
    })
}

/// Writes PANVEIL_DEV or PANVEIL_PRODUCTION.
///
/// Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `environment` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_environment(
    vault: *const panveil_vault,
    environment: *mut u32,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(environment) }?;
        Ok(move || {
            place.write(match open.vault.environment() {
                Environment::Dev => PANVEIL_DEV,
                Environment::Production => PANVEIL_PRODUCTION,
            });
            Ok(())
        })
    })
}

/// Writes what a person should know about the opening, one line each; nothing for most: in a dev vault, the changes of its
/// configuration that were applied.
///
/// Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `text_length`; PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `text` is NULL or has room for `capacity` bytes.
/// - `text_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_warnings(
    vault: *const panveil_vault,
    text: *mut u8,
    capacity: usize,
    text_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(text, capacity, text_length) }?;
        let lines: String = open.vault.warnings().iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        Ok(move || place.write(lines.as_bytes()))
    })
}

/// Tells what went wrong and where, and returns the error alone.
pub(crate) fn tell(place: Buffer<u8>, problem: &Problem) -> Error {
    let text = problem.to_string();
    // Its path is the caller's, and callers mistake one parameter for another.
    let text = if holds_card_number(text.as_bytes()) { problem.error().to_string() } else { text };
    place.write_what_fits(text.as_bytes());
    problem.error()
}

/// # Safety
/// As [`ptr::bytes`].
pub(crate) unsafe fn directory<'a>(data: *const u8, length: usize) -> Result<&'a Path> {
    // SAFETY: the same promise.
    let bytes = unsafe { ptr::bytes(data, length, MAX_PATH, Error::NotAVault) }?;
    Ok(Path::new(OsStr::from_bytes(bytes)))
}

/// # Safety
/// As [`ptr::bytes`].
pub(crate) unsafe fn id<'a>(data: *const u8, length: usize) -> Result<&'a str> {
    // SAFETY: the same promise.
    unsafe { ptr::text(data, length, MAX_ID, Error::IdFormat) }
}

/// Exactly one of passphrase and key-encryption key.
///
/// # Safety
/// As [`ptr::bytes`] and [`HostKek::new`].
pub(crate) unsafe fn unlock(passphrase: panveil_bytes, kek: *const panveil_kek) -> Result<Unlock> {
    // SAFETY: the same promise.
    let kek = (!kek.is_null()).then(|| unsafe { HostKek::new(kek) }).transpose()?;
    let has_passphrase = !passphrase.data.is_null() || passphrase.length > 0;
    match (has_passphrase, kek) {
        (true, None) => {
            // SAFETY: the same promise.
            let bytes =
                unsafe { ptr::bytes(passphrase.data, passphrase.length, MAX_PASSPHRASE, Error::Argument) }?;
            Ok(Unlock::passphrase(bytes))
        }
        (false, Some(kek)) => Ok(Unlock::Kek(Box::new(kek))),
        _ => Err(Error::Argument),
    }
}

/// # Safety
/// As [`ptr::options`]; members are what [`ptr::bytes`], [`HostKek::new`] and [`HostClock::new`] ask for.
unsafe fn read(options: *const panveil_open_options) -> Result<(Unlock, OpenOptions)> {
    // SAFETY: the same promise.
    let given = unsafe { ptr::options(options) }?;
    // Contexts are the library's from here on, and are given back whatever happens.
    // SAFETY: the same promise.
    let unlock = unsafe { unlock(given.passphrase, given.kek) };
    // SAFETY: the same promise.
    let clock = (!given.clock.is_null()).then(|| unsafe { HostClock::new(given.clock) }).transpose();
    // SAFETY: the same promise.
    let sinks = unsafe { ptr::array(given.sinks, given.sink_count, MAX_SINKS) }?;
    // SAFETY: the same promise.
    let sinks: Vec<_> = sinks.iter().map(|sink| unsafe { sink::sink(*sink) }).collect();
    let (unlock, clock) = (unlock?, clock?);
    // SAFETY: the same promise.
    let application = unsafe { id(given.application.data, given.application.length) }?;
    // SAFETY: the same promise.
    let stream = unsafe { ptr::optional_text(given.stream, MAX_ID, Error::IdFormat) }?.unwrap_or(application);
    let name = StreamName::new(stream)?;
    let options = OpenOptions {
        application: Application::new(application)?,
        stream: match given.stream_choice {
            PANVEIL_STREAM_ONLY => Stream::Only(name),
            PANVEIL_STREAM_FIRST_FREE => Stream::FirstFree(name),
            _ => return Err(Error::Argument),
        },
        clock: match clock {
            Some(clock) => Arc::new(clock),
            None => Arc::new(SystemClock::new()),
        },
        sinks: sinks.into_iter().collect::<Result<_>>()?,
    };
    Ok((unlock, options))
}

const MAX_PATH: usize = 4096;
const MAX_SINKS: usize = 16;
const MAX_PASSPHRASE: usize = 65_536;
