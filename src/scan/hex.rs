//! Digits written as the hexadecimal numbers of their ASCII bytes: `34313131...`, `34 31 31 31`, `3431 3131`.

use zeroize::Zeroize;

use super::finder::Writings;
use super::hit::{Confidence, Kind, Reason, Writing};
use super::number::{self, FEWEST, MOST, Number};
use super::sign::{self, Sign, nibble};
use crate::card::brand::Brand;
use crate::card::luhn;

/// How far into a string of digits the first pair may stand, in bytes.
const FIRST_PAIR: usize = 64;

/// The card number whose first pair stands in the group of digits at `start`.
pub(super) fn at(text: &[u8], start: usize) -> Option<Number> {
    // Decoded bytes before the number make digits of their own: `22` is a quote.
    (start..start.saturating_add(FIRST_PAIR))
        .take_while(|place| text.get(*place).is_some_and(u8::is_ascii_digit))
        .find_map(|place| number_at(text, place))
}

fn number_at(text: &[u8], start: usize) -> Option<Number> {
    digit(text, start)?;
    // The first digit of its string only.
    let group = Group::around(text, start);
    if group.pair_before(text, start).and_then(|begin| digit(text, begin)).is_some() {
        return None;
    }
    if !begins_apart(text, start) {
        return None;
    }
    let mut digits = [0u8; MOST];
    let mut count = 0usize;
    let mut place = start;
    let mut end = start;
    let whole = loop {
        match byte_at(text, place) {
            Some(byte @ b'0'..=b'9') => {
                let Some(free) = digits.get_mut(count) else { break false };
                *free = byte & 0x0f;
                count = count.saturating_add(1);
                end = place.saturating_add(2);
            }
            // One gap between digits.
            Some(b' ' | b'-' | b'.' | b'/' | b'_') if end.saturating_add(1) >= place => {}
            _ => break true,
        }
        match group.next(text, place.saturating_add(2)) {
            Some(next) => place = next,
            None => break true,
        }
    };
    let last = end_with_rest(text, end);
    let number = (whole && count >= FEWEST).then(|| digits.get(..count)).flatten().and_then(|digits| {
        let brand = Brand::of_digits(digits)?;
        (luhn::residue(digits) == 0).then_some(Number {
            start,
            end: last?,
            kind: Kind::Pan,
            brand,
            confidence: Confidence::High,
            reason: Reason::Number,
            writing: Writing::Hex,
            masked: number::masked(digits),
        })
    });
    digits.zeroize();
    number
}

/// Whether what stands before the pairs cannot be a number once they are hidden: no digits that touch, but for one decoded
/// byte such as a quote.
fn begins_apart(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    match before.iter().rev().take(3).position(|byte| !byte.is_ascii_digit()) {
        Some(0) => true,
        // A number that goes on over a gap would go on with them.
        Some(digits) => {
            let gap = start.saturating_sub(digits);
            let beyond =
                text.get(gap.saturating_sub(number::WIDEST_GAP.saturating_add(1))..gap).unwrap_or_default();
            !beyond.iter().any(u8::is_ascii_digit)
                || !beyond.last().is_some_and(|byte| sign::is_ascii_gap(*byte, Writings::Usual))
        }
        None => start < 3,
    }
}

/// Where a number ends whose last pair ends at `end`: a few digits that touch it go with it, so that they make no number with
/// what stands behind; as many as a number has are a string of their own, and these pairs are not.
fn end_with_rest(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..).unwrap_or_default();
    let digits = rest.iter().take(FEWEST).take_while(|byte| byte.is_ascii_digit()).count();
    let end = end.saturating_add(digits);
    let other = matches!(sign::read(text, end, Writings::Usual), Some((Sign::Digit(_), _)));
    (digits < FEWEST && !other).then_some(end)
}

/// The byte that two hexadecimal digits at `place` write.
fn byte_at(text: &[u8], place: usize) -> Option<u8> {
    let high = nibble(*text.get(place)?)?;
    Some(high << 4 | nibble(*text.get(place.checked_add(1)?)?)?)
}

/// The digit that two hexadecimal digits at `place` write.
fn digit(text: &[u8], place: usize) -> Option<u8> {
    byte_at(text, place).filter(u8::is_ascii_digit)
}

/// How many hexadecimal digits stand together.
#[derive(Clone, Copy)]
enum Group {
    /// So many, then a separator.
    Of(usize),
    /// All of them.
    Whole,
}

impl Group {
    /// The digits around a pair at `start`.
    fn around(text: &[u8], start: usize) -> Self {
        let before = text.get(..start).unwrap_or_default().iter().rev();
        let before = before.take(LONGEST_GROUP).take_while(|byte| byte.is_ascii_hexdigit()).count();
        match before.saturating_add(hex_digits(text, start)) {
            length @ (2 | LONGEST_GROUP) => Self::Of(length),
            _ => Self::Whole,
        }
    }

    /// Where the pair before one at `start` stands.
    fn pair_before(self, text: &[u8], start: usize) -> Option<usize> {
        let farthest = if matches!(self, Self::Whole) { 2 } else { 4 };
        (2..=farthest).filter_map(|back| start.checked_sub(back)).find(|begin| {
            after_pair(text, begin.saturating_add(2)) == start && byte_at(text, *begin).is_some()
        })
    }

    /// Where the next pair stands behind one that ends at `end`.
    fn next(self, text: &[u8], end: usize) -> Option<usize> {
        let next = after_pair(text, end);
        match self {
            Self::Whole => (next == end).then_some(next),
            Self::Of(_) if next == end => Some(next),
            Self::Of(length) => (hex_digits(text, next) <= length).then_some(next),
        }
    }
}

/// Dumps have one or two bytes together.
const LONGEST_GROUP: usize = 4;

/// How many hexadecimal digits stand at `at`, as far as one more than a group has.
fn hex_digits(text: &[u8], at: usize) -> usize {
    text.get(at..)
        .unwrap_or_default()
        .iter()
        .take(LONGEST_GROUP + 1)
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count()
}

/// Where the next pair stands behind one that ends at `end`: at once, or after a separator; dumps have two blanks in the middle.
fn after_pair(text: &[u8], end: usize) -> usize {
    match text.get(end..) {
        Some([b' ', b' ', ..]) => end.saturating_add(2),
        Some([b' ' | b'-', ..]) => end.saturating_add(1),
        _ => end,
    }
}

/// Stars for all bytes: `2a` for each pair of hexadecimal digits, what stands between them as it is.
pub(super) fn hide(region: &[u8], out: &mut Vec<u8>) {
    let mut second = false;
    for byte in region {
        if byte.is_ascii_hexdigit() {
            out.push(if second { b'a' } else { b'2' });
            second = !second;
        } else {
            out.push(*byte);
        }
    }
}
