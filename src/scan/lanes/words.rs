//! Any processor: shifts and ANDs of words, of which the compiler makes vector instructions where it may count on some (SSE2, NEON).
//!
//! The bits of the bytes are sorted first, all lowest bits into one mask, and so on to the highest: two transpositions, of
//! eight words by bytes, then by bits. A class is then a handful of ANDs of these eight masks, 64 bytes each.

use super::{BLOCK, BLOCKS, Bytes, Class, Eights, Lanes};

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

/// For each bit of a byte, the bytes that have it, the lowest bit first.
type Planes = [[u64; BLOCKS]; 8];

impl Lanes for Words {
    type Sorted<'a> = Planes;

    #[inline(always)]
    fn sorted(self, bytes: &Bytes, count: usize) -> Planes {
        let mut planes = [[0; BLOCKS]; 8];
        // Two blocks at a time: their words fill the registers.
        let pairs = bytes.as_chunks::<2>().0.iter().take(count.div_ceil(2));
        for (at, [one, other]) in pairs.enumerate() {
            let (one, other) = (one.as_chunks().0, other.as_chunks().0);
            let mut words = [[0; 2]; 8];
            for ((words, one), other) in words.iter_mut().zip(one).zip(other) {
                *words = [u64::from_le_bytes(*one), u64::from_le_bytes(*other)];
            }
            transpose(&mut words);
            for (plane, words) in planes.iter_mut().zip(words) {
                if let Some(pair) = plane.as_chunks_mut::<2>().0.get_mut(at) {
                    *pair = words;
                }
            }
        }
        planes
    }

    #[inline(always)]
    fn class(self, planes: Planes, class: Class) -> [u64; BLOCKS] {
        let mut masks = [0; BLOCKS];
        let [p0, p1, p2, p3, p4, p5, p6, p7] = planes;
        let planes = p0.into_iter().zip(p1).zip(p2).zip(p3).zip(p4).zip(p5).zip(p6).zip(p7);
        for (mask, (((((((p0, p1), p2), p3), p4), p5), p6), p7)) in masks.iter_mut().zip(planes) {
            // Bytes by their four high bits, as in a table of ASCII.
            let row0 = !(p7 | p6 | p5 | p4);
            let row2 = !(p7 | p6) & p5 & !p4;
            let row3 = !(p7 | p6) & p5 & p4;
            let row5 = !(p7 | p5) & p6 & p4;
            let line = row0 & p3 & (p2 ^ p1) & !(p2 ^ p0) | row5 & p3 & p2 & p1 & p0;
            *mask = match class {
                Class::Digit => row3 & !(p3 & (p2 | p1)),
                Class::Gap => row2 & (!(p3 | p2 | p1 | p0) | p3 & (p1 & p0 | p2 & (p1 | p0))) | line,
                Class::Line => line,
                Class::First => !p3 & (p2 ^ p1 & p0),
                Class::RareFirst => p3 | !p2 & p1 & !p0,
                Class::Second => !p3 & (p2 | p1 | p0),
                Class::Three => row3 & !(p3 | p2) & p1 & p0,
                Class::Colon => row3 & p3 & !p2 & p1 & !p0,
                Class::Percent => row2 & !p3 & p2 & !p1 & p0,
                Class::High => p7,
            };
        }
        masks
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
    fn equal_each<const N: usize>(self, block: &[u8; BLOCK], bytes: [u8; N]) -> [u64; N] {
        let mut words = [[0; 2]; 8];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
            *word = [u64::from_le_bytes(*bytes), 0];
        }
        transpose(&mut words);
        let mut masks = [u64::MAX; N];
        for (bit, [plane, _]) in words.into_iter().enumerate() {
            for (mask, byte) in masks.iter_mut().zip(bytes) {
                // All ones where the byte has not the bit.
                let without = u64::from(byte >> bit & 1).wrapping_sub(1);
                *mask &= plane ^ without;
            }
        }
        masks
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

/// Sorts the bits of eight words: bit `n` of byte `m` of word `k` goes to bit `8k + m` of word `n`. Of two blocks at once.
#[inline(always)]
fn transpose(words: &mut [[u64; 2]; 8]) {
    // By bytes: halves of words that are four apart, quarters of those two apart, and so on. Then likewise by bits.
    for (mask, by) in [(0x0000_0000_ffff_ffff, 32), (0x0f0f_0f0f_0f0f_0f0f, 4)] {
        let [a, b, c, d, e, f, g, h] = words;
        for (one, other) in [(a, e), (b, f), (c, g), (d, h)] {
            swap(one, other, by, mask);
        }
    }
    for (mask, by) in [(0x0000_ffff_0000_ffff, 16), (0x3333_3333_3333_3333, 2)] {
        let [a, b, c, d, e, f, g, h] = words;
        for (one, other) in [(a, c), (b, d), (e, g), (f, h)] {
            swap(one, other, by, mask);
        }
    }
    for (mask, by) in [(0x00ff_00ff_00ff_00ff, 8), (0x5555_5555_5555_5555, 1)] {
        let [a, b, c, d, e, f, g, h] = words;
        for (one, other) in [(a, b), (c, d), (e, f), (g, h)] {
            swap(one, other, by, mask);
        }
    }
}

/// Swaps what of the first lies outside of the mask with what of the second lies within, `by` bits lower.
#[inline(always)]
fn swap(one: &mut [u64; 2], other: &mut [u64; 2], by: u32, mask: u64) {
    for (one, other) in one.iter_mut().zip(other) {
        let differ = (*one >> by ^ *other) & mask;
        *other ^= differ;
        *one ^= differ << by;
    }
}

#[inline(always)]
fn zipped(one: [u64; BLOCKS], other: [u64; BLOCKS], join: impl Fn(u64, u64) -> u64) -> [u64; BLOCKS] {
    let mut both = one;
    for (mask, other) in both.iter_mut().zip(other) {
        *mask = join(*mask, other);
    }
    both
}
