//! Digits written as the hexadecimal numbers of their ASCII bytes: `34313131...`, `34 31 31 31`, `3431 3131`, `34:31:31:31`.

use zeroize::Zeroize;

use super::beside;
use super::codes;
use super::dump::{self, Dump};
use super::finder::Writings;
use super::gap;
use super::hit::{Confidence, Kind, Reason, Writing};
use super::number::{self, FEWEST, MOST, Number};
use super::sign::{self, Sign, nibble};
use crate::card::brand::Brand;
use crate::card::luhn;
use crate::card::mask::Masked;

/// How far into a string of digits the first pair may stand, in bytes.
const FIRST_PAIR: usize = 64;

/// The card number whose first pair stands in the group of digits at `start`, or, in a dump, in the line before; `text` left of
/// `floor` is spoken for.
pub(super) fn at(text: &[u8], start: usize, floor: usize, writings: Writings) -> Option<Number> {
    // Decoded bytes before the number make digits of their own: `22` is a quote.
    places(text, start).find_map(|place| {
        Dump::number(text, place, writings)
            .or_else(|| if pairs_go_on(text, place) { in_line(text, place, floor, writings) } else { None })
    })
}

/// Whether [`at`] has to read on from the group of digits at `start`: a quick no for almost all of them.
pub(super) fn may_begin(text: &[u8], start: usize) -> bool {
    places(text, start).any(|place| pairs_go_on(text, place) || dump::shows_itself(text, place))
}

/// Whether pairs that fit a brand begin in the group of digits at `start`, whatever stands around them.
pub(super) fn fits(text: &[u8], start: usize) -> bool {
    let mut any = false;
    places(text, start).filter(|place| pairs_go_on(text, *place)).any(|place| {
        let pairs = Pairs { text, group: Group::around(text, place), next: Some(place) };
        read(pairs, &mut |_| Cut::Yes, &mut |_, _, _| any = true);
        any
    })
}

/// Where pairs may begin that write a digit.
fn places(text: &[u8], start: usize) -> impl Iterator<Item = usize> {
    (start..start.saturating_add(FIRST_PAIR))
        .take_while(|place| text.get(*place).is_some_and(u8::is_ascii_digit))
        .filter(|place| digit(text, *place).is_some())
}

/// Whether the pairs behind the one at `place` may be digits and gaps too: a quick no for almost all decimal digits.
fn pairs_go_on(text: &[u8], place: usize) -> bool {
    let mut at = place;
    for _ in 0..QUICK_PAIRS {
        at = at.saturating_add(2);
        at = match text.get(at) {
            Some(byte) if byte.is_ascii_alphanumeric() => at,
            Some(b' ' | b':' | b'-') => at.saturating_add(1),
            _ => return true,
        };
        match (text.get(at), text.get(at.saturating_add(1))) {
            (Some(b'3'), Some(b'0'..=b'9')) => {}
            (Some(b'2'), Some(b'0' | b'd' | b'D' | b'e' | b'E' | b'f' | b'F')) => {}
            (Some(b'5'), Some(b'f' | b'F')) => {}
            (Some(byte), _) if byte.is_ascii_alphanumeric() => return false,
            _ => return true,
        }
    }
    true
}

const QUICK_PAIRS: usize = 4;

fn in_line(text: &[u8], start: usize, floor: usize, writings: Writings) -> Option<Number> {
    // The first digit of its string only.
    let group = Group::around(text, start);
    let before = group.pair_before(text, start).filter(|begin| *begin >= floor);
    // A code may be taken out.
    if before.is_some_and(|begin| {
        digit(text, begin).is_some() && !codes::ends_at(text, begin.saturating_add(2), writings)
    }) {
        return None;
    }
    let begin = begin_with_rest(text, start, floor)?;
    let mut best = None;
    let mut cut = |last: usize| Cut::of(beside::may_change(text, last.saturating_add(2), writings));
    let pairs = Pairs { text, group, next: Some(start) };
    read(pairs, &mut cut, &mut |brand, masked, last| {
        if let Some(end) = end_with_rest(text, last.saturating_add(2)) {
            best = Some(number(begin, end, brand, masked));
        }
    });
    best
}

