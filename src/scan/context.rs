//! What stands around the digits of a number.

use super::finder::Writings;
use super::hit::{Confidence, Reason};
use super::names::{self, Says};
use super::number::WIDEST_GAP;
use super::shape::Shape;
use super::sign::{self, Sign};

/// What the text around a number says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    name: Option<Says>,
    touches_letters: bool,
}

impl Surroundings {
    /// What stands around `start..end`, not looking left of `floor`; `None` where the digits are a part of something
    /// else: a UUID, a string of hexadecimal digits, a fraction, a mask.
    pub(super) fn of(
        text: &[u8],
        start: usize,
        end: usize,
        floor: usize,
        shape: Shape,
        writings: Writings,
    ) -> Option<Self> {
        let left = Left { text, floor };
        if beside_stars(text, start, end, left, writings)
            || (shape == Shape::One && is_fraction(text, start, end, left))
            || is_hexadecimal(text, start, end, left)
        {
            return None;
        }
        let letter_before = left.byte(start, 1).is_some_and(|byte| byte.is_ascii_alphabetic())
            && left.byte(start, 2) != Some(b'\\');
        let letter_after = text.get(end).is_some_and(u8::is_ascii_alphabetic);
        Some(Self { name: names::of(field(left, start)), touches_letters: letter_before || letter_after })
    }

    /// How sure a number in these surroundings is, and why.
    pub(super) fn weigh(&self, shape: Shape, over_lines: bool, usual_length: bool) -> (Confidence, Reason) {
        match (shape, self.name) {
            (Shape::One, Some(Says::Other)) => (Confidence::Low, Reason::OtherName),
            (_, Some(Says::Other)) if over_lines => (Confidence::Low, Reason::OtherName),
            (_, Some(Says::Other)) => (Confidence::Medium, Reason::OtherName),
            _ if over_lines => (Confidence::Medium, Reason::SplitOverLines),
            (Shape::One, Some(Says::Card)) if usual_length => (Confidence::High, Reason::Named),
            (Shape::One, Some(Says::Card)) => (Confidence::Medium, Reason::RareLength),
            (Shape::One, None) if self.touches_letters => (Confidence::Low, Reason::TouchesLetters),
            (Shape::One, None) if !usual_length => (Confidence::Low, Reason::RareLength),
            (Shape::One, None) => (Confidence::Medium, Reason::Number),
            (Shape::Even, _) if !usual_length => (Confidence::Low, Reason::RareLength),
            (Shape::Even, _) => (Confidence::Medium, Reason::Grouped),
            (Shape::Grouped, _) if !usual_length => (Confidence::Medium, Reason::RareLength),
            (Shape::Grouped, _) => (Confidence::High, Reason::Grouped),
        }
    }
}

/// The text on the left of a number, as far as it is not spoken for.
#[derive(Clone, Copy)]
struct Left<'a> {
    text: &'a [u8],
    floor: usize,
}

impl<'a> Left<'a> {
    /// The byte `back` bytes before `at`.
    fn byte(&self, at: usize, back: usize) -> Option<u8> {
        let place = at.checked_sub(back).filter(|place| *place >= self.floor)?;
        self.text.get(place).copied()
    }

    /// Up to `most` bytes before `at`.
    fn last(&self, at: usize, most: usize) -> &'a [u8] {
        let begin = at.saturating_sub(most).max(self.floor.min(at));
        self.text.get(begin..at).unwrap_or_default()
    }
}

/// How far back a name may begin, in bytes.
const LONGEST_NAME: usize = 40;

/// The part of the text before `at` that belongs to the same field.
fn field(left: Left<'_>, at: usize) -> &[u8] {
    let text = left.last(at, LONGEST_NAME);
    let ends = |byte: &u8| matches!(byte, b',' | b';' | b'{' | b'}' | b'&' | b'|' | b'\n' | b'\r' | b'\t');
    match text.iter().rposition(ends) {
        Some(last) => text.get(last.saturating_add(1)..).unwrap_or_default(),
        None => text,
    }
}

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
    for _ in 0..WIDEST_GAP {
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
    if stars > 0 && stands_in_mask(backward(at), |at| backward(at), star_before) {
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
    for _ in 0..WIDEST_GAP {
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
    stars > 0 && stands_in_mask(forward(at), |at| forward(at), star_after)
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

/// The most characters of a word that are looked at on either side.
const WORD: usize = 40;
/// A string of hexadecimal digits of this length is a hash or an identifier.
const HASH: usize = 20;

/// Whether the digits stand in a UUID (RFC 9562), or in a longer string of hexadecimal digits with letters.
fn is_hexadecimal(text: &[u8], start: usize, end: usize, left: Left<'_>) -> bool {
    let belongs = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let before = left.last(start, WORD).iter().rev().take_while(|byte| belongs(byte)).count();
    let after =
        text.get(end..).unwrap_or_default().iter().take(WORD).take_while(|byte| belongs(byte)).count();
    if before == 0 && after == 0 && end.saturating_sub(start) != UUID {
        return false;
    }
    let word = text.get(start.saturating_sub(before)..end.saturating_add(after)).unwrap_or_default();
    if is_uuid(word) {
        return true;
    }
    // Without dashes: the string of digits and letters that the number is in.
    let undashed =
        |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| byte.is_ascii_hexdigit()).count();
    let before = undashed(&mut left.last(start, WORD).iter().rev());
    let after = undashed(&mut text.get(end..).unwrap_or_default().iter().take(WORD));
    let word = text.get(start.saturating_sub(before)..end.saturating_add(after)).unwrap_or_default();
    word.len() >= HASH && word.iter().any(u8::is_ascii_alphabetic) && word.iter().all(u8::is_ascii_hexdigit)
}

const UUID: usize = 36;

fn is_uuid(word: &[u8]) -> bool {
    word.len() == UUID
        && word.iter().enumerate().all(|(place, byte)| (*byte == b'-') == matches!(place, 8 | 13 | 18 | 23))
}

/// Whether the line in which `start` stands is long enough to have been wrapped by a program.
pub(super) fn is_wrapped(text: &[u8], start: usize) -> bool {
    let begin = start.saturating_sub(WRAPPED);
    let line = text.get(begin..start).unwrap_or_default();
    line.len() == WRAPPED && !line.contains(&b'\n')
}

/// No mail program or terminal wraps before this column; the digits themselves come on top.
const WRAPPED: usize = 40;
