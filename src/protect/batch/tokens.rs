//! Tokens of many cards.

use super::card::CardStep;
use super::record::{BatchReport, PAN_RECORD, TOKEN_RECORD, read, refuse};
use super::walk::walk;
use crate::card::pan::MAX_DIGITS;
use crate::crypto::ff1::lanes::{FEW, Few, Many};
use crate::error::{Error, Result};
use crate::protect::layout::LayoutChoice;
use crate::protect::token_keys::{SLOTS, TokenKeys};
use crate::protect::tokenizer::Tokenizer;

impl Tokenizer {
    /// The tokens of a batch of card numbers under the current key; [`batch`](crate::protect::batch) has the layout of
    /// the records.
    ///
    /// A thousand cards or more make the most of it; they may be of any lengths, mixed.
    ///
    /// Statuses: those of [`Pan::parse`](crate::card::Pan::parse), and [`Error::LayoutRefused`] where the layout is not
    /// for the length of a card number.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are more records on one side than on the other.
    pub fn tokenize_all(
        &self,
        pans: &[[u8; PAN_RECORD]],
        layout: LayoutChoice,
        out: &mut [[u8; TOKEN_RECORD]],
    ) -> Result<BatchReport> {
        if pans.len() != out.len() {
            return Err(Error::Argument);
        }
        let mut report = BatchReport::default();
        for (pans, out) in pans.chunks(CHUNK).zip(out.chunks_mut(CHUNK)) {
            tokenize_chunk(self.current_keys(), pans, layout, out, &mut report)?;
        }
        self.add_to_count(report.done);
        Ok(report)
    }
}

/// Cards that are sorted by slot together: their places are kept on the stack.
const CHUNK: usize = 4096;

fn tokenize_chunk(
    keys: &TokenKeys,
    pans: &[[u8; PAN_RECORD]],
    layout: LayoutChoice,
    out: &mut [[u8; TOKEN_RECORD]],
    report: &mut BatchReport,
) -> Result<()> {
    // A counting sort by slot: how many of each, where each slot begins, then each card at its place.
    let mut slots = [NO_SLOT; CHUNK];
    let mut counts = [0usize; SLOTS];
    for ((pan, out), slot) in pans.iter().zip(out.iter_mut()).zip(&mut slots) {
        match slot_of(pan, layout) {
            Ok(found) => {
                *slot = found;
                if let Some(count) = counts.get_mut(usize::from(found)) {
                    *count = count.saturating_add(1);
                }
            }
            Err(error) => {
                refuse(out, error);
                report.refused = report.refused.saturating_add(1);
            }
        }
    }
    let mut ends = [0usize; SLOTS];
    let mut end = 0usize;
    for (place, count) in ends.iter_mut().zip(counts) {
        *place = end;
        end = end.saturating_add(count);
    }
    let mut members = [0u16; CHUNK];
    for (card, slot) in (0u16..).zip(slots.iter().take(pans.len())) {
        if let Some(end) = ends.get_mut(usize::from(*slot)) {
            *members.get_mut(*end).ok_or(Error::Internal)? = card;
            *end = end.saturating_add(1);
        }
    }
    for (slot, (end, count)) in ends.into_iter().zip(counts).enumerate() {
        let members = members.get(end.saturating_sub(count)..end).ok_or(Error::Internal)?;
        if members.is_empty() {
            continue;
        }
        let (ff1, length, layout) = keys.slot(slot).ok_or(Error::Internal)?;
        let step = CardStep::new(ff1, layout, length)?;
        match count {
            ..=FEW => walk::<Few>(ff1, &step, members, pans, out, report)?,
            _ => walk::<Many>(ff1, &step, members, pans, out, report)?,
        }
    }
    Ok(())
}

/// The slot that the length of a card number gives it, or why it has none. Its digits are looked at in the lanes.
#[inline(always)]
fn slot_of(pan: &[u8; PAN_RECORD], layout: LayoutChoice) -> Result<u8> {
    let [.., length] = *pan;
    let length = usize::from(length);
    let slot = match length {
        13..=MAX_DIGITS => layout.resolve(length),
        _ => Err(Error::PanLength),
    };
    let place = match slot {
        Ok(layout) => TokenKeys::place(length, layout).ok_or(Error::LayoutRefused)?,
        // What is wrong with the card itself is said first, as single calls do.
        Err(error) => return read(pan).and(Err(error)),
    };
    u8::try_from(place).map_err(|_| Error::Internal)
}

/// No slot: the card was refused.
const NO_SLOT: u8 = u8::MAX;
