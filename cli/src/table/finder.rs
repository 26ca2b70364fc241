//! Finds card numbers in cells that would be kept.
//!
//! Candidates are 12 to 19 digits, ASCII or full-width, in groups with up to three spaces, dashes, dots or
//! underscores between them, that begin and end with a group: `4111 1111 1111 1111`, `card:4111-1111...;` and a
//! number followed by ` 12` are found. Quotes and backslashes count as gaps, because raw cells are looked at and a
//! quote in the middle of a cell is none of its value. A run of 20 and more digits without a break is an identifier, not a card.
//!
//! [`panveil::scan`] judges a number by what stands beside it, and lets pass what is more likely something else. This guard decides
//! whether a cell may be kept as it is, so it refuses whatever its caller takes for a card, in any surroundings and any grouping.

use super::encoding::Encoding;
use super::wiped::{Wiped, wipe};

/// The shortest and the longest string of digits that is looked at (ISO/IEC 7812-1).
const SHORTEST: usize = 12;
const LONGEST: usize = 19;

/// More separators than this end a number.
const MOST_JOINERS: usize = 3;

/// Looks for card numbers; its buffers are wiped after each cell that was looked into.
#[derive(Debug)]
pub(super) struct Finder {
    text: Wiped,
}

impl Finder {
    pub(super) fn new() -> Self {
        Self { text: Wiped::with_capacity(64) }
    }

    /// Whether `cell` is or contains a string of digits for which `is_card` holds.
    pub(super) fn finds(&mut self, cell: &[u8], encoding: Encoding, is_card: impl Fn(&[u8]) -> bool) -> bool {
        if cell.len() < SHORTEST {
            return false;
        }
        let digits = cell.iter().filter(|byte| byte.is_ascii_digit()).count();
        if cell.is_ascii() {
            return digits >= SHORTEST && in_signs(cell.iter().map(|byte| sign(char::from(*byte))), is_card);
        }
        if digits.saturating_add(encoding.wide_digits_at_most(cell)) < SHORTEST {
            return false;
        }
        encoding.decode(cell, &mut self.text);
        let found =
            str::from_utf8(self.text.as_slice()).is_ok_and(|text| in_signs(text.chars().map(sign), is_card));
        self.text.clear();
        found
    }
}

enum Sign {
    Digit(u8),
    Joiner,
    Other,
}

fn sign(character: char) -> Sign {
    match character {
        '0'..='9' => Sign::Digit(u8::try_from(u32::from(character)).unwrap_or(b'0')),
        '０'..='９' => {
            let value = u32::from(character).saturating_sub(u32::from('０'));
            Sign::Digit(u8::try_from(value).unwrap_or(0).saturating_add(b'0'))
        }
        // Spaces and dashes as people and word processors write them; ー and － come from Japanese keyboards.
        '"' | '\\' => Sign::Joiner,
        ' '
        | '-'
        | '.'
        | '_'
        | '\u{a0}'
        | '\u{3000}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | 'ー'
        | '－'
        | '．'
        | '・' => Sign::Joiner,
        _ => Sign::Other,
    }
}

fn in_signs(signs: impl Iterator<Item = Sign>, is_card: impl Fn(&[u8]) -> bool) -> bool {
    let mut run = Run::new();
    let mut joiners = 0_usize;
    for sign in signs {
        match sign {
            Sign::Digit(digit) => {
                run.push(digit, joiners > 0);
                joiners = 0;
            }
            Sign::Joiner => {
                if joiners == 0 && run.ends_with(&is_card) {
                    return true;
                }
                joiners = joiners.saturating_add(1);
                if joiners > MOST_JOINERS {
                    run.reset();
                }
            }
            Sign::Other => {
                if joiners == 0 && run.ends_with(&is_card) {
                    return true;
                }
                joiners = 0;
                run.reset();
            }
        }
    }
    joiners == 0 && run.ends_with(&is_card)
}

