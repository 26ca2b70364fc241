//! Digits inside base64 (RFC 4648).
//!
//! Three digits become four characters, of which the first is `M`, `N` or `O`; where a gap stands first, `I` or `L`. So a card
//! number shows as such letters four apart, however it lies in what was encoded.

use zeroize::Zeroizing;

use super::finder::Writings;
use super::hit::Writing;
use super::number::{self, Number};

/// The letters with which four characters begin that hold a digit or gap first.
pub(super) const FIRST_LETTERS: &[u8; 5] = b"ILMNO";

/// So many times four characters are decoded before and behind the third such letter.
const BEFORE: usize = 4;
const BEHIND: usize = 16;

/// The card number that shows itself by the third such letter at `at`; `text` left of `floor` is spoken for.
///
/// Digits that are spoken for are characters of base64 too. What replaces them may be none, or leave the last four: a number is
/// looked for as if the text began with them, behind them, and before the last four.
pub(super) fn at(text: &[u8], at: usize, floor: usize) -> Option<Number> {
    [floor, floor.saturating_sub(LAST_FOUR), 0].into_iter().find_map(|floor| at_from(text, at, floor))
}

const LAST_FOUR: usize = 4;

fn at_from(text: &[u8], at: usize, floor: usize) -> Option<Number> {
    let four = |begin: usize| text.get(begin..begin.checked_add(4)?)?.first_chunk::<4>().and_then(decoded);
    let mut begin = at;
    for _ in 0..BEFORE {
        match begin.checked_sub(4).filter(|before| *before >= floor && four(*before).is_some()) {
            Some(before) => begin = before,
            None => break,
        }
    }
    let mut bytes = Zeroizing::new([0u8; 3 * (BEFORE + BEHIND)]);
    let mut length = 0usize;
    for (place, free) in bytes.chunks_exact_mut(3).enumerate() {
        let Some((three, count)) = four(begin.saturating_add(place.saturating_mul(4))) else { break };
        free.copy_from_slice(&three);
        length = length.saturating_add(count);
        if count < 3 {
            break;
        }
    }
    let bytes = bytes.get(..length)?;
    // Digits at the very beginning may go on before it.
    (1..bytes.len())
        .filter(|place| is_digit(bytes, *place) && !is_digit(bytes, place.wrapping_sub(1)))
        .chain(
            begin.checked_sub(4).is_none_or(|before| before < floor || four(before).is_none()).then_some(0),
        )
        .filter_map(|place| number::at(bytes, place, 0, Writings::Ascii))
        .map(|number| Number {
            start: begin.saturating_add(number.start.wrapping_div(3).saturating_mul(4)),
            end: begin.saturating_add(number.end.div_ceil(3).saturating_mul(4)).min(text.len()),
            writing: Writing::Base64,
            ..number
        })
        .next()
}

fn is_digit(bytes: &[u8], place: usize) -> bool {
    bytes.get(place).is_some_and(u8::is_ascii_digit)
}

/// The up to three bytes of four characters, and how many they are; `None` if they are no base64.
fn decoded(four: &[u8; 4]) -> Option<([u8; 3], usize)> {
    let [first, second, third, fourth] = *four;
    let (first, second) = (value(first)?, value(second)?);
    let count = match (third, fourth) {
        (b'=', _) => 1,
        (_, b'=') => 2,
        _ => 3,
    };
    let third = if count > 1 { value(third)? } else { 0 };
    let fourth = if count > 2 { value(fourth)? } else { 0 };
    let word = first << 18 | second << 12 | third << 6 | fourth;
    let [_, a, b, c] = word.to_be_bytes();
    Some(([a, b, c], count))
}

/// The six bits of a character, of the usual alphabet or the one for URLs.
const fn value(character: u8) -> Option<u32> {
    Some(match character {
        b'A'..=b'Z' => character.wrapping_sub(b'A') as u32,
        b'a'..=b'z' => (character.wrapping_sub(b'a') as u32).wrapping_add(26),
        b'0'..=b'9' => (character.wrapping_sub(b'0') as u32).wrapping_add(52),
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Stars for all bytes: `Kioq` is the base64 of three of them.
pub(super) fn hide(region: &[u8], out: &mut Vec<u8>) {
    out.extend(b"Kioq".iter().cycle().take(region.len()));
}
