//! Any processor: loops over bytes, of which the compiler makes vector instructions where it may count on some (SSE2, NEON).

use super::{BLOCK, BLOCKS, Bytes, Class, Eights, Lanes, each_block};

/// Instructions that every processor has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words;

impl Eights for Words {
    type Eight = [u64; BLOCKS];

    #[inline(always)]
    fn eight(self, masks: [u64; BLOCKS]) -> [u64; BLOCKS] {
        masks
    }

    #[inline(always)]
    fn each(self, eight: [u64; BLOCKS]) -> [u64; BLOCKS] {
        eight
    }

    #[inline(always)]
    fn nonzero(self, eight: [u64; BLOCKS]) -> u8 {
        eight.iter().rev().fold(0, |bits, mask| bits << 1 | u8::from(*mask != 0))
    }

    #[inline(always)]
    fn and(self, one: [u64; BLOCKS], other: [u64; BLOCKS]) -> [u64; BLOCKS] {
        zipped(one, other, |one, other| one & other)
    }

    #[inline(always)]
    fn or(self, one: [u64; BLOCKS], other: [u64; BLOCKS]) -> [u64; BLOCKS] {
        zipped(one, other, |one, other| one | other)
    }

    #[inline(always)]
    fn xor(self, one: [u64; BLOCKS], other: [u64; BLOCKS]) -> [u64; BLOCKS] {
        zipped(one, other, |one, other| one ^ other)
    }

    #[inline(always)]
    fn one_later(self, now: [u64; BLOCKS], before: [u64; BLOCKS]) -> [u64; BLOCKS] {
        let [a, b, c, d, e, f, g, _] = now;
        let [.., before] = before;
        [before, a, b, c, d, e, f, g]
    }

    #[inline(always)]
    fn later(self, masks: [u64; BLOCKS], by: u32) -> [u64; BLOCKS] {
        masks.map(|mask| mask << by)
    }

    #[inline(always)]
    fn earlier(self, masks: [u64; BLOCKS], by: u32) -> [u64; BLOCKS] {
        masks.map(|mask| mask >> by)
    }
}

impl Lanes for Words {
    type Sorted<'a> = &'a [[u8; BLOCK]];

    #[inline(always)]
    fn sorted(self, bytes: &Bytes, count: usize) -> &[[u8; BLOCK]] {
        bytes.get(..count).unwrap_or(bytes)
    }

    #[inline(always)]
    fn class(self, blocks: &[[u8; BLOCK]], class: Class) -> [u64; BLOCKS] {
        let gap = |byte: u8| {
            let line = (byte == b'\n') | (byte == b'\r') | (byte == b'_');
            (byte == b' ') | (byte == b'+') | (byte.wrapping_sub(b'-') < 3) | line
        };
        let each = |is: fn(u8) -> bool| each_block(self, blocks, |block| mask_of(block, is));
        match class {
            Class::Digit => each(|byte| byte.wrapping_sub(b'0') < 10),
            Class::Gap | Class::Line => each_block(self, blocks, |block| mask_of(block, gap)),
            // Each of these masks costs as much as it would save.
            Class::First => [u64::MAX; BLOCKS],
            Class::RareFirst | Class::Second => [0; BLOCKS],
            Class::Three => each(|byte| byte == b'3'),
            Class::Colon => each(|byte| byte == b':'),
            Class::Percent => each(|byte| byte == b'%'),
            Class::High => each(|byte| byte >= 0x80),
        }
    }

    #[inline(always)]
    fn fetch(self, _text: &[u8], _place: usize) {}

    #[inline(always)]
    fn high(self, block: &[u8; BLOCK]) -> u64 {
        mask_of(block, |byte| byte >= 0x80)
    }

    #[inline(always)]
    fn equal(self, block: &[u8; BLOCK], wanted: u8) -> u64 {
        mask_of(block, |byte| byte == wanted)
    }

    #[inline(always)]
    fn among<const N: usize>(self, block: &[u8; BLOCK], wanted: [u8; N]) -> u64 {
        mask_of(block, |byte| wanted.iter().fold(false, |is, wanted| is | (byte == *wanted)))
    }
}

/// The bytes that are so.
#[inline(always)]
fn mask_of(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let mut bits = [0u8; BLOCK];
    for ((bit, byte), weight) in bits.iter_mut().zip(block).zip(WEIGHTS) {
        *bit = weight & 0u8.wrapping_sub(u8::from(is(*byte)));
    }
    let rows = bits.as_chunks::<8>().0.iter().fold(0, |rows, word| rows | u64::from_le_bytes(*word));
    transposed(rows)
}

/// Another bit in the bytes of each word: eight words become eight rows of one.
const WEIGHTS: [u8; BLOCK] = weights();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while compiling")]
const fn weights() -> [u8; BLOCK] {
    let mut weights = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        weights[at] = 1 << (at / 8);
        at += 1;
    }
    weights
}

/// Eight rows of eight bits, with columns for rows.
#[inline(always)]
const fn transposed(rows: u64) -> u64 {
    let swap = (rows ^ rows >> 7) & 0x00aa_00aa_00aa_00aa;
    let rows = rows ^ swap ^ swap << 7;
    let swap = (rows ^ rows >> 14) & 0x0000_cccc_0000_cccc;
    let rows = rows ^ swap ^ swap << 14;
    let swap = (rows ^ rows >> 28) & 0x0000_0000_f0f0_f0f0;
    rows ^ swap ^ swap << 28
}

#[inline(always)]
fn zipped(one: [u64; BLOCKS], other: [u64; BLOCKS], join: impl Fn(u64, u64) -> u64) -> [u64; BLOCKS] {
    let mut both = one;
    for (mask, other) in both.iter_mut().zip(other) {
        *mask = join(*mask, other);
    }
    both
}