/// A number found in pairs.
pub(super) fn number(start: usize, end: usize, brand: Brand, masked: Option<Masked>) -> Number {
    Number {
        start,
        end,
        kind: Kind::Pan,
        brand,
        confidence: Confidence::High,
        reason: Reason::Number,
        writing: Writing::Hex,
        masked,
    }
}

/// Whether a number may end behind a digit though digits go on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Yes,
    No,
}

impl Cut {
    pub(super) const fn of(may_end: bool) -> Self {
        if may_end { Self::Yes } else { Self::No }
    }
}

/// Reads bytes by the places of their pairs, as long as they are digits with one gap between; takes each number that fits:
/// brand, mask and the place of its last
/// pair. It ends at a gap, with the digits, or where `cut` says so.
pub(super) fn read(
    pairs: impl Iterator<Item = (usize, u8)>,
    cut: &mut dyn FnMut(usize) -> Cut,
    take: &mut dyn FnMut(Brand, Option<Masked>, usize),
) {
    let mut digits = [0u8; MOST];
    let mut count = 0usize;
    let mut fit = None;
    let mut after_gap = true;
    for (place, byte) in pairs {
        match byte {
            b'0'..=b'9' => {
                // Digits go on: what fits so far is a number only if they may go.
                if let Some((brand, masked, last)) = fit.take()
                    && cut(last) == Cut::Yes
                {
                    take(brand, masked, last);
                }
                let Some(free) = digits.get_mut(count) else {
                    fit = None;
                    break;
                };
                *free = byte & 0x0f;
                count = count.saturating_add(1);
                after_gap = false;
                let known = digits.get(..count).unwrap_or_default();
                if count >= FEWEST
                    && let Some(brand) = Brand::of_digits(known)
                    && luhn::residue(known) == 0
                {
                    fit = Some((brand, number::masked(known), place));
                }
            }
            b' ' | b'-' | b'.' | b'/' | b'_' if !after_gap => {
                after_gap = true;
                if let Some((brand, masked, last)) = fit.take() {
                    take(brand, masked, last);
                }
            }
            _ => break,
        }
    }
    if let Some((brand, masked, last)) = fit {
        take(brand, masked, last);
    }
    digits.zeroize();
}

/// Pairs one behind the other.
struct Pairs<'a> {
    text: &'a [u8],
    group: Group,
    next: Option<usize>,
}

impl Iterator for Pairs<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<(usize, u8)> {
        let place = self.next?;
        let byte = byte_at(self.text, place)?;
        self.next = self.group.next(self.text, place.saturating_add(2));
        Some((place, byte))
    }
}

/// Where a number begins whose first pair stands at `start`: one decoded byte before it, such as a quote, may make digits
/// that touch it, and goes with it.
fn begin_with_rest(text: &[u8], start: usize, floor: usize) -> Option<usize> {
    let before = text.get(floor.min(start)..start).unwrap_or_default();
    let digits = before.iter().rev().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    (digits < 3).then(|| start.saturating_sub(digits))
}

/// Where a number ends whose last pair ends at `end`: a few digits that touch it go with it, so that they make no number with
/// what stands behind; as many as a number has are a string of their own, and these pairs are not.
fn end_with_rest(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..).unwrap_or_default();
    let digits = rest.iter().take(FEWEST).take_while(|byte| byte.is_ascii_digit()).count();
    let end = end.saturating_add(digits);
    let other = matches!(sign::read(text, end, Writings::Usual), Some((Sign::Digit(_), _)));
    (digits < FEWEST && !other).then_some(end)
}

/// Where the group of digits begins with which four pairs with colons between begin that end with the digit at `at`.
pub(super) fn before_colons(text: &[u8], at: usize, writings: Writings) -> Option<usize> {
    let begin = at.checked_sub(FOUR_PAIRS)?;
    let pairs = text.get(begin..=at)?;
    let is_so =
        |(place, byte): (usize, &u8)| if place % 3 == 2 { *byte == b':' } else { byte.is_ascii_digit() };
    // Digits of a URL-encoded byte are no digits of their own.
    if !pairs.iter().enumerate().all(is_so) || sign::boundary(text, begin, writings) != begin {
        return None;
    }
    let mut first = begin;
    while let Some((Sign::Digit(_), before)) = sign::before(text, first, writings)
        && begin.saturating_sub(before) < FIRST_PAIR
    {
        first = before;
    }
    Some(first)
}

