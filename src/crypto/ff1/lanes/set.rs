//! Which way serves how many strings.

use aes::cipher::{
    BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, consts::U16,
};

use super::columns::{Columns, LaneWork};
use super::group::{Group, GroupRounds, LANES};
use crate::crypto::ff1::FixedFf1;
use crate::crypto::ff1::rounds::{Halves, Sign, in_step};
use crate::crypto::ff1::shape::Shape;

/// Room for strings that FF1 permutes together, wiped when dropped.
pub(crate) trait Side {
    /// How many strings there is room for.
    const ROOM: usize;

    /// No strings.
    fn empty() -> Self;

    /// Puts a string at place `at`, as the work takes it.
    fn put(&mut self, at: usize, values: [u64; 5]);

    /// What the work made of the string at place `at`.
    fn get(&self, at: usize) -> [u64; 5];

    /// Encrypts ([`Sign::Plus`]) or decrypts the first `count` strings; other places may become anything.
    fn permute<C, W>(&mut self, ff1: &FixedFf1<C>, sign: Sign, work: &W, count: usize)
    where
        C: BlockCipherEncrypt<BlockSize = U16>,
        W: LaneWork;
}

/// For up to [`FEW`] strings, eight of them in step.
pub(crate) struct Few([Columns<IN_STEP>; 3]);

/// For batches: two groups of lanes, which take turns.
pub(crate) struct Many([Group; 2]);

/// Up to here strings go by eights: a group of lanes costs as much as 24, filled or not.
pub(crate) const FEW: usize = 24;

/// Enough to fill the processor, and few enough to stay in its window.
const IN_STEP: usize = 8;

impl Side for Few {
    const ROOM: usize = FEW;

    fn empty() -> Self {
        Self([Columns::empty(), Columns::empty(), Columns::empty()])
    }

    #[inline(always)]
    fn put(&mut self, at: usize, values: [u64; 5]) {
        if let Some(columns) = self.0.get_mut(at >> 3) {
            columns.put(at & 7, values);
        }
    }

    #[inline(always)]
    fn get(&self, at: usize) -> [u64; 5] {
        self.0.get(at >> 3).map_or([0; 5], |columns| columns.get(at & 7))
    }

    fn permute<C, W>(&mut self, ff1: &FixedFf1<C>, sign: Sign, work: &W, count: usize)
    where
        C: BlockCipherEncrypt<BlockSize = U16>,
        W: LaneWork,
    {
        let (shape, cipher) = (&ff1.shape, &ff1.ff1.cipher);
        for columns in self.0.iter_mut().take(count.div_ceil(IN_STEP)) {
            // Fewer in step where there are fewer.
            match count {
                1 => cipher.encrypt_with_backend(StepRounds::<W, 1> { shape, sign, work, columns }),
                2..=4 => cipher.encrypt_with_backend(StepRounds::<W, 4> { shape, sign, work, columns }),
                _ => cipher.encrypt_with_backend(StepRounds::<W, IN_STEP> { shape, sign, work, columns }),
            }
        }
    }
}

/// The ten rounds of the first `K` strings in step, with the work before and after them.
struct StepRounds<'a, W, const K: usize> {
    shape: &'a Shape,
    sign: Sign,
    work: &'a W,
    columns: &'a mut Columns<IN_STEP>,
}

impl<W, const K: usize> BlockSizeUser for StepRounds<'_, W, K> {
    type BlockSize = U16;
}

impl<W: LaneWork, const K: usize> BlockCipherEncClosure for StepRounds<'_, W, K> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { shape, sign, work, columns } = self;
        work.read(columns);
        let row = |at: usize| {
            let word = |column: &[u64; IN_STEP]| column.get(at).copied().unwrap_or_default();
            let base = u128::from(word(&columns.head)) << 64 | u128::from(word(&columns.tail));
            Halves { base, a: word(&columns.a), b: word(&columns.b) }
        };
        let mut strings: [Halves; K] = core::array::from_fn(row);
        in_step(backend, shape, sign, &mut strings);
        for ((string, a), b) in strings.iter().zip(&mut columns.a).zip(&mut columns.b) {
            (*a, *b) = (string.a, string.b);
        }
        work.write(columns);
    }
}

impl Side for Many {
    const ROOM: usize = 2 * LANES;

    fn empty() -> Self {
        Self([Group::empty(), Group::empty()])
    }

    #[inline(always)]
    fn put(&mut self, at: usize, values: [u64; 5]) {
        if let Some(group) = self.0.get_mut(at.wrapping_div(LANES)) {
            group.columns.put(at.wrapping_rem(LANES), values);
        }
    }

    #[inline(always)]
    fn get(&self, at: usize) -> [u64; 5] {
        self.0.get(at.wrapping_div(LANES)).map_or([0; 5], |group| group.columns.get(at.wrapping_rem(LANES)))
    }

    fn permute<C, W>(&mut self, ff1: &FixedFf1<C>, sign: Sign, work: &W, count: usize)
    where
        C: BlockCipherEncrypt<BlockSize = U16>,
        W: LaneWork,
    {
        let (shape, cipher) = (&ff1.shape, &ff1.ff1.cipher);
        match count {
            0..=FEW => {
                let mut few = Few::empty();
                for at in 0..count {
                    few.put(at, self.get(at));
                }
                few.permute(ff1, sign, work, count);
                for at in 0..count {
                    self.put(at, few.get(at));
                }
            }
            25..=LANES => {
                let [group, _] = &mut self.0;
                let groups = core::array::from_mut(group);
                cipher.encrypt_with_backend(GroupRounds { shape, sign, work, groups });
            }
            _ => cipher.encrypt_with_backend(GroupRounds { shape, sign, work, groups: &mut self.0 }),
        }
    }
}
