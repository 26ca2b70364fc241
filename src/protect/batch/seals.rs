//! Sealed records of many cards.

use super::record::{BatchReport, PAN_RECORD, SEALED_RECORD, read, refuse};
use crate::card::id::RecordId;
use crate::error::{Error, Result};
use crate::protect::sealer::Sealer;

impl Sealer {
    /// Seals a batch of card numbers, each for its own record; [`batch`](crate::protect::batch) has the layout of the
    /// records. `record_ids` holds one id for each card, packed: a byte of length, then the id.
    ///
    /// Statuses: those of [`Pan::parse`](crate::card::Pan::parse), and [`Error::IdFormat`] or [`Error::HoldsPan`] for
    /// a record id. An error that concerns more than one card ([`Error::SealLimit`], [`Error::KeyPeriod`], 7xx) is the
    /// status of that card and all after it.
    ///
    /// # Errors
    /// [`Error::Argument`] if the numbers of cards, ids and output records differ, or this sealer's field is not
    /// `pan`; nothing is sealed then.
    pub fn seal_all(
        &self,
        pans: &[[u8; PAN_RECORD]],
        record_ids: &[u8],
        out: &mut [[u8; SEALED_RECORD]],
    ) -> Result<BatchReport> {
        let ids = Packed(record_ids);
        if pans.len() != out.len() || ids.count_all() != Some(pans.len()) {
            return Err(Error::Argument);
        }
        self.needs_pan_field()?;
        let mut report = BatchReport::default();
        let mut ended = None;
        for ((pan, id), out) in pans.iter().zip(ids).zip(out) {
            refuse(out, Error::Internal);
            let outcome = ended.map_or(Ok(()), Err).and_then(|()| self.seal_one(pan, id, out));
            if let Err(error) = outcome
                && error.number() >= 300
            {
                ended = Some(error);
            }
            report.count(outcome, out);
        }
        Ok(report)
    }

    fn seal_one(&self, pan: &[u8; PAN_RECORD], id: &[u8], out: &mut [u8; SEALED_RECORD]) -> Result<()> {
        let pan = read(pan)?;
        let record = RecordId::new(core::str::from_utf8(id).map_err(|_| Error::IdFormat)?)?;
        let sealed = self.seal_pan(&pan, &record)?;
        *out = [0; SEALED_RECORD];
        out.get_mut(..sealed.as_bytes().len()).ok_or(Error::Internal)?.copy_from_slice(sealed.as_bytes());
        Ok(())
    }
}

/// Texts one after the other, each behind a byte that says how long it is.
#[derive(Clone)]
struct Packed<'a>(&'a [u8]);

impl Packed<'_> {
    /// How many there are, if the last one is whole.
    fn count_all(&self) -> Option<usize> {
        let mut rest = self.clone();
        let count = rest.by_ref().count();
        rest.0.is_empty().then_some(count)
    }
}

impl<'a> Iterator for Packed<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first()?;
        let (text, rest) = rest.split_at_checked(usize::from(*length))?;
        self.0 = rest;
        Some(text)
    }
}
