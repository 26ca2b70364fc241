//! Sealed records of many cards.

use super::record::{BatchReport, PAN_RECORD, SEALED_RECORD, digits, refuse, status, text};
use crate::card::id::check as check_id;
use crate::card::spot::holds_card_number;
use crate::crypto::aead::NONCE_LENGTH;
use crate::error::{Error, Result};
use crate::protect::seal_key::SEALED_PAN;
use crate::protect::sealed::AssociatedData;
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
        let mut batch = Batch {
            sealer: self,
            ids,
            associated: self.key().associated(),
            ended: None,
            report: BatchReport::default(),
        };
        for (pans, out) in pans.chunks(CHUNK).zip(out.chunks_mut(CHUNK)) {
            batch.seal_chunk(pans, out);
        }
        Ok(batch.report)
    }
}

/// Cards whose nonces are drawn and whose message numbers are taken together. The nonces are kept on the stack.
const CHUNK: usize = 1024;

/// A batch on its way.
struct Batch<'a> {
    sealer: &'a Sealer,
    /// The ids of the cards that are not sealed yet.
    ids: Packed<'a>,
    associated: AssociatedData,
    /// Why nothing more is sealed.
    ended: Option<Error>,
    report: BatchReport,
}

impl Batch<'_> {
    fn seal_chunk(&mut self, pans: &[[u8; PAN_RECORD]], out: &mut [[u8; SEALED_RECORD]]) {
        // What is wrong with single cards comes first: message numbers are for those that are sealed.
        let mut good = 0usize;
        for ((pan, id), out) in pans.iter().zip(self.ids.clone()).zip(out.iter_mut()) {
            match check_one(pan, id) {
                Ok(()) => {
                    *out = [0; SEALED_RECORD];
                    good = good.saturating_add(1);
                }
                Err(error) => refuse(out, error),
            }
        }
        let mut nonces = [[0; NONCE_LENGTH]; CHUNK];
        let nonces = nonces.get_mut(..good).unwrap_or_default();
        let (permitted, no_more) = match self.ended {
            None if good > 0 => self.sealer.start_many(nonces),
            _ => (0, Ok(())),
        };
        let mut nonces = nonces.iter().take(permitted);
        for ((pan, id), out) in pans.iter().zip(self.ids.by_ref()).zip(out) {
            if self.ended.is_none() && status(out) != 0 {
                self.report.refused = self.report.refused.saturating_add(1);
                continue;
            }
            let outcome = match (self.ended, nonces.next()) {
                (Some(error), _) => Err(error),
                (None, None) => no_more.and(Err(Error::Internal)),
                (None, Some(nonce)) => seal_one(self.sealer, nonce, self.associated.of(id), pan, out),
            };
            if let Err(error) = outcome
                && error.number() >= 300
            {
                self.ended = Some(error);
            }
            self.report.count(outcome, out);
        }
    }
}

fn check_one(pan: &[u8; PAN_RECORD], id: &[u8]) -> Result<()> {
    digits(pan)?;
    check_id(id)?;
    // The gate hears of no record id with a card number in it.
    if holds_card_number(id) { Err(Error::HoldsPan) } else { Ok(()) }
}

/// Seals a card that was checked straight into its record.
fn seal_one(
    sealer: &Sealer,
    nonce: &[u8; NONCE_LENGTH],
    associated: &[u8],
    pan: &[u8; PAN_RECORD],
    out: &mut [u8; SEALED_RECORD],
) -> Result<()> {
    let place = out.first_chunk_mut::<SEALED_PAN>().ok_or(Error::Internal)?;
    sealer.key().seal_digits(nonce, associated, text(pan)?, place)
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
