//! Arithmetic modulo 10^m without division: what a round of FF1 does with its y.

/// A modulus M = 10^m, m = 3 to 10, with its reciprocal.
///
/// Sums are made of fractions of M, in units of 2^-64: with F = floor(2^64 (a + y) / M) mod 2^64, (a + y) mod M is
/// floor(F M / 2^64), and stays so while F is too large by less than 2^64 / M. An overflow of F is a multiple of M, which is
/// what is to go. Rounds wait for one another: between y and the sum lie two products and an addition, and neither
/// comparison nor correction. The fraction of a is made before y is there.
#[derive(Clone, Copy)]
pub(super) struct Modulus {
    value: u64,
    /// floor(2^128 / M).
    inverse: u128,
    /// floor(2^160 / M) mod 2^128: likewise, for what stands 32 bits higher.
    inverse_32: u128,
    /// What is added to F so that it is never too small. A field and no constant: a constant would be added last, when all
    /// else is waited for.
    lift: u64,
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
        // 10^m is no power of two, so floor((2^128 - 1) / 10^m) = floor(2^128 / 10^m). Nothing here is secret.
        let wide = value as u128;
        let inverse = u128::MAX.wrapping_div(wide);
        let rest = u128::MAX.wrapping_rem(wide).wrapping_add(1);
        let more = match (rest << 32).checked_div(wide) {
            Some(quotient) => quotient,
            None => 0,
        };
        let inverse_32 = (inverse << 32).wrapping_add(more);
        // For up to 10^9, `lifted` may be 10^9 too small, and 2^64 / M is above 2^34. For 10^10 it is less than two too
        // small, and y less than four in either direction: 2^64 / M is above 2^30.
        let lift = if value <= 1_000_000_000 { 1 << 30 } else { 6 };
        Self { value, inverse, inverse_32, lift }
    }

    /// What a, which is below M, is of M, and the lift. Up to 10^9 an inverse of 64 bits is enough, which saves a product
    /// each round; with 10^10 it is not (`WIDE`).
    #[inline(always)]
    pub(super) fn lifted<const WIDE: bool>(self, a: u64) -> Fraction {
        let fraction =
            if WIDE { upper(a, self.inverse) } else { a.wrapping_mul((self.inverse >> 64) as u64) };
        Fraction(fraction.wrapping_add(self.lift))
    }

    /// What y is of M, for any y: less than two too small, one for the reciprocal and one for what is cut off.
    #[inline(always)]
    pub(super) fn fraction(self, y: u64) -> Fraction {
        Fraction(upper(y, self.inverse))
    }

    /// What y = high 2^32 + low, a number of 96 bits, is of M: less than four too small.
    #[inline(always)]
    pub(super) fn fraction_of_96(self, high: u64, low: u32) -> Fraction {
        Fraction(upper(high, self.inverse_32).wrapping_add(upper(u64::from(low), self.inverse)))
    }

    /// (a + y) mod M, for a lifted.
    #[inline(always)]
    pub(super) fn add(self, a: Fraction, y: Fraction) -> u64 {
        self.of(a.0.wrapping_add(y.0))
    }

    /// (a - y) mod M, for a lifted.
    #[inline(always)]
    pub(super) fn sub(self, a: Fraction, y: Fraction) -> u64 {
        self.of(a.0.wrapping_sub(y.0))
    }

    /// The number below M whose fraction is at most 2^64 / M less than this one.
    #[inline(always)]
    fn of(self, fraction: u64) -> u64 {
        high(fraction, self.value)
    }
}

/// A part of a modulus, in units of 2^-64.
#[derive(Clone, Copy)]
pub(super) struct Fraction(u64);

/// floor(z inverse / 2^64) mod 2^64.
#[inline(always)]
fn upper(z: u64, inverse: u128) -> u64 {
    (u128::from(z).wrapping_mul(inverse) >> 64) as u64
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

    /// Sums and differences of both widths of y against a remainder.
    fn check(power: usize, a: u64, high: u64, low: u32) {
        let (modulus, m) = (Modulus::power_of_ten(power), 10u128.pow(u32::try_from(power).unwrap()));
        let a = a % m as u64;
        let wide = u128::from(high) << 32 | u128::from(low);
        let both = [(modulus.fraction(high), u128::from(high)), (modulus.fraction_of_96(high, low), wide)];
        for (fraction, y) in both {
            let (wide, narrow) = (modulus.lifted::<true>(a), modulus.lifted::<false>(a));
            for own in if power < 10 { vec![wide, narrow] } else { vec![wide] } {
                let (sum, difference) = ((u128::from(a) + y) % m, (u128::from(a) + m - y % m) % m);
                assert_eq!(u128::from(modulus.add(own, fraction)), sum, "{a} + {y} mod 10^{power}");
                assert_eq!(u128::from(modulus.sub(own, fraction)), difference, "{a} - {y} mod 10^{power}");
            }
        }
    }

    #[test]
    fn sums_and_differences_are_exact_at_the_corners() {
        for power in 3..=10usize {
            let m = 10u64.pow(u32::try_from(power).unwrap());
            for high in corners(m) {
                for low in [0, 1, 0xffff, 0x1_0000, u32::MAX - 1, u32::MAX] {
                    for a in [0, 1, m / 2, m - 2, m - 1, high % m, m - 1 - high % m] {
                        check(power, a, high, low);
                    }
                }
                // Around a multiple of 10^m that has more than 64 bits.
                let wide = (u128::from(high) << 32) / u128::from(m) * u128::from(m);
                for y in [wide.saturating_sub(1), wide, wide + 1] {
                    check(power, m - 1, (y >> 32) as u64, y as u32);
                    check(power, 0, (y >> 32) as u64, y as u32);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn sums_and_differences_are_exact(a: u64, y: u64, low: u32, power in 3usize..=10) {
            let m = 10u64.pow(u32::try_from(power).unwrap());
            for y in [y, y % m, u64::MAX - y % m, y / m * m, (y / m * m).saturating_sub(1)] {
                check(power, a, y, low);
            }
        }
    }
}
