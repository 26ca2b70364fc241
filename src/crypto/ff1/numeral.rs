//! NUM and STR of SP 800-38G, section 4.5, for radix 10: digits to an integer and back.

use super::modulus::high;

/// NUM(digits): the integer that up to 19 digits (values 0 to 9, most significant first) write.
#[inline(always)]
pub(super) fn read(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

/// STR(number): the last `digits.len()` digits, of up to ten, of a number below 10^10, most significant first.
#[inline(always)]
pub(super) fn write(number: u64, digits: &mut [u8]) {
    // Every quotient from the number itself, not from the one before: ten products that do not wait for each other.
    let mut quotient = number;
    for (digit, reciprocal) in digits.iter_mut().rev().zip(RECIPROCALS) {
        let tenth = high(number, reciprocal);
        *digit = quotient.wrapping_sub(tenth.wrapping_mul(10)) as u8;
        quotient = tenth;
    }
}

/// floor(2^64 / 10^k) + 1 for k = 1 to 9: floor(n reciprocal / 2^64) is floor(n / 10^k) for n below 10^10, as
/// n / 2^64 is below 10^-9. Then 0, for there is no tenth digit's quotient.
const RECIPROCALS: [u64; 10] = [
    reciprocal(10),
    reciprocal(100),
    reciprocal(1_000),
    reciprocal(10_000),
    reciprocal(100_000),
    reciprocal(1_000_000),
    reciprocal(10_000_000),
    reciprocal(100_000_000),
    reciprocal(1_000_000_000),
    0,
];

const fn reciprocal(power: u64) -> u64 {
    u64::MAX.wrapping_div(power).wrapping_add(1)
}

/// Whether every value is a digit, 0 to 9; one test for all of them, so that time says nothing of any.
#[inline(always)]
pub(super) fn all_digits(values: &[u8]) -> bool {
    // 0x76 added carries a value of 10 or more into the top bit; what would wrap has that bit already.
    values.iter().fold(0, |over, value| over | value.wrapping_add(0x76) | value) & 0x80 == 0
}

#[cfg(test)]
mod tests {
    use super::{all_digits, read, write};
    use proptest::prelude::*;

    #[test]
    fn a_digit_is_0_to_9() {
        for value in 0..=u8::MAX {
            assert_eq!(all_digits(&[0, value, 9]), value <= 9, "{value}");
        }
    }

    proptest! {
        #[test]
        fn digits_go_there_and_back(digits in prop::collection::vec(0u8..=9, 3..=10)) {
            let number = read(&digits);
            let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            prop_assert_eq!(number, text.parse::<u64>().unwrap());
            let mut back = vec![0; digits.len()];
            write(number, &mut back);
            prop_assert_eq!(back, digits);
        }

        #[test]
        fn numbers_below_10_to_the_10_divide_exactly(number in 0..10_000_000_000u64, places in 1..=10usize) {
            let unit = 10u64.pow(u32::try_from(places).unwrap() - 1);
            for number in [number, number / unit * unit, (number / unit * unit).saturating_sub(1), 9_999_999_999] {
                let mut digits = [0; 10];
                write(number, &mut digits);
                let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
                prop_assert_eq!(text, format!("{number:010}"));
            }
        }
    }
}