/// From the first digit of four pairs with one character between to the last.
const FOUR_PAIRS: usize = 10;

/// The byte that two hexadecimal digits at `place` write.
pub(super) fn byte_at(text: &[u8], place: usize) -> Option<u8> {
    let high = nibble(*text.get(place)?)?;
    Some(high << 4 | nibble(*text.get(place.checked_add(1)?)?)?)
}

/// The digit that two hexadecimal digits at `place` write.
pub(super) fn digit(text: &[u8], place: usize) -> Option<u8> {
    byte_at(text, place).filter(u8::is_ascii_digit)
}

/// How many hexadecimal digits stand together.
#[derive(Clone, Copy)]
enum Group {
    /// So many, then a separator.
    Of(usize),
    /// All of them.
    Whole,
}

impl Group {
    /// The digits around a pair at `start`.
    fn around(text: &[u8], start: usize) -> Self {
        let before = text.get(..start).unwrap_or_default().iter().rev();
        let before = before.take(LONGEST_GROUP).take_while(|byte| byte.is_ascii_hexdigit()).count();
        match before.saturating_add(hex_digits(text, start)) {
            length @ (2 | LONGEST_GROUP) => Self::Of(length),
            _ => Self::Whole,
        }
    }

    /// Where the pair before one at `start` stands.
    fn pair_before(self, text: &[u8], start: usize) -> Option<usize> {
        let farthest = if matches!(self, Self::Whole) { 2 } else { 4 };
        (2..=farthest).filter_map(|back| start.checked_sub(back)).find(|begin| {
            after_pair(text, begin.saturating_add(2)) == start && byte_at(text, *begin).is_some()
        })
    }

    /// Where the next pair stands behind one that ends at `end`.
    fn next(self, text: &[u8], end: usize) -> Option<usize> {
        let next = after_pair(text, end);
        match self {
            Self::Whole => (next == end).then_some(next),
            Self::Of(_) if next == end => Some(next),
            Self::Of(length) => (hex_digits(text, next) <= length).then_some(next),
        }
    }
}

/// Dumps have one or two bytes together.
const LONGEST_GROUP: usize = 4;

/// How many hexadecimal digits stand at `at`, as far as one more than a group has.
fn hex_digits(text: &[u8], at: usize) -> usize {
    text.get(at..)
        .unwrap_or_default()
        .iter()
        .take(LONGEST_GROUP + 1)
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count()
}

/// Where the next pair stands behind one that ends at `end`: at once, or after a separator; dumps have two blanks in the middle.
fn after_pair(text: &[u8], end: usize) -> usize {
    match text.get(end..) {
        Some([b' ', b' ', ..]) => end.saturating_add(2),
        Some([b' ' | b'-' | b':', ..]) => end.saturating_add(1),
        _ => end,
    }
}

/// Stars for all bytes: `2a` for each pair of hexadecimal digits, what stands between them as it is. The first digit is none
/// where it would join digits before.
pub(super) fn hide(region: &[u8], joined: Joined, out: &mut Vec<u8>) {
    let begin = out.len();
    let mut second = false;
    for byte in region {
        if byte.is_ascii_hexdigit() {
            out.push(if second { b'a' } else { b'2' });
            second = !second;
        } else {
            out.push(*byte);
        }
    }
    if let (Joined::Yes, Some(first @ b'2')) = (joined, out.get_mut(begin)) {
        *first = b'a';
    }
}

/// Whether a gap joins digits to what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    Yes,
    No,
}

impl Joined {
    pub(super) fn at(text: &[u8], at: usize, writings: Writings) -> Self {
        let mut begin = at;
        for _ in 0..=gap::WIDEST {
            match sign::before(text, begin, writings) {
                Some((Sign::Digit(_), _)) => return Self::Yes,
                Some((Sign::Gap(_), before)) => begin = before,
                _ => break,
            }
        }
        Self::No
    }
}
