//! Security codes and PINs in name and value form, near a card number.

use core::ops::Range;

use super::colour::{self, Uncoloured};
use super::finder::Writings;
use super::hit::Kind;
use super::lanes::{self, BLOCK, Lanes, Work};
use super::sign::{self, Sign};
use crate::card::sad;

/// A security code or PIN: only its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// Where in the text values may stand whose names say a code: a quick "nowhere" for most texts.
pub(super) fn may_be_named(text: &[u8]) -> Option<Range<usize>> {
    lanes::with_widest(Stems(text))
}

/// Looks for the stems of names.
struct Stems<'a>(&'a [u8]);

impl Work for Stems<'_> {
    type Output = Option<Range<usize>>;

    #[inline(always)]
    fn with<L: Lanes>(self, lanes: L) -> Option<Range<usize>> {
        // Blocks overlap by the two letters that a stem may have in the block before.
        let mut rest = self.0;
        let mut place = 0usize;
        let mut named: Option<Range<usize>> = None;
        let mut found = |place: usize| {
            let end = place.saturating_add(BLOCK).saturating_add(LONGEST_NAME);
            named = Some(named.as_ref().map_or(place, |named| named.start)..end);
        };
        while let Some(block) = rest.first_chunk() {
            if has_stem_or_more(lanes, block) {
                found(place);
            }
            rest = rest.get(BLOCK.wrapping_sub(2)..).unwrap_or_default();
            place = place.saturating_add(BLOCK.wrapping_sub(2));
        }
        let mut block = [0u8; BLOCK];
        if let Some(head) = block.get_mut(..rest.len()) {
            head.copy_from_slice(rest);
        }
        if has_stem_or_more(lanes, &block) {
            found(place);
        }
        named
    }
}

/// Whether a block has one of `STEMS`, or a byte that is not ASCII.
#[inline(always)]
fn has_stem_or_more<L: Lanes>(lanes: L, block: &[u8; BLOCK]) -> bool {
    let small = block.map(|byte| byte | 0x20);
    let [c, v, n, d, e, a, b, f, g, i, k, p, r, s, u, y] = lanes.equal_each(&small, *b"cvndeabfgikprsuy");
    let three = |first: u64, second: u64, third: u64| first << 2 & second << 1 & third;
    let codes =
        three(c, v, v | c | n | d | e) | three(c, a, v) | three(c, s, c) | three(c, i, d) | three(d, b, c);
    // Not in shipping, shopping, mapping.
    let pins = three(p, i, n) & !(p << 3) | three(p, v, v);
    let words = three(e, c | g, u) | three(s, i, c) | three(r, i | u, f) | three(i, g, n);
    let others = three(r, y, p) | three(b, e, v) | three(k, e, r);
    codes | pins | words | others | lanes.high(block) != 0
}

/// Three letters of each name in `card/sad.rs` that has a value of a few digits. Names that are not ASCII show by their bytes.
const STEMS: [&[u8; 3]; 20] = [
    b"cvv", b"cvc", b"cvn", b"cvd", b"cve", b"cav", b"csc", b"cid", b"dbc", b"pin", b"pvv",
    b"ecu", // security, securite
    b"egu", // seguridad, seguranca
    b"sic", // sicurezza, Sicherheit
    b"rif", // verification
    b"ign", // signature panel code
    b"ryp", // cryptogramme
    b"ruf", // Pruefnummer, as it is folded
    b"bev", // beveiligingscode
    b"ker", // saekerhetskod, as it is folded
];

/// Whether a name has a stem, letter by letter, or is not ASCII.
fn has_stem(name: &[u8]) -> bool {
    let is = |letters: &[u8]| STEMS.iter().any(|stem| letters.eq_ignore_ascii_case(*stem));
    !name.is_ascii() || name.windows(3).any(is)
}

/// The first code whose value begins in `from..until`.
pub(super) fn first(text: &[u8], from: usize, until: usize, writings: Writings) -> Option<Code> {
    let mut at = from;
    let may_be_digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'%' || !byte.is_ascii();
    loop {
        at = at.saturating_add(text.get(at..until)?.iter().position(may_be_digit)?);
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
}

/// Whether the group of digits that ends at `end` is a code, if a number stands near.
pub(super) fn ends_at(text: &[u8], end: usize, writings: Writings) -> bool {
    let mut begin = end;
    for _ in 0..LONGEST_BLOCK {
        match sign::before(text, begin, writings) {
            Some((Sign::Digit(_), before)) => begin = before,
            _ => break,
        }
    }
    let (end, digits) = digits_from(text, begin, writings);
    named(text, begin, end, digits).is_some()
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
    if !has_stem(name) {
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
pub(super) const LONGEST_NAME: usize = colour::LONGEST_FIELD;

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
            || matches!(byte, b'{' | b'}' | b'(' | b')' | b'[' | b']' | b'=' | b':' | b'*')
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
    use super::{has_stem, may_be_named};
    use crate::card::sad;

    #[test]
    fn every_name_of_a_code_has_a_stem() {
        let mut checked = 0;
        for name in sad::terms() {
            let other =
                ["track", "trac", "mag", "stripe", "kod ", "guvenlik"].iter().any(|stem| name.contains(stem));
            let named = may_be_named(name.as_bytes());
            assert!(
                other || (named.is_some_and(|named| named.end > name.len()) && has_stem(name.as_bytes())),
                "{name}"
            );
            // Over the edge of a block too.
            let over = [&[b' '; 62], name.as_bytes()].concat();
            assert!(other || may_be_named(&over).is_some(), "{name}");
            checked += 1;
        }
        assert!(checked > 100);
        let line = b"2026-11-26T12:34:56.789Z INFO [main] c.e.pay.Gateway - took 123 ms";
        assert_eq!(may_be_named(line), None);
    }
}
