//! Digits written as the hexadecimal numbers of their ASCII bytes: `34313131...`, `34 31 31 31`, `3431 3131`.

use zeroize::Zeroize;

use super::hit::{Confidence, Kind, Reason, Writing};
use super::number::{self, FEWEST, MOST, Number};
use super::sign::nibble;
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
    let before = pair_before(text, start);
    if before.and_then(|begin| digit(text, begin)).is_some() {
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
        place = after_pair(text, place.saturating_add(2));
    };
    let number = (whole && count >= FEWEST).then(|| digits.get(..count)).flatten().and_then(|digits| {
        let brand = Brand::of_digits(digits)?;
        (luhn::residue(digits) == 0).then_some(Number {
            start,
            end,
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

/// The byte that two hexadecimal digits at `place` write.
fn byte_at(text: &[u8], place: usize) -> Option<u8> {
    let high = nibble(*text.get(place)?)?;
    Some(high << 4 | nibble(*text.get(place.checked_add(1)?)?)?)
}

/// The digit that two hexadecimal digits at `place` write.
fn digit(text: &[u8], place: usize) -> Option<u8> {
    byte_at(text, place).filter(u8::is_ascii_digit)
}

/// Where the next pair stands behind one that ends at `end`: at once, or after a separator; dumps have two blanks in the middle.
fn after_pair(text: &[u8], end: usize) -> usize {
    match text.get(end..) {
        Some([b' ', b' ', ..]) => end.saturating_add(2),
        Some([b' ' | b'-', ..]) => end.saturating_add(1),
        _ => end,
    }
}

/// Where the pair before `start` stands.
fn pair_before(text: &[u8], start: usize) -> Option<usize> {
    [4, 3, 2]
        .into_iter()
        .filter_map(|back| start.checked_sub(back))
        .find(|begin| after_pair(text, begin.saturating_add(2)) == start && byte_at(text, *begin).is_some())
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
