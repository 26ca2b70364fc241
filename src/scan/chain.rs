//! The groups of digits around a number: an IBAN, a tracking number, a list.

use super::finder::Writings;
use super::gap;
use super::left::Left;
use super::number;
use super::sign::{self, Sign};

/// The groups before and behind a number that the same gap joins to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    /// Where the group before it begins, and its digits.
    before: Option<(usize, usize)>,
    /// Where the group behind it begins, and its digits.
    after: Option<(usize, usize)>,
    /// Where the gap before it begins.
    gap: usize,
    /// Where the number begins.
    start: usize,
}

impl Chain {
    pub(super) fn around(text: &[u8], start: usize, end: usize, left: Left<'_>, writings: Writings) -> Self {
        // The end of a line ends a chain.
        let after = gap::end_within_line(text, end, writings)
            .map(|begin| (begin, digits_from(text, begin, writings)));
        let mut gap = start;
        for _ in 0..gap::WIDEST {
            match sign::before(text, gap, writings) {
                Some((Sign::Gap(_), begin)) if begin >= left.floor => gap = begin,
                _ => break,
            }
        }
        let mut begin = gap;
        let mut digits = 0usize;
        while let Some((Sign::Digit(_), at)) = sign::before(text, begin, writings)
            && at >= left.floor
            && digits < number::MOST
        {
            begin = at;
            digits = digits.saturating_add(1);
        }
        let ends_line =
            text.get(gap..start).is_some_and(|gap| gap.iter().any(|byte| matches!(byte, b'\n' | b'\r')));
        let before = (gap < start && !ends_line && digits > 0).then_some((begin, digits));
        Self { before, after, gap, start }
    }

    pub(super) fn goes_on(&self, text: &[u8], writings: Writings) -> bool {
        self.before.is_some() || self.after.is_some_and(|(begin, _)| !number::fits(text, begin, writings))
    }

    /// Whether digits one by one, or pairs, are a part of a longer list of them.
    pub(super) fn goes_on_even(&self, text: &[u8], writings: Writings) -> bool {
        let first = digits_from(text, self.start, writings);
        let alike = |digits: usize| digits <= 2 || digits == first;
        self.before.is_some_and(|(_, digits)| alike(digits))
            || self.after.is_some_and(|(begin, digits)| alike(digits) && !number::fits(text, begin, writings))
    }

    /// Whether the groups around say that this is a part of an IBAN or of a longer number in groups.
    pub(super) fn is_no_card(&self, text: &[u8], left: Left<'_>, digits: usize, writings: Writings) -> bool {
        if follows_iban_head(left, self.gap) {
            return true;
        }
        // What begins a card of its own, or is an expiry date, does not count.
        let after = self.after.filter(|(begin, digits)| {
            *digits >= 4 && !is_expiry(text, *begin, *digits) && !number::fits(text, *begin, writings)
        });
        let longer_after = after.is_some_and(|(_, digits)| digits == 4);
        let between = self.before.is_some_and(|(_, digits)| digits == 4)
            && self.after.is_some_and(|(begin, digits)| {
                !is_expiry(text, begin, digits) && !number::fits(text, begin, writings)
            });
        let longer_before = digits != 16 && self.before.is_some_and(|(_, digits)| digits == 4);
        longer_after || longer_before || between
    }
}

/// How many digits stand at `at`, as far as 20.
fn digits_from(text: &[u8], at: usize, writings: Writings) -> usize {
    let mut end = at;
    (0..=number::MOST)
        .take_while(|_| match sign::read(text, end, writings) {
            Some((Sign::Digit(_), bytes)) => {
                end = end.saturating_add(bytes);
                true
            }
            _ => false,
        })
        .count()
}

/// Whether four ASCII digits are a month and a year.
fn is_expiry(text: &[u8], at: usize, digits: usize) -> bool {
    digits == 4 && matches!(text.get(at..), Some([b'0', b'1'..=b'9', ..] | [b'1', b'0'..=b'2', ..]))
}

/// Whether `at` follows the country and check digits of an IBAN (ISO 13616), two capitals and two digits, or groups of four
/// digits behind them.
fn follows_iban_head(left: Left<'_>, at: usize) -> bool {
    let mut at = at;
    for _ in 0..MOST_FOURS {
        match left.last(at, 5) {
            [.., a, b, c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => {
                // What is spoken for may leave its last digit there.
                let spoken_for = left.floor > 0 && left.byte(at, 5).is_none();
                let apart = !spoken_for && !left.byte(at, 5).is_some_and(|byte| byte.is_ascii_alphanumeric());
                return c.is_ascii_digit() && d.is_ascii_digit() && apart;
            }
            [b' ' | b'-', four @ ..] if four.iter().all(u8::is_ascii_digit) => at = at.saturating_sub(5),
            _ => return false,
        }
    }
    false
}

/// An IBAN has up to eight groups behind the first.
const MOST_FOURS: usize = 8;
