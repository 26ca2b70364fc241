//! The first look at a group of digits: a quick no for most of them.

use super::finder::Writings;
use super::hex;
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
        // Pairs write digits in hexadecimal, too.
        2 if *first == b'3' => writings != Writings::Ascii || ends_line(text, end),
        2 if group.get(1).is_some_and(u8::is_ascii_digit) => {
            let begins = group.get(1).is_some_and(|second| brand::lengths_beginning(*first, *second) != 0);
            begins && (writings != Writings::Ascii || ends_line(text, end))
        }
        0..=2 if writings != Writings::Ascii => true,
        _ => ends_line(text, end) || !group.iter().all(u8::is_ascii_digit),
    }
}

/// Whether a group of ASCII digits at `start` may begin a number in ASCII digits, or hold one in hexadecimal: a no for almost
/// all groups that begin none.
#[inline(always)]
pub(super) fn may_begin(text: &[u8], start: usize, group: Group, writings: Writings) -> bool {
    // The second digit stands behind a gap where the group is a single one.
    let second = (group.digits & group.digits.wrapping_sub(1)).trailing_zeros() as usize;
    let (Some(first), Some(second)) = (text.get(start), text.get(start.wrapping_add(second))) else {
        return false;
    };
    let lengths = brand::lengths_beginning(*first, *second);
    match group.length {
        20.. => writings != Writings::Ascii && group.length >= SHORTEST_HEX,
        // Both at once: half of the groups have no such length, which nothing could guess.
        length @ FEWEST..=MOST => {
            (lengths >> length & 1 == 1) & passes_luhn(text, start.wrapping_add(length), length)
        }
        _ if writings != Writings::Ascii && group.next > 0 && hex::may_begin(text, start) => true,
        _ => lengths != 0 && some_fit(text, start, group.digits, lengths),
    }
}

/// Whether some number of whole groups has one of these lengths and passes Luhn. `digits` says which bytes from `start` on are
/// digits.
#[inline(never)]
fn some_fit(text: &[u8], start: usize, digits: u64, lengths: u32) -> bool {
    let mut ends = digits & !(digits >> 1);
    while ends != 0 {
        let upto = ends ^ ends.wrapping_sub(1);
        ends &= ends.wrapping_sub(1);
        let number = digits & upto;
        let count = number.count_ones();
        if count > MOST as u32 {
            break;
        }
        if lengths >> count & 1 == 1 && groups_pass_luhn(text, start, number) {
            return true;
        }
    }
    false
}

/// Whether the ASCII digits at these places behind `start` pass Luhn, up to eight of a group at a time.
fn groups_pass_luhn(text: &[u8], start: usize, places: u64) -> bool {
    let (mut places, mut sum, mut behind) = (places, 0u64, 0usize);
    while places != 0 {
        let past = places.leading_zeros();
        let count = (places << past).leading_ones().min(8);
        let end = start.wrapping_add(u64::BITS.wrapping_sub(past) as usize);
        let word = eight_before(text, end) & last(count as usize);
        sum = sum.wrapping_add(luhn_sum(word, Doubled::behind(behind)));
        behind = behind.wrapping_add(count as usize);
        places &= u64::MAX.checked_shr(past.wrapping_add(count)).unwrap_or(0);
    }
    residue_of(sum) == 0
}

/// The fewest hexadecimal digits of a card number.
const SHORTEST_HEX: usize = 2 * FEWEST;

fn ends_line(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'\n' | b'\r'))
}

/// Whether the `length` ASCII digits before `end` pass Luhn, eight at a time.
#[inline]
fn passes_luhn(text: &[u8], end: usize, length: usize) -> bool {
    let eight = |behind: usize| eight_before(text, end.wrapping_sub(behind));
    let doubled = Doubled::behind(0);
    let sum = luhn_sum(eight(0), doubled);
    let sum = sum.wrapping_add(luhn_sum(eight(8) & last(length.wrapping_sub(8).min(8)), doubled));
    let sum = match length.checked_sub(16) {
        None | Some(0) => sum,
        Some(more) => sum.wrapping_add(luhn_sum(eight(16) & last(more), doubled)),
    };
    residue_of(sum) == 0
}

/// The low halves of the eight bytes before `until`, the last in the lowest byte.
#[inline(always)]
fn eight_before(text: &[u8], until: usize) -> u64 {
    let word =
        until.checked_sub(8).and_then(|from| text.get(from..until)).and_then(|bytes| bytes.first_chunk());
    let Some(word) = word else {
        // At the beginning of the text: digit by digit.
        let digits = text.get(until.saturating_sub(8)..until).unwrap_or_default();
        return digits.iter().fold(0, |word, digit| word << 8 | u64::from(digit & 0x0f));
    };
    u64::from_be_bytes(*word) & 0x0f0f_0f0f_0f0f_0f0f
}
