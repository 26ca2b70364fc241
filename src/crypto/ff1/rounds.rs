//! The ten rounds (SP 800-38G, steps 6 of algorithms 7 and 8), for one string or a few in step.
//!
//! All ten run inside one call of the cipher's backend, so the round keys are loaded once and the arithmetic
//! between two encryptions is compiled with the processor features the backend chose. That needs every helper to be inlined.
//!
//! A round waits for the one before it: a string alone leaves the processor idle most of the time. Eight in step fill
//! it, each in registers of its own. `docs/performance.md` has what the single steps gain.

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

/// Ten rounds of strings in step.
pub(super) struct Rounds<'a, S> {
    pub(super) shape: &'a Shape,
    pub(super) sign: Sign,
    pub(super) strings: &'a mut S,
}

impl<S> BlockSizeUser for Rounds<'_, S> {
    type BlockSize = U16;
}

impl<S: InStep> BlockCipherEncClosure for Rounds<'_, S> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { shape, sign, strings } = self;
        in_step(backend, shape, sign, strings);
    }
}

/// The rounds of `strings` in step, inside a closure of the backend.
#[inline(always)]
pub(super) fn in_step<B, S>(backend: &B, shape: &Shape, sign: Sign, strings: &mut S)
where
    B: BlockCipherEncBackend<BlockSize = U16>,
    S: InStep,
{
    // Step 4 gives d = 4 ceil(b / 4) + 4: a y of 8 bytes for b up to 4, and of 12 for b = 5 (19 digits).
    match (sign, shape.b) {
        (Sign::Plus, ..=4) => in_order::<B, S, false>(backend, shape, Sign::Plus, strings),
        (Sign::Plus, _) => in_order::<B, S, true>(backend, shape, Sign::Plus, strings),
        (Sign::Minus, ..=4) => in_order::<B, S, false>(backend, shape, Sign::Minus, strings),
        (Sign::Minus, _) => in_order::<B, S, true>(backend, shape, Sign::Minus, strings),
    }
}

/// Rounds 0 to 9 of algorithm 7 or 9 to 0 of algorithm 8. Even rounds change A and odd ones B, so A and B need not be
/// exchanged (steps 6.viii and 6.ix).
#[inline(always)]
fn in_order<B, S, const LONG: bool>(backend: &B, shape: &Shape, sign: Sign, strings: &mut S)
where
    B: BlockCipherEncBackend<BlockSize = U16>,
    S: InStep,
{
    let (even, odd) = ((Half::A, shape.even), (Half::B, shape.odd));
    let (first, (one, other)) = match sign {
        Sign::Plus => (0, (even, odd)),
        Sign::Minus => (9, (odd, even)),
    };
    let after = |i: u64| match sign {
        Sign::Plus => i.wrapping_add(1),
        Sign::Minus => i.wrapping_sub(1),
    };
    let mut blocks = strings.blocks(other.0, first, shape);
    S::encrypt(&mut blocks, backend);
    let mut i = first;
    for _ in 0..4 {
        i = after(i);
        let round = Round { sign, half: one.0, modulus: one.1, next: i };
        strings.advance::<B, LONG>(&mut blocks, round, backend, shape);
        i = after(i);
        let round = Round { sign, half: other.0, modulus: other.1, next: i };
        strings.advance::<B, LONG>(&mut blocks, round, backend, shape);
    }
    let last = Round { sign, half: one.0, modulus: one.1, next: after(i) };
    strings.advance::<B, LONG>(&mut blocks, last, backend, shape);
    strings.combine::<LONG>(&blocks, Round { sign, half: other.0, modulus: other.1, next: 0 });
}

/// What a round does, and the number of the next one.
#[derive(Clone, Copy)]
pub(super) struct Round {
    sign: Sign,
    half: Half,
    modulus: Modulus,
    next: u64,
}

/// The half that a round changes, and of which the next one makes its block.
#[derive(Clone, Copy)]
pub(super) enum Half {
    A,
    B,
}

/// Strings in step: one, or twice as many as something in step. Without a loop, as the compiler would leave blocks of a
/// loop in memory, where they are written as two words and read as one block: that waits for both.
pub(super) trait InStep: Sized {
    /// A block for each string.
    type Blocks;
    /// Step 6.i: the blocks of round `i`, made of `half`.
    fn blocks(&self, half: Half, i: u64, shape: &Shape) -> Self::Blocks;
    /// Steps 6.ii and 6.iii.
    fn encrypt<B: BlockCipherEncBackend<BlockSize = U16>>(blocks: &mut Self::Blocks, backend: &B);
    /// Steps 6.iv to 6.vii, for a y of 12 bytes if `LONG` and 8 if not.
    fn combine<const LONG: bool>(&mut self, blocks: &Self::Blocks, round: Round);

