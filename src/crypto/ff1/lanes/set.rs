//! Which way serves how many strings.

use aes::cipher::{BlockCipherEncrypt, consts::U16};

use super::columns::{Columns, LaneWork};
use super::group::{Group, GroupRounds, LANES};
use super::step::{EIGHT, StepRounds};
use crate::crypto::ff1::FixedFf1;
use crate::crypto::ff1::rounds::{Eight, Four, Halves, Sign, Two};

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

/// For a few strings: eight of them in step.
pub(crate) struct Few(Columns<EIGHT>);

/// For batches: two groups of lanes, which take turns.
pub(crate) struct Many([Group; 2]);

/// Up to here strings go by eights: a group of lanes costs as much as some 27 of them, filled or not.
pub(crate) const FEW: usize = 24;

impl Side for Few {
    const ROOM: usize = EIGHT;

    fn empty() -> Self {
        Self(Columns::empty())
    }

    #[inline(always)]
    fn put(&mut self, at: usize, values: [u64; 5]) {
        self.0.put(at, values);
    }

    #[inline(always)]
    fn get(&self, at: usize) -> [u64; 5] {
        self.0.get(at)
    }

    fn permute<C, W>(&mut self, ff1: &FixedFf1<C>, sign: Sign, work: &W, count: usize)
    where
        C: BlockCipherEncrypt<BlockSize = U16>,
        W: LaneWork,
    {
        let (shape, cipher, columns) = (&ff1.shape, &ff1.ff1.cipher, &mut self.0);
        match count {
            1 => cipher.encrypt_with_backend(StepRounds::<W, Halves>::new(shape, sign, work, columns)),
            2 => cipher.encrypt_with_backend(StepRounds::<W, Two>::new(shape, sign, work, columns)),
            3..=4 => cipher.encrypt_with_backend(StepRounds::<W, Four>::new(shape, sign, work, columns)),
            _ => cipher.encrypt_with_backend(StepRounds::<W, Eight>::new(shape, sign, work, columns)),
        }
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
                for start in (0..count).step_by(EIGHT) {
                    let end = count.min(start.saturating_add(EIGHT));
                    for at in start..end {
                        few.put(at & (EIGHT - 1), self.get(at));
                    }
                    few.permute(ff1, sign, work, end.saturating_sub(start));
                    for at in start..end {
                        self.put(at, few.get(at & (EIGHT - 1)));
                    }
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
