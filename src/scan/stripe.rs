//! Eight blocks in a row, a stripe: their masks are one value, so that joining and moving all of them is an instruction or two.

use core::ops::{BitAnd, BitOr, Not};

use super::lanes::{BLOCKS, Class, Eights, Lanes};

/// Which bytes of a stripe are something: a bit for each.
#[derive(Clone, Copy)]
pub(super) struct Stripe<L: Eights>(L, L::Eight);

impl<L: Eights> Stripe<L> {
    #[inline(always)]
    pub(super) fn of(lanes: L, masks: [u64; BLOCKS]) -> Self {
        Self(lanes, lanes.eight(masks))
    }

    #[inline(always)]
    pub(super) fn none(lanes: L) -> Self {
        Self::of(lanes, [0; BLOCKS])
    }

    /// The masks of its blocks.
    #[inline(always)]
    pub(super) fn each(self) -> [u64; BLOCKS] {
        self.0.each(self.1)
    }

    /// Which blocks have such bytes, the first in the lowest bit.
    #[inline(always)]
    pub(super) fn blocks(self) -> u8 {
        self.0.nonzero(self.1)
    }

    /// Moved to later bytes by `by`, from 1 to 63, with what moves in from the stripe before.
    #[inline(always)]
    pub(super) fn up(self, before: Self, by: u32) -> Self {
        let Self(lanes, now) = self;
        let from = lanes.earlier(lanes.one_later(now, before.1), u64::BITS.wrapping_sub(by));
        Self(lanes, lanes.or(lanes.later(now, by), from))
    }

    /// Moved to earlier bytes by one, without what would move in from the block behind.
    #[inline(always)]
    pub(super) fn down(self) -> Self {
        Self(self.0, self.0.earlier(self.1, 1))
    }
}

impl<L: Lanes> Stripe<L> {
    #[inline(always)]
    pub(super) fn of_class(lanes: L, sorted: L::Sorted<'_>, class: Class) -> Self {
        Self(lanes, lanes.class(sorted, class))
    }
}

impl<L: Eights> BitAnd for Stripe<L> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0, self.0.and(self.1, other.1))
    }
}

impl<L: Eights> BitOr for Stripe<L> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0, self.0.or(self.1, other.1))
    }
}

impl<L: Eights> Not for Stripe<L> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0, self.0.xor(self.1, self.0.eight([u64::MAX; BLOCKS])))
    }
}
