//! The card number: parsed at the door, boxed, wiped, never printed.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::glyph::{self, Glyph};
use super::luhn;
use crate::error::{Error, Result};

/// The most digits a card number has (ISO/IEC 7812-1).
pub const MAX_DIGITS: usize = 19;

/// A primary account number: 13 to 19 digits whose check digit is right.
///
/// [`PanRules`] admits 12 digits, separators and, for sealing only, a wrong check digit. The digits are boxed,
/// because a moved inline array would leave them behind, and wiped on drop. A `Pan` cannot be printed, copied,
/// serialized, hashed, or compared except in constant time.
///
/// ```
/// use panveil::card::Pan;
/// let pan = Pan::parse(b"4111111111111111")?;
/// assert_eq!(format!("{pan:?}"), "Pan(..)");
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct Pan {
    digits: Box<[u8; MAX_DIGITS]>, // ASCII; zero after `length`
    length: usize,
    passes_luhn: bool,
}

impl Pan {
    /// Takes 13 to 19 ASCII digits with a right check digit.
    ///
    /// # Errors
    /// [`Error::PanDigit`] if a byte is no ASCII digit, [`Error::PanLength`] if there are fewer than 13 or more
    /// than 19, [`Error::PanLuhn`] if the check digit is wrong.
    pub fn parse(text: &[u8]) -> Result<Self> {
        PanRules::new().parse(text)
    }

    /// The digits, ASCII: for the primitives, and for what sends the number on.
    ///
    /// A copy made of them is the caller's to wipe.
    pub fn expose(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    /// How many digits there are: 13 to 19, or 12 by rule.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether the check digit is right. Where it is not, the number can be sealed, and nothing else.
    pub fn passes_luhn(&self) -> bool {
        self.passes_luhn
    }

    /// Whether two card numbers are the same, in constant time.
    pub fn ct_eq(&self, other: &Pan) -> bool {
        self.digits.as_slice().ct_eq(other.digits.as_slice()).into()
    }

    fn empty() -> Self {
        Self { digits: Box::new([0; MAX_DIGITS]), length: 0, passes_luhn: false }
    }

    /// Adds one digit; digits go straight into the box, so that no copy stays on the stack.
    fn push(&mut self, value: u8) -> Result<()> {
        *self.digits.get_mut(self.length).ok_or(Error::PanLength)? = b'0' | value;
        self.length = self.length.saturating_add(1);
        Ok(())
    }
}

/// Whether [`Pan::parse`] would take `text`, for those who have the digits in hand and need no copy of them.
///
/// # Errors
/// As [`Pan::parse`].
pub(crate) fn check(text: &[u8]) -> Result<()> {
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(Error::PanDigit);
    }
    if !(13..=MAX_DIGITS).contains(&text.len()) {
        return Err(Error::PanLength);
    }
    if luhn::residue(text) == 0 { Ok(()) } else { Err(Error::PanLuhn) }
}

impl Drop for Pan {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

impl core::fmt::Debug for Pan {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Pan(..)")
    }
}

