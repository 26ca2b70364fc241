//! How people and programs write the digits of a card number.

use crate::chance::Chance;

/// The groups of digits that are printed on cards of this length, and now and then other usual ones.
pub fn groups(digits: &str, chance: &mut Chance) -> Vec<String> {
    let lengths: &[usize] = match digits.len() {
        12 => &[4, 4, 4],
        13 => *chance.pick(&[&[4, 3, 3, 3][..], &[4, 4, 4, 1]]),
        14 => &[4, 6, 4],
        15 => &[4, 6, 5],
        17 => &[4, 4, 4, 4, 1],
        18 => &[4, 4, 4, 4, 2],
        19 => *chance.pick(&[&[4, 4, 4, 4, 3][..], &[6, 13]]),
        _ => &[4, 4, 4, 4],
    };
    let mut at = 0;
    let mut group = |length: &usize| {
        at += length;
        digits[at - length..at].to_owned()
    };
    lengths.iter().map(&mut group).collect()
}

/// The groups with this between them.
pub fn separated(digits: &str, gap: &str, chance: &mut Chance) -> String {
    groups(digits, chance).join(gap)
}

/// The digits as those that begin at `zero` in Unicode.
pub fn in_script(text: &str, zero: char) -> String {
    let digit = |character: char| match character.to_digit(10) {
        Some(value) => char::from_u32(u32::from(zero) + value).expect("ten digits in a row"),
        None => character,
    };
    text.chars().map(digit).collect()
}

/// Every byte as `%XX` (RFC 3986).
pub fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a form or a browser makes of the text: letters and digits stay.
pub fn form(text: &str) -> String {
    let one = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Full-width digits, spaces and dashes in Shift_JIS; other ASCII stays.
pub fn shift_jis(text: &str) -> Vec<u8> {
    let one = |byte: u8| match byte {
        b'0'..=b'9' => vec![0x82, 0x4f + (byte - b'0')],
        b' ' => vec![0x81, 0x40],
        b'-' => vec![0x81, 0x7c],
        _ => vec![byte],
    };
    text.bytes().flat_map(one).collect()
}
