//! Digits inside base64 (RFC 4648).
//!
//! Three digits become four characters, of which the first is `M`, `N` or `O`; where a gap stands first, `I` or `L`. So a card
//! number shows as such letters four apart, however it lies in what was encoded.

use zeroize::Zeroizing;

use super::beside;
use super::finder::Writings;
use super::hit::{Confidence, Writing};
use super::number::{self, Number};
use super::sign;

/// The letters with which four characters begin that hold a digit or gap first.
pub(super) const FIRST_LETTERS: &[u8; 5] = b"ILMNO";

/// So many times four characters are decoded before and behind the third such letter.
const BEFORE: usize = 4;
const BEHIND: usize = 16;

/// What stands in place of such digits: stars for all bytes.
pub(super) const HIDDEN: &[u8; 4] = b"Kioq";

/// The card number of this confidence or more that shows itself by the third such letter at `at`; `text` left of `floor` is
/// spoken for.
///
/// Digits that are spoken for are characters of base64 too. What replaces them may be none, or leave the last four: a number is
/// looked for behind them, behind all but the last four, and as if nothing was replaced; the surest counts.
pub(super) fn at(text: &[u8], at: usize, floor: usize, least: Confidence) -> Option<Number> {
    let near = floor.saturating_add(4 * BEFORE + LAST_FOUR) > at;
    let floors = [(floor, Seam::Closed), (floor, Seam::Open)]
        .into_iter()
        .chain([Seam::Closed, Seam::Open].map(|seam| (floor.saturating_sub(LAST_FOUR), seam)))
        .filter(|_| near)
        .chain([(0, Seam::Closed)]);
    surest(floors.filter_map(|(floor, seam)| Decoded::around(text, at, floor, seam).number(text, least)))
}

const LAST_FOUR: usize = 4;

/// What stands in place of characters that are spoken for: base64 or something else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seam {
    Open,
    Closed,
}

/// The surest number; of equally sure ones the longest.
fn surest(numbers: impl Iterator<Item = Number>) -> Option<Number> {
    numbers.max_by_key(|number| (number.confidence, number.end.saturating_sub(number.start)))
}

/// Whether digits in base64 that fit a brand may begin in `from..until`, whatever stands around them.
pub(super) fn may_begin(text: &[u8], from: usize, until: usize) -> bool {
    fits_begin(text, from, until).next().is_some()
}

/// Where characters of such digits begin.
fn fits_begin(text: &[u8], from: usize, until: usize) -> impl Iterator<Item = usize> {
    let shows = |at: &usize| {
        let is = |at: usize| text.get(at).is_some_and(|byte| FIRST_LETTERS.contains(byte));
        is(*at) && is(at.saturating_add(4)) && is(at.saturating_add(8))
    };
    (from.saturating_sub(3)..until).filter(shows).filter_map(move |at| {
        [Seam::Open, Seam::Closed].into_iter().find_map(|seam| {
            let decoded = Decoded::around(text, at.saturating_add(8), from, seam);
            let bytes = decoded.bytes();
            let fit = (0..bytes.len())
                .find(|place| digit_begins(bytes, *place) && number::fits(bytes, *place, Writings::Ascii))?;
            Some(decoded.character(fit))
        })
    })
}

/// Bytes of a text in base64 around a letter.
struct Decoded {
    bytes: Zeroizing<[u8; 3 * (BEFORE + BEHIND)]>,
    length: usize,
    /// Where the first four characters are.
    begin: usize,
    /// The letter. Numbers that begin behind it show themselves by others.
    at: usize,
    /// Digits at the very beginning go on before it.
    goes_on: bool,
    /// What stands before may have been replaced.
    is_cut: bool,
}