    /// The end of a round, and the encryption of the next.
    #[inline(always)]
    fn advance<B: BlockCipherEncBackend<BlockSize = U16>, const LONG: bool>(
        &mut self,
        blocks: &mut Self::Blocks,
        round: Round,
        backend: &B,
        shape: &Shape,
    ) {
        self.combine::<LONG>(blocks, round);
        *blocks = self.blocks(round.half, round.next, shape);
        Self::encrypt(blocks, backend);
    }
}

impl InStep for Halves {
    type Blocks = Array<u8, U16>;

    #[inline(always)]
    fn blocks(&self, half: Half, i: u64, shape: &Shape) -> Self::Blocks {
        // The round's number, and NUM(`half`) in the last b bytes, at most five: both in the lower half of the block.
        let number = match half {
            Half::A => self.a,
            Half::B => self.b,
        };
        let (head, tail) = ((self.base >> 64) as u64, self.base as u64);
        let tail = tail ^ i.wrapping_shl(shape.b << 3) ^ number;
        Array::from((u128::from(head) << 64 | u128::from(tail)).to_be_bytes())
    }

    #[inline(always)]
    fn encrypt<B: BlockCipherEncBackend<BlockSize = U16>>(block: &mut Self::Blocks, backend: &B) {
        backend.encrypt_block_inplace(block);
    }

    #[inline(always)]
    fn combine<const LONG: bool>(&mut self, block: &Self::Blocks, round: Round) {
        let Round { sign, half, modulus, .. } = round;
        // d is at most 12, so S is a part of R.
        let r = u128::from_be_bytes(block.0);
        let high = (r >> 64) as u64;
        let y = if LONG { modulus.fraction_of_96(high, (r >> 32) as u32) } else { modulus.fraction(high) };
        let half = match half {
            Half::A => &mut self.a,
            Half::B => &mut self.b,
        };
        let own = modulus.lifted::<LONG>(*half);
        *half = match sign {
            Sign::Plus => modulus.add(own, y),
            Sign::Minus => modulus.sub(own, y),
        };
    }
}

impl<S: InStep> InStep for [S; 2] {
    type Blocks = [S::Blocks; 2];

    #[inline(always)]
    fn blocks(&self, half: Half, i: u64, shape: &Shape) -> Self::Blocks {
        let [one, other] = self;
        [one.blocks(half, i, shape), other.blocks(half, i, shape)]
    }

    #[inline(always)]
    fn encrypt<B: BlockCipherEncBackend<BlockSize = U16>>([one, other]: &mut Self::Blocks, backend: &B) {
        S::encrypt(one, backend);
        S::encrypt(other, backend);
    }

    #[inline(always)]
    fn combine<const LONG: bool>(&mut self, [left, right]: &Self::Blocks, round: Round) {
        let [one, other] = self;
        one.combine::<LONG>(left, round);
        other.combine::<LONG>(right, round);
    }
}

pub(super) type Two = [Halves; 2];
pub(super) type Four = [Two; 2];
/// Two fours take turns: one is encrypted while the arithmetic of the other is under way.
pub(super) type Eight = Turns<Four>;

/// Twice as many strings, of which either part goes on by itself.
pub(super) struct Turns<S>(pub(super) S, pub(super) S);

impl<S: InStep> InStep for Turns<S> {
    type Blocks = [S::Blocks; 2];

    #[inline(always)]
    fn blocks(&self, half: Half, i: u64, shape: &Shape) -> Self::Blocks {
        let Self(one, other) = self;
        [one.blocks(half, i, shape), other.blocks(half, i, shape)]
    }

    #[inline(always)]
    fn encrypt<B: BlockCipherEncBackend<BlockSize = U16>>(blocks: &mut Self::Blocks, backend: &B) {
        <[S; 2]>::encrypt(blocks, backend);
    }

    #[inline(always)]
    fn combine<const LONG: bool>(&mut self, [left, right]: &Self::Blocks, round: Round) {
        let Self(one, other) = self;
        one.combine::<LONG>(left, round);
        other.combine::<LONG>(right, round);
    }

    #[inline(always)]
    fn advance<B: BlockCipherEncBackend<BlockSize = U16>, const LONG: bool>(
        &mut self,
        [left, right]: &mut Self::Blocks,
        round: Round,
        backend: &B,
        shape: &Shape,
    ) {
        let Self(one, other) = self;
        one.advance::<B, LONG>(left, round, backend, shape);
        other.advance::<B, LONG>(right, round, backend, shape);
    }
}
