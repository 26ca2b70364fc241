//! Arithmetic modulo 10^m without division: what a round of FF1 does with its y.

/// A modulus 10^m, m = 3 to 10, with its reciprocal.
#[derive(Clone, Copy)]
pub(super) struct Modulus {
    value: u64,
    reciprocal: u64, // floor(2^64 / value)
    two_64: u64,     // 2^64 mod value
}

impl Modulus {
    /// 10^m for m = 3 to 10; smaller m give 10^3, larger 10^10.
    pub(super) const fn power_of_ten(m: usize) -> Self {
        let mut value = 1_000u64;
        let mut power = 3;
        while power < m && power < 10 {
            value = value.wrapping_mul(10);
            power = power.wrapping_add(1);
        }
        // 10^m is no power of two, so floor((2^64 - 1) / 10^m) = floor(2^64 / 10^m). Nothing here is secret.
        let two_64 = u64::MAX.wrapping_rem(value).wrapping_add(1);
        Self { value, reciprocal: u64::MAX.wrapping_div(value), two_64 }
    }

    /// (a + y) mod 10^m for a below 10^m and any y.
    ///
    /// Barrett's reduction: with R = floor(2^64 / M), q = floor(y R / 2^64) is floor(y / M) or one less, because the
    /// error of R is below 1 and y / 2^64 is below 1. So y - q M is below 2 M, and the sum below 3 M. The sum is made
    /// while the quotient is under way: rounds wait for one another, and each cycle counts ten times.
    #[inline(always)]
    pub(super) fn add(self, a: u64, y: u64) -> u64 {
        let multiple = high(y, self.reciprocal).wrapping_mul(self.value);
        self.fold(self.fold(a.wrapping_add(y).wrapping_sub(multiple)))
    }

    /// (a - y) mod 10^m for a below 10^m and any y.
    #[inline(always)]
    pub(super) fn sub(self, a: u64, y: u64) -> u64 {
        let multiple = high(y, self.reciprocal).wrapping_mul(self.value);
        let lifted = a.wrapping_add(self.value << 1).wrapping_sub(y);
        self.fold(self.fold(lifted.wrapping_add(multiple)))
    }

    /// high 2^64 mod 10^m as a number of 64 bits, for a y of 96: 2^64 mod 10^m is below 2^32.
    #[inline(always)]
    pub(super) fn upper(self, high: u32) -> u64 {
        u64::from(high).wrapping_mul(self.two_64)
    }

    /// `value` less 10^m where it is not below it. Compiled to a subtraction and a conditional move on its borrow, not
    /// to a branch.
    #[inline(always)]
    fn fold(self, value: u64) -> u64 {
        match value.overflowing_sub(self.value) {
            (_, true) => value,
            (less, false) => less,
        }
    }
}

/// The upper 64 bits of a product.
#[inline(always)]
pub(super) fn high(a: u64, b: u64) -> u64 {
    (u128::from(a).wrapping_mul(u128::from(b)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::Modulus;
    use proptest::prelude::*;

    /// Numbers where a reduction goes wrong if it does: around multiples of 10^m and the ends of the range.
    fn corners(m: u64) -> Vec<u64> {
        let mut corners = vec![0, 1, 2, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, u64::from(u32::MAX)];
        let last = u64::MAX / m * m;
        for multiple in [m, 2 * m, 3 * m, last / 2 / m * m, last - m, last] {
            corners.extend([multiple - 1, multiple, multiple.saturating_add(1)]);
        }
        corners
    }

    #[test]
    fn reductions_are_exact_at_the_corners() {
        for power in 3..=10usize {
            let (modulus, m) = (Modulus::power_of_ten(power), 10u64.pow(u32::try_from(power).unwrap()));
            for high in corners(m) {
                assert_eq!(modulus.add(0, high), high % m, "{high} mod 10^{power}");
                for upper in [0, 1, 0xffff, 0x1_0000, u32::MAX - 1, u32::MAX] {
                    let y = (u128::from(upper) << 64) | u128::from(high);
                    let sum = modulus.add(modulus.add(0, modulus.upper(upper)), high);
                    assert_eq!(u128::from(sum), y % u128::from(m));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn sums_and_differences_are_exact(a: u64, y: u64, power in 3usize..=10) {
            let (modulus, m) = (Modulus::power_of_ten(power), 10u64.pow(u32::try_from(power).unwrap()));
            let a = a % m;
            for y in [y, y % m, u64::MAX - y % m, y / m * m, (y / m * m).saturating_sub(1)] {
                let (wide, m) = (u128::from(y), u128::from(m));
                prop_assert_eq!(u128::from(modulus.add(a, y)), (u128::from(a) + wide) % m);
                prop_assert_eq!(u128::from(modulus.sub(a, y)), (u128::from(a) + m - wide % m) % m);
            }
        }
    }
}
