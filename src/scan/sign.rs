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
    Some(match SIGNS.get(usize::from(first)) {
        Some(Some(sign)) => (*sign, 1),
        _ if writings == Writings::Ascii => (Sign::Other, 1),
        _ => unusual(text, at, first),
    })
}

/// What an ASCII character is, but for those that need a look at the writings or at what follows.
static SIGNS: [Option<Sign>; 128] = signs();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while compiling")]
const fn signs() -> [Option<Sign>; 128] {
    let mut signs = [Some(Sign::Other); 128];
    let mut value = 0;
    while value < 10 {
        signs[(b'0' + value) as usize] = Some(Sign::Digit(value));
        value += 1;
    }
    signs[b' ' as usize] = Some(Sign::Gap(Gap::Space));
    signs[b'-' as usize] = Some(Sign::Gap(Gap::Dash));
    signs[b'.' as usize] = Some(Sign::Gap(Gap::Dot));
    signs[b'/' as usize] = Some(Sign::Gap(Gap::Slash));
    signs[b'_' as usize] = Some(Sign::Gap(Gap::Underscore));
    signs[b'\n' as usize] = Some(Sign::Gap(Gap::Line));
    signs[b'\r' as usize] = Some(Sign::Gap(Gap::Line));
    signs[b'*' as usize] = Some(Sign::Star);
    signs[b'+' as usize] = None;
    signs[b'%' as usize] = None;
    signs
}

/// A character that is not in [`SIGNS`], where other writings than ASCII are looked for.
#[inline(never)]
fn unusual(text: &[u8], at: usize, first: u8) -> (Sign, usize) {
    match first {
        b'+' => (Sign::Gap(Gap::Space), 1), // a space in a form
        b'%' => percent(text, at),
        _ => foreign(text, at),
    }
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
/// Each is told by its own bytes and the two on either side, wherever reading began. Lead bytes of UTF-8 are never inside of
/// another character; those of the East Asian encodings are, so there two such characters in a row are wanted.
fn foreign(text: &[u8], at: usize) -> (Sign, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let near = |back: usize| at.checked_sub(back).and_then(|begin| text.get(begin..)).unwrap_or_default();
    match *rest {
        // Arabic-Indic (U+0660) and the eastern forms (U+06F0).
        [0xd9, digit @ 0xa0..=0xa9, ..] => (Sign::Digit(digit & 0x0f), 2),
        [0xdb, digit @ 0xb0..=0xb9, ..] => (Sign::Digit(digit & 0x0f), 2),
        [0xef, 0xbc, 0x8a, ..] => (Sign::Star, 3),
        [0xef, 0xbc, 0x8f, ..] => (Sign::Gap(Gap::Slash), 3),
        [0xef, 0xbc, 0xbf, ..] => (Sign::Gap(Gap::Underscore), 3),
        [0x81 | 0x82, ..] => {
            let among =
                shift_jis(rest.get(2..).unwrap_or_default()).is_some() || shift_jis(near(2)).is_some();
            shift_jis(rest).filter(|_| among).map_or((Sign::Other, 1), |sign| (sign, 2))
        }
        [0xa1 | 0xa3, ..] => {
            let among = euc(rest.get(2..).unwrap_or_default()).is_some() || euc(near(2)).is_some();
            euc(rest).filter(|_| among).map_or((Sign::Other, 1), |sign| (sign, 2))
        }
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

/// A full-width digit, space, dash, full stop or slash of Shift_JIS.
fn shift_jis(text: &[u8]) -> Option<Sign> {
    Some(match *text {
        [0x82, digit @ 0x4f..=0x58, ..] => Sign::Digit(digit.wrapping_sub(0x4f)),
        [0x81, 0x40, ..] => Sign::Gap(Gap::Space),
        [0x81, 0x5b | 0x5d | 0x7c, ..] => Sign::Gap(Gap::Dash),
        [0x81, 0x44, ..] => Sign::Gap(Gap::Dot),
        [0x81, 0x5e, ..] => Sign::Gap(Gap::Slash),
        _ => return None,
    })
}

/// A full-width digit, space or dash of EUC-JP, EUC-KR and GB 18030.
fn euc(text: &[u8]) -> Option<Sign> {
    Some(match *text {
        [0xa3, digit @ 0xb0..=0xb9, ..] => Sign::Digit(digit & 0x0f),
        [0xa1, 0xa1, ..] => Sign::Gap(Gap::Space),
        [0xa1, 0xdd, ..] | [0xa3, 0xad, ..] => Sign::Gap(Gap::Dash),
        _ => return None,
    })
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
    let mut decoded = [first, 0, 0];
    let mut length = 1usize;
    for place in decoded.iter_mut().skip(1) {
        let Some(byte) = triplet(text, at.saturating_add(length.saturating_mul(TRIPLET))) else { break };
        *place = byte;
        length = length.saturating_add(1);
    }
    match foreign(decoded.get(..length).unwrap_or_default(), 0) {
        (Sign::Other, _) => (Sign::Other, TRIPLET),
        (sign, bytes) => (sign, bytes.saturating_mul(TRIPLET)),
    }
}

/// `%` and two hexadecimal digits.
const TRIPLET: usize = 3;

/// The byte that `%XY` at `at` encodes.
///
/// `%B4` alone is how track 1 of a Visa card begins: in URL-encoded text a byte like that goes on a character, whose first
/// triplets stand before it.
pub(super) fn triplet(text: &[u8], at: usize) -> Option<u8> {
    match text.get(at..at.checked_add(TRIPLET)?)? {
        [b'%', b'B' | b'b', b'0'..=b'9'] if !goes_on(text, at) => None,
        [b'%', high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    }
}

/// Whether the triplets before `at` begin a character of UTF-8 that a byte from 0x80 on goes on.
///
/// Only what is no character yet counts: a whole one could be a digit of a number, and what follows would mean something else
/// once that is replaced.
fn goes_on(text: &[u8], at: usize) -> bool {
    let byte = |back: usize| {
        let begin = at.checked_sub(TRIPLET.saturating_mul(back))?;
        match text.get(begin..begin.checked_add(TRIPLET)?)? {
            [b'%', high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        }
    };
    match (byte(1), byte(2), byte(3)) {
        (Some(0xc2..=0xf4), _, _) => true,
        (Some(0x80..=0xbf), Some(0xe0..=0xf4), _) => true,
        (Some(0x80..=0xbf), Some(0x80..=0xbf), Some(lead)) => lead >= 0xf0,
        _ => false,
    }
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
    // Signs and digits end no character of several bytes, but for the digits of a triplet.
    let last = *text.get(at.checked_sub(1)?)?;
    if last < 0x40
        && let Some(Some(sign)) = SIGNS.get(usize::from(last))
        && (!last.is_ascii_digit()
            || at.checked_sub(TRIPLET).and_then(|begin| text.get(begin)) != Some(&b'%'))
    {
        return (*sign != Sign::Other).then(|| (*sign, at.saturating_sub(1)));
    }
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
