//! One character of a text, as the finder sees it.

use super::finder::Writings;
use crate::card::glyph::{self, Glyph};

/// What one character is to a card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A decimal digit by its value.
    Digit(u8),
    /// What may stand between the groups of a number.
    Gap(Gap),
    /// A star, as masks have it.
    Star,
    /// Anything else.
    Other,
}

/// What stands between the groups of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    Space,
    Dash,
    Dot,
    Slash,
    Underscore,
    Line,
}

/// The character at `at` and how many bytes it has; `None` at the end.
#[inline]
pub(super) fn read(text: &[u8], at: usize, writings: Writings) -> Option<(Sign, usize)> {
    let first = *text.get(at)?;
    Some(match first {
        b'0'..=b'9' => (Sign::Digit(first & 0x0f), 1),
        b' ' => (Sign::Gap(Gap::Space), 1),
        b'-' => (Sign::Gap(Gap::Dash), 1),
        b'.' => (Sign::Gap(Gap::Dot), 1),
        b'/' => (Sign::Gap(Gap::Slash), 1),
        b'_' => (Sign::Gap(Gap::Underscore), 1),
        b'\n' | b'\r' => (Sign::Gap(Gap::Line), 1),
        b'*' => (Sign::Star, 1),
        _ if writings == Writings::Ascii => (Sign::Other, 1),
        b'+' => (Sign::Gap(Gap::Space), 1), // a space in a form
        b'%' => percent(text, at),
        0x80.. => foreign(text, at),
        _ => (Sign::Other, 1),
    })
}

/// Whether a byte is a gap by itself.
#[inline]
pub(super) const fn is_ascii_gap(byte: u8, writings: Writings) -> bool {
    match byte {
        b' ' | b'-' | b'.' | b'/' | b'_' | b'\n' | b'\r' => true,
        b'+' => !matches!(writings, Writings::Ascii),
        _ => false,
    }
}

/// A character that is not ASCII, in UTF-8 or an East Asian encoding.
///
/// None of these is a part of another, so that each is told by its own bytes, wherever reading began: the one overlap, of
/// Arabic-Indic digits with EUC, is decided by the byte before.
fn foreign(text: &[u8], at: usize) -> (Sign, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let in_arabic = at.checked_sub(1).and_then(|before| text.get(before)) == Some(&0xd9);
    match *rest {
        // Arabic-Indic (U+0660) and the eastern forms (U+06F0).
        [0xd9, digit @ 0xa0..=0xa9, ..] => (Sign::Digit(digit & 0x0f), 2),
        [0xdb, digit @ 0xb0..=0xb9, ..] => (Sign::Digit(digit & 0x0f), 2),
        [0xef, 0xbc, 0x8a, ..] => (Sign::Star, 3),
        [0xef, 0xbc, 0x8f, ..] => (Sign::Gap(Gap::Slash), 3),
        [0xef, 0xbc, 0xbf, ..] => (Sign::Gap(Gap::Underscore), 3),
        // Shift_JIS: full-width digits, space, dashes, full stop, slash.
        [0x82, digit @ 0x4f..=0x58, ..] => (Sign::Digit(digit.wrapping_sub(0x4f)), 2),
        [0x81, 0x40, ..] => (Sign::Gap(Gap::Space), 2),
        [0x81, 0x5b | 0x5d | 0x7c, ..] => (Sign::Gap(Gap::Dash), 2),
        [0x81, 0x44, ..] => (Sign::Gap(Gap::Dot), 2),
        [0x81, 0x5e, ..] => (Sign::Gap(Gap::Slash), 2),
        // EUC-JP, EUC-KR and GB 18030: full-width digits, space, dashes.
        [0xa3, digit @ 0xb0..=0xb9, ..] if !in_arabic => (Sign::Digit(digit & 0x0f), 2),
        [0xa1, 0xa1, ..] if !in_arabic => (Sign::Gap(Gap::Space), 2),
        [0xa1, 0xdd, ..] | [0xa3, 0xad, ..] if !in_arabic => (Sign::Gap(Gap::Dash), 2),
        _ => match glyph::first(rest) {
            Some((glyph, after)) => {
                let bytes = rest.len().saturating_sub(after.len()).max(1);
                match glyph {
                    Glyph::Digit(value) => (Sign::Digit(value), bytes),
                    Glyph::Space => (Sign::Gap(Gap::Space), bytes),
                    Glyph::Dash => (Sign::Gap(Gap::Dash), bytes),
                    Glyph::Dot => (Sign::Gap(Gap::Dot), bytes),
                    Glyph::Other => (Sign::Other, 1),
                }
            }
            None => (Sign::Other, 1),
        },
    }
}

