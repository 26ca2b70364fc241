//! The ten rounds (SP 800-38G, steps 6 of algorithms 7 and 8), for one string or a few in step.
//!
//! All ten run inside one call of the cipher's backend, so the round keys are loaded once and the arithmetic
//! between two encryptions is compiled with the processor features the backend chose. That is worth a fifth of
//! the time of ten single calls, and needs every helper to be inlined.
//!
//! A round waits for the one before it: a string alone leaves the processor idle most of the time. Eight in step fill
//! it, each in registers of its own: about a third of the time a string (`make bench`, rows "batch of 8").

use aes::cipher::{Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, consts::U16};
use zeroize::Zeroize;

use super::modulus::Modulus;
use super::shape::Shape;

/// Encryption adds y, decryption takes it away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

/// A string on its way through the rounds, wiped when dropped.
pub(crate) struct Halves {
    /// What each of its blocks begins with ([`Shape::base`]).
    pub(crate) base: u128,
    /// NUM(A) and NUM(B).
    pub(crate) a: u64,
    pub(crate) b: u64,
}

impl Drop for Halves {
    fn drop(&mut self) {
        self.base.zeroize();
        self.a.zeroize();
        self.b.zeroize();
    }
}

/// Ten rounds of `K` strings in step.
pub(super) struct Rounds<'a, const K: usize> {
    pub(super) shape: &'a Shape,
    pub(super) sign: Sign,
    pub(super) strings: &'a mut [Halves; K],
}

impl<const K: usize> BlockSizeUser for Rounds<'_, K> {
    type BlockSize = U16;
}

impl<const K: usize> BlockCipherEncClosure for Rounds<'_, K> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        in_step(backend, self.shape, self.sign, self.strings);
    }
}

/// The rounds of `strings` in step, inside a closure of the backend.
#[inline(always)]
pub(super) fn in_step<B: BlockCipherEncBackend<BlockSize = U16>, const K: usize>(
    backend: &B,
    shape: &Shape,
    sign: Sign,
    strings: &mut [Halves; K],
) {
    let Shape { even, odd, .. } = *shape;
    match sign {
        Sign::Plus => {
            // Steps 6.viii and 6.ix exchange A and B after each round; two rounds written out need no exchange.
            for pair in 0..5u64 {
                for Halves { base, a, b } in strings.iter_mut() {
                    *a = combine(backend, shape, *base, pair << 1, *b, even, sign, *a);
                }
                for Halves { base, a, b } in strings.iter_mut() {
                    *b = combine(backend, shape, *base, pair << 1 | 1, *a, odd, sign, *b);
                }
            }
        }
        Sign::Minus => {
            for pair in (0..5u64).rev() {
                for Halves { base, a, b } in strings.iter_mut() {
                    *b = combine(backend, shape, *base, pair << 1 | 1, *a, odd, sign, *b);
                }
                for Halves { base, a, b } in strings.iter_mut() {
                    *a = combine(backend, shape, *base, pair << 1, *b, even, sign, *a);
                }
            }
        }
    }
}

/// Steps 6.i to 6.vii of round `i`: (old ± y) mod 10^m, where y is the first d bytes of the encrypted block.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the round of the standard has as many inputs")]
fn combine<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    shape: &Shape,
    base: u128,
    i: u64,
    half: u64,
    modulus: Modulus,
    sign: Sign,
    old: u64,
) -> u64 {
    // 6.i: the round's number, and NUM(B) in the last b bytes, at most five: both in the lower half of the block.
    let (head, tail) = ((base >> 64) as u64, base as u64);
    let tail = tail ^ i.wrapping_shl(shape.b << 3) ^ half;
    // 6.ii and 6.iii: d is at most 12, so S is a part of R.
    let mut block = Array::from((u128::from(head) << 64 | u128::from(tail)).to_be_bytes());
    backend.encrypt_block_inplace(&mut block);
    let r = u128::from_be_bytes(block.into());
    // 6.iv: step 4 gives d = 4 ceil(b / 4) + 4, which is 8 for b up to 4, and 12 for b = 5 (19 digits).
    let operation = match sign {
        Sign::Plus => Modulus::add,
        Sign::Minus => Modulus::sub,
    };
    if shape.b <= 4 {
        operation(modulus, old, (r >> 64) as u64)
    } else {
        // Two reductions that do not wait for each other.
        operation(modulus, operation(modulus, old, modulus.upper((r >> 96) as u32)), (r >> 32) as u64)
    }
}
