//! (half + y) mod 10^m and (half - y) mod 10^m, in a form that compiles to vectors of eight 64-bit lanes.
//!
//! y is 64 bits, `hi` 2^32 + `lo`. With 2^32 = -c mod 10^m for a small c, y is congruent to lo - c hi, which has some
//! 50 bits and fits the 53 of a double: a quotient by one multiplication of doubles, where 64-bit integers would
//! need four. Adding the half before reducing saves a second correction. No branch, no division, no table.

use crate::crypto::ff1::rounds::Sign;

/// The arithmetic of a round for moduli of one size: a type parameter, so that each is compiled by itself.
pub(super) trait Combine {
    /// Whether y has 96 bits: the first of its three words counts.
    const LONG: bool;
    /// (half ± y) mod 10^m, for y = y[0] 2^64 + y[1] 2^32 + y[2] in words of 32 bits.
    fn combine(modulus: LaneModulus, sign: Sign, half: u64, y: [u64; 3]) -> u64;
}

/// 10^3 to 10^6: strings of 6 to 12 digits.
pub(super) struct Small;
/// 10^6 to 10^9: strings of 13 to 18 digits.
pub(super) struct Large;
/// 10^9 with a y of 96 bits: the even rounds of strings of 19 digits.
pub(super) struct LongNine;
/// 10^10 with a y of 96 bits: their odd rounds.
pub(super) struct LongTen;

/// A modulus 10^m, m = 3 to 10, and what multiplies and divides by it.
#[derive(Clone, Copy)]
pub(in crate::crypto::ff1) struct LaneModulus {
    value: u64,
    /// 10^m as a word, where it fits one: products of two words are one instruction.
    word: u32,
    /// -2^32 mod 10^m.
    c: u32,
    /// Multiples of 10^m that are at least c 2^32 and at least 2^32: they keep differences above zero.
    lift_product: u64,
    lift_low: u64,
    /// 1 / 10^m.
    reciprocal: f64,
}

impl LaneModulus {
    pub(in crate::crypto::ff1) const fn power_of_ten(m: usize) -> Self {
        let mut value = 1_000u64;
        let mut power = 3;
        while power < m && power < 10 {
            value = value.wrapping_mul(10);
            power = power.wrapping_add(1);
        }
        let c = value.wrapping_sub((1u64 << 32).wrapping_rem(value));
        // For 10^10, c is no word, and `LongTen` does not use it.
        let c = (c & 0xffff_ffff) as u32;
        Self {
            value,
            word: (value & 0xffff_ffff) as u32,
            c,
            lift_product: multiple_above((c as u64) << 32, value),
            lift_low: multiple_above(1 << 32, value),
            reciprocal: 1.0 / value as f64,
        }
    }

    /// z mod 10^m for z < 2^(52 + SHIFT) and z / 10^m < 2^32, where 10^m fits a word.
    ///
    /// x = (z >> SHIFT) (2^SHIFT / 10^m) differs from z / 10^m by less than 2^SHIFT / 10^m (the bits shifted out)
    /// plus 2^-19 (two roundings of a number below 2^32): at most 0.011. So q, the integer next to x, leaves
    /// z - q 10^m between -0.52 10^m and 0.52 10^m, and one conditional addition is enough.
    #[inline(always)]
    fn reduce<const SHIFT: u32>(self, z: u64) -> u64 {
        let rest = z.wrapping_sub(self.quotient::<SHIFT>(z).wrapping_mul(u64::from(self.word)));
        // Below zero it wraps to a huge number, and the sum is the smaller one.
        rest.min(rest.wrapping_add(u64::from(self.word)))
    }

    /// z mod 10^10 for any z.
    #[inline(always)]
    fn reduce_ten(self, z: u64) -> u64 {
        let q = self.quotient::<12>(z);
        // 10^10 = 2 2^32 + word: the product in two parts, each with one factor of a word.
        let product = q.wrapping_mul(u64::from(self.word)).wrapping_add(q << 33);
        let rest = z.wrapping_sub(product);
        rest.min(rest.wrapping_add(self.value))
    }

    /// The integer next to z / 10^m, below 2^32.
    ///
    /// Integers below 2^52 become doubles by putting them into the mantissa of 2^52, and back by adding 2^52: the
    /// conversion instructions for 64-bit lanes are not part of AVX-512F.
    #[inline(always)]
    fn quotient<const SHIFT: u32>(self, z: u64) -> u64 {
        let double = f64::from_bits((z >> SHIFT) | TWO_52.to_bits()) - TWO_52;
        let x = double * (self.reciprocal * (1u64 << SHIFT) as f64);
        (x + TWO_52).to_bits() & 0xffff_ffff
    }
}

const TWO_52: f64 = 4_503_599_627_370_496.0;

/// half ± (low - c high), lifted above zero.
#[inline(always)]
fn folded(modulus: LaneModulus, sign: Sign, half: u64, high: u64, low: u64) -> u64 {
    let product = high.wrapping_mul(u64::from(modulus.c));
    match sign {
        Sign::Plus => half.wrapping_add(modulus.lift_product).wrapping_add(low).wrapping_sub(product),
        Sign::Minus => half.wrapping_add(modulus.lift_low).wrapping_sub(low).wrapping_add(product),
    }
}

