//! Card numbers and tokens as one 64-bit number and a length, which cross into native code without a copy on Java's
//! heap. 19 nines are less than 2^64.

use panveil::card::Pan;
use panveil::card::pan::MAX_DIGITS;
use panveil::{Error, Result};
use zeroize::Zeroizing;

/// The card number with `length` digits, leading zeros included, whose value is `value`.
///
/// # Errors
/// Those of [`Pan::parse`], and [`Error::PanDigit`] if the value has more digits than that.
pub(crate) fn pan_from(value: u64, length: usize) -> Result<Pan> {
    let mut digits = Zeroizing::new([0u8; MAX_DIGITS]);
    let digits = digits.get_mut(..length).ok_or(Error::PanLength)?;
    if !spell(value, digits) {
        return Err(Error::PanDigit);
    }
    Pan::parse(digits)
}

/// The value of ASCII digits, of which there are at most 19; stars count as zeros.
pub(crate) fn value_of(text: &str) -> u64 {
    text.bytes().fold(0, |value, byte| {
        let digit = if byte.is_ascii_digit() { byte & 0x0f } else { 0 };
        value.wrapping_mul(10).wrapping_add(u64::from(digit))
    })
}

/// Writes `value` with leading zeros. False if it has more digits than there is room for.
fn spell(value: u64, digits: &mut [u8]) -> bool {
    let mut rest = value;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' | u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    rest == 0
}

#[cfg(test)]
mod tests {
    use panveil::Error;

    use super::{pan_from, value_of};

    #[test]
    fn digits_go_there_and_back() {
        for text in ["4111111111111111", "0000000000000000", "6304000000000000000", "0100000000009"] {
            let value = value_of(text);
            match pan_from(value, text.len()) {
                Ok(pan) => assert_eq!(pan.expose(), text.as_bytes()),
                Err(error) => assert_eq!(error, Error::PanLuhn),
            }
        }
        assert_eq!(value_of("411111******1111"), 4_111_110_000_001_111);
        assert_eq!(value_of("9999999999999999999"), 9_999_999_999_999_999_999);
    }

    #[test]
    fn values_and_lengths_that_do_not_fit_are_refused() {
        let rows = [
            (4_111_111_111_111_111, 15, Error::PanDigit),
            (4_111_111_111_111_111, 20, Error::PanLength),
            (4_111_111_111_111_111, usize::MAX, Error::PanLength),
            (0, 0, Error::PanLength),
            (u64::MAX, 19, Error::PanDigit),
        ];
        for (value, length, error) in rows {
            assert_eq!(pan_from(value, length).err(), Some(error), "{length}");
        }
    }
}
