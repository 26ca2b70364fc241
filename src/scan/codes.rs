//! Security codes and PINs in name and value form, near a card number.

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
    let name = name_before(text, start);
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
const LONGEST_NAME: usize = 40;

/// The name before a value: without what joins it to the value, and not beyond its field.
fn name_before(text: &[u8], start: usize) -> &[u8] {
    let before = text.get(start.saturating_sub(LONGEST_NAME)..start).unwrap_or_default();
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