/// The next multiple of `of` above `number`.
const fn multiple_above(number: u64, of: u64) -> u64 {
    match number.checked_div(of) {
        Some(times) => times.wrapping_add(1).wrapping_mul(of),
        None => 0,
    }
}

impl Combine for Small {
    const LONG: bool = false;

    /// c is at most 32,704, so the folded y is below 2^49.
    #[inline(always)]
    fn combine(modulus: LaneModulus, sign: Sign, half: u64, [_, high, low]: [u64; 3]) -> u64 {
        modulus.reduce::<0>(folded(modulus, sign, half, high, low))
    }
}

impl Combine for Large {
    const LONG: bool = false;

    /// c is at most 705,032,704, so the folded y is below 2^62.
    #[inline(always)]
    fn combine(modulus: LaneModulus, sign: Sign, half: u64, [_, high, low]: [u64; 3]) -> u64 {
        modulus.reduce::<10>(folded(modulus, sign, half, high, low))
    }
}

impl Combine for LongNine {
    const LONG: bool = true;

    /// By Horner's rule: the upper two words become one below 10^9, which takes the place of the upper word.
    #[inline(always)]
    fn combine(modulus: LaneModulus, sign: Sign, half: u64, [high, middle, low]: [u64; 3]) -> u64 {
        let upper = Large::combine(modulus, Sign::Plus, 0, [0, high, middle]);
        Large::combine(modulus, sign, half, [0, upper, low])
    }
}

impl Combine for LongTen {
    const LONG: bool = true;

    /// 10^10 leaves no room for Horner's rule in 64 bits: the upper word by its power, the lower two as they are.
    #[inline(always)]
    fn combine(modulus: LaneModulus, sign: Sign, half: u64, [high, middle, low]: [u64; 3]) -> u64 {
        let upper = modulus.reduce_ten(high.wrapping_mul(TWO_64_MOD_TEN));
        let y = upper.wrapping_add(modulus.reduce_ten(middle << 32 | low));
        let sum = match sign {
            Sign::Plus => half.wrapping_add(y),
            Sign::Minus => half.wrapping_add(modulus.value << 1).wrapping_sub(y),
        };
        // Below 3 10^10: two conditional subtractions.
        let sum = sum.min(sum.wrapping_sub(modulus.value));
        sum.min(sum.wrapping_sub(modulus.value))
    }
}

/// 2^64 mod 10^10, a word.
const TWO_64_MOD_TEN: u64 = 3_709_551_616;

#[cfg(test)]
mod tests {
    use super::{Combine, LaneModulus, Large, LongNine, LongTen, Sign, Small};

    /// Repeatable numbers (SplitMix64).
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }
    }

    fn check<C: Combine>(power: usize) {
        let m = 10u64.pow(u32::try_from(power).unwrap());
        let modulus = LaneModulus::power_of_ten(power);
        let mut numbers = Numbers(power as u64);
        for round in 0..400_000u64 {
            // Random, at multiples of the modulus, just below and above them, and the ends of the range.
            let random = (u128::from(numbers.next()) << 32) | u128::from(numbers.next() as u32);
            let multiple = random / u128::from(m) * u128::from(m);
            let y = match round % 6 {
                0 => multiple,
                1 => multiple.saturating_sub(1),
                2 => multiple + 1,
                3 => (1 << 96) - 1 - u128::from(round),
                4 => u128::from(round),
                _ => random,
            };
            let y = if C::LONG { y & ((1 << 96) - 1) } else { u128::from(y as u64) };
            let half = match round % 5 {
                0 => 0,
                1 => m - 1,
                _ => numbers.next() % m,
            };
            let words = [(y >> 64) as u64, u64::from((y >> 32) as u32), u64::from(y as u32)];
            let sum = (u128::from(half) + y) % u128::from(m);
            assert_eq!(u128::from(C::combine(modulus, Sign::Plus, half, words)), sum, "{half} + {y}");
            let difference = (u128::from(half) + u128::from(m) - y % u128::from(m)) % u128::from(m);
            assert_eq!(u128::from(C::combine(modulus, Sign::Minus, half, words)), difference, "{half} - {y}");
        }
    }

    #[test]
    fn sums_and_differences_are_exact_for_every_size() {
        for power in 3..=6 {
            check::<Small>(power);
        }
        for power in 6..=9 {
            check::<Large>(power);
        }
        check::<LongNine>(9);
        check::<LongTen>(10);
    }

    /// The bounds that the proofs in the comments rest on.
    #[test]
    fn folded_values_stay_within_their_bounds() {
        for power in 3..=9 {
            let modulus = LaneModulus::power_of_ten(power);
            assert_eq!((u64::from(modulus.c) + (1 << 32)) % modulus.value, 0);
            let product = u64::from(modulus.c) << 32;
            for (lift, least) in [(modulus.lift_product, product), (modulus.lift_low, 1 << 32)] {
                assert!(lift % modulus.value == 0 && lift >= least);
            }
            let most = modulus.lift_product.max(modulus.lift_low + product) + (1 << 32) + modulus.value;
            if power <= 6 {
                assert!(most < 1 << 52);
            }
            assert!(most < 1 << 62);
            assert!(most / modulus.value < 1 << 32);
        }
        assert_eq!(u128::from(super::TWO_64_MOD_TEN), (1u128 << 64) % 10_000_000_000);
    }
}
