//! Where in a text it is worth reading: an exact "nothing here" for almost all of it, at memory speed.
//!
//! A group of four digits and more whose first two begin cards of some brand, and twelve bytes in a row from there that are
//! digits or gaps: every number in ASCII digits begins so (`shape.rs`), and dates, times, addresses and phone numbers mostly
//! do not. Everything is shifts and ANDs of 64-bit masks, so that a block without a hint costs hardly a branch that could be
//! guessed wrong.

use super::base64;
use super::blocks::{BLOCK, Lanes, Masks};

/// The masks of the block before, as far as shifts reach back into it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    digits: u64,
    gaps: u64,
    joined: u64,
    joined2: u64,
    joined4: u64,
    joined12: u64,
    percent: u64,
    digits2: u64,
    first: u64,
    rare_first: u64,
    beginning: u64,
    beginning4: u64,
    short_line: u64,
    single: u64,
    single2: u64,
    single4: u64,
    pair: u64,
    pair2: u64,
    digits4: u64,
    digits8: u64,
    letters: u64,
    colon: u64,
    colons: u64,
    threes: u64,
}

impl Hints {
    /// Where in the next block reading is worthwhile, for numbers in ASCII digits in groups of four and more, and which of
    /// its bytes are digits or gaps behind digits.
    #[inline(always)]
    pub(super) fn ascii(&mut self, masks: Masks) -> Runs {
        let Masks { digits, gaps, .. } = masks;
        // Twelve in a row, whatever the gaps' length: doubling, then eight and four.
        let joined = digits | gaps;
        let joined2 = joined & up(joined, self.joined, 1);
        let joined4 = joined2 & up(joined2, self.joined2, 2);
        let joined8 = joined4 & up(joined4, self.joined4, 4);
        let joined12 = joined8 & up(joined4, self.joined4, 8);
        let after_digit = up(digits, self.digits, 1);
        let digits2 = digits & after_digit;
        let digits4 = digits2 & up(digits2, self.digits2, 2);
        // The second digit of a beginning, and the fourth of a group that so begins.
        let start = digits & !after_digit;
        let first = start & masks.first;
        let rare_first = start & masks.rare_first;
        let beginning = up(first, self.first, 1) | up(rare_first, self.rare_first, 1) & masks.second;
        let beginning4 = digits4 & up(beginning, self.beginning, 2);
        let hints = joined12 & up(beginning4, self.beginning4, 8);
        // The end of a line after one to three digits, as far as a number may go on from there.
        let short_line = masks.lines & after_digit & !up(digits4, self.digits4, 1);
        let short = if short_line | self.short_line == 0 {
            0
        } else {
            let digits8 = digits4 & up(digits4, self.digits4, 4);
            let nine_behind = up(short_line, self.short_line, 9);
            digits8 & (up(short_line, self.short_line, 8) | nine_behind | up(short_line, self.short_line, 10))
        };
        *self = Self {
            digits,
            gaps,
            joined,
            joined2,
            joined4,
            joined12,
            digits2,
            digits4,
            first,
            rare_first,
            beginning,
            beginning4,
            short_line,
            ..*self
        };
        Runs { hints: hints | short, digits, joined }
    }

    /// Likewise for digits one by one or in pairs with one gap character between; `before` is what [`Hints::ascii`] was
    /// called on.
    #[inline(always)]
    pub(super) fn even(&mut self, masks: Masks, before: &Self) -> u64 {
        let Masks { digits, gaps, .. } = masks;
        // Eight times: a digit, a gap before it, a digit before that.
        let single = digits & up(gaps, before.gaps, 1) & up(digits, before.digits, 2);
        let single2 = single & up(single, before.single, 2);
        let single4 = single2 & up(single2, before.single2, 4);
        let single8 = single4 & up(single4, before.single4, 8);
        // Four times: two digits, a gap before them, a digit before that.
        let pair = self.digits2 & up(gaps, before.gaps, 2) & up(digits, before.digits, 3);
        let pair2 = pair & up(pair, before.pair, 3);
        let pair4 = pair2 & up(pair2, before.pair2, 6);
        // Hexadecimal digits of which some decode to other characters first.
        let digits8 = self.digits4 & up(self.digits4, before.digits4, 4);
        let digits16 = digits8 & up(digits8, before.digits8, 8);
        let digits24 = if digits16 == 0 { 0 } else { digits16 & up(digits8, before.digits8, 16) };
        *self = Self { single, single2, single4, pair, pair2, digits8, ..*self };
        single8 | pair4 | digits24
    }

    /// Where the fourth of four pairs of digits ends with colons between: hexadecimal digits of a number may stand so. It has four
    /// digits before its first gap. `before` is what [`Hints::ascii`] was called on.
    #[inline(always)]
    pub(super) fn colons<L: Lanes>(&mut self, lanes: L, block: &[u8; BLOCK], before: &Self) -> u64 {
        let (colons, threes) = (lanes.equal(block, b':'), lanes.equal(block, b'3'));
        // Each begins with 3, as times of the day do not.
        let pair = self.digits2 & up(threes, before.threes, 1);
        let colon = pair & up(colons, before.colons, 2) & up(self.digits2, before.digits2, 3);
        let colon2 = colon & up(colon, before.colon, 3);
        *self = Self { colon, colons, threes, ..*self };
        colon2 & up(colon, before.colon, 6)
    }

    /// Where digits or gaps may stand that are not ASCII, or URL-encoded: to be looked at one by one.
    #[inline(always)]
    pub(super) fn foreign<L: Lanes>(&mut self, lanes: L, block: &[u8; BLOCK], before: &Self) -> u64 {
        let high = lanes.high(block);
        let percent = lanes.equal(block, b'%');
        self.percent = percent;
        if high | percent | before.percent == 0 {
            return 0;
        }
        // A number may begin right behind a triplet that ends with a digit.
        let behind = self.joined12 & up(percent, before.percent, 14);
        // A gap follows a digit or other gaps behind one. The lead bytes of digits; 0x82 of Shift_JIS has an ASCII
        // letter after it, and is a mere trail byte where it has none.
        let near = self.digits | self.gaps & up(self.digits, before.joined, 1);
        let near = near | self.gaps & up(near, before.joined, 1);
        let gaps = high & up(near, before.joined, 1);
        let leads = lanes.among(block, [0xef, 0xd9, 0xdb, 0xa3]);
        let shift_jis = lanes.equal(block, 0x82) & !(high >> 1);
        percent | behind | gaps | leads | shift_jis
    }
}

impl Hints {
    /// Where base64 may hold a number: the third of three such letters four apart.
    #[inline(always)]
    pub(super) fn base64<L: Lanes>(&mut self, lanes: L, block: &[u8; BLOCK]) -> u64 {
        let letters = lanes.among(block, *base64::FIRST_LETTERS);
        let before = core::mem::replace(&mut self.letters, letters);
        letters & up(letters, before, 4) & up(letters, before, 8)
    }
}

/// Runs of digits and gaps in a block, and where they are worth reading.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Runs {
    pub(super) hints: u64,
    pub(super) digits: u64,
    pub(super) joined: u64,
}

/// A mask moved to later bytes by `by`, with what moves in from the block before.
#[inline(always)]
const fn up(mask: u64, before: u64, by: u32) -> u64 {
    mask << by | before >> (u64::BITS.wrapping_sub(by))
}
