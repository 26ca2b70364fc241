//! Arithmetic modulo 10^m without division: what a round of FF1 does with its y.

/// A modulus 10^m, m = 3 to 10, with its reciprocal.
#[derive(Clone, Copy)]
pub(super) struct Modulus {
    value: u64,
    reciprocal: u64, // floor(2^64 / value)
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
        Self { value, reciprocal: u64::MAX.wrapping_div(value) }
    }

    /// y mod 10^m, by Barrett's reduction.
    ///
    /// With R = floor(2^64 / M), q = floor(y R / 2^64) is floor(y / M) or one less: the error of R is below 1
    /// and y / 2^64 is below 1. So y - q M is below 2 M, and one conditional subtraction is enough.
    #[inline(always)]
    pub(super) fn reduce(self, y: u64) -> u64 {
        let q = high(y, self.reciprocal);
        self.fold(y.wrapping_sub(q.wrapping_mul(self.value)))
    }

    /// (high 2^32 + low) mod 10^m, in steps of 16 bits: each intermediate value is below 10^10 2^16 < 2^50.
    #[inline(always)]
    pub(super) fn reduce_96(self, high: u64, low: u32) -> u64 {
        let low = u64::from(low);
        let upper = self.reduce((self.reduce(high) << 16) | (low >> 16));
        self.reduce((upper << 16) | (low & 0xffff))
    }

    /// (a + b) mod 10^m, for a and b below 10^m.
    #[inline(always)]
    pub(super) fn add(self, a: u64, b: u64) -> u64 {
        self.fold(a.wrapping_add(b))
    }

    /// (a - b) mod 10^m, for a and b below 10^m.
    #[inline(always)]
    pub(super) fn sub(self, a: u64, b: u64) -> u64 {
        self.fold(a.wrapping_add(self.value).wrapping_sub(b))
    }

    /// `value` less 10^m where it is not below it, without a branch; for values below 2 10^m < 2^63.
    #[inline(always)]
    fn fold(self, value: u64) -> u64 {
        let less = value.wrapping_sub(self.value);
        let borrowed = 0u64.wrapping_sub(less >> 63); // all ones if `value` was below 10^m
        less.wrapping_add(self.value & borrowed)
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
                assert_eq!(modulus.reduce(high), high % m, "{high} mod 10^{power}");
                for low in [0, 1, 0xffff, 0x1_0000, u32::MAX - 1, u32::MAX] {
                    let y = (u128::from(high) << 32) | u128::from(low);
                    assert_eq!(u128::from(modulus.reduce_96(high, low)), y % u128::from(m));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn reductions_are_exact(high: u64, low: u32, power in 3usize..=10) {
            let (modulus, m) = (Modulus::power_of_ten(power), 10u64.pow(u32::try_from(power).unwrap()));
            prop_assert_eq!(modulus.reduce(high), high % m);
            let y = (u128::from(high) << 32) | u128::from(low);
            prop_assert_eq!(u128::from(modulus.reduce_96(high, low)), y % u128::from(m));
        }

        #[test]
        fn sums_and_differences_are_exact(a: u64, b: u64, power in 3usize..=10) {
            let (modulus, m) = (Modulus::power_of_ten(power), 10u64.pow(u32::try_from(power).unwrap()));
            let (a, b) = (a % m, b % m);
            prop_assert_eq!(modulus.add(a, b), (a + b) % m);
            prop_assert_eq!(modulus.sub(a, b), (a + m - b) % m);
        }
    }
}
