//! Strings of digits, as lanes take them and give them back.

use super::columns::{Columns, LaneWork};
use super::word;
use crate::crypto::ff1::numeral;
use crate::crypto::ff1::shape::Shape;

/// Bases as they are put. Of each half the last eight digits as a word, of which vectors make a number; what leads them in
/// strings of 17 to 19 digits as a number.
pub(super) struct Strings {
    u: usize,
    v: usize,
}

impl Strings {
    pub(super) fn new(shape: &Shape) -> Self {
        Self { u: shape.u(), v: shape.v() }
    }

    /// The words of both halves of a string, and their leading digits.
    ///
    /// Eight bytes are read where there are eight, whatever of them is needed: a copy of as many bytes as there are digits
    /// would wait for its stores.
    #[inline(always)]
    pub(super) fn pack(&self, string: &[u8]) -> [u64; 3] {
        let Self { u, v } = *self;
        if v > 8 {
            let (left, right) = string.split_at_checked(u).unwrap_or_default();
            let ((a, a_leading), (b, b_leading)) = (leading(left), leading(right));
            return [a, b, b_leading << 32 | a_leading];
        }
        let (first, last) = match (string.first_chunk(), string.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_be_bytes(*first), u64::from_be_bytes(*last)),
            _ => {
                let word =
                    |four: Option<&[u8; 4]>| u64::from(u32::from_be_bytes(four.copied().unwrap_or_default()));
                (word(string.first_chunk()) << 32, word(string.last_chunk()))
            }
        };
        [first.unbounded_shr(bits(8, u)), last & word::last(v), 0]
    }

    /// Writes what became of words and leading digits.
    #[inline(always)]
    pub(super) fn unpack(&self, [a, b, leading]: [u64; 3], string: &mut [u8]) {
        let Self { u, v } = *self;
        if v > 8 {
            if let Some((left, right)) = string.split_at_mut_checked(u) {
                lead(a, leading & 0xffff_ffff, left);
                lead(b, leading >> 32, right);
            }
            return;
        }
        // Both halves one after the other are at most 16 digits: the first eight and the last.
        let first = a.unbounded_shl(bits(8, u)) | b.unbounded_shr(bits(string.len(), 8));
        let last = a.unbounded_shl(bits(v, 0)) | b;
        if let Some(bytes) = string.first_chunk_mut() {
            *bytes = first.to_be_bytes();
            if let Some(bytes) = string.last_chunk_mut() {
                *bytes = last.to_be_bytes();
            }
            return;
        }
        // Six or seven: `last` has them all.
        for (digit, byte) in string.iter_mut().rev().zip(last.to_le_bytes()) {
            *digit = byte;
        }
    }
}

impl LaneWork for Strings {
    #[inline(always)]
    fn read<const L: usize>(&self, columns: &mut Columns<L>) {
        let Columns { head, tail, a, b, own } = columns;
        let leading;
        [*head, *tail, *a, *b, leading] = *own;
        for (a, b) in a.iter_mut().zip(&mut *b) {
            (*a, *b) = (word::number_of(*a), word::number_of(*b));
        }
        if self.v > 8 {
            for ((a, b), leading) in a.iter_mut().zip(b).zip(leading) {
                *a = a.wrapping_add((leading & 0xffff_ffff).wrapping_mul(TEN_TO_8));
                *b = b.wrapping_add((leading >> 32).wrapping_mul(TEN_TO_8));
            }
        }
    }

    #[inline(always)]
    fn write<const L: usize>(&self, columns: &mut Columns<L>) {
        let Columns { a, b, own: [_, _, to_a, to_b, leading], .. } = columns;
        if self.v > 8 {
            for ((a, b), leading) in a.iter_mut().zip(&mut *b).zip(leading) {
                let (above_a, above_b) = (above_8(*a), above_8(*b));
                *leading = above_b << 32 | above_a;
                *a = a.wrapping_sub(above_a.wrapping_mul(TEN_TO_8));
                *b = b.wrapping_sub(above_b.wrapping_mul(TEN_TO_8));
            }
        }
        for ((to_a, to_b), (a, b)) in to_a.iter_mut().zip(to_b).zip(a.iter().zip(b)) {
            (*to_a, *to_b) = (word::word_of(*a), word::word_of(*b));
        }
    }
}

const TEN_TO_8: u64 = 100_000_000;

/// floor(n / 10^8) for n below 10^10: 10^8 = 2^8 5^8, and floor(x / 5^8) = floor(x 2882303762 / 2^50) for x below 2^26. A
/// product of two words is one instruction.
#[inline(always)]
fn above_8(number: u64) -> u64 {
    ((number >> 8) & 0xffff_ffff).wrapping_mul(2_882_303_762) >> 50
}

/// The last eight digits of a half of eight or more as a word, and the number that leads them.
#[inline(always)]
fn leading(half: &[u8]) -> (u64, u64) {
    let (leading, eight) = half.split_last_chunk().unwrap_or((&[], &[0; 8]));
    (u64::from_be_bytes(*eight), numeral::read(leading))
}

/// Writes a number of up to two digits and eight digits after it.
#[inline(always)]
fn lead(word: u64, number: u64, half: &mut [u8]) {
    if let Some((leading, eight)) = half.split_last_chunk_mut() {
        numeral::write(number, leading);
        *eight = word.to_be_bytes();
    }
}

/// The bits of `places` less `others` bytes.
#[inline(always)]
fn bits(places: usize, others: usize) -> u32 {
    u32::try_from(places.saturating_sub(others)).unwrap_or_default() << 3
}

#[cfg(test)]
mod tests {
    use super::above_8;

    #[test]
    fn what_is_above_eight_digits_is_exact() {
        for leading in 0..100u64 {
            for number in [0, 1, 255, 256, 49_999_999, 99_999_744, 99_999_998, 99_999_999] {
                assert_eq!(above_8(leading * 100_000_000 + number), leading);
            }
        }
    }
}
