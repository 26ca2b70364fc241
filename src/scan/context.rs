//! What stands around the digits of a number.

use super::beside;
use super::chain::Chain;
use super::colour::{LONGEST_COLOUR, LONGEST_FIELD, Uncoloured, ends_colour};
use super::finder::Writings;
use super::gap;
use super::hit::{Confidence, Reason};
use super::left::Left;
use super::names::{self, Says};
use super::number;
use super::shape::Shape;
use super::sign::{self, Sign};

/// What the text around a number says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    name: Option<Says>,
    touches_letters: bool,
    /// More groups of the same kind stand around these: an IBAN, a tracking number.
    in_longer_chain: bool,
}

/// How a number is written, as far as that makes it more or less likely.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) shape: Shape,
    pub(super) over_lines: bool,
    /// Most cards of its brand have this length.
    pub(super) usual_length: bool,
    pub(super) digits: usize,
}

impl Surroundings {
    /// What stands around `start..end`, not looking left of `floor`; `None` where the digits are a part of something
    /// else: a UUID, a string of hexadecimal digits, a fraction, a mask, a list of small numbers.
    pub(super) fn of(
        text: &[u8],
        start: usize,
        end: usize,
        floor: usize,
        manner: Manner,
        writings: Writings,
    ) -> Option<Self> {
        // What begins within a hit is gone with it; what stood before tells whether it is a part of a date or a column.
        let is_doubtful = manner.shape == Shape::Even || manner.over_lines;
        let floor = if is_doubtful && start < floor { 0 } else { floor };
        let left = Left { text, floor };
        let chain = Chain::around(text, start, end, left, writings);
        if beside_stars(text, start, end, left, writings)
            || (manner.shape == Shape::One && is_fraction(text, start, end, left))
            || is_in_uuid(text, start, end, left)
            || (manner.shape == Shape::Even && chain.goes_on_even(text, writings))
            // Over two lines, dates and columns of numbers are likelier than a number in their midst.
            || (manner.over_lines && manner.shape != Shape::One && chain.goes_on(text, writings))
        {
            return None;
        }
        let letter_before =
            left.byte(start, 1).is_some_and(|byte| byte.is_ascii_alphabetic()) && !is_no_letter(left, start);
        // A `B` before digits may begin track 1, and go with it.
        let letter_after = match text.get(end..) {
            Some([b'B' | b'b', digit, ..]) => !digit.is_ascii_digit(),
            Some([byte, ..]) => byte.is_ascii_alphabetic(),
            _ => false,
        };
        let field = Uncoloured::of(field(left, start, writings));
        Some(Self {
            name: names::of(field.get()),
            touches_letters: letter_before || letter_after,
            in_longer_chain: manner.shape == Shape::Grouped
                && chain.is_no_card(text, left, manner.digits, writings),
        })
    }

    /// How sure a number in these surroundings is, and why.
    pub(super) fn weigh(&self, manner: Manner) -> (Confidence, Reason) {
        let Manner { shape, over_lines, usual_length, digits } = manner;
        // Groups of such lengths are a parcel's or an invoice's more often than a card's.
        let looks_like_reference = matches!(digits, number::FEWEST | 14);
        match (shape, self.name) {
            (Shape::One, Some(Says::Other)) => (Confidence::Low, Reason::OtherName),
            (_, Some(Says::Other)) if over_lines || !usual_length => (Confidence::Low, Reason::OtherName),
            (_, Some(Says::Other)) => (Confidence::Medium, Reason::OtherName),
            _ if self.in_longer_chain => (Confidence::Low, Reason::LongerChain),
            (Shape::One, None) if over_lines => (Confidence::Low, Reason::SplitOverLines),
            _ if over_lines => (Confidence::Medium, Reason::SplitOverLines),
            (Shape::One, Some(Says::Card)) if usual_length => (Confidence::High, Reason::Named),
            (_, Some(Says::Card)) if !usual_length => (Confidence::Medium, Reason::RareLength),
            (Shape::One, None) if self.touches_letters => (Confidence::Low, Reason::TouchesLetters),
            (Shape::Grouped | Shape::Threes, _) if !usual_length && !looks_like_reference => {
                (Confidence::Medium, Reason::RareLength)
            }
            // Random numbers of 17 digits and more that fit a brand's range are rare.
            (Shape::One, None) if !usual_length && digits > 16 => (Confidence::Medium, Reason::RareLength),
            _ if !usual_length => (Confidence::Low, Reason::RareLength),
            (Shape::One, _) => (Confidence::Medium, Reason::Number),
            (Shape::Even | Shape::Threes, _) => (Confidence::Medium, Reason::Grouped),
            (Shape::Grouped, _) => (Confidence::High, Reason::Grouped),
        }
    }
}

