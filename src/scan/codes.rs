//! Security codes and PINs in name and value form, near a card number.

use super::blocks::{self, BLOCK, Lanes, Work};
use super::context::{self, Uncoloured};
use super::finder::Writings;
use super::hit::Kind;
use super::sign::{self, Sign};
use crate::card::sad;

/// A security code or PIN: only its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// Whether a name in the text may say a code: a quick no for most texts.
pub(super) fn may_be_named(text: &[u8]) -> bool {
    blocks::with_widest(Stems(text))
}

/// Looks for the stems of names.
struct Stems<'a>(&'a [u8]);

impl Work for Stems<'_> {
    type Output = bool;

    #[inline(always)]
    fn with<L: Lanes>(self, lanes: L) -> bool {
        let (blocks, rest) = self.0.as_chunks::<BLOCK>();
        let mut last = [0u8; BLOCK];
        if let Some(head) = last.get_mut(..rest.len()) {
            head.copy_from_slice(rest);
        }
        let mut before = [0u64; LETTERS.len()];
        for block in blocks.iter().chain(core::iter::once(&last)) {
            let mut small = *block;
            small.iter_mut().for_each(|byte| *byte |= 0x20);
            let mut masks = [0u64; LETTERS.len()];
            for (mask, letter) in masks.iter_mut().zip(LETTERS) {
                *mask = lanes.equal(&small, *letter);
            }
            let mut found = lanes.high(block);
            for stem in STEMS {
                let place = |letter: usize| stem.get(letter).copied().unwrap_or_default();
                let mask = |letter: usize| masks.get(place(letter)).copied().unwrap_or_default();
                let carry = |letter: usize| before.get(place(letter)).copied().unwrap_or_default();
                found |= (mask(0) << 2 | carry(0) >> 62) & (mask(1) << 1 | carry(1) >> 63) & mask(2);
            }
            if found != 0 {
                return true;
            }
            before = masks;
        }
        false
    }
}

/// The letters of the stems.
const LETTERS: &[u8; 16] = b"abcdefgiknprsuvy";

/// Three letters of each name in `card/sad.rs` that has a value of a few digits, as places in `LETTERS`. Names that are not
/// ASCII show by their bytes.
const STEMS: [[usize; 3]; 20] = [
    stem(b"cvv"),
    stem(b"cvc"),
    stem(b"cvn"),
    stem(b"cvd"),
    stem(b"cve"),
    stem(b"cav"),
    stem(b"csc"),
    stem(b"cid"),
    stem(b"dbc"),
    stem(b"pin"),
    stem(b"pvv"),
    stem(b"ecu"), // security, securite
    stem(b"egu"), // seguridad, seguranca
    stem(b"sic"), // sicurezza, Sicherheit
    stem(b"rif"), // verification
    stem(b"ign"), // signature panel code
    stem(b"ryp"), // cryptogramme
    stem(b"ruf"), // Pruefnummer, as it is folded
    stem(b"bev"), // beveiligingscode
    stem(b"ker"), // saekerhetskod, as it is folded
];

/// A stem as places in `LETTERS`.
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while compiling")]
const fn stem(letters: &[u8; 3]) -> [usize; 3] {
    let mut places = [0; 3];
    let mut place = 0;
    while place < 3 {
        while LETTERS[places[place]] != letters[place] {
            places[place] += 1;
        }
        place += 1;
    }
    places
}

/// The first code whose value begins in `from..until`.
pub(super) fn first(text: &[u8], from: usize, until: usize, writings: Writings) -> Option<Code> {
    let mut at = from;
    while at < until {
        let (sign, bytes) = sign::read(text, at, writings)?;
        if let Sign::Digit(_) = sign
            && !matches!(sign::before(text, at, writings), Some((Sign::Digit(_), _)))
        {
            let (end, digits) = digits_from(text, at, writings);
            if let Some(code) = named(text, at, end, digits) {
                return Some(code);
            }
            at = end;
        } else {
            at = at.saturating_add(bytes);
        }
    }
    None
}

