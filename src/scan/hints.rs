//! Where in a text it is worth reading: an exact "nothing here" for almost all of it, at memory speed.
//!
//! A group of four digits and more whose first two begin cards of some brand, and twelve bytes in a row from there that are
//! digits or gaps: every number in ASCII digits begins so (`shape.rs`), and dates, times, addresses and phone numbers mostly
//! do not. Everything is shifts and ANDs of masks, eight blocks at once, so that a stripe without a hint costs hardly a branch
//! that could be guessed wrong.

use super::base64;
use super::lanes::{BLOCK, BLOCKS, Bytes, Class, Lanes};
use super::stripe::Stripe;

/// What reading needs to know of a stripe.
#[derive(Clone, Copy)]
pub(super) struct Marks<L: Lanes> {
    /// Where reading is worthwhile for ASCII digits.
    pub(super) hints: Stripe<L>,
    pub(super) digits: Stripe<L>,
    /// Digits and gaps.
    pub(super) joined: Stripe<L>,
    /// Where else reading is worthwhile.
    pub(super) others: Stripe<L>,
}

/// The masks of the stripe before, as far as moves reach back into it.
#[derive(Clone, Copy)]
pub(super) struct Hints<L: Lanes> {
    digits: Stripe<L>,
    gaps: Stripe<L>,
    joined: Stripe<L>,
    joined2: Stripe<L>,
    joined4: Stripe<L>,
    joined12: Stripe<L>,
    percent: Stripe<L>,
    digits2: Stripe<L>,
    first: Stripe<L>,
    rare_first: Stripe<L>,
    beginning: Stripe<L>,
    beginning4: Stripe<L>,
    short_line: Stripe<L>,
    single: Stripe<L>,
    single2: Stripe<L>,
    single4: Stripe<L>,
    pair: Stripe<L>,
    pair2: Stripe<L>,
    digits4: Stripe<L>,
    digits8: Stripe<L>,
    letters: Stripe<L>,
    colon: Stripe<L>,
    colons: Stripe<L>,
    threes: Stripe<L>,
}

impl<L: Lanes> Hints<L> {
    /// Nothing before.
    #[inline(always)]
    pub(super) fn none(lanes: L) -> Self {
        let none = Stripe::none(lanes);
        Self {
            digits: none,
            gaps: none,
            joined: none,
            joined2: none,
            joined4: none,
            joined12: none,
            percent: none,
            digits2: none,
            first: none,
            rare_first: none,
            beginning: none,
            beginning4: none,
            short_line: none,
            single: none,
            single2: none,
            single4: none,
            pair: none,
            pair2: none,
            digits4: none,
            digits8: none,
            letters: none,
            colon: none,
            colons: none,
            threes: none,
        }
    }

    /// Where in the next stripe reading is worthwhile, for numbers in ASCII digits in groups of four and more, and which of
    /// its bytes are digits or gaps behind digits.
    #[inline(always)]
    pub(super) fn ascii(&mut self, lanes: L, sorted: L::Sorted<'_>) -> Marks<L> {
        let class = |class| Stripe::of_class(lanes, sorted, class);
        let (digits, gaps) = (class(Class::Digit), class(Class::Gap));
        // Twelve in a row, whatever the gaps' length: doubling, then eight and four.
        let joined = digits | gaps;
        let joined2 = joined & joined.up(self.joined, 1);
        let joined4 = joined2 & joined2.up(self.joined2, 2);
        let joined8 = joined4 & joined4.up(self.joined4, 4);
        let joined12 = joined8 & joined4.up(self.joined4, 8);
        let after_digit = digits.up(self.digits, 1);
        let digits2 = digits & after_digit;
        let digits4 = digits2 & digits2.up(self.digits2, 2);
        // The second digit of a beginning, and the fourth of a group that so begins.
        let start = digits & !after_digit;
        let first = start & class(Class::First);
        let rare_first = start & class(Class::RareFirst);
        let beginning = first.up(self.first, 1) | rare_first.up(self.rare_first, 1) & class(Class::Second);
        let beginning4 = digits4 & beginning.up(self.beginning, 2);
        let long = joined12 & beginning4.up(self.beginning4, 8);
        // The end of a line after one to three digits, as far as a number may go on from there.
        let short_line = class(Class::Line) & after_digit & !digits4.up(self.digits4, 1);
        let digits8 = digits4 & digits4.up(self.digits4, 4);
        let ends = short_line.up(self.short_line, 8)
            | short_line.up(self.short_line, 9)
            | short_line.up(self.short_line, 10);
        let hints = long | digits8 & ends;
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
        Marks { hints, digits, joined, others: Stripe::none(lanes) }
    }

