//! What a redaction may change beside a number, and why that makes no number surer.
//!
//! Redacted text holds no hit, and redacting it again changes nothing. Both follow from one rule: **a number that is no hit
//! weighs no more once what stands beside it is replaced.** So every number is weighed as if all that could go were gone:
//!
//! - *To its left* it sees nothing before the end of the last hit (`floor`). In redacted text something stands there, and none of it speaks
//!   for a number: stars and brackets end what is read, so do the digits of tokens and masks and what hides hexadecimal digits and base64
//!   ([`stands_for_a_hit`]); digits and letters that touch or join a number only ever speak against it.
//! - *To its right* a number is weighed as it stands and, where something begins that could be taken out ([`may_change`]), also as if the text ended
//!   with the number; the surer one counts. Nothing to the right but track data speaks for a number, and a replacement never makes such.
//! - *What joins it* may go too: each of the first groups of a string of groups that fits is weighed, not the longest alone.
//! - *No group of digits is shortened*: a hit takes the digits that touch it along ([`with_touching_digits`]), so that what is left
//!   of them is no number of its own.
//!
//! "Could be taken out" asks for range, length and check digit only, never for what stands around: it does not depend on other hits, and the rule
//! needs no second look.

use super::base64;
use super::finder::Writings;
use super::glance;
use super::hex;
use super::number;
use super::sign::{self, Sign};

/// What is further behind a number than this says nothing of it: a UUID has 36 characters.
const FAR: usize = 40;

/// Whether something may be taken out of the text right behind `end`.
pub(super) fn may_change(text: &[u8], end: usize, writings: Writings) -> bool {
    let until = end.saturating_add(FAR).min(text.len());
    groups_begin(text, end, until, writings).any(|place| begins(text, place, writings))
        || (writings == Writings::WithBase64 && base64::may_begin(text, end, until))
}

/// Whether a number in digits, or in hexadecimal ones, may begin with the group of digits at `place`.
pub(super) fn begins(text: &[u8], place: usize, writings: Writings) -> bool {
    let digits =
        text.get(place..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = place.saturating_add(digits);
    let is_ascii = digits > 0 && text.get(end).is_none_or(|byte| byte.is_ascii() && *byte != b'%');
    if is_ascii && !glance::is_worthwhile(text, place, end, writings) {
        return false;
    }
    number::fits(text, place, writings) || (writings != Writings::Ascii && hex::fits(text, place))
}

/// Where groups of digits begin in `from..until`.
pub(super) fn groups_begin(
    text: &[u8],
    from: usize,
    until: usize,
    writings: Writings,
) -> impl Iterator<Item = usize> {
    let mut at = from;
    let mut was_digit = matches!(sign::before(text, from, writings), Some((Sign::Digit(_), _)));
    core::iter::from_fn(move || {
        while at < until {
            let place = at;
            let (sign, bytes) = sign::read(text, at, writings)?;
            let is_digit = matches!(sign, Sign::Digit(_));
            let begins = is_digit && !was_digit;
            was_digit = is_digit;
            at = at.saturating_add(bytes);
            if begins {
                return Some(place);
            }
        }
        None
    })
}

/// A region of the text and the digits that touch it, not left of `floor`.
///
/// Digits that with these or without them are too many for a number stay.
pub(super) fn with_touching_digits(
    text: &[u8],
    (start, end): (usize, usize),
    floor: usize,
    writings: Writings,
) -> (usize, usize) {
    let mut begin = start;
    let mut digits = 0usize;
    while digits <= number::MOST
        && let Some((Sign::Digit(_), before)) = sign::before(text, begin, writings)
        && before >= floor
    {
        begin = before;
        digits = digits.saturating_add(1);
    }
    let begin = if digits > number::MOST { start } else { begin };
    let mut behind = end;
    let mut digits = 0usize;
    while digits <= number::MOST
        && let Some((Sign::Digit(_), bytes)) = sign::read(text, behind, writings)
    {
        behind = behind.saturating_add(bytes);
        digits = digits.saturating_add(1);
    }
    (begin, if digits > number::MOST { end } else { behind })
}

/// Whether digits in `begin..end` are a part of what fits a brand, whatever stands around them.
pub(super) fn joins_number(text: &[u8], begin: usize, end: usize, writings: Writings) -> bool {
    groups_begin(text, 0, end, writings)
        .any(|start| number::farthest_fit(text, start, writings).is_some_and(|until| until > begin))
}

/// Whether the text ends with what hides hexadecimal digits or base64.
pub(super) fn stands_for_a_hit(text: &[u8]) -> bool {
    matches!(text, [.., b'2', b'a', b'2', b'a'] | [.., b'2', b'a', b' ' | b'-' | b':', b'2', b'a'])
        || text.ends_with(base64::HIDDEN)
}
