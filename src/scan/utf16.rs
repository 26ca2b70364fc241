//! Text in UTF-16, as the finder sees it: one byte for each unit.

use super::sign::{self, Gap, Sign};
use crate::scan::finder::Writings;

/// The ASCII character that a unit is to the finder: digits and gaps of any script by their ASCII form.
///
/// A unit of anything else that is not ASCII becomes a control character, so names in such characters say nothing here.
pub(super) fn as_byte(unit: u16) -> u8 {
    if let Ok(byte) = u8::try_from(unit)
        && byte.is_ascii()
    {
        return byte;
    }
    let mut utf8 = [0u8; 4];
    let Some(character) = char::from_u32(u32::from(unit)) else { return OTHER };
    match sign::read(character.encode_utf8(&mut utf8).as_bytes(), 0, Writings::Usual) {
        Some((Sign::Digit(value), _)) => value | b'0',
        Some((Sign::Gap(gap), _)) => match gap {
            Gap::Space => b' ',
            Gap::Dash => b'-',
            Gap::Dot => b'.',
            Gap::Slash => b'/',
            Gap::Underscore => b'_',
            Gap::Line => b'\n',
        },
        Some((Sign::Star, _)) => b'*',
        _ => OTHER,
    }
}

/// What is no digit, gap, letter or sign.
const OTHER: u8 = 0x1a;

/// Text in UTF-16.
pub(super) fn encode(text: &str, big_endian: bool, out: &mut Vec<u8>) {
    for unit in text.encode_utf16() {
        out.extend_from_slice(&if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() });
    }
}
