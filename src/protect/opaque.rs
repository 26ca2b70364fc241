//! The text of an opaque token: 128 bits as 26 characters.

use super::draw::Randomness;
use super::token::{Token, TokenFormat};
use crate::card::spot::holds_card_number;
use crate::error::{Error, Result};

/// Characters of an opaque token.
pub(crate) const OPAQUE_LENGTH: usize = 26;

/// RFC 4648, section 6, in lower case: no `0` and `1`, which are read as letters.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// 16 bytes as text: five bits a character, from the left; the last character holds three bits and two zeros.
pub(crate) fn to_text(bits: &[u8; 16]) -> [u8; OPAQUE_LENGTH] {
    let bits = u128::from_be_bytes(*bits);
    let mut text = [0; OPAQUE_LENGTH];
    for (place, letter) in (0u32..).zip(&mut text) {
        // 130 bits in all: the last two are zeros behind the 128.
        let shift = 123u32.saturating_sub(place.saturating_mul(5));
        let five = if place == 25 { bits << 2 } else { bits >> shift };
        *letter = ALPHABET.get(usize::from(five.to_le_bytes()[0] & 31)).copied().unwrap_or_default();
    }
    text
}

/// A token of 128 random bits.
///
/// # Errors
/// [`Error::Random`] if the operating system gives no randomness; [`Error::WalkExhausted`] never in practice.
pub(super) fn draw(format: TokenFormat, random: &mut Randomness) -> Result<Token> {
    for _ in 0..MAX_DRAWS {
        // One in 10^8 holds a run of digits that could be a card number; it is drawn again.
        match Token::new(format, &to_text(&random.bytes()?)) {
            Err(Error::NotAToken) => {}
            other => return other,
        }
    }
    Err(Error::WalkExhausted)
}

/// Whether `text` is the text of 16 bytes, and holds no digits that could be a card number.
///
/// # Errors
/// [`Error::NotAToken`] for another length, another character, a last character with bits behind the 128, or a text in
/// which our own finder finds a card number.
pub(crate) fn check(text: &[u8]) -> Result<()> {
    let known = text.iter().all(|letter| ALPHABET.contains(letter));
    // Of the last character's five bits the last two are zero: one text for each value.
    let last = text.last().and_then(|letter| ALPHABET.iter().position(|known| known == letter));
    let whole = last.is_some_and(|value| value.is_multiple_of(4));
    let plain = text.len() == OPAQUE_LENGTH && known && whole && !holds_card_number(text);
    if plain { Ok(()) } else { Err(Error::NotAToken) }
}

const MAX_DRAWS: usize = 64;

#[cfg(test)]
mod tests {
    use super::{check, to_text};

    #[test]
    fn the_text_is_that_of_rfc_4648_in_lower_case() {
        // As `base32` of coreutils writes these bytes, without padding and in lower case.
        let rows: [([u8; 16], &str); 4] = [
            ([0; 16], "aaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ([255; 16], "77777777777777777777777774"),
            (*b"panveil opaque 1", "obqw45tfnfwca33qmfyxkzjage"),
            (core::array::from_fn(|place| place as u8), "aaaqeayeaudaocajbifqydiob4"),
        ];
        for (bits, text) in rows {
            assert_eq!(to_text(&bits), text.as_bytes());
            assert!(check(text.as_bytes()).is_ok());
        }
    }

    #[test]
    fn there_is_one_text_for_each_value() {
        for bad in [
            "",
            "aaaaaaaaaaaaaaaaaaaaaaaaa",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "Aaaaaaaaaaaaaaaaaaaaaaaaaa",
            "aaaaaaaaaaaaaaaaaaaaaaaaab",
            "aaaaaaaaaaaaaaaaaaaaaaaaa7",
            "1aaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(check(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
