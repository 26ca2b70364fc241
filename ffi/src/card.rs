//! Card numbers on their own: whether it is one, its mask, its truncation.

use std::ffi::c_char;

use panveil::card::{Masked, Pan, PanRules, Shown, Truncated};
use panveil::{Error, Result};

use crate::boundary::{boundary, nothing};
use crate::ptr;
use crate::status::panveil_status;

/// A card number: 13 to 19 ASCII digits whose check digit is right.
pub const PANVEIL_PAN_STRICT: u32 = 0;
/// Takes 12 digits too, which some Maestro cards have.
pub const PANVEIL_PAN_12_DIGITS: u32 = 1;
/// Takes the number as people write it, in UTF-8: single spaces or dashes between digits, full-width digits.
pub const PANVEIL_PAN_NORMALIZE: u32 = 2;
/// Takes a wrong check digit too, which some issuers give out. Such a number can be sealed, and nothing else.
pub const PANVEIL_PAN_WRONG_CHECK_DIGIT: u32 = 4;

/// What a person may see of a card number, or what may be stored in place of it: its length in characters, hidden digits
/// as `*`, zero-terminated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_masked {
    /// The text.
    pub text: [c_char; 20],
}

/// The most bytes that a card number with its separators can have.
const MAX_TEXT: usize = 128;

/// # Safety
/// As [`ptr::bytes`].
pub(crate) unsafe fn pan(data: *const u8, length: usize, rules: u32) -> Result<Pan> {
    // SAFETY: the same promise.
    let text = unsafe { ptr::bytes(data, length, MAX_TEXT, Error::PanLength) }?;
    let known = PANVEIL_PAN_12_DIGITS | PANVEIL_PAN_NORMALIZE | PANVEIL_PAN_WRONG_CHECK_DIGIT;
    if rules & !known != 0 {
        return Err(Error::Argument);
    }
    let mut taken = PanRules::new();
    if rules & PANVEIL_PAN_12_DIGITS != 0 {
        taken = taken.allow_12_digits();
    }
    if rules & PANVEIL_PAN_WRONG_CHECK_DIGIT != 0 {
        taken = taken.allow_wrong_check_digit();
    }
    if rules & PANVEIL_PAN_NORMALIZE != 0 { taken.parse_normalized(text) } else { taken.parse(text) }
}

/// Says whether the bytes are a card number by the rules (PANVEIL_PAN_... joined by `|`, or 0).
///
/// Returns PANVEIL_OK, PANVEIL_PAN_LENGTH, PANVEIL_PAN_DIGIT, PANVEIL_PAN_LUHN, PANVEIL_PAN_SEPARATOR;
/// PANVEIL_NULL_POINTER; PANVEIL_ARGUMENT for an unknown rule.
///
/// # Safety
/// - `pan` is NULL or points to `length` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_pan_check(pan: *const u8, length: usize, rules: u32) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        unsafe { self::pan(pan, length, rules) }?;
        Ok(nothing)
    })
}

/// Masks a card number for people to see: `bin` digits (0, 6 or 8) at its start and `last` (0 to 4) at its end stay. The
/// mask of everyone is 0 and 4; more needs a role that may see it. A mask is always safe to print.
///
/// Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_MASK_REFUSED if that would show more than may be shown.
///
/// # Safety
/// - `pan` is NULL or points to `length` readable bytes.
/// - `masked` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_mask(
    pan: *const u8,
    length: usize,
    rules: u32,
    bin: u32,
    last: u32,
    masked: *mut panveil_masked,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(masked) }?;
        // SAFETY: as the caller promises.
        let pan = unsafe { self::pan(pan, length, rules) }?;
        let masked = Masked::of(&pan, shown(bin, last)?)?;
        Ok(move || {
            place.write(panveil_masked { text: zero_terminated(masked.as_str())? });
            Ok(())
        })
    })
}

/// Truncates a card number for storing in place of it (PCI DSS 3.5.1, FAQ 1091): `bin` digits (0, 6 or 8) at its start and
/// `last` (0 to 4) at its end stay. Store one form only, and never beside a fingerprint.
///
/// Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_MASK_REFUSED or PANVEIL_TRUNCATION_REFUSED if that is no
/// permitted truncation for this number.
///
/// # Safety
/// - `pan` is NULL or points to `length` readable bytes.
/// - `truncated` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_truncate(
    pan: *const u8,
    length: usize,
    rules: u32,
    bin: u32,
    last: u32,
    truncated: *mut panveil_masked,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(truncated) }?;
        // SAFETY: as the caller promises.
        let pan = unsafe { self::pan(pan, length, rules) }?;
        let truncated = Truncated::of(&pan, shown(bin, last)?)?;
        Ok(move || {
            place.write(panveil_masked { text: zero_terminated(truncated.as_str())? });
            Ok(())
        })
    })
}

pub(crate) fn shown(bin: u32, last: u32) -> Result<Shown> {
    let digits = |count| usize::try_from(count).map_err(|_| Error::MaskRefused);
    Shown::new(digits(bin)?, digits(last)?)
}

/// A text in a fixed place, with at least one zero after it.
pub(crate) fn zero_terminated<const N: usize>(text: &str) -> Result<[c_char; N]> {
    if text.len() >= N {
        return Err(Error::Internal);
    }
    let mut place = [0; N];
    for (place, byte) in place.iter_mut().zip(text.bytes()) {
        *place = byte as c_char; // ASCII
    }
    Ok(place)
}
