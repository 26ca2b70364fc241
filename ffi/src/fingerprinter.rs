//! Keyed hashes of card numbers.

use panveil::card::id::Application;

use crate::boundary::{boundary, nothing};
use crate::card;
use crate::handle::{find, free_of, panveil_fingerprinter, panveil_vault, put_of};
use crate::ptr;
use crate::status::panveil_status;
use crate::vault::id;

/// A keyed hash of a whole card number. It never goes into a table beside a mask, a truncation or a token.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_fingerprint {
    /// HMAC-SHA-256 over the digits.
    pub bytes: [u8; 32],
    /// The version of the key. Fingerprints of different versions never match.
    pub version: u32,
}

/// Makes a fingerprinter for a caller, whose uses are counted in the audit log under its name. It belongs to the vault,
/// ends with it at the latest, and is freed with panveil_fingerprinter_free.
///
/// Returns as panveil_tokenizer_new.
///
/// # Safety
/// - `caller` is NULL or points to `caller_length` readable bytes.
/// - `fingerprinter` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_fingerprinter_new(
    vault: *const panveil_vault,
    caller: *const u8,
    caller_length: usize,
    fingerprinter: *mut *mut panveil_fingerprinter,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(fingerprinter) }?;
        // SAFETY: as the caller promises.
        let caller = Application::new(unsafe { id(caller, caller_length) }?)?;
        let made = open.vault.fingerprinter(caller)?;
        Ok(move || {
            place.write(put_of(vault, made)?);
            Ok(())
        })
    })
}

/// Frees a fingerprinter; NULL does nothing.
///
/// Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_fingerprinter_free(fingerprinter: *mut panveil_fingerprinter) -> panveil_status {
    boundary(|| {
        free_of(fingerprinter)?;
        Ok(nothing)
    })
}

/// Makes the fingerprint of a card number.
///
/// Returns PANVEIL_OK, the statuses of panveil_pan_check; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `pan` is NULL or points to `pan_length` readable bytes.
/// - `fingerprint` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_fingerprinter_fingerprint(
    fingerprinter: *const panveil_fingerprinter,
    pan: *const u8,
    pan_length: usize,
    rules: u32,
    fingerprint: *mut panveil_fingerprint,
) -> panveil_status {
    boundary(|| {
        let made = find(fingerprinter)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(fingerprint) }?;
        // SAFETY: as the caller promises.
        let pan = unsafe { card::pan(pan, pan_length, rules) }?;
        let hash = made.object.fingerprint(&pan)?;
        Ok(move || {
            place.write(panveil_fingerprint { bytes: *hash.as_bytes(), version: hash.version() });
            Ok(())
        })
    })
}
