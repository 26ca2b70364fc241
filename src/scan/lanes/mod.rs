//! Which bytes of a text are digits, which may stand between digits: sixty-four bytes at a time, by whatever instructions the
//! processor has.
//!
//! A mask has one bit for each byte of a block, the first byte in the lowest bit.

#[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
mod avx2;
#[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
mod avx512;
mod words;

#[cfg(test)]
pub(super) mod tests;

use words::Words;

/// How many bytes a block has.
pub(super) const BLOCK: usize = 64;

/// How many blocks a stripe has.
pub(super) const BLOCKS: usize = 8;

/// The bytes of a stripe.
pub(super) type Bytes = [[u8; BLOCK]; BLOCKS];

/// What stands behind the end of a text. It must be in no class: else a run that a text ends with would never end.
pub(super) const NOTHING: u8 = b'?';

/// What a byte may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// An ASCII digit.
    Digit,
    /// A gap that is one ASCII byte, in whatever writings.
    Gap,
    /// A gap that ends a line, or `_`; without vector instructions any gap.
    Line,
    /// A digit that begins card numbers whatever the second one is. Means nothing of other bytes; nor do the next three.
    First,
    /// A digit that begins card numbers whose second digit is one of `Second`.
    RareFirst,
    Second,
    /// The digit 3, with which ASCII digits begin in hexadecimal.
    Three,
    Colon,
    Percent,
    /// Not ASCII.
    High,
}

/// Instructions on eight masks at once.
pub(super) trait Eights: Copy {
    type Eight: Copy;
    fn eight(self, masks: [u64; BLOCKS]) -> Self::Eight;
    fn each(self, eight: Self::Eight) -> [u64; BLOCKS];
    /// Which are not zero, the first in the lowest bit.
    fn nonzero(self, eight: Self::Eight) -> u8;
    fn and(self, one: Self::Eight, other: Self::Eight) -> Self::Eight;
    fn or(self, one: Self::Eight, other: Self::Eight) -> Self::Eight;
    fn xor(self, one: Self::Eight, other: Self::Eight) -> Self::Eight;
    /// The last mask of `before`, and all of `now` but the last.
    fn one_later(self, now: Self::Eight, before: Self::Eight) -> Self::Eight;
    /// Each mask moved to later bytes by `by`, below 64.
    fn later(self, masks: Self::Eight, by: u32) -> Self::Eight;
    /// Each mask moved to earlier bytes by `by`, below 64.
    fn earlier(self, masks: Self::Eight, by: u32) -> Self::Eight;
}

/// Instructions that tell bytes apart.
pub(super) trait Lanes: Eights {
    /// A stripe, made ready to be asked for classes.
    type Sorted<'a>: Copy;

    /// Makes a stripe ready; all but its first blocks, `count` of them, hold nothing.
    fn sorted(self, bytes: &Bytes, count: usize) -> Self::Sorted<'_>;
    /// The masks of a class.
    fn class(self, sorted: Self::Sorted<'_>, class: Class) -> Self::Eight;
    /// Has the memory at `place` of a text, or behind it, brought near.
    fn fetch(self, text: &[u8], place: usize);
    /// Bytes of a block that are not ASCII.
    fn high(self, block: &[u8; BLOCK]) -> u64;
    /// Bytes that are this one.
    fn equal(self, block: &[u8; BLOCK], byte: u8) -> u64;
    /// Likewise for several bytes, each by itself.
    #[inline(always)]
    fn equal_each<const N: usize>(self, block: &[u8; BLOCK], bytes: [u8; N]) -> [u64; N] {
        let mut masks = [0; N];
        for (mask, byte) in masks.iter_mut().zip(bytes) {
            *mask = self.equal(block, byte);
        }
        masks
    }
    /// Bytes that are one of these.
    #[inline(always)]
    fn among<const N: usize>(self, block: &[u8; BLOCK], bytes: [u8; N]) -> u64 {
        let mut mask = 0;
        for byte in bytes {
            mask |= self.equal(block, byte);
        }
        mask
    }
}

/// Work that is compiled once for each kind of instructions.
pub(super) trait Work {
    type Output;
    fn with<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Does work with the widest instructions that this processor has.
#[inline]
pub(super) fn with_widest<W: Work>(work: W) -> W::Output {
    #[cfg(test)]
    match tests::INSTRUCTIONS.get() {
        tests::Instructions::Widest => {}
        tests::Instructions::None => return work.with(Words),
        #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
        tests::Instructions::Avx2 => {
            if let Some(lanes) = pulp::x86::V3::try_new() {
                return lanes.vectorize(
                    #[inline(always)]
                    || work.with(lanes),
                );
            }
        }
    }
    #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
    {
        if let Some(lanes) = pulp::x86::V4::try_new() {
            return lanes.vectorize(
                #[inline(always)]
                || work.with(lanes),
            );
        }
        if let Some(lanes) = pulp::x86::V3::try_new() {
            return lanes.vectorize(
                #[inline(always)]
                || work.with(lanes),
            );
        }
    }
    work.with(Words)
}