/// Whether the letter before `at` is none: an escape (`\\n`), the end of a colour sequence, or the second byte of a
/// Shift_JIS character.
fn is_no_letter(left: Left<'_>, at: usize) -> bool {
    left.byte(at, 2).is_some_and(|byte| byte == b'\\' || byte >= 0x80)
        || ends_colour(left.last(at, LONGEST_COLOUR))
}

/// The part of the text before `at` that belongs to the same field.
///
/// A field ends where something may be taken out: at digits that could be a part of a number or a code, and where it was
/// (`beside.rs`).
fn field(left: Left<'_>, at: usize, writings: Writings) -> &[u8] {
    let text = left.last(at, LONGEST_FIELD);
    let mut digits = 0usize;
    let ends = |byte: &u8| {
        digits = if byte.is_ascii_digit() { digits.saturating_add(1) } else { 0 };
        digits > SHORT_NUMBER
            || matches!(
                byte,
                b',' | b';' | b'{' | b'}' | b'&' | b'|' | b'*' | b']' | b')' | b'\n' | b'\r' | b'\t'
            )
    };
    let length = text.iter().rev().position(ends).unwrap_or(text.len());
    let text = text.get(text.len().saturating_sub(length)..).unwrap_or_default();
    text.get(behind_digits(text, writings)..).unwrap_or_default()
}

/// Where the last digits end that are not ASCII and could be a code, or what hides digits in hexadecimal or base64.
fn behind_digits(text: &[u8], writings: Writings) -> usize {
    let ends = |end: &usize| beside::stands_for_a_hit(text.get(..*end).unwrap_or_default());
    let hidden = (0..=text.len()).rev().find(ends).unwrap_or(0);
    if writings == Writings::Ascii || !text.iter().any(|byte| *byte >= 0x80 || *byte == b'%') {
        return hidden;
    }
    let (mut at, mut digits, mut behind) = (hidden, 0usize, hidden);
    while let Some((sign, bytes)) = sign::read(text, at, writings) {
        at = at.saturating_add(bytes);
        digits = if matches!(sign, Sign::Digit(_)) { digits.saturating_add(1) } else { 0 };
        if digits > SHORT_NUMBER {
            behind = at;
        }
    }
    behind
}

/// So many digits are a part of a name, such as `card2`.
const SHORT_NUMBER: usize = 2;

