//! The fixed records of batches, to the byte.

use crate::card::pan::{MAX_DIGITS, Pan, check};
use crate::error::{Error, Result};

/// Bytes of a card number that goes in.
pub const PAN_RECORD: usize = MAX_DIGITS + 1;
/// Bytes of a token that comes out.
pub const TOKEN_RECORD: usize = 24;
/// Bytes of a mask that comes out.
pub const MASK_RECORD: usize = 24;
/// Bytes of a fingerprint that comes out.
pub const FINGERPRINT_RECORD: usize = 40;
/// Bytes of a sealed card number that comes out.
pub const SEALED_RECORD: usize = 88;

/// How many records of a batch were done, and how many were refused, each with its status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchReport {
    /// Records whose status is 0.
    pub done: usize,
    /// Records with the number of an error.
    pub refused: usize,
}

/// The record of a card number: its ASCII digits and how many they are. A wrong check digit is found by the batch.
///
/// The caller wipes what it returns.
///
/// # Errors
/// [`Error::PanDigit`] and [`Error::PanLength`] as [`Pan::parse`].
pub fn pan_record(digits: &[u8]) -> Result<[u8; PAN_RECORD]> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Error::PanDigit);
    }
    if !(13..=MAX_DIGITS).contains(&digits.len()) {
        return Err(Error::PanLength);
    }
    let mut record = [0; PAN_RECORD];
    put_text(&mut record, digits)?;
    Ok(record)
}

/// The status of an output record: 0 for done, else the number of an error.
pub fn status(record: &[u8]) -> u32 {
    match record {
        [.., high, low] => u32::from(u16::from_be_bytes([*high, *low])),
        _ => Error::Argument.number(),
    }
}

/// What became of the card of an output record: the error that its status names, if any.
///
/// # Errors
/// The one of the status; [`Error::Internal`] for a number that no error has.
pub fn outcome(record: &[u8]) -> Result<()> {
    match status(record) {
        0 => Ok(()),
        number => {
            let error = Error::ALL.iter().find(|error| error.number() == number);
            Err(error.copied().unwrap_or(Error::Internal))
        }
    }
}

impl BatchReport {
    /// Does `work` for each pair of records. A refused one is left as zeros and its status.
    pub(super) fn of<const OUT: usize>(
        pans: &[[u8; PAN_RECORD]],
        out: &mut [[u8; OUT]],
        mut work: impl FnMut(&[u8; PAN_RECORD], &mut [u8; OUT]) -> Result<()>,
    ) -> Result<Self> {
        if pans.len() != out.len() {
            return Err(Error::Argument);
        }
        let mut report = Self::default();
        for (pan, out) in pans.iter().zip(out) {
            *out = [0; OUT];
            let outcome = work(pan, out);
            report.count(outcome, out);
        }
        Ok(report)
    }

    pub(super) fn count<const OUT: usize>(&mut self, outcome: Result<()>, out: &mut [u8; OUT]) {
        match outcome {
            Ok(()) => self.done = self.done.saturating_add(1),
            Err(error) => {
                refuse(out, error);
                self.refused = self.refused.saturating_add(1);
            }
        }
    }
}

/// The card number of a record, by the rules of [`Pan::parse`].
pub(super) fn read(record: &[u8; PAN_RECORD]) -> Result<Pan> {
    Pan::parse(text(record)?)
}

/// The digits of a record that is a card number by the rules of [`Pan::parse`], where they stand.
pub(super) fn digits(record: &[u8; PAN_RECORD]) -> Result<&[u8]> {
    let digits = text(record)?;
    check(digits).map(|()| digits)
}

/// As many bytes of a record as it says; what they are, nobody has looked at.
pub(super) fn text(record: &[u8; PAN_RECORD]) -> Result<&[u8]> {
    let (digits, length) = record.split_at_checked(MAX_DIGITS).ok_or(Error::Internal)?;
    let length = length.first().copied().unwrap_or_default();
    let (digits, rest) = digits.split_at_checked(usize::from(length)).ok_or(Error::PanLength)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(Error::PanLength);
    }
    Ok(digits)
}

/// Zeros, and the number of the error.
pub(super) fn refuse<const OUT: usize>(out: &mut [u8; OUT], error: Error) {
    *out = [0; OUT];
    let number = u16::try_from(error.number()).unwrap_or(u16::MAX);
    if let Some(status) = out.last_chunk_mut::<2>() {
        *status = number.to_be_bytes();
    }
}

/// Puts `text` at the beginning of a record, and its length at byte 19.
pub(super) fn put_text<const OUT: usize>(out: &mut [u8; OUT], text: &[u8]) -> Result<()> {
    let length = u8::try_from(text.len()).map_err(|_| Error::Internal)?;
    let (place, rest) = out.split_at_mut_checked(MAX_DIGITS).ok_or(Error::Internal)?;
    place.get_mut(..text.len()).ok_or(Error::Internal)?.copy_from_slice(text);
    *rest.first_mut().ok_or(Error::Internal)? = length;
    Ok(())
}
