//! The check digit of ISO/IEC 7812-1, annex B, as a residue from 0 to 9.

/// The Luhn residue of a digit string, 0 to 9: 0 where the last digit is a right check digit.
///
/// Counting from the right, every second digit is doubled and its digits added; the residue is the sum modulo
/// 10. Digits are ASCII or values 0 to 9. Time depends on the number of digits only.
///
/// ```
/// use panveil::card::luhn;
/// assert_eq!(luhn::residue(b"4111111111111111"), 0);
/// assert_eq!(luhn::residue(b"4111111111111112"), 1);
/// ```
#[inline]
pub fn residue(digits: &[u8]) -> u8 {
    let mut sum = 0u32;
    let mut pairs = digits.rchunks_exact(2);
    for pair in &mut pairs {
        if let [left, right] = *pair {
            sum = sum.wrapping_add(doubled(left)).wrapping_add(plain(right));
        }
    }
    // What is left of an odd number of digits stands on an even place from the right: not doubled.
    if let [first] = *pairs.remainder() {
        sum = sum.wrapping_add(plain(first));
    }
    // A sum of 19 digits is at most 171; the division is by a constant, so it is a multiplication.
    (sum % 10) as u8
}

/// The check digit, 0 to 9, that makes `payload` (the number without its last digit) pass.
///
/// ```
/// use panveil::card::luhn;
/// assert_eq!(luhn::check_digit(b"411111111111111"), 1);
/// ```
pub fn check_digit(payload: &[u8]) -> u8 {
    // As the payload moves one place left, the digits that were plain are doubled, and the reverse.
    let mut sum = 0u32;
    for (place, digit) in payload.iter().rev().enumerate() {
        sum = sum.wrapping_add(if place & 1 == 0 { doubled(*digit) } else { plain(*digit) });
    }
    (10u32.wrapping_sub(sum % 10) % 10) as u8
}

#[inline]
fn plain(digit: u8) -> u32 {
    u32::from(digit & 0x0f)
}

/// Twice the digit, less 9 from 5 on: its two digits added, without a branch on the digit.
#[inline]
fn doubled(digit: u8) -> u32 {
    let value = plain(digit);
    let carries = value.wrapping_add(3) >> 3; // 1 from 5 on
    value.wrapping_mul(2).wrapping_sub(carries.wrapping_mul(9))
}

#[cfg(test)]
mod tests {
    use super::{check_digit, residue};

    /// The rule as the standard words it, with branches.
    fn by_the_book(digits: &[u8]) -> u8 {
        let mut sum = 0;
        for (place, digit) in digits.iter().rev().enumerate() {
            let mut value = u32::from(digit - b'0');
            if place % 2 == 1 {
                value *= 2;
                if value > 9 {
                    value -= 9;
                }
            }
            sum += value;
        }
        u8::try_from(sum % 10).unwrap()
    }

    #[test]
    fn residue_equals_the_rule_of_the_standard() {
        for number in (0..2_000_000u32).step_by(7) {
            let text = format!("{number}");
            assert_eq!(residue(text.as_bytes()), by_the_book(text.as_bytes()), "{number}");
        }
        let nines = [b'9'; 19];
        for length in 0..=19 {
            assert_eq!(residue(&nines[..length]), by_the_book(&nines[..length]));
        }
    }

    #[test]
    fn values_and_ascii_give_the_same() {
        assert_eq!(residue(&[4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5]), residue(b"4111111111111115"));
    }

    #[test]
    fn check_digit_makes_the_residue_zero() {
        for number in (0..1_000_000u32).step_by(11) {
            let payload = format!("{number}");
            let whole = format!("{number}{}", check_digit(payload.as_bytes()));
            assert_eq!(residue(whole.as_bytes()), 0, "{number}");
        }
    }
}
