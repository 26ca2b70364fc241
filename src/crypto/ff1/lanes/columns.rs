//! Strings side by side, and what prepares them.

use zeroize::optimization_barrier;

/// How many columns a [`LaneWork`] has for itself.
const OWN: usize = 5;

/// `L` strings side by side: row k of every column is string k. Wiped when dropped.
///
/// Aligned to cache lines, so that no vector lies across two.
#[repr(align(64))]
pub(crate) struct Columns<const L: usize> {
    /// What a string's blocks begin with ([`Shape::base`](crate::crypto::ff1::shape::Shape::base)): the first eight
    /// bytes and the last, as big-endian numbers.
    pub(crate) head: [u64; L],
    pub(crate) tail: [u64; L],
    /// NUM(A) and NUM(B).
    pub(crate) a: [u64; L],
    pub(crate) b: [u64; L],
    /// What the strings come from and become.
    pub(crate) own: [[u64; L]; OWN],
}

/// Makes halves and bases of what stands in its own columns, and puts the permuted halves back there.
///
/// It is compiled into the closure of the block cipher, so its loops over rows become vector instructions of the
/// processor at hand; outside they would be those of the oldest. Mark its functions `#[inline(always)]`.
pub(crate) trait LaneWork {
    /// Before the rounds.
    fn read<const L: usize>(&self, columns: &mut Columns<L>);
    /// After the rounds.
    fn write<const L: usize>(&self, columns: &mut Columns<L>);
}

impl<const L: usize> Columns<L> {
    /// No strings: zeros everywhere.
    pub(crate) const fn empty() -> Self {
        Self { head: [0; L], tail: [0; L], a: [0; L], b: [0; L], own: [[0; L]; OWN] }
    }

    /// Puts a string into row `at` of the own columns.
    #[inline(always)]
    pub(crate) fn put(&mut self, at: usize, values: [u64; OWN]) {
        for (column, value) in self.own.iter_mut().zip(values) {
            if let Some(place) = column.get_mut(at) {
                *place = value;
            }
        }
    }

    /// What stands in row `at` of the own columns.
    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> [u64; OWN] {
        self.own.each_ref().map(|column| column.get(at).copied().unwrap_or_default())
    }
}

impl<const L: usize> Drop for Columns<L> {
    fn drop(&mut self) {
        // Plain stores of whole columns, which a barrier keeps from being left out.
        for column in
            [&mut self.head, &mut self.tail, &mut self.a, &mut self.b].into_iter().chain(&mut self.own)
        {
            *column = [0; L];
        }
        optimization_barrier(self);
    }
}
