//! The ten rounds (SP 800-38G, steps 6 of algorithms 7 and 8).
//!
//! All ten run inside one call of the cipher's backend, so the round keys are loaded once and the arithmetic
//! between two encryptions is compiled with the processor features the backend chose. That is worth a fifth of
//! the time of ten single calls, and needs every helper to be inlined.

use aes::cipher::{Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, consts::U16};

use super::modulus::Modulus;
use super::shape::Shape;

/// Encryption: rounds 0 to 9.
pub(super) struct Forward<'a> {
    pub(super) shape: &'a Shape,
    pub(super) base: u128,
    pub(super) a: &'a mut u64,
    pub(super) b: &'a mut u64,
}

impl BlockSizeUser for Forward<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Forward<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Shape { even, odd, .. } = *self.shape;
        let (mut a, mut b) = (*self.a, *self.b);
        // Steps 6.viii and 6.ix exchange A and B after each round; two rounds written out need no exchange.
        for pair in 0..5u128 {
            // Steps 6.v to 6.vii: c = (NUM(A) + y) mod 10^m.
            a = even.add(a, y(backend, self.shape, self.base, pair << 1, b, even));
            b = odd.add(b, y(backend, self.shape, self.base, pair << 1 | 1, a, odd));
        }
        (*self.a, *self.b) = (a, b);
    }
}

/// Decryption: rounds 9 to 0.
pub(super) struct Backward<'a> {
    pub(super) shape: &'a Shape,
    pub(super) base: u128,
    pub(super) a: &'a mut u64,
    pub(super) b: &'a mut u64,
}

impl BlockSizeUser for Backward<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Backward<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Shape { even, odd, .. } = *self.shape;
        let (mut a, mut b) = (*self.a, *self.b);
        for pair in (0..5u128).rev() {
            // Step 6.vi: c = (NUM(B) - y) mod 10^m.
            b = odd.sub(b, y(backend, self.shape, self.base, pair << 1 | 1, a, odd));
            a = even.sub(a, y(backend, self.shape, self.base, pair << 1, b, even));
        }
        (*self.a, *self.b) = (a, b);
    }
}

/// Steps 6.i to 6.iv of round `i`, reduced: y mod 10^m, where y is the first d bytes of the encrypted block.
#[inline(always)]
fn y<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    shape: &Shape,
    base: u128,
    i: u128,
    half: u64,
    modulus: Modulus,
) -> u64 {
    // 6.i: the round's number, and NUM(B) in the last b bytes.
    let q = base ^ (i << (shape.b << 3)) ^ u128::from(half);
    // 6.ii and 6.iii: d is at most 12, so S is a part of R.
    let mut block = Array::from(q.to_be_bytes());
    backend.encrypt_block_inplace(&mut block);
    let r = u128::from_be_bytes(block.into());
    // 6.iv: step 4 gives d = 4 ceil(b / 4) + 4, which is 8 for b up to 4, and 12 for b = 5 (19 digits).
    if shape.b <= 4 {
        modulus.reduce((r >> 64) as u64)
    } else {
        modulus.reduce_96((r >> 64) as u64, (r >> 32) as u32)
    }
}
