//! Eight digits in a word: to a number, back, and their Luhn sum, without a loop over digits.
//!
//! A word holds up to eight digit values, the last digit in the lowest byte. Everything is shifts, additions and
//! products of 32 bits, so that loops over lanes become vector instructions.
//! Digits one by one do not.

/// The number that the digits write, below 10^8.
#[inline(always)]
pub(crate) fn number_of(word: u64) -> u64 {
    // Neighbours become numbers below 100, then 10^4, then 10^8. 10 z and 100 z as shifts: 64-bit products are slow.
    let pairs = (word & PAIRS).wrapping_add(times_10((word >> 8) & PAIRS));
    let fours = (pairs & FOURS).wrapping_add(times_100((pairs >> 16) & FOURS));
    (fours & 0xffff_ffff).wrapping_add((fours >> 32).wrapping_mul(10_000))
}

/// The digits of a number below 10^8.
#[inline(always)]
pub(crate) fn word_of(number: u64) -> u64 {
    // floor(n / 10^4) = floor(n 3518437209 / 2^45) for n below 2^32.
    let number = number & 0xffff_ffff;
    let upper = number.wrapping_mul(3_518_437_209) >> 45;
    let fours = upper << 32 | number.wrapping_sub(upper.wrapping_mul(10_000));
    // floor(n / 100) = floor(n 5243 / 2^19) for n below 10^4, in both halves.
    let lower = (fours & 0xffff_ffff).wrapping_mul(5_243) >> 19;
    let upper = lower | (fours >> 32).wrapping_mul(5_243) >> 19 << 32;
    let pairs = (upper << 16).wrapping_add(fours).wrapping_sub(times_100(upper));
    // floor(n / 10) = floor(n 103 / 2^10) for n below 100, in all four: 103 = 64 + 32 + 8 - 1.
    let product = (pairs << 6).wrapping_add(pairs << 5).wrapping_add(pairs << 3).wrapping_sub(pairs);
    let upper = (product >> 10) & 0x000f_000f_000f_000f;
    (upper << 8).wrapping_add(pairs).wrapping_sub(times_10(upper))
}

#[inline(always)]
const fn times_10(z: u64) -> u64 {
    (z << 3).wrapping_add(z << 1)
}

#[inline(always)]
const fn times_100(z: u64) -> u64 {
    (z << 6).wrapping_add(z << 5).wrapping_add(z << 2)
}

/// The bytes of the last `count` digits, of up to eight.
#[inline(always)]
pub(crate) const fn last(count: usize) -> u64 {
    match 8usize.checked_sub(count) {
        Some(others) if others < 8 => u64::MAX >> (others << 3),
        _ => 0,
    }
}

/// Which digits of a word Luhn doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doubled(u64);

impl Doubled {
    /// The pattern where `behind` digits follow the word's last one.
    #[inline(always)]
    pub(crate) const fn behind(behind: usize) -> Self {
        if behind & 1 == 0 { Self(!PAIRS) } else { Self(PAIRS) }
    }
}

/// The Luhn sum of the digits, at most 72.
#[inline(always)]
pub(crate) fn luhn_sum(word: u64, doubled: Doubled) -> u64 {
    let twice = word & doubled.0;
    // Twice the digit, less 9 from 5 on: bit 3 of a byte plus 3 says whether.
    let nines = (twice.wrapping_add(0x0303_0303_0303_0303) >> 3) & 0x0101_0101_0101_0101;
    let twice = (twice << 1).wrapping_sub(nines << 3).wrapping_sub(nines);
    let sums = (word & !doubled.0).wrapping_add(twice);
    let sums = (sums & PAIRS).wrapping_add((sums >> 8) & PAIRS);
    let sums = sums.wrapping_add(sums >> 16);
    sums.wrapping_add(sums >> 32) & 0xff
}

/// `sum` mod 10, for sums below 43,690.
#[inline(always)]
pub(crate) fn residue_of(sum: u64) -> u64 {
    sum.wrapping_sub((sum.wrapping_mul(6_554) >> 16).wrapping_mul(10))
}

const PAIRS: u64 = 0x00ff_00ff_00ff_00ff;
const FOURS: u64 = 0x0000_ffff_0000_ffff;

#[cfg(test)]
mod tests {
    use super::{Doubled, luhn_sum, number_of, residue_of, word_of};
    use crate::card::luhn;

    fn digits(word: u64) -> [u8; 8] {
        word.to_be_bytes()
    }

    #[test]
    fn numbers_and_words_go_there_and_back() {
        let corners = [0, 9, 10, 99, 100, 9_999, 10_000, 99_999, 100_000, 9_999_999, 10_000_000, 99_999_999];
        for number in corners.into_iter().chain((0..100_000_000).step_by(997)) {
            let word = word_of(number);
            let text: String = digits(word).map(|digit| char::from(b'0' + digit)).iter().collect();
            assert_eq!(text, format!("{number:08}"));
            assert_eq!(number_of(word), number);
        }
    }

    #[test]
    fn sums_are_those_of_luhn() {
        for number in (0..100_000_000).step_by(1_009) {
            let word = word_of(number);
            let residue = |behind| residue_of(luhn_sum(word, Doubled::behind(behind)));
            assert_eq!(residue(0), u64::from(luhn::residue(&digits(word))));
            assert_eq!(residue(4), residue(0));
            let longer = [&digits(word)[..], &[0]].concat();
            assert_eq!(residue(1), u64::from(luhn::residue(&longer)));
        }
        for sum in 0..1_000 {
            assert_eq!(residue_of(sum), sum % 10);
        }
    }
}
