//! A group of lanes, and the rounds of one or two groups.

use aes::cipher::{Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, consts::U16};
use zeroize::optimization_barrier;

use super::columns::{Columns, LaneWork};
use super::reduce::{Combine, LaneModulus, Large, LongNine, LongTen, Small};
use crate::crypto::ff1::rounds::Sign;
use crate::crypto::ff1::shape::Shape;

/// As many as the widest backend encrypts at once.
pub(super) const LANES: usize = 64;

/// [`LANES`] strings on their way through the rounds.
#[repr(align(64))]
pub(super) struct Group {
    pub(super) columns: Columns<LANES>,
    /// The first words of the encrypted blocks. Copied out of them by a loop of its own: only the last steps of that
    /// loop are not vector instructions (it must not read past the blocks), rather than those of all the arithmetic.
    y: [u64; LANES],
    y_low: [u64; LANES],
    blocks: [Array<u8, U16>; LANES],
}

impl Group {
    pub(super) const fn empty() -> Self {
        Self { columns: Columns::empty(), y: [0; LANES], y_low: [0; LANES], blocks: [Array([0; 16]); LANES] }
    }

    /// Blocks of the first round: base ^ i ^ half (step 6.i).
    #[inline(always)]
    fn begin(&mut self, half: Half, i: u64, shape: &Shape) {
        let round = round_word(i, shape);
        let Columns { head, tail, a, b, .. } = &mut self.columns;
        // From here on bases are in the order of memory, as they go into blocks.
        for base in [&mut *head, &mut *tail] {
            for word in base.iter_mut() {
                *word = word.swap_bytes();
            }
        }
        let halves = match half {
            Half::A => a,
            Half::B => b,
        };
        let lanes = self.blocks.iter_mut().zip(head).zip(tail).zip(halves);
        for (((block, head), tail), half) in lanes {
            *block = block_of(*head, *tail ^ round ^ half.swap_bytes());
        }
    }

    /// Steps 6.ii and 6.iii: encrypts every block.
    #[inline(always)]
    fn encrypt<B: BlockCipherEncBackend<BlockSize = U16>>(&mut self, backend: &B) {
        let (together, rest) = Array::<_, B::ParBlocksSize>::slice_as_chunks_mut(&mut self.blocks);
        for blocks in together {
            backend.encrypt_par_blocks_inplace(blocks);
        }
        for block in rest {
            backend.encrypt_block_inplace(block);
        }
    }

    /// Steps 6.iv to 6.ix of one round: the half that the round changes, and the blocks of round `next` from it.
    #[inline(always)]
    fn finish<C: Combine>(&mut self, round: Round, shape: &Shape) {
        let Round { half, sign, modulus, next } = round;
        for (y, block) in self.y.iter_mut().zip(&self.blocks) {
            [*y, _] = words(block.0);
        }
        if C::LONG {
            for (y, block) in self.y_low.iter_mut().zip(&self.blocks) {
                [_, *y] = words(block.0);
            }
        }
        let round = round_word(next, shape);
        let Columns { head, tail, a, b, .. } = &mut self.columns;
        let halves = match half {
            Half::A => a,
            Half::B => b,
        };
        let ys = self.y.iter().zip(&self.y_low);
        let lanes = self.blocks.iter_mut().zip(&*head).zip(&*tail).zip(halves).zip(ys);
        for ((((block, head), tail), half), (y, y_low)) in lanes {
            let (y, y_low) = (y.swap_bytes(), y_low.swap_bytes());
            let y =
                if C::LONG { [y >> 32, y & 0xffff_ffff, y_low >> 32] } else { [0, y >> 32, y & 0xffff_ffff] };
            *half = C::combine(modulus, sign, *half, y);
            *block = block_of(*head, tail ^ round ^ half.swap_bytes());
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // As columns are: `zeroize` would go byte by byte.
        self.y = [0; LANES];
        self.y_low = [0; LANES];
        self.blocks = [Array([0; 16]); LANES];
        optimization_barrier(self);
    }
}

/// The half that a round changes.
#[derive(Clone, Copy)]
enum Half {
    A,
    B,
}

/// What one round does to each string, and the number of the round after it.
#[derive(Clone, Copy)]
struct Round {
    half: Half,
    sign: Sign,
    modulus: LaneModulus,
    next: u64,
}

/// The ten rounds over `N` groups, with the work before and after them.
pub(super) struct GroupRounds<'a, W, const N: usize> {
    pub(super) shape: &'a Shape,
    pub(super) sign: Sign,
    pub(super) work: &'a W,
    pub(super) groups: &'a mut [Group; N],
}