/// The latest groups of digits, at most 19 digits in all.
struct Run {
    digits: [u8; LONGEST],
    len: usize,
    /// How many digits each group has, in order; the first `groups` entries count.
    lengths: [usize; LONGEST],
    groups: usize,
    /// The current group has more than 19 digits.
    overlong: bool,
}

impl Run {
    fn new() -> Self {
        Self { digits: [0; LONGEST], len: 0, lengths: [0; LONGEST], groups: 0, overlong: false }
    }

    fn reset(&mut self) {
        (self.len, self.groups, self.overlong) = (0, 0, false);
    }

    fn push(&mut self, digit: u8, new_group: bool) {
        if new_group && self.overlong {
            self.reset();
        }
        if self.overlong {
            return;
        }
        if new_group || self.groups == 0 {
            if self.groups == LONGEST {
                self.drop_group();
            }
            if let Some(length) = self.lengths.get_mut(self.groups) {
                *length = 0;
            }
            self.groups = self.groups.saturating_add(1);
        }
        if self.len == LONGEST {
            if self.groups == 1 {
                self.overlong = true;
                return;
            }
            self.drop_group();
        }
        if let Some(slot) = self.digits.get_mut(self.len) {
            *slot = digit;
            self.len = self.len.saturating_add(1);
        }
        if let Some(length) = self.lengths.get_mut(self.groups.saturating_sub(1)) {
            *length = length.saturating_add(1);
        }
    }

    /// Forgets the first group.
    fn drop_group(&mut self) {
        let gone = self.lengths.first().copied().unwrap_or(0).min(self.len);
        self.digits.copy_within(gone..self.len, 0);
        self.len = self.len.saturating_sub(gone);
        self.lengths.copy_within(1.., 0);
        self.groups = self.groups.saturating_sub(1);
    }

    /// Whether a string of whole groups that ends here is a card number.
    fn ends_with(&self, is_card: impl Fn(&[u8]) -> bool) -> bool {
        if self.overlong {
            return false;
        }
        let mut rest = self.digits.get(..self.len).unwrap_or_default();
        for &length in self.lengths.get(..self.groups).unwrap_or_default() {
            if rest.len() < SHORTEST {
                return false;
            }
            if is_card(rest) {
                return true;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        false
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        wipe(&mut self.digits);
    }
}

#[cfg(test)]
mod tests {
    use super::Finder;
    use crate::table::encoding::Encoding;

    #[test]
    fn card_numbers_are_found_however_they_are_written() {
        let cases = [
            ("4111111111111111", true),
            ("\"4111111111111111\"", true),
            ("4111 1111 1111 1111", true),
            ("card 4111-1111-1111-1111, exp 12/27", true),
            ("4111 - 1111 - 1111 - 1111", true),
            ("4111111111111111 12", true),
            ("03 4111111111111111", true),
            ("2024-11-22 4111111111111111 123", true),
            ("カード番号４１１１　１１１１　１１１１　１１１１です", true),
            ("４１１１ー１１１１ー１１１１ー１１１１", true),
            ("%B4111111111111111^YAMADA/TARO^2712", true),
            ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", true),
            ("1 2 3 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", true),
            ("\"4111\"111111111111", true),
            ("\"4111\\11\"\"1111111111\"", true),
            ("4111111111111112", false),
            ("41111111111111110", false),
            ("411111111111111", false),
            ("00000000000000000004111111111111111", false),
            ("4111111111111111000000", false),
            ("41111111    11111111", false),
            ("2024-11-22T08:00:00.123Z", false),
            ("", false),
        ];
        let is_card = |digits: &[u8]| digits == b"4111111111111111";
        let mut finder = Finder::new();
        for (text, found) in cases {
            assert_eq!(finder.finds(text.as_bytes(), Encoding::Utf8, is_card), found, "{text}");
            let (sjis, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
            assert!(!unmappable);
            assert_eq!(finder.finds(&sjis, Encoding::ShiftJis, is_card), found, "Shift_JIS {text}");
        }
    }
}
