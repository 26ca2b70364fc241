//! The cycle walk of many cards of one slot, in full lanes: a card whose string still passes Luhn goes round again
//! beside the next ones.

use super::card::{CardStep, NO_CARD};
use super::record::{BatchReport, PAN_RECORD, TOKEN_RECORD, read};
use crate::crypto::ff1::FixedFf1;
use crate::crypto::ff1::lanes::Side;
use crate::crypto::ff1::rounds::Sign;
use crate::error::{Error, Result};
use crate::protect::token_keys::MAX_STEPS;

/// Which card of the batch is in a lane, and how many steps it has taken.
#[derive(Clone, Copy, Default)]
struct Walker {
    card: u16,
    steps: u16,
}

/// Tokenizes the cards `members` of a batch, which are of one length and layout.
pub(super) fn walk<S: Side>(
    ff1: &FixedFf1,
    step: &CardStep,
    members: &[u16],
    pans: &[[u8; PAN_RECORD]],
    out: &mut [[u8; TOKEN_RECORD]],
    report: &mut BatchReport,
) -> Result<()> {
    let mut lanes = S::empty();
    let mut walkers = [Walker::default(); MOST_LANES];
    let mut waiting = members;
    let mut active = 0usize;
    loop {
        let free = S::ROOM.saturating_sub(active);
        let (next, rest) = waiting.split_at_checked(free).unwrap_or((waiting, &[]));
        waiting = rest;
        for (card, walker) in next.iter().zip(walkers.iter_mut().skip(active)) {
            let record = pans.get(usize::from(*card)).ok_or(Error::Internal)?;
            lanes.put(active, step.fresh(record));
            *walker = Walker { card: *card, steps: 0 };
            active = active.saturating_add(1);
        }
        if active == 0 {
            return Ok(());
        }
        lanes.permute(ff1, Sign::Plus, step, active);
        let mut staying = 0usize;
        for at in 0..active {
            let row @ [_, _, _, _, residue] = lanes.get(at);
            let Some(Walker { card, steps }) = walkers.get(at).copied() else { return Err(Error::Internal) };
            let record = out.get_mut(usize::from(card)).ok_or(Error::Internal)?;
            let steps = steps.saturating_add(1);
            match residue {
                1..=9 => {
                    *record = step.token(row);
                    report.done = report.done.saturating_add(1);
                }
                NO_CARD => {
                    // The slow way says what is wrong.
                    let pan = pans.get(usize::from(card)).ok_or(Error::Internal)?;
                    report.count(read(pan).and(Err(Error::Internal)), record);
                }
                _ if usize::from(steps) >= MAX_STEPS => report.count(Err(Error::WalkExhausted), record),
                _ => {
                    lanes.put(staying, CardStep::again(row));
                    *walkers.get_mut(staying).ok_or(Error::Internal)? = Walker { card, steps };
                    staying = staying.saturating_add(1);
                }
            }
        }
        active = staying;
    }
}

/// The room of the widest [`Side`].
const MOST_LANES: usize = 128;