    /// Likewise for digits one by one or in pairs with one gap character between; `before` is what [`Hints::ascii`] was
    /// called on.
    #[inline(always)]
    pub(super) fn even(&mut self, before: &Self) -> Stripe<L> {
        let Self { digits, gaps, .. } = *self;
        // Eight times: a digit, a gap before it, a digit before that.
        let single = digits & gaps.up(before.gaps, 1) & digits.up(before.digits, 2);
        let single2 = single & single.up(before.single, 2);
        let single4 = single2 & single2.up(before.single2, 4);
        let single8 = single4 & single4.up(before.single4, 8);
        // Four times: two digits, a gap before them, a digit before that.
        let pair = self.digits2 & gaps.up(before.gaps, 2) & digits.up(before.digits, 3);
        let pair2 = pair & pair.up(before.pair, 3);
        let pair4 = pair2 & pair2.up(before.pair2, 6);
        // Hexadecimal digits of which some decode to other characters first.
        let digits8 = self.digits4 & self.digits4.up(before.digits4, 4);
        let digits24 = digits8 & digits8.up(before.digits8, 8) & digits8.up(before.digits8, 16);
        *self = Self { single, single2, single4, pair, pair2, digits8, ..*self };
        single8 | pair4 | digits24
    }

    /// Where the fourth of four pairs of digits ends with colons between: hexadecimal digits of a number may stand so. It has
    /// four digits before its first gap. `before` is what [`Hints::ascii`] was called on.
    #[inline(always)]
    pub(super) fn colons(&mut self, lanes: L, sorted: L::Sorted<'_>, before: &Self) -> Stripe<L> {
        let colons = Stripe::of_class(lanes, sorted, Class::Colon);
        let threes = Stripe::of_class(lanes, sorted, Class::Three);
        // Each begins with 3, as times of the day do not.
        let pair = self.digits2 & threes.up(before.threes, 1);
        let colon = pair & colons.up(before.colons, 2) & self.digits2.up(before.digits2, 3);
        let colon2 = colon & colon.up(before.colon, 3);
        *self = Self { colon, colons, threes, ..*self };
        colon2 & colon.up(before.colon, 6)
    }

    /// Where digits or gaps may stand that are not ASCII, or URL-encoded: to be looked at one by one. `before` is what
    /// [`Hints::ascii`] was called on.
    #[inline(always)]
    pub(super) fn foreign(
        &mut self,
        lanes: L,
        bytes: &Bytes,
        sorted: L::Sorted<'_>,
        before: &Self,
    ) -> Stripe<L> {
        let high = Stripe::of_class(lanes, sorted, Class::High);
        let percent = Stripe::of_class(lanes, sorted, Class::Percent);
        self.percent = percent;
        if (high | percent | before.percent).blocks() == 0 {
            return high;
        }
        // A number may begin right behind a triplet that ends with a digit.
        let behind = self.joined12 & percent.up(before.percent, 14);
        // A gap follows a digit or other gaps behind one. The lead bytes of digits; 0x82 of Shift_JIS has an ASCII
        // letter after it, and is a mere trail byte where it has none.
        let near = self.digits | self.gaps & self.digits.up(before.joined, 1);
        let near = near | self.gaps & near.up(before.joined, 1);
        let gaps = high & near.up(before.joined, 1);
        let leads = masks(lanes, bytes, |block| lanes.among(block, [0xef, 0xd9, 0xdb, 0xa3]));
        let shift_jis = masks(lanes, bytes, |block| lanes.equal(block, 0x82)) & !high.down();
        percent | behind | gaps | leads | shift_jis
    }

    /// Where base64 may hold a number: the third of three such letters four apart.
    #[inline(always)]
    pub(super) fn base64(&mut self, lanes: L, bytes: &Bytes) -> Stripe<L> {
        let letters = masks(lanes, bytes, |block| lanes.among(block, *base64::FIRST_LETTERS));
        let before = core::mem::replace(&mut self.letters, letters);
        letters & letters.up(before, 4) & letters.up(before, 8)
    }
}

/// The masks of a stripe's blocks, one by one.
#[inline(always)]
fn masks<L: Lanes>(lanes: L, bytes: &Bytes, mask: impl Fn(&[u8; BLOCK]) -> u64) -> Stripe<L> {
    let mut masks = [0; BLOCKS];
    for (to, block) in masks.iter_mut().zip(bytes) {
        *to = mask(block);
    }
    Stripe::of(lanes, masks)
}
