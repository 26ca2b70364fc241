//! What lanes do with card numbers: check them, cut out the hidden digits, and put others in their place.
//!
//! Sixteen digits are two words, so nothing here walks over digits; all hidden digits lie in the first sixteen places,
//! whatever layout and length. All cards of a set have one length and layout: masks and shifts are the same for all.

use super::record::{PAN_RECORD, TOKEN_RECORD};
use crate::crypto::ff1::FixedFf1;
use crate::crypto::ff1::lanes::word::{self, Doubled, luhn_sum, number_of, residue_of, word_of};
use crate::crypto::ff1::lanes::{Columns, LaneWork};
use crate::error::{Error, Result};
use crate::protect::layout::Layout;

/// One step of the cycle walk for cards of one length and layout.
///
/// A row goes in as [`fresh`](Self::fresh) made it, or as it came out of the step before and passed Luhn; it comes out
/// with other hidden digits and the residue of Luhn.
pub(super) struct CardStep {
    layout: Layout,
    length: usize,
    /// The cipher applied to P.
    base: [u64; 2],
    /// The first digits, which are kept, in the first word.
    bin_mask: u64,
    /// Where the last four digits, if kept, stand in the tweak.
    last_shifts: Option<[u32; 2]>,
    /// Bits behind the hidden digits in the first sixteen places, and bits of the right half.
    behind: u32,
    right: u32,
    mask_a: u64,
    mask_b: u64,
    /// Bytes of the second and third word behind the last digit.
    empty: [u64; 2],
}

/// A row of the own columns: three words of digits (the third has digits 17 to 19 at its top), the last four digits, and
/// going in whether the last hidden digit is to be raised, coming out the residue of Luhn.
pub(super) type Row = [u64; 5];

/// The residue of a row that was no card number.
pub(super) const NO_CARD: u64 = 10;

impl CardStep {
    /// # Errors
    /// [`Error::LayoutRefused`] if the layout is not for the length.
    pub(super) fn new(ff1: &FixedFf1, layout: Layout, length: usize) -> Result<Self> {
        let hidden = layout.hidden(length)?;
        let u = hidden >> 1;
        let v = hidden.saturating_sub(u);
        let (bin, end) = (layout.bin(), layout.bin().saturating_add(hidden));
        let bits = |digits: usize| u32::try_from(digits << 3).map_err(|_| Error::Internal);
        let base = ff1.shape.encrypted_p();
        Ok(Self {
            layout,
            length,
            base: [(base >> 64) as u64, base as u64],
            bin_mask: !word::last(8usize.saturating_sub(bin)),
            // The tweak is a block's beginning: `bin` digits and the last four behind them.
            last_shifts: match (bin, layout.last()) {
                (0, 4) => Some([32, 64]),
                (6, 4) => Some([16, 48]),
                _ => None,
            },
            behind: bits(16usize.checked_sub(end).ok_or(Error::Internal)?)?,
            right: bits(v)?,
            mask_a: word::last(u),
            mask_b: word::last(v),
            empty: [
                word::last(16usize.saturating_sub(length)),
                word::last(24usize.saturating_sub(length).min(8)),
            ],
        })
    }

    /// The row of a card that enters the walk.
    #[inline(always)]
    pub(super) fn fresh(&self, record: &[u8; PAN_RECORD]) -> Row {
        let [first @ .., a, b, c, _] = *record;
        let first = u128::from_be_bytes(first);
        let last = record.get(..self.length).and_then(|digits| digits.last_chunk::<4>());
        let last = u32::from_be_bytes(last.copied().unwrap_or_default());
        let rest = u64::from_be_bytes([a, b, c, 0, 0, 0, 0, 0]);
        [(first >> 64) as u64, first as u64, rest, u64::from(last), 1]
    }

    /// The row of a card that goes on walking.
    #[inline(always)]
    pub(super) fn again([first, second, third, last, _]: Row) -> Row {
        [first, second, third, last, 0]
    }

    /// The token's record.
    #[inline(always)]
    pub(super) fn token(&self, [first, second, third, ..]: Row) -> [u8; TOKEN_RECORD] {
        let mut record = [0; TOKEN_RECORD];
        let length = u64::try_from(self.length).unwrap_or_default();
        let last = third | length << 32 | u64::from(code(self.layout)) << 24;
        for (bytes, word) in record.as_chunks_mut::<8>().0.iter_mut().zip([first, second, last]) {
            *bytes = word.to_be_bytes();
        }
        record
    }

    /// The first two words moved right until the hidden digits end the second, and moved on until their left half does.
    /// Other digits stand before either half.
    ///
    /// As 128-bit integers these were two shifts, but those do not become vectors. `behind` is 0 to 56 bits, `right` 24
    /// to 64; what may shift by 64 does so in two steps.
    #[inline(always)]
    fn cut(&self, first: u64, second: u64) -> (u64, u64) {
        let (behind, right) = (self.behind, self.right);
        let upper = first.wrapping_shr(behind);
        let lower = second.wrapping_shr(behind) | (first << 1).wrapping_shl(63u32.wrapping_sub(behind));
        let left =
            (lower >> 1).wrapping_shr(right.wrapping_sub(1)) | upper.wrapping_shl(64u32.wrapping_sub(right));
        (left, lower)
    }

