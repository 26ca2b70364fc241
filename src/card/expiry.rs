//! The expiry date of a card: a month and a year.

use crate::error::{Error, Result};

/// The month in which a card expires; it is good to that month's last day.
///
/// An expiry date is cardholder data: beside a card number it wants the same protection (PCI DSS 3.2), so Debug
/// prints a constant and there is no Display. Ordered by time.
///
/// ```
/// use panveil::card::Expiry;
/// assert_eq!(Expiry::parse(b"07/29")?, Expiry::parse(b"07/2029")?);
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry {
    year: u16,
    month: u8,
}

impl Expiry {
    /// Takes `MM/YY` (2000 to 2099) or `MM/YYYY`, ASCII.
    ///
    /// # Errors
    /// [`Error::ExpiryFormat`] for any other form, or a month that is not 01 to 12.
    pub fn parse(text: &[u8]) -> Result<Self> {
        match *text {
            [m1, m2, b'/', y3, y4] => Self::from_digits([m1, m2], [b'2', b'0', y3, y4]),
            [m1, m2, b'/', y1, y2, y3, y4] => Self::from_digits([m1, m2], [y1, y2, y3, y4]),
            _ => Err(Error::ExpiryFormat),
        }
    }

    /// Takes `YYMM` (2000 to 2099), ASCII, as data element 14 of ISO 8583 and track data have it.
    ///
    /// # Errors
    /// [`Error::ExpiryFormat`] for any other form, or a month that is not 01 to 12.
    pub fn parse_yymm(text: &[u8]) -> Result<Self> {
        match *text {
            [y3, y4, m1, m2] => Self::from_digits([m1, m2], [b'2', b'0', y3, y4]),
            _ => Err(Error::ExpiryFormat),
        }
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The year, four digits.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Whether a card of this expiry is past in the month `month` (1 to 12) of `year`.
    pub fn is_past_in(self, year: u16, month: u8) -> bool {
        (self.year, self.month) < (year, month)
    }

    fn from_digits(month: [u8; 2], year: [u8; 4]) -> Result<Self> {
        if !month.iter().chain(&year).all(u8::is_ascii_digit) {
            return Err(Error::ExpiryFormat);
        }
        let number = |digits: &[u8]| {
            digits
                .iter()
                .fold(0u16, |number, digit| number.wrapping_mul(10).wrapping_add(u16::from(digit & 0x0f)))
        };
        let month = u8::try_from(number(&month)).map_err(|_| Error::ExpiryFormat)?;
        if !(1..=12).contains(&month) {
            return Err(Error::ExpiryFormat);
        }
        Ok(Self { year: number(&year), month })
    }
}

impl core::fmt::Debug for Expiry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Expiry(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Expiry;
    use crate::error::Error;

    #[test]
    fn both_forms_are_read_and_others_refused() {
        for (text, year, month) in
            [("01/30", 2030, 1), ("12/99", 2099, 12), ("07/2029", 2029, 7), ("12/1999", 1999, 12)]
        {
            let expiry = Expiry::parse(text.as_bytes()).unwrap();
            assert_eq!((expiry.year(), expiry.month()), (year, month), "{text}");
            assert_eq!(format!("{expiry:?}"), "Expiry(..)");
        }
        for text in
            ["", "00/30", "13/30", "1/30", "01-30", "0130", "01/3", "01/030", "01/20300", "aa/30", "01/３"]
        {
            assert_eq!(Expiry::parse(text.as_bytes()), Err(Error::ExpiryFormat), "{text}");
        }
        assert_eq!(Expiry::parse_yymm(b"3001").unwrap(), Expiry::parse(b"01/30").unwrap());
        assert_eq!(Expiry::parse_yymm(b"3013"), Err(Error::ExpiryFormat));
    }

    #[test]
    fn good_to_the_end_of_its_month() {
        let expiry = Expiry::parse(b"07/29").unwrap();
        for (year, month, past) in [(2029, 6, false), (2029, 7, false), (2029, 8, true), (2030, 1, true)] {
            assert_eq!(expiry.is_past_in(year, month), past, "{year}-{month}");
        }
    }
}
