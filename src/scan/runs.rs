//! Runs of digits and gaps in two neighbouring blocks, taken apart by their masks.

use super::lanes::BLOCK;
use super::number::FEWEST;

/// Runs of digits and gaps in a block, and where they are worth reading.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Runs {
    pub(super) hints: u64,
    pub(super) digits: u64,
    pub(super) joined: u64,
    /// Where else reading is worthwhile.
    pub(super) others: u64,
}

/// The masks of a block and the one before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    now: Runs,
    before: Runs,
    /// A run with a hint goes on from the earlier block: it is read when its end is seen.
    goes_on: bool,
}

/// A run of digits and gaps that is worth reading.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// Its groups.
    Groups(Groups),
    /// It has 64 bytes or more.
    TooLong,
}

/// What is left of a run of fewer than 64 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Groups {
    /// Bit 63 is the run's last byte.
    digits: u64,
    /// The place behind the run, in bytes from the beginning of the later block.
    pub(super) end: usize,
}

/// A group of digits in a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// How many bytes before the run's end it begins.
    pub(super) back: usize,
    pub(super) length: usize,
    /// The length of the group behind it; 0 where there is none.
    pub(super) next: usize,
    /// The digits of the run from here on: bit 0 is the group's first.
    pub(super) digits: u64,
}

impl Pair {
    /// Moves on to a block.
    #[inline(always)]
    pub(super) const fn move_to(&mut self, before: Runs, now: Runs) {
        self.before = before;
        self.now = now;
    }

    /// Whether a run with a hint waits for its end.
    #[inline(always)]
    pub(super) const fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Whether other characters than ASCII digits and gaps are about.
    #[inline(always)]
    pub(super) const fn has_others(&self) -> bool {
        self.now.others | self.before.others != 0
    }

    /// All hints of the later block, for reading character by character, and whether a run that the earlier one ends with
    /// waits.
    pub(super) fn take_hints(&mut self) -> (u64, bool) {
        (core::mem::take(&mut self.now.hints) | self.now.others, core::mem::take(&mut self.goes_on))
    }

    /// The next run with a hint that ends in the later block; what goes on into the next one waits.
    #[inline(always)]
    pub(super) fn next_run(&mut self) -> Option<Run> {
        let Self { now, before, .. } = *self;
        let from = if self.goes_on {
            0
        } else if now.hints != 0 {
            now.hints.trailing_zeros()
        } else {
            return None;
        };
        let end = from.wrapping_add((now.joined >> from).trailing_ones());
        if end >= u64::BITS {
            self.now.hints = 0;
            self.goes_on = true;
            return None;
        }
        let joined = ending_at(now.joined, before.joined, end);
        let length = joined.leading_ones();
        if length >= u64::BITS {
            return Some(Run::TooLong);
        }
        self.goes_on = false;
        // Behind the run, hints belong to others.
        self.now.hints &= u64::MAX << end;
        let run = !(u64::MAX >> length);
        Some(Run::Groups(Groups {
            digits: ending_at(now.digits, before.digits, end) & run,
            end: end as usize,
        }))
    }
}

/// The 64 bits before bit `end` of a block, which is below 64: some of them are of the block before.
#[inline(always)]
const fn ending_at(now: u64, before: u64, end: u32) -> u64 {
    match end {
        0 => before,
        _ => now << (u64::BITS.wrapping_sub(end)) | before >> end,
    }
}

impl Groups {
    /// The next group that has enough digits with those behind it.
    #[inline(always)]
    pub(super) fn next_group(&mut self) -> Option<Group> {
        if (self.digits.count_ones() as usize) < FEWEST {
            return None;
        }
        let first = self.digits.trailing_zeros();
        let digits = self.digits >> first;
        let length = digits.trailing_ones();
        // The lowest bits of a group go by adding one to it; what carries out of the top is gone.
        self.digits &= self.digits.wrapping_add(1 << first);
        let behind = self.digits;
        let next = if behind == 0 { 0 } else { (behind >> behind.trailing_zeros()).trailing_ones() };
        let (length, next) = (length as usize, next as usize);
        Some(Group { back: BLOCK.wrapping_sub(first as usize), length, next, digits })
    }
}