/// Whether the digits are what a mask left: stars touch them, or stand one gap away.
///
/// One or two stars that nothing but words follow are emphasis, as in Markdown, or the point of a list.
fn beside_stars(text: &[u8], start: usize, end: usize, left: Left<'_>, writings: Writings) -> bool {
    let backward = |at: usize| sign::before(text, at, writings).filter(|(_, begin)| *begin >= left.floor);
    let star_before = |at: usize| match sign::before(text, at, writings) {
        Some((Sign::Star, begin)) if begin >= left.floor => Some(begin),
        _ => None,
    };
    let mut at = start;
    for _ in 0..gap::WIDEST {
        match backward(at) {
            Some((Sign::Gap(_), begin)) => at = begin,
            _ => break,
        }
    }
    let mut stars = 0usize;
    while let Some(begin) = star_before(at) {
        stars = stars.saturating_add(1);
        at = begin;
        if stars >= MASKING {
            return true;
        }
    }
    if stars > 0 && stands_in_mask(backward(at), backward, star_before) {
        return true;
    }
    let forward = |at: usize| {
        let (sign, bytes) = sign::read(text, at, writings)?;
        Some((sign, at.saturating_add(bytes)))
    };
    let star_after = |at: usize| match forward(at) {
        Some((Sign::Star, next)) => Some(next),
        _ => None,
    };
    let mut at = end;
    for _ in 0..gap::WIDEST {
        match forward(at) {
            Some((Sign::Gap(_), next)) => at = next,
            _ => break,
        }
    }
    let mut stars = 0usize;
    while let Some(next) = star_after(at) {
        stars = stars.saturating_add(1);
        at = next;
        if stars >= MASKING {
            return true;
        }
    }
    stars > 0 && stands_in_mask(forward(at), forward, star_after)
}

/// So many stars in a row are a mask.
const MASKING: usize = 3;

/// Whether a digit, or a gap and another star or digit, goes on where one or two stars ended.
fn stands_in_mask(
    next: Option<(Sign, usize)>,
    step: impl Fn(usize) -> Option<(Sign, usize)>,
    star: impl Fn(usize) -> Option<usize>,
) -> bool {
    match next {
        Some((Sign::Digit(_), _)) => true,
        Some((Sign::Gap(_), at)) => star(at).is_some() || matches!(step(at), Some((Sign::Digit(_), _))),
        _ => false,
    }
}

/// Whether the digits stand after a decimal point, or before one with a fraction that is not zero.
fn is_fraction(text: &[u8], start: usize, end: usize, left: Left<'_>) -> bool {
    let after_point =
        left.byte(start, 1) == Some(b'.') && left.byte(start, 2).is_some_and(|byte| byte.is_ascii_digit());
    if after_point {
        return true;
    }
    let rest = text.get(end..).unwrap_or_default();
    let Some((b'.', fraction)) = rest.split_first() else { return false };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).take(4).count();
    // A longer fraction could be a number itself, whose fate must not depend on this one's.
    (1..=3).contains(&digits)
        && fraction.iter().take(digits).any(|digit| *digit != b'0')
        && !fraction.get(digits).is_some_and(|byte| byte.is_ascii_digit() || is_gap(*byte))
}

const fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'_' | b'\n' | b'\r')
}

/// Whether the digits stand in a UUID (RFC 9562).
fn is_in_uuid(text: &[u8], start: usize, end: usize, left: Left<'_>) -> bool {
    let belongs = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let before = left.last(start, UUID).iter().rev().take_while(|byte| belongs(byte)).count();
    let after =
        text.get(end..).unwrap_or_default().iter().take(UUID).take_while(|byte| belongs(byte)).count();
    is_uuid(text.get(start.saturating_sub(before)..end.saturating_add(after)).unwrap_or_default())
}

const UUID: usize = 36;

fn is_uuid(word: &[u8]) -> bool {
    word.len() == UUID
        && word.iter().enumerate().all(|(place, byte)| (*byte == b'-') == matches!(place, 8 | 13 | 18 | 23))
}

/// Whether digits that begin a line are the address of a line of a hexadecimal dump.
pub(super) fn is_address(text: &[u8], begin: usize, end: usize) -> bool {
    let behind = text.get(end..).unwrap_or_default();
    // Whatever stands behind it may be replaced.
    matches!(end.saturating_sub(begin), 4..=8) && behind.starts_with(b": ")
}

/// Whether digits that begin a line are the time of a log record, in seconds, milliseconds or microseconds.
pub(super) fn is_epoch(text: &[u8], begin: usize, end: usize) -> bool {
    text.get(begin) == Some(&b'1') && matches!(end.saturating_sub(begin), 10 | 13 | 16)
}
