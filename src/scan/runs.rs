//! Runs of digits and gaps in two neighbouring blocks, taken apart by their masks.

use super::blocks::BLOCK;
use super::hints::Runs;
use super::number::FEWEST;

/// The masks of a block and the one before it, the earlier bytes in the lower bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    digits: u128,
    joined: u128,
    /// Hints in runs that end in the later block.
    hints: u64,
    /// A run with a hint goes on from the earlier block: it is read when its end is seen.
    goes_on: bool,
    /// Where else in the later block reading is worthwhile, and whether there was anything in the earlier one.
    others: u64,
    others_before: bool,
}

/// A run of digits and gaps that is worth reading.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// Its groups.
    Groups(Groups),
    /// It begins before both blocks.
    TooLong,
}

/// What is left of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Groups {
    digits: u128,
    /// The place behind the run, in bytes from the beginning of the earlier block.
    pub(super) end: usize,
}

impl Pair {
    /// Moves on by a block.
    #[inline(always)]
    pub(super) fn next(&mut self, runs: Runs, others: u64) {
        self.digits = self.digits >> BLOCK | u128::from(runs.digits) << BLOCK;
        self.joined = self.joined >> BLOCK | u128::from(runs.joined) << BLOCK;
        self.others_before = self.others != 0;
        self.others = others;
        self.hints = runs.hints;
    }

    /// Whether there is any hint.
    #[inline(always)]
    pub(super) const fn worth_reading(&self) -> bool {
        self.hints | self.others != 0 || self.goes_on
    }

    /// Whether other characters than ASCII digits and gaps are about.
    pub(super) const fn has_others(&self) -> bool {
        self.others != 0 || self.others_before
    }

    /// All hints of the later block, for reading character by character, and whether a run that the earlier one ends with
    /// waits.
    pub(super) fn take_hints(&mut self) -> (u64, bool) {
        (core::mem::take(&mut self.hints) | self.others, core::mem::take(&mut self.goes_on))
    }

    /// The next run with a hint that ends in the later block; what goes on into the next one waits.
    #[inline]
    pub(super) fn next_run(&mut self) -> Option<Run> {
        // A run that goes on reaches the earlier block's last byte.
        let at = if self.goes_on {
            BLOCK.wrapping_sub(1)
        } else if self.hints != 0 {
            BLOCK.wrapping_add(self.hints.trailing_zeros() as usize)
        } else {
            return None;
        };
        let length = (self.joined >> at).trailing_ones() as usize;
        let end = at.wrapping_add(length);
        if end >= 2 * BLOCK {
            self.hints = 0;
            self.goes_on = true;
            return None;
        }
        let above = 127usize.wrapping_sub(at);
        let before = (self.joined << above).leading_ones() as usize;
        let begin = at.wrapping_add(1).saturating_sub(before);
        if begin == 0 {
            return Some(Run::TooLong);
        }
        self.goes_on = false;
        // Behind the run, hints belong to others.
        self.hints &= u64::MAX.checked_shl(end.saturating_sub(BLOCK) as u32).unwrap_or(0);
        let run = (u128::MAX << begin) & !(u128::MAX << end);
        Some(Run::Groups(Groups { digits: self.digits & run, end }))
    }
}

impl Groups {
    /// The next group that has enough digits with those behind it: its place and length.
    #[inline]
    pub(super) fn next_group(&mut self) -> Option<(usize, usize)> {
        if (self.digits.count_ones() as usize) < FEWEST {
            return None;
        }
        let first = self.digits.trailing_zeros();
        let length = (self.digits >> first).trailing_ones();
        self.digits &= u128::MAX.checked_shl(first.wrapping_add(length))?;
        Some((first as usize, length as usize))
    }
}
