//! What FF1 needs to know of a string before it sees it: lengths, moduli, and the encrypted first block.

use zeroize::Zeroize;

use super::lanes::LaneModulus;
use super::modulus::Modulus;
use super::numeral;
use crate::error::{Error, Result};

/// The fewest digits with a domain of 10^6 (SP 800-38G Rev. 1).
const MIN_DIGITS: usize = 6;

/// The most digits: those of a card number, whose halves fit 64 bits.
const MAX_DIGITS: usize = 19;

/// Everything of FF1 that depends on the key and the lengths only. [`Ff1::shape`](super::Ff1::shape) makes it.
pub(crate) struct Shape {
    digits: usize,
    tweak: usize,
    /// The left half's digits, u = floor(n / 2).
    u: usize,
    /// Bytes of NUM(B) in a block.
    pub(super) b: u32,
    /// 10^u, for the rounds of even number.
    pub(super) even: Modulus,
    /// 10^v, for the rounds of odd number.
    pub(super) odd: Modulus,
    /// The same two, for many strings at once.
    pub(super) lane_even: LaneModulus,
    pub(super) lane_odd: LaneModulus,
    /// The cipher applied to P.
    encrypted_p: u128,
}

impl Shape {
    pub(super) fn new(digits: usize, tweak: usize, encrypt: impl Fn(u128) -> u128) -> Result<Self> {
        if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits) {
            return Err(Error::Ff1Length);
        }
        // Step 1: u = floor(n / 2), v = n - u.
        let u = digits >> 1;
        let v = digits.saturating_sub(u);
        // Step 5: P = 1, 2, 1, radix in three bytes, 10 rounds, u mod 256, n in four bytes, t in four.
        let (n, t) = (as_u32(digits)?, as_u32(tweak)?);
        let head = u128::from_be_bytes([1, 2, 1, 0, 0, 10, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let p = head | (u128::from(as_u32(u)? & 0xff) << 64) | (u128::from(n) << 32) | u128::from(t);
        Ok(Self {
            digits,
            tweak,
            u,
            b: bytes_of_half(v),
            even: Modulus::power_of_ten(u),
            odd: Modulus::power_of_ten(v),
            lane_even: LaneModulus::power_of_ten(u),
            lane_odd: LaneModulus::power_of_ten(v),
            encrypted_p: encrypt(p),
        })
    }

    /// Digits of a string.
    pub(crate) fn digits(&self) -> usize {
        self.digits
    }

    /// Bytes of a tweak.
    pub(crate) fn tweak(&self) -> usize {
        self.tweak
    }

    /// The digits of the left half: u = floor(n / 2).
    pub(crate) fn u(&self) -> usize {
        self.u
    }

    /// The digits of the right half: v = n - u.
    pub(crate) fn v(&self) -> usize {
        self.digits.saturating_sub(self.u)
    }

    /// Step 2: A and B, the two halves. Checks all that could be wrong with the call.
    pub(super) fn split<'a>(
        &self,
        tweak: &[u8],
        digits: &'a mut [u8],
    ) -> Result<(&'a mut [u8], &'a mut [u8])> {
        if digits.len() != self.digits || tweak.len() != self.tweak {
            return Err(Error::Ff1Length);
        }
        if !numeral::all_digits(digits) {
            return Err(Error::Argument);
        }
        digits.split_at_mut_checked(self.u).ok_or(Error::Ff1Length)
    }

    /// What the last block of each round begins with: the CBC state before it, with the rest of the tweak in
    /// place. A round then puts in its number and NUM(B) (step 6.i) and encrypts once (step 6.ii).
    ///
    /// Q = T, zeros, i, NUM(B) in b bytes. A tweak of at most 15 - b bytes leaves nothing before the last block,
    /// so a round is one block encryption.
    #[inline(always)]
    pub(super) fn base(&self, tweak: &[u8], encrypt: impl Fn(u128) -> u128) -> u128 {
        let room = 15usize.saturating_sub(self.b as usize); // bytes of the last block before i
        let mut state = self.encrypted_p;
        let mut rest = tweak;
        while rest.len() > room {
            let (block, after) = rest.split_at_checked(16).unwrap_or((rest, &[]));
            state = encrypt(state ^ left_aligned(block));
            rest = after;
        }
        state ^ left_aligned(rest)
    }

    /// The cipher applied to P: the base of a string without a tweak. A tweak at the beginning of the block is added
    /// (xor) to it, if it has at most 10 bytes: every shape has room for as many.
    pub(crate) fn encrypted_p(&self) -> u128 {
        self.encrypted_p
    }
}

impl Drop for Shape {
    fn drop(&mut self) {
        self.encrypted_p.zeroize();
    }
}

impl core::fmt::Debug for Shape {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Shape(..)")
    }
}

/// Step 3: b = ceil(ceil(v log2(10)) / 8), as a table instead of a logarithm.
const fn bytes_of_half(v: usize) -> u32 {
    match v {
        ..=4 => 2,
        5..=7 => 3,
        8..=9 => 4,
        _ => 5,
    }
}

/// Up to 16 bytes as the first bytes of a block, zeros after them.
#[inline(always)]
fn left_aligned(bytes: &[u8]) -> u128 {
    // Eight bytes or more as two words that overlap, as one after the other waits for its stores.
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let missing = 16u32.saturating_sub(u32::try_from(bytes.len()).unwrap_or(16)) << 3;
        let last = u128::from(u64::from_be_bytes(*last)).wrapping_shl(missing);
        return u128::from(u64::from_be_bytes(*first)) << 64 | u128::from(last as u64);
    }
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(bytes) {
        *to = *from;
    }
    u128::from_be_bytes(block)
}

fn as_u32(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| Error::Argument)
}

#[cfg(test)]
mod tests {
    use super::bytes_of_half;

    #[test]
    fn bytes_are_aligned_to_the_left() {
        let bytes: [u8; 16] = core::array::from_fn(|at| at as u8 + 1);
        for length in 0..=16 {
            let mut block = [0; 16];
            block[..length].copy_from_slice(&bytes[..length]);
            assert_eq!(super::left_aligned(&bytes[..length]), u128::from_be_bytes(block), "{length}");
        }
    }

    #[test]
    fn b_is_the_bytes_of_the_largest_half() {
        for v in 3..=10u32 {
            // ceil(v log2(10)) bits hold 10^v - 1, and one bit less does not: 10^v is no power of two.
            let bits = 64 - (10u64.pow(v) - 1).leading_zeros();
            assert_eq!(bytes_of_half(v as usize), bits.div_ceil(8), "{v}");
        }
    }
}
