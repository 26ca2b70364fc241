//! Whether a card number stands where none should: in a case reference, an id, a cell of a table.
//!
//! The finder of `scan/` weighs surroundings, so that a log is not full of false hits; what is asked here guards a place where
//! no card number may be, and refuses on the digits alone. It also lies below `scan/`, which is built on this room.

use zeroize::Zeroizing;

use super::brand::Brand;
use super::glyph::{self, Glyph};
use super::luhn;
use super::pan::MAX_DIGITS;

/// The fewest digits a card number has.
const MIN_DIGITS: usize = 12;

/// Whether free text has a card number in it.
///
/// Looks at groups of digits (ASCII or full-width) that touch, or stand apart by one space, dash or full stop.
/// Any whole groups in a row that make 12 to 19 digits and fit a brand's range and length and the check digit
/// are a card number. A group is never cut: a part of an unbroken string of digits is not looked at, so a token
/// is never taken for a card, and an unbroken string of more than 19 digits is not a card number.
///
/// ```
/// use panveil::card::spot;
/// assert!(spot::holds_card_number(b"refund for 4111-1111-1111-1111, please"));
/// assert!(!spot::holds_card_number(b"CB-1042, order 20261122-000017"));
/// ```
pub fn holds_card_number(text: &[u8]) -> bool {
    if too_few_digits(text) {
        return false;
    }
    let mut groups = Groups::new();
    let mut rest = text;
    let mut previous = Glyph::Other;
    while let Some((glyph, tail)) = glyph::first(rest) {
        rest = tail;
        match (glyph, previous) {
            (Glyph::Digit(value), Glyph::Digit(_)) => groups.extend(value),
            (Glyph::Digit(value), _) => groups.begin(value),
            // The end of a group: what ends here may be a card number.
            (Glyph::Space | Glyph::Dash | Glyph::Dot, Glyph::Digit(_)) => {
                if groups.end_in_card_number() {
                    return true;
                }
            }
            (_, Glyph::Digit(_)) => {
                if groups.end_in_card_number() {
                    return true;
                }
                groups.clear();
            }
            (_, _) => groups.clear(),
        }
        previous = glyph;
    }
    groups.end_in_card_number()
}

/// Whether a whole cell is a card number: 12 to 19 digits (ASCII or full-width) that fit a brand's range and
/// length and the check digit, with any spaces, dashes and full stops among them and around them.
///
/// ```
/// use panveil::card::spot;
/// assert!(spot::is_card_number(b" 4111 1111 1111 1111"));
/// assert!(!spot::is_card_number(b"card 4111 1111 1111 1111"));
/// ```
pub fn is_card_number(cell: &[u8]) -> bool {
    if cell.len() < MIN_DIGITS {
        return false;
    }
    let mut digits = Zeroizing::new([0u8; MAX_DIGITS]);
    let mut free = digits.iter_mut();
    let mut rest = cell.trim_ascii();
    while let Some((glyph, tail)) = glyph::first(rest) {
        rest = tail;
        match glyph {
            Glyph::Digit(value) => match free.next() {
                Some(place) => *place = value,
                None => return false,
            },
            Glyph::Space | Glyph::Dash | Glyph::Dot => {}
            Glyph::Other => return false,
        }
    }
    let length = MAX_DIGITS.saturating_sub(free.len());
    digits.get(..length).is_some_and(fits_a_card)
}

/// A quick no, which most texts get: a card number has 12 ASCII or full-width digits (those begin with 0xef).
fn too_few_digits(text: &[u8]) -> bool {
    let could_be = |byte: &&u8| byte.is_ascii_digit() || **byte == 0xef;
    text.len() < MIN_DIGITS || text.iter().filter(could_be).count() < MIN_DIGITS
}

/// Whether these values 0 to 9 are a card number of a known brand.
fn fits_a_card(digits: &[u8]) -> bool {
    digits.len() >= MIN_DIGITS && luhn::residue(digits) == 0 && Brand::of_digits(digits).is_some()
}

/// The latest groups of digits: the digits themselves, and of each whether it begins a group.
struct Groups {
    digits: Zeroizing<[u8; MAX_DIGITS]>,
    begins: [bool; MAX_DIGITS],
    length: usize,
}

impl Groups {
    fn new() -> Self {
        Self { digits: Zeroizing::new([0; MAX_DIGITS]), begins: [false; MAX_DIGITS], length: 0 }
    }

    fn clear(&mut self) {
        self.length = 0;
    }

    fn begin(&mut self, value: u8) {
        self.push(value, true);
    }

    fn extend(&mut self, value: u8) {
        self.push(value, false);
    }

    /// Keeps the latest 19 digits. When the first digit of a group falls out, the rest of that group begins
    /// none, so it is never taken for a whole one.
    fn push(&mut self, value: u8, begins: bool) {
        if self.length == MAX_DIGITS {
            self.digits.rotate_left(1);
            self.begins.rotate_left(1);
            self.length = MAX_DIGITS.saturating_sub(1);
        }
        if let (Some(digit), Some(begin)) =
            (self.digits.get_mut(self.length), self.begins.get_mut(self.length))
        {
            *digit = value;
            *begin = begins;
            self.length = self.length.saturating_add(1);
        }
    }

    /// Whether whole groups that end with the latest digit are a card number.
    fn end_in_card_number(&self) -> bool {
        let digits = self.digits.get(..self.length).unwrap_or_default();
        (0..self.length)
            .filter(|start| self.begins.get(*start).is_some_and(|begins| *begins))
            .filter_map(|start| digits.get(start..))
            .any(fits_a_card)
    }
}

#[cfg(test)]
mod tests {
    use super::{holds_card_number, is_card_number};

    #[test]
    fn free_text_with_and_without_a_card_number() {
        let with = [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111.1111.1111",
            "４１１１　１１１１　１１１１　１１１１",
            "４１１１－１１１１－１１１１－１１１１",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "refund 4111111111111111 today",
            "CB-1042 4111 1111 1111 1111",
            "12 4111 1111 1111 1111",
            "4111 1111 1111 1111 12/29",
            "4111 1111 1111 1111 123",
            "x4111111111111111x",
            "pan=378282246310005;",
            "30569309025904",
            "{\"n\":\"6212341111111111231\"}",
            "カード4111111111111111番",
            "20261122 4111111111111111",
            "99 99 99 99 99 99 99 99 99 99 4111111111111111",
        ];
        for text in with {
            assert!(holds_card_number(text.as_bytes()), "{text}");
        }
        let without = [
            "",
            "CB-1042",
            "C00000017",
            "4111111111111112",
            "4111  1111 1111 1111",
            "1111111111111111",
            "94111111111111111",
            "41111111111111110",
            "00004111111111111111",
            "41111111111111110000000000000000",
            "2026-11-22T08:00:00.123Z",
            "+81-90-1234-5678",
            "f1.6-4:4111110394821112",
            "411111111111111é1",
        ];
        for text in without {
            assert!(!holds_card_number(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn whole_cells() {
        for cell in [
            "4111111111111111",
            " 4111 1111-1111.1111 ",
            "４１１１１１１１１１１１１１１１",
            "378282246310005\t",
            "4111  1111  1111  1111",
            "　4111111111111111",
        ] {
            assert!(is_card_number(cell.as_bytes()), "{cell}");
        }
        for cell in [
            "",
            "4111111111111112",
            "PAN 4111111111111111",
            "4111111111111111x",
            "41111111111",
            "00000000000000000000000",
            "1111111111111111",
            "------------------",
        ] {
            assert!(!is_card_number(cell.as_bytes()), "{cell}");
        }
    }
}
