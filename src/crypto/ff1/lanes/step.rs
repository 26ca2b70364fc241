//! A few strings, in step: their rounds are scalar, what is before and after them is vectors.

use core::marker::PhantomData;

use aes::cipher::{BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, consts::U16};

use super::columns::{Columns, LaneWork};
use crate::crypto::ff1::rounds::{Halves, InStep, Sign, Turns, in_step};
use crate::crypto::ff1::shape::Shape;

/// Enough to fill the processor, and few enough to stay in its window.
pub(super) const EIGHT: usize = 8;

/// The ten rounds of as many strings as are in `S`, with the work before and after them.
pub(super) struct StepRounds<'a, W, S> {
    shape: &'a Shape,
    sign: Sign,
    work: &'a W,
    columns: &'a mut Columns<EIGHT>,
    strings: PhantomData<S>,
}

impl<'a, W, S> StepRounds<'a, W, S> {
    #[inline(always)]
    pub(super) fn new(shape: &'a Shape, sign: Sign, work: &'a W, columns: &'a mut Columns<EIGHT>) -> Self {
        Self { shape, sign, work, columns, strings: PhantomData }
    }
}

impl<W, S> BlockSizeUser for StepRounds<'_, W, S> {
    type BlockSize = U16;
}

impl<W: LaneWork, S: Rows> BlockCipherEncClosure for StepRounds<'_, W, S> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { shape, sign, work, columns, .. } = self;
        work.read(columns);
        let mut strings = S::take(columns, 0);
        in_step(backend, shape, sign, &mut strings);
        strings.put(columns, 0);
        work.write(columns);
    }
}

/// Strings in step, as rows of columns.
pub(super) trait Rows: InStep {
    /// How many.
    const ROWS: usize;
    /// The rows from `at` on.
    fn take(columns: &Columns<EIGHT>, at: usize) -> Self;
    /// Puts the halves back.
    fn put(&self, columns: &mut Columns<EIGHT>, at: usize);
}

impl Rows for Halves {
    const ROWS: usize = 1;

    #[inline(always)]
    fn take(columns: &Columns<EIGHT>, at: usize) -> Self {
        let word = |column: &[u64; EIGHT]| column.get(at).copied().unwrap_or_default();
        let base = u128::from(word(&columns.head)) << 64 | u128::from(word(&columns.tail));
        Self { base, a: word(&columns.a), b: word(&columns.b) }
    }

    #[inline(always)]
    fn put(&self, columns: &mut Columns<EIGHT>, at: usize) {
        if let (Some(a), Some(b)) = (columns.a.get_mut(at), columns.b.get_mut(at)) {
            (*a, *b) = (self.a, self.b);
        }
    }
}

impl<S: Rows> Rows for [S; 2] {
    const ROWS: usize = S::ROWS << 1;

    #[inline(always)]
    fn take(columns: &Columns<EIGHT>, at: usize) -> Self {
        [S::take(columns, at), S::take(columns, at.wrapping_add(S::ROWS))]
    }

    #[inline(always)]
    fn put(&self, columns: &mut Columns<EIGHT>, at: usize) {
        let [one, other] = self;
        one.put(columns, at);
        other.put(columns, at.wrapping_add(S::ROWS));
    }
}

impl<S: Rows> Rows for Turns<S> {
    const ROWS: usize = S::ROWS << 1;

    #[inline(always)]
    fn take(columns: &Columns<EIGHT>, at: usize) -> Self {
        Self(S::take(columns, at), S::take(columns, at.wrapping_add(S::ROWS)))
    }

    #[inline(always)]
    fn put(&self, columns: &mut Columns<EIGHT>, at: usize) {
        let Self(one, other) = self;
        one.put(columns, at);
        other.put(columns, at.wrapping_add(S::ROWS));
    }
}