/// What a caller takes for a card number, beyond the default of [`Pan::parse`].
///
/// ```
/// use panveil::card::PanRules;
/// let pan = PanRules::new().parse_normalized("４１１１ 1111 1111 1111".as_bytes())?;
/// assert_eq!(pan.length(), 16);
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PanRules {
    shortest: usize,
    check_digit: CheckDigit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CheckDigit {
    MustBeRight,
    MayBeWrong,
}

impl PanRules {
    /// The rules of [`Pan::parse`]: 13 to 19 digits, the check digit right.
    pub const fn new() -> Self {
        Self { shortest: 13, check_digit: CheckDigit::MustBeRight }
    }

    /// Takes 12 digits too, which some Maestro cards have.
    #[must_use]
    pub const fn allow_12_digits(self) -> Self {
        Self { shortest: 12, ..self }
    }

    /// Takes a wrong check digit too, which some issuers give out. Such a `Pan` can be sealed, not tokenized.
    #[must_use]
    pub const fn allow_wrong_check_digit(self) -> Self {
        Self { check_digit: CheckDigit::MayBeWrong, ..self }
    }

    /// Takes ASCII digits by these rules.
    ///
    /// # Errors
    /// As [`Pan::parse`].
    pub fn parse(&self, text: &[u8]) -> Result<Pan> {
        if !text.iter().all(u8::is_ascii_digit) {
            return Err(Error::PanDigit);
        }
        let mut pan = Pan::empty();
        pan.digits.get_mut(..text.len()).ok_or(Error::PanLength)?.copy_from_slice(text);
        pan.length = text.len();
        self.accept(pan)
    }

    /// Takes a card number as people write it, in UTF-8.
    ///
    /// Digits are ASCII or full-width. Between two digits may stand one separator: a space (also no-break,
    /// figure, thin and ideographic) or a dash (hyphens and dashes, minus, full-width hyphen, the Japanese
    /// long-vowel mark). All separators of one number are spaces or all are dashes.
    ///
    /// # Errors
    /// [`Error::PanSeparator`] if separators are mixed, doubled, or at an end; [`Error::PanDigit`] for any other
    /// character; [`Error::PanLength`] and [`Error::PanLuhn`] as [`Pan::parse`].
    pub fn parse_normalized(&self, text: &[u8]) -> Result<Pan> {
        let mut pan = Pan::empty();
        let mut rest = text;
        let mut kind = None;
        let mut after_digit = false;
        while let Some((glyph, tail)) = glyph::first(rest) {
            rest = tail;
            match glyph {
                Glyph::Digit(value) => pan.push(value)?,
                Glyph::Space | Glyph::Dash => {
                    let same_kind = *kind.get_or_insert(glyph) == glyph;
                    if !after_digit || !same_kind || rest.is_empty() {
                        return Err(Error::PanSeparator);
                    }
                }
                Glyph::Dot | Glyph::Other => return Err(Error::PanDigit),
            }
            after_digit = matches!(glyph, Glyph::Digit(_));
        }
        self.accept(pan)
    }

    fn accept(&self, mut pan: Pan) -> Result<Pan> {
        if pan.length < self.shortest {
            return Err(Error::PanLength);
        }
        pan.passes_luhn = luhn::residue(pan.expose()) == 0;
        if !pan.passes_luhn && self.check_digit == CheckDigit::MustBeRight {
            return Err(Error::PanLuhn);
        }
        Ok(pan)
    }
}

impl Default for PanRules {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Pan, PanRules};

    #[test]
    fn equality_is_of_all_digits() {
        let pan = Pan::parse(b"4111111111111111").unwrap();
        let rules = PanRules::new().allow_wrong_check_digit();
        assert!(pan.ct_eq(&Pan::parse(b"4111111111111111").unwrap()));
        for other in [&b"4111111111111112"[..], b"4111111111111110000", b"5105105105105100"] {
            assert!(!pan.ct_eq(&rules.parse(other).unwrap()));
        }
    }

    #[test]
    fn a_wrong_check_digit_is_remembered() {
        let rules = PanRules::new().allow_wrong_check_digit();
        assert!(!rules.parse(b"4111111111111112").unwrap().passes_luhn());
        assert!(rules.parse(b"4111111111111111").unwrap().passes_luhn());
    }

    #[test]
    fn a_check_without_a_copy_says_what_parsing_says() {
        for text in [
            "4111111111111111",
            "4111111111111112",
            "411111111111111x",
            "x",
            "",
            "501800000009",
            "4222222222222",
            "6212341111111111231",
            "62123411111111112310",
            "4111 1111 1111 1111",
        ] {
            assert_eq!(super::check(text.as_bytes()), Pan::parse(text.as_bytes()).map(|_| ()), "{text}");
        }
    }
}
