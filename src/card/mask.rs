//! What of a card number may be shown, and what may be stored in its place.

use super::brand::Brand;
use super::pan::{MAX_DIGITS, Pan};
use crate::error::{Error, Result};

/// Which digits stay: a BIN of 0, 6 or 8 digits at the start, and up to four at the end.
///
/// Written like `0+4` or `6+4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    bin: usize,
    last: usize,
}

impl Shown {
    /// The last four digits: the default of every mask.
    pub const LAST4: Self = Self { bin: 0, last: 4 };
    /// A BIN of six digits and the last four.
    pub const BIN6_LAST4: Self = Self { bin: 6, last: 4 };
    /// A BIN of eight digits and the last four.
    pub const BIN8_LAST4: Self = Self { bin: 8, last: 4 };

    /// `bin` digits at the start and `last` at the end.
    ///
    /// # Errors
    /// [`Error::MaskRefused`] unless `bin` is 0, 6 or 8 and `last` at most 4 (PCI DSS 3.4.1).
    pub fn new(bin: usize, last: usize) -> Result<Self> {
        if matches!(bin, 0 | 6 | 8) && last <= 4 { Ok(Self { bin, last }) } else { Err(Error::MaskRefused) }
    }

    /// How many digits stay at the start: 0, 6 or 8.
    pub fn bin(self) -> usize {
        self.bin
    }

    /// How many digits stay at the end: 0 to 4.
    pub fn last(self) -> usize {
        self.last
    }
}

impl core::fmt::Display for Shown {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}+{}", self.bin, self.last)
    }
}

impl core::str::FromStr for Shown {
    type Err = Error;

    /// Reads `0+4`, `6+4`, `8+4` and the like: one digit, `+`, one digit.
    fn from_str(text: &str) -> Result<Self> {
        match text.as_bytes() {
            [bin @ b'0'..=b'9', b'+', last @ b'0'..=b'9'] => {
                Self::new(usize::from(bin & 0x0f), usize::from(last & 0x0f))
            }
            _ => Err(Error::MaskRefused),
        }
    }
}

/// A card number as a person may see it, such as `************1111`. Always safe to print.
///
/// There is no way back: nothing takes a `Masked` and returns a [`Pan`].
///
/// ```
/// use panveil::card::{Masked, Pan, Shown};
/// let pan = Pan::parse(b"4111111111111111")?;
/// assert_eq!(Masked::last4(&pan).as_str(), "************1111");
/// assert_eq!(Masked::of(&pan, Shown::BIN6_LAST4)?.as_str(), "411111******1111");
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Masked(Starred);

impl Masked {
    /// The last four digits, the others as stars.
    pub fn last4(pan: &Pan) -> Self {
        Self(Starred::new(pan.expose(), Shown::LAST4))
    }

    /// The digits that `shown` names, the others as stars: for roles that may see them (PCI DSS 3.4.1).
    ///
    /// # Errors
    /// [`Error::MaskRefused`] if this card number would be shown beyond its BIN and last four: a BIN of eight
    /// needs 16 digits or more, and a BIN of six 13.
    pub fn of(pan: &Pan, shown: Shown) -> Result<Self> {
        Self::of_digits(pan.expose(), shown)
    }

    /// Likewise of the digits of a card number that was checked.
    pub(crate) fn of_digits(digits: &[u8], shown: Shown) -> Result<Self> {
        // With fewer than three hidden digits the check digit leaves at most ten candidates.
        let shortest = match shown.bin {
            0 => 12,
            6 => 13,
            _ => 16,
        };
        if digits.len() < shortest {
            return Err(Error::MaskRefused);
        }
        Ok(Self(Starred::new(digits, shown)))
    }

    /// The mask: as long as the card number, hidden digits as `*`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl core::fmt::Display for Masked {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What may be stored in place of a card number (PCI DSS 3.5.1, FAQ 1091), removed digits as stars.
///
/// One domain stores one form only: two truncations of one card number, or one beside a hash of it, give
/// digits back.
///
/// ```
/// use panveil::card::{Pan, Shown, Truncated};
/// let pan = Pan::parse(b"4111111111111111")?;
/// assert_eq!(Truncated::of(&pan, Shown::BIN8_LAST4)?.as_str(), "41111111****1111");
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Truncated(Starred);

impl Truncated {
    /// Keeps the digits that `shown` names and removes the others.
    ///
    /// Every brand and 13 to 19 digits: six and four. Sixteen digits of Discover, JCB, Mastercard, UnionPay or
    /// Visa: eight and four. Twelve digits: the last four.
    ///
    /// # Errors
    /// [`Error::TruncationRefused`] for anything beyond.
    pub fn of(pan: &Pan, shown: Shown) -> Result<Self> {
        if shown.bin > longest_stored_bin(pan) {
            return Err(Error::TruncationRefused);
        }
        Ok(Self(Starred::new(pan.expose(), shown)))
    }

    /// The truncated number: as long as the card number, removed digits as `*`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl core::fmt::Display for Truncated {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The table of FAQ 1091. For 17 to 19 digits it has no row, so the form that every brand permits holds.
fn longest_stored_bin(pan: &Pan) -> usize {
    let eight = matches!(
        Brand::of(pan),
        Some(Brand::Discover | Brand::Jcb | Brand::Mastercard | Brand::UnionPay | Brand::Visa)
    );
    match pan.length() {
        16 if eight => 8,
        13..=MAX_DIGITS => 6,
        _ => 0,
    }
}

/// Digits and stars. Only shown digits are ever copied into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Starred {
    text: [u8; MAX_DIGITS],
    length: usize,
}

impl Starred {
    fn new(digits: &[u8], shown: Shown) -> Self {
        let length = digits.len();
        let mut text = [b'*'; MAX_DIGITS];
        let tail = length.saturating_sub(shown.last);
        for (place, (to, from)) in text.iter_mut().zip(digits).enumerate() {
            if place < shown.bin || place >= tail {
                *to = *from;
            }
        }
        Self { text, length }
    }

    fn as_str(&self) -> &str {
        self.text.get(..self.length).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use crate::error::Error;

    #[test]
    fn no_rule_shows_more_than_bin_and_last_four() {
        for bin in 0..=19 {
            for last in 0..=19 {
                let allowed = [0, 6, 8].contains(&bin) && last <= 4;
                assert_eq!(Shown::new(bin, last).is_ok(), allowed, "{bin}+{last}");
            }
        }
    }

    #[test]
    fn the_written_form_goes_there_and_back() {
        for text in ["0+4", "6+4", "8+4", "6+0", "8+0", "0+0", "0+2"] {
            assert_eq!(text.parse::<Shown>().unwrap().to_string(), text);
        }
        for text in ["", "4", "7+4", "6+5", "06+4", "6+4 ", "+6+4", "6-4"] {
            assert_eq!(text.parse::<Shown>(), Err(Error::MaskRefused), "{text}");
        }
    }
}