impl<W, const N: usize> BlockSizeUser for GroupRounds<'_, W, N> {
    type BlockSize = U16;
}

impl<W: LaneWork, const N: usize> BlockCipherEncClosure for GroupRounds<'_, W, N> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { shape, sign, work, groups } = self;
        for group in groups.iter_mut() {
            work.read(&mut group.columns);
        }
        match (shape.v(), sign) {
            (..=6, Sign::Plus) => encrypt::<Small, Small, B, N>(shape, groups, backend),
            (7..=9, Sign::Plus) => encrypt::<Large, Large, B, N>(shape, groups, backend),
            (_, Sign::Plus) => encrypt::<LongNine, LongTen, B, N>(shape, groups, backend),
            (..=6, Sign::Minus) => decrypt::<Small, Small, B, N>(shape, groups, backend),
            (7..=9, Sign::Minus) => decrypt::<Large, Large, B, N>(shape, groups, backend),
            (_, Sign::Minus) => decrypt::<LongNine, LongTen, B, N>(shape, groups, backend),
        }
        for group in groups.iter_mut() {
            work.write(&mut group.columns);
        }
    }
}

/// Rounds 0 to 9 (algorithm 7, step 6).
///
/// Groups take turns: one is encrypted while the arithmetic of the one before is under way, which needs other units
/// of the processor.
#[inline(always)]
fn encrypt<Even, Odd, B, const N: usize>(shape: &Shape, groups: &mut [Group; N], backend: &B)
where
    Even: Combine,
    Odd: Combine,
    B: BlockCipherEncBackend<BlockSize = U16>,
{
    let (sign, even, odd) = (Sign::Plus, shape.lane_even, shape.lane_odd);
    for group in groups.iter_mut() {
        group.begin(Half::B, 0, shape);
    }
    for pair in 0..5u64 {
        let i = pair << 1;
        turns::<Even, B, N>(
            groups,
            backend,
            Round { half: Half::A, sign, modulus: even, next: i | 1 },
            shape,
        );
        // After round 9 the blocks are of a round that does not come.
        let next = i.wrapping_add(2);
        turns::<Odd, B, N>(groups, backend, Round { half: Half::B, sign, modulus: odd, next }, shape);
    }
}

/// Rounds 9 to 0 (algorithm 8, step 6).
#[inline(always)]
fn decrypt<Even, Odd, B, const N: usize>(shape: &Shape, groups: &mut [Group; N], backend: &B)
where
    Even: Combine,
    Odd: Combine,
    B: BlockCipherEncBackend<BlockSize = U16>,
{
    let (sign, even, odd) = (Sign::Minus, shape.lane_even, shape.lane_odd);
    for group in groups.iter_mut() {
        group.begin(Half::A, 9, shape);
    }
    for pair in (0..5u64).rev() {
        let i = pair << 1;
        turns::<Odd, B, N>(groups, backend, Round { half: Half::B, sign, modulus: odd, next: i }, shape);
        // Likewise after round 0.
        let next = i.wrapping_sub(1) & 15;
        turns::<Even, B, N>(groups, backend, Round { half: Half::A, sign, modulus: even, next }, shape);
    }
}

/// Encrypts and finishes every group once: each is encrypted before the one before it is finished.
///
/// What finishes is a function, not a closure handed in: a closure cannot be marked for inlining, and where the compiler
/// leaves it out of line it is compiled for the oldest processor.
#[inline(always)]
fn turns<C: Combine, B, const N: usize>(groups: &mut [Group; N], backend: &B, round: Round, shape: &Shape)
where
    B: BlockCipherEncBackend<BlockSize = U16>,
{
    let mut before: Option<&mut Group> = None;
    for group in groups.iter_mut() {
        group.encrypt(backend);
        if let Some(before) = before.replace(group) {
            before.finish::<C>(round, shape);
        }
    }
    if let Some(last) = before {
        last.finish::<C>(round, shape);
    }
}

/// The number of a round at its place in the last eight bytes of a block.
#[inline(always)]
fn round_word(i: u64, shape: &Shape) -> u64 {
    (i << (shape.b << 3)).swap_bytes()
}

/// The two words of a block.
#[inline(always)]
fn words(block: [u8; 16]) -> [u64; 2] {
    let mut words = [0; 2];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

/// The block of two words.
#[inline(always)]
fn block_of(head: u64, tail: u64) -> Array<u8, U16> {
    let mut block = [0; 16];
    for (bytes, word) in block.as_chunks_mut::<8>().0.iter_mut().zip([head, tail]) {
        *bytes = word.to_le_bytes();
    }
    Array(block)
}