    /// The two halves at their places in the first two words, with zeros around them.
    #[inline(always)]
    fn join(&self, a: u64, b: u64) -> (u64, u64) {
        let (behind, right) = (self.behind, self.right);
        let upper = a.wrapping_shr(64u32.wrapping_sub(right));
        let lower = b | (a << 1).wrapping_shl(right.wrapping_sub(1));
        let first = upper.wrapping_shl(behind) | (lower >> 1).wrapping_shr(63u32.wrapping_sub(behind));
        (first, lower.wrapping_shl(behind))
    }

    fn doubled(&self) -> [Doubled; 2] {
        [Doubled::behind((self.right >> 3) as usize), Doubled::behind(0)]
    }
}

impl LaneWork for CardStep {
    #[inline(always)]
    fn read<const L: usize>(&self, columns: &mut Columns<L>) {
        let Columns { head, tail, a, b, own: [first, second, third, last, luhn] } = columns;
        let [doubled_a, doubled_b] = self.doubled();
        let whole = Doubled::behind(self.length);
        let [empty_second, empty_third] = self.empty;
        for (((first, second), third), luhn) in first.iter().zip(&*second).zip(&*third).zip(&mut *luhn) {
            // Digits become 0 to 9, what should be empty stays, everything else becomes more than 9 or not empty.
            let first = first ^ ZEROS;
            let second = second ^ (ZEROS & !empty_second);
            let third = third ^ (ZEROS & !empty_third);
            let over = |word: u64| word | (word & !TOP_BITS).wrapping_add(0x7676_7676_7676_7676);
            let wrong = ((over(first) | over(second) | over(third)) & TOP_BITS)
                | (second & empty_second)
                | (third & empty_third);
            let sum = luhn_sum(first, whole).wrapping_add(luhn_sum(second, whole));
            let residue = residue_of(sum.wrapping_add(luhn_sum(third, whole)));
            // What is wrong is said by a bit far above the amount to raise by.
            let fault = u64::from((wrong | residue) != 0) << 32;
            *luhn |= fault;
        }
        let digits = first.iter().zip(&*second).zip(&mut *luhn);
        for ((a, b), ((first, second), luhn)) in a.iter_mut().zip(&mut *b).zip(digits) {
            let (left, right) = self.cut(*first, *second);
            let (left, right) = (left & self.mask_a & DIGITS, right & self.mask_b & DIGITS);
            // All digits together are a multiple of ten, so the clear ones are what is missing from the hidden ones.
            let clear =
                150u64.wrapping_sub(luhn_sum(left, doubled_a)).wrapping_sub(luhn_sum(right, doubled_b));
            // Raised by one modulo 10, the last hidden digit makes the residue of a card 1.
            let raised = (right & 0x0f).wrapping_add(*luhn & 1);
            let carry = raised.wrapping_add(6) >> 4;
            let right = (right & !0x0f) | raised.wrapping_sub(carry.wrapping_mul(10));
            (*a, *b) = (number_of(left), number_of(right));
            *luhn = (*luhn & !0xffff_ffff) | clear;
        }
        let bases = head.iter_mut().zip(tail);
        for ((head, tail), (first, last)) in bases.zip(first.iter().zip(&*last)) {
            let [mut upper, mut lower] = self.base;
            upper ^= first & self.bin_mask;
            if let Some([in_upper, in_lower]) = self.last_shifts {
                upper ^= if in_upper == 32 { last << 32 } else { last >> 16 };
                lower ^= if in_lower == 48 { last << 48 } else { 0 };
            }
            (*head, *tail) = (upper, lower);
        }
    }

    #[inline(always)]
    fn write<const L: usize>(&self, columns: &mut Columns<L>) {
        let Columns { a, b, own: [first, second, _, _, luhn], .. } = columns;
        let [doubled_a, doubled_b] = self.doubled();
        let mask = self.join(self.mask_a, self.mask_b);
        for ((first, second), ((a, b), luhn)) in first.iter_mut().zip(second).zip(a.iter().zip(&*b).zip(luhn))
        {
            let (left, right) = (word_of(*a), word_of(*b));
            let sum = luhn_sum(left, doubled_a).wrapping_add(luhn_sum(right, doubled_b));
            let residue = residue_of((*luhn & 0xffff).wrapping_add(sum));
            let hidden = self.join(left | (ZEROS & self.mask_a), right | (ZEROS & self.mask_b));
            *first = (*first & !mask.0) | hidden.0;
            *second = (*second & !mask.1) | hidden.1;
            *luhn = if *luhn >> 32 == 0 { residue } else { NO_CARD };
        }
    }
}

/// How a layout is written in a token record.
const fn code(layout: Layout) -> u8 {
    match layout {
        Layout::Last4 => 0,
        Layout::Bin6Last4 => 1,
        Layout::Bin8 => 2,
    }
}

const ZEROS: u64 = 0x3030_3030_3030_3030;
const DIGITS: u64 = 0x0f0f_0f0f_0f0f_0f0f;
const TOP_BITS: u64 = 0x8080_8080_8080_8080;
