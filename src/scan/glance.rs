//! The first look at a group of digits: a quick no for most of them.

use super::finder::Writings;
use super::number::{FEWEST, MOST};
use super::runs::Group;
use crate::card::brand;
use crate::card::luhn;
use crate::crypto::ff1::lanes::word::{Doubled, last, luhn_sum, residue_of};

/// Whether the group of digits `start..end` may begin a number: a quick no for most groups.
#[inline]
pub(super) fn is_worthwhile(text: &[u8], start: usize, end: usize, writings: Writings) -> bool {
    let group = text.get(start..end).unwrap_or_default();
    let Some(first) = group.first() else { return false };
    if !first.is_ascii_digit() {
        return true;
    }
    match group.len() {
        SHORTEST_HEX.. if writings != Writings::Ascii => true,
        4 if *first == b'3' => true,
        FEWEST..=MOST if group.iter().all(u8::is_ascii_digit) => {
            brand::begins_with(first & 0x0f) && luhn::residue(group) == 0 || ends_line(text, end)
        }
        4 | 6 | 8 => brand::begins_with(first & 0x0f),
        0..=2 if writings != Writings::Ascii => true,
        _ => ends_line(text, end) || !group.iter().all(u8::is_ascii_digit),
    }
}

/// Whether a group of ASCII digits at `start` may begin a number in ASCII digits, or hold one in hexadecimal: a quick no that
/// reads no further than the group.
#[inline(always)]
pub(super) fn may_begin(text: &[u8], start: usize, group: Group) -> bool {
    let Some([first, second]) = text.get(start..).and_then(|rest| rest.first_chunk::<2>()) else {
        return false;
    };
    let end = start.wrapping_add(group.length);
    match (group.length, group.next) {
        (20.., _) => group.length >= SHORTEST_HEX,
        (4, 4) if *first == b'3' => true,
        (length @ FEWEST..=MOST, _) => {
            brand::lengths_beginning(*first, *second) >> length & 1 == 1 && passes_luhn(text, end, length)
        }
        _ if brand::lengths_beginning(*first, *second) == 0 => false,
        (4, 3 | 4 | 6 | 12) | (6, 4 | 6 | 13) | (8, 8) => true,
        (_, 0) => false,
        _ => ends_line(text, end),
    }
}

/// The fewest hexadecimal digits of a card number.
const SHORTEST_HEX: usize = 2 * FEWEST;

fn ends_line(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'\n' | b'\r'))
}

/// Whether the `length` ASCII digits before `end` pass Luhn, eight at a time.
#[inline]
fn passes_luhn(text: &[u8], end: usize, length: usize) -> bool {
    let eight = |behind: usize| -> u64 {
        let until = end.wrapping_sub(behind);
        let word =
            until.checked_sub(8).and_then(|from| text.get(from..until)).and_then(|bytes| bytes.first_chunk());
        let Some(word) = word else {
            // At the beginning of the text: digit by digit.
            let digits = text.get(until.saturating_sub(8)..until).unwrap_or_default();
            return digits.iter().fold(0, |word, digit| word << 8 | u64::from(digit & 0x0f));
        };
        u64::from_be_bytes(*word) & 0x0f0f_0f0f_0f0f_0f0f
    };
    let doubled = Doubled::behind(0);
    let sum = luhn_sum(eight(0), doubled);
    let sum = sum.wrapping_add(luhn_sum(eight(8) & last(length.wrapping_sub(8).min(8)), doubled));
    let sum = match length.checked_sub(16) {
        None | Some(0) => sum,
        Some(more) => sum.wrapping_add(luhn_sum(eight(16) & last(more), doubled)),
    };
    residue_of(sum) == 0
}