impl Decoded {
    /// Bytes of which a character is spoken for are zero.
    fn around(text: &[u8], at: usize, floor: usize, seam: Seam) -> Self {
        let four = |begin: usize| -> Option<([u8; 3], usize)> {
            let mut characters = *text.get(begin..begin.checked_add(4)?)?.first_chunk::<4>()?;
            let foreign = floor.saturating_sub(begin).min(4);
            if foreign > 0 && (seam == Seam::Closed || foreign > 3) {
                return None;
            }
            characters.iter_mut().take(foreign).for_each(|character| *character = b'A');
            let (mut bytes, count) = decoded(&characters)?;
            bytes.iter_mut().take(foreign).for_each(|byte| *byte = 0);
            Some((bytes, count))
        };
        let mut begin = at;
        for _ in 0..BEFORE {
            match begin.checked_sub(4).filter(|before| four(*before).is_some()) {
                Some(before) => begin = before,
                None => break,
            }
        }
        let before = begin.checked_sub(4).and_then(four);
        let goes_on =
            before.is_some_and(|(three, count)| count == 3 && three.last().is_some_and(u8::is_ascii_digit));
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
        Self { bytes, length, begin, at, goes_on, is_cut: floor.saturating_add(4) > begin && floor > 0 }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Where the characters of a byte begin.
    const fn character(&self, place: usize) -> usize {
        self.begin.saturating_add(place.wrapping_div(3).saturating_mul(4))
    }

    /// The first number in these bytes that is sure enough.
    fn number(&self, text: &[u8], least: Confidence) -> Option<Number> {
        let bytes = self.bytes();
        (0..bytes.len())
            .take_while(|place| self.character(*place) <= self.at)
            .filter(|place| digit_begins(bytes, *place) && (*place > 0 || !self.goes_on))
            .filter_map(|place| self.number_at(text, place, least))
            .find(|number| number.confidence >= least)
    }

    fn number_at(&self, text: &[u8], place: usize, least: Confidence) -> Option<Number> {
        let bytes = self.bytes();
        // As it stands; and as if what may be replaced beside it were gone.
        let mut best = number::at(bytes, place, 0, Writings::Ascii, least);
        let behind = self.character(place).saturating_add(4);
        let until = self.character(bytes.len());
        if !has_enough_digits(bytes, place) {
            return None;
        }
        let in_digits = beside::groups_begin(text, behind, until, Writings::Usual)
            .filter(|at| beside::begins(text, *at, Writings::Usual));
        let cuts = in_digits.chain(fits_begin(text, behind, until)).chain(self.is_cut.then_some(until));
        for cut in cuts {
            let characters = cut.saturating_sub(self.begin);
            // With the bytes of which all characters stay, and without them.
            let most = characters.saturating_mul(3).wrapping_div(4).min(bytes.len());
            let whole = characters.wrapping_div(4).saturating_mul(3).min(bytes.len());
            for end in [most, whole] {
                let Some(rest) = bytes.get(place..end) else { continue };
                let number = number::at(rest, 0, 0, Writings::Ascii, least).map(|number| Number {
                    start: number.start.saturating_add(place),
                    end: number.end.saturating_add(place),
                    ..number
                });
                best = surest(best.into_iter().chain(number));
            }
        }
        // Padding may be incomplete at the end.
        let end_of = |end: usize| {
            let end = self.begin.saturating_add(end.div_ceil(3).saturating_mul(4)).min(text.len());
            let foreign = |byte: &u8| *byte != b'=' && value(*byte).is_none();
            let last = text.get(end.saturating_sub(1)).filter(|byte| foreign(byte));
            end.saturating_sub(usize::from(last.is_some()))
        };
        best.map(|number| Number {
            start: self.character(number.start),
            end: end_of(number.end),
            writing: Writing::Base64,
            ..number
        })
    }
}

/// Whether digits that begin at `place`, with gaps, are as many as a number has.
fn has_enough_digits(bytes: &[u8], place: usize) -> bool {
    let rest = bytes.get(place..).unwrap_or_default().iter();
    rest.take_while(|byte| byte.is_ascii_digit() || sign::is_ascii_gap(**byte, Writings::Ascii))
        .filter(|byte| byte.is_ascii_digit())
        .count()
        >= number::FEWEST
}

/// Whether the first digit of its group stands at `place`.
fn digit_begins(bytes: &[u8], place: usize) -> bool {
    is_digit(bytes, place) && !place.checked_sub(1).is_some_and(|before| is_digit(bytes, before))
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
    out.extend(HIDDEN.iter().cycle().take(region.len()));
}
