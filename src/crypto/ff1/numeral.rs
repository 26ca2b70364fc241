//! NUM and STR of SP 800-38G, section 4.5, for radix 10: digits to an integer and back.

use super::modulus::high;

/// NUM(digits): the integer that up to 19 digits (values 0 to 9, most significant first) write.
#[inline(always)]
pub(super) fn read(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

/// STR(number): the last `digits.len()` digits of `number`, most significant first.
#[inline(always)]
pub(super) fn write(mut number: u64, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        // floor(n / 10) = floor(n 0xcccccccccccccccd / 2^67) for every n below 2^64: no division.
        let tenth = high(number, 0xcccc_cccc_cccc_cccd) >> 3;
        *digit = number.wrapping_sub(tenth.wrapping_mul(10)) as u8;
        number = tenth;
    }
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
        fn every_number_divides_exactly(number: u64) {
            let mut digits = [0; 20];
            write(number, &mut digits);
            let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            prop_assert_eq!(text, format!("{number:020}"));
        }
    }
}