/// Where the digits at `at` end, and how many there are, as far as a code could go.
fn digits_from(text: &[u8], at: usize, writings: Writings) -> (usize, usize) {
    let mut end = at;
    for digits in 0..=LONGEST_BLOCK {
        match sign::read(text, end, writings) {
            Some((Sign::Digit(_), bytes)) => end = end.saturating_add(bytes),
            _ => return (end, digits),
        }
    }
    (end, LONGEST_BLOCK.saturating_add(1))
}

/// A PIN block (ISO 9564-1) has 16 hexadecimal digits.
const LONGEST_BLOCK: usize = 16;

/// The code that the name before the digits says they are.
fn named(text: &[u8], start: usize, end: usize, digits: usize) -> Option<Code> {
    let touched = text.get(end).is_some_and(u8::is_ascii_alphanumeric);
    if !(3..=LONGEST_BLOCK).contains(&digits) || touched {
        return None;
    }
    let before = text.get(start.saturating_sub(LONGEST_NAME)..start).unwrap_or_default();
    let before = Uncoloured::of(before);
    let name = name_before(before.get());
    if name.is_empty() {
        return None;
    }
    let name = String::from_utf8_lossy(name);
    sad::named(&name)?;
    let kind = if says_pin(&name) { Kind::Pin } else { Kind::SecurityCode };
    let fits = match kind {
        Kind::Pin => matches!(digits, 4..=12 | LONGEST_BLOCK),
        _ => matches!(digits, 3 | 4),
    };
    fits.then_some(Code { start, end, kind })
}

fn says_pin(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pin", "pvv", "暗証", "ピン"].iter().any(|word| name.contains(word))
}

/// How far back a name may begin, in bytes.
pub(super) const LONGEST_NAME: usize = context::LONGEST_FIELD;

/// The name before a value: without what joins it to the value, and not beyond its field.
fn name_before(before: &[u8]) -> &[u8] {
    let joins = |byte: u8| matches!(byte, b' ' | b'"' | b'\'' | b':' | b'=' | b'>' | b'\\');
    let mut name = before;
    while let [rest @ .., last] = name {
        if let Some(rest) = ["：", "＝"].iter().find_map(|join| name.strip_suffix(join.as_bytes())) {
            name = rest;
        } else if joins(*last) {
            name = rest;
        } else {
            break;
        }
    }
    let ends = |byte: &u8| {
        matches!(byte, b'"' | b'\'' | b',' | b';' | b'&' | b'|' | b'<' | b'/' | b'?')
            || matches!(byte, b'{' | b'}' | b'(' | b')' | b'[' | b']' | b'=' | b':')
            || byte.is_ascii_control()
            || byte.is_ascii_digit() && !is_in_word(name, byte)
    };
    match name.iter().rposition(ends) {
        Some(last) => name.get(last.saturating_add(1)..).unwrap_or_default(),
        None => name,
    }
}

/// Whether a digit is a part of a name, such as `cvv2`: the last character of it, after a letter.
fn is_in_word(name: &[u8], digit: &u8) -> bool {
    matches!(name, [.., letter, last] if core::ptr::eq(last, digit) && letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::may_be_named;
    use crate::card::sad;

    #[test]
    fn every_name_of_a_code_has_a_stem() {
        let mut checked = 0;
        for name in sad::terms() {
            let other =
                ["track", "trac", "mag", "stripe", "kod ", "guvenlik"].iter().any(|stem| name.contains(stem));
            assert!(other || may_be_named(name.as_bytes()), "{name}");
            // Over the edge of a block too.
            let over = [&[b' '; 62], name.as_bytes()].concat();
            assert!(other || may_be_named(&over), "{name}");
            checked += 1;
        }
        assert!(checked > 100);
        assert!(!may_be_named(b"2026-11-26T12:34:56.789Z INFO [main] c.e.pay.Gateway - took 123 ms"));
    }
}