/// A URL-encoded byte (RFC 3986, 2.1), or the up to three of one character.
fn percent(text: &[u8], at: usize) -> (Sign, usize) {
    let Some(first) = triplet(text, at) else { return (Sign::Other, 1) };
    if first < 0x80 {
        // A triplet is one character whatever it is, so that its digits never begin a number.
        let sign = match first {
            b'+' | b'%' => Sign::Other,
            byte => read(&[byte], 0, Writings::Ascii).map_or(Sign::Other, |(sign, _)| sign),
        };
        return (sign, TRIPLET);
    }
    // The triplet before decides between Arabic-Indic digits and EUC, as a byte does elsewhere.
    let before = at.checked_sub(TRIPLET).and_then(|before| triplet(text, before)).unwrap_or(b' ');
    let mut decoded = [before, first, 0, 0];
    let mut length = 1usize;
    for place in decoded.iter_mut().skip(2) {
        let Some(byte) = triplet(text, at.saturating_add(length.saturating_mul(TRIPLET))) else { break };
        *place = byte;
        length = length.saturating_add(1);
    }
    match foreign(decoded.get(..=length).unwrap_or_default(), 1) {
        (Sign::Other, _) => (Sign::Other, TRIPLET),
        (sign, bytes) => (sign, bytes.saturating_mul(TRIPLET)),
    }
}

/// `%` and two hexadecimal digits.
const TRIPLET: usize = 3;

/// The byte that `%XY` at `at` encodes.
///
/// `%B4` alone is how track 1 of a Visa card begins: in URL-encoded text a byte like that goes on a character, so another
/// triplet stands before it.
pub(super) fn triplet(text: &[u8], at: usize) -> Option<u8> {
    match text.get(at..at.checked_add(TRIPLET)?)? {
        [b'%', b'B' | b'b', b'0'..=b'9'] if !goes_on(text, at) => None,
        [b'%', high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    }
}

/// Whether something like a triplet ends before `at`.
fn goes_on(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(TRIPLET).and_then(|begin| text.get(begin..at));
    matches!(before, Some([b'%', high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// The value of a hexadecimal digit.
pub(super) const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(digit.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

/// The character that ends before `at`, if it is a digit, a gap or a star, and where it begins.
pub(super) fn before(text: &[u8], at: usize, writings: Writings) -> Option<(Sign, usize)> {
    const LENGTHS: [usize; 5] = [9, 6, 3, 2, 1];
    let lengths = if writings == Writings::Ascii { LENGTHS.get(4..).unwrap_or_default() } else { &LENGTHS };
    for length in lengths {
        let Some(begin) = at.checked_sub(*length) else { continue };
        let Some((sign, bytes)) = read(text, begin, writings) else { continue };
        if bytes != *length {
            continue;
        }
        if sign != Sign::Other {
            return Some((sign, begin));
        }
        // Digits of a triplet are no digits of their own.
        if bytes == TRIPLET {
            return None;
        }
    }
    None
}

/// Where the next character begins, from `at` on: `at`, unless that is inside of a URL-encoded byte.
pub(super) fn boundary(text: &[u8], at: usize, writings: Writings) -> usize {
    if writings == Writings::Ascii {
        return at;
    }
    let inside =
        (1..TRIPLET).find(|back| at.checked_sub(*back).is_some_and(|begin| triplet(text, begin).is_some()));
    inside.map_or(at, |back| at.saturating_add(TRIPLET).saturating_sub(back))
}
