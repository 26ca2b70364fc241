//! Fingerprints of many cards.

use super::record::{BatchReport, FINGERPRINT_RECORD, PAN_RECORD, read};
use crate::error::{Error, Result};
use crate::protect::fingerprint::Fingerprinter;

impl Fingerprinter {
    /// The fingerprints of a batch of card numbers; [`batch`](crate::protect::batch) has the layout of the records.
    ///
    /// Statuses: those of [`Pan::parse`](crate::card::Pan::parse).
    ///
    /// # Errors
    /// [`Error::Argument`] if there are more records on one side than on the other.
    pub fn fingerprint_all(
        &self,
        pans: &[[u8; PAN_RECORD]],
        out: &mut [[u8; FINGERPRINT_RECORD]],
    ) -> Result<BatchReport> {
        BatchReport::of(pans, out, |pan, out| {
            let made = self.fingerprint(&read(pan)?)?;
            let (hash, rest) = out.split_first_chunk_mut::<32>().ok_or(Error::Internal)?;
            *hash = *made.as_bytes();
            *rest.first_chunk_mut::<4>().ok_or(Error::Internal)? = made.version().to_be_bytes();
            Ok(())
        })
    }
}
