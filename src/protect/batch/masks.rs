//! Masks of many cards.

use super::record::{BatchReport, MASK_RECORD, PAN_RECORD, digits, put_text};
use crate::card::mask::{Masked, Shown};
use crate::error::Result;

/// Masks every card number of a batch, showing what `shown` names.
///
/// Statuses: those of [`Pan::parse`](crate::card::Pan::parse), and [`Error::MaskRefused`](crate::Error::MaskRefused)
/// where a card number would be shown beyond its BIN and last four.
///
/// # Errors
/// [`Error::Argument`](crate::Error::Argument) if there are more records on one side than on the other.
pub fn mask_all(
    pans: &[[u8; PAN_RECORD]],
    shown: Shown,
    out: &mut [[u8; MASK_RECORD]],
) -> Result<BatchReport> {
    BatchReport::of(pans, out, |pan, out| {
        put_text(out, Masked::of_digits(digits(pan)?, shown)?.as_str().as_bytes())
    })
}
