//! Eight blocks in a row, a stripe: their masks are one value, so that joining and moving all of them is an instruction or two.

use core::ops::{BitAnd, BitOr, Not};

/// How many blocks a stripe has.
pub(super) const BLOCKS: usize = 8;

/// Instructions on eight masks at once.
pub(super) trait Eights: Copy {
    type Eight: Copy;
    fn eight(self, masks: [u64; BLOCKS]) -> Self::Eight;
    fn each(self, eight: Self::Eight) -> [u64; BLOCKS];
    /// Which are not zero, the first in the lowest bit.
    fn nonzero(self, eight: Self::Eight) -> u8;
    fn and(self, one: Self::Eight, other: Self::Eight) -> Self::Eight;
    fn or(self, one: Self::Eight, other: Self::Eight) -> Self::Eight;
    fn xor(self, one: Self::Eight, other: Self::Eight) -> Self::Eight;
    /// The last mask of `before`, and all of `now` but the last.
    fn one_later(self, now: Self::Eight, before: Self::Eight) -> Self::Eight;
    /// Each mask moved to later bytes by `by`, below 64.
    fn later(self, masks: Self::Eight, by: u32) -> Self::Eight;
    /// Each mask moved to earlier bytes by `by`, below 64.
    fn earlier(self, masks: Self::Eight, by: u32) -> Self::Eight;
}

/// Which bytes of a stripe are something: a bit for each.
#[derive(Clone, Copy)]
pub(super) struct Stripe<L: Eights>(L, L::Eight);

impl<L: Eights> Stripe<L> {
    #[inline(always)]
    pub(super) fn of(lanes: L, masks: [u64; BLOCKS]) -> Self {
        Self(lanes, lanes.eight(masks))
    }

    #[inline(always)]
    pub(super) fn none(lanes: L) -> Self {
        Self::of(lanes, [0; BLOCKS])
    }

    /// The masks of its blocks.
    #[inline(always)]
    pub(super) fn each(self) -> [u64; BLOCKS] {
        self.0.each(self.1)
    }

    /// Which blocks have such bytes, the first in the lowest bit.
    #[inline(always)]
    pub(super) fn blocks(self) -> u8 {
        self.0.nonzero(self.1)
    }

    /// Moved to later bytes by `by`, from 1 to 63, with what moves in from the stripe before.
    #[inline(always)]
    pub(super) fn up(self, before: Self, by: u32) -> Self {
        let Self(lanes, now) = self;
        let from = lanes.earlier(lanes.one_later(now, before.1), u64::BITS.wrapping_sub(by));
        Self(lanes, lanes.or(lanes.later(now, by), from))
    }

    /// Moved to earlier bytes by one, without what would move in from the block behind.
    #[inline(always)]
    pub(super) fn down(self) -> Self {
        Self(self.0, self.0.earlier(self.1, 1))
    }
}

impl<L: Eights> BitAnd for Stripe<L> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0, self.0.and(self.1, other.1))
    }
}

impl<L: Eights> BitOr for Stripe<L> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0, self.0.or(self.1, other.1))
    }
}

impl<L: Eights> Not for Stripe<L> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0, self.0.xor(self.1, self.0.eight([u64::MAX; BLOCKS])))
    }
}

#[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
mod x86 {
    use core::arch::x86_64::{__m256i, __m512i};

    use pulp::cast;
    use pulp::x86::{V3, V4};

    use super::{BLOCKS, Eights};

    impl Eights for V4 {
        type Eight = __m512i;

        #[inline(always)]
        fn eight(self, masks: [u64; BLOCKS]) -> __m512i {
            cast(masks)
        }

        #[inline(always)]
        fn each(self, eight: __m512i) -> [u64; BLOCKS] {
            cast(eight)
        }

        #[inline(always)]
        fn nonzero(self, eight: __m512i) -> u8 {
            self.avx512f._mm512_test_epi64_mask(eight, eight)
        }

        #[inline(always)]
        fn and(self, one: __m512i, other: __m512i) -> __m512i {
            self.avx512f._mm512_and_si512(one, other)
        }

        #[inline(always)]
        fn or(self, one: __m512i, other: __m512i) -> __m512i {
            self.avx512f._mm512_or_si512(one, other)
        }

        #[inline(always)]
        fn xor(self, one: __m512i, other: __m512i) -> __m512i {
            self.avx512f._mm512_xor_si512(one, other)
        }

        #[inline(always)]
        fn one_later(self, now: __m512i, before: __m512i) -> __m512i {
            self.avx512f._mm512_alignr_epi64::<7>(now, before)
        }

        #[inline(always)]
        fn later(self, masks: __m512i, by: u32) -> __m512i {
            self.avx512f._mm512_sllv_epi64(masks, cast([u64::from(by); BLOCKS]))
        }

        #[inline(always)]
        fn earlier(self, masks: __m512i, by: u32) -> __m512i {
            self.avx512f._mm512_srlv_epi64(masks, cast([u64::from(by); BLOCKS]))
        }
    }

    impl Eights for V3 {
        type Eight = [__m256i; 2];

        #[inline(always)]
        fn eight(self, masks: [u64; BLOCKS]) -> [__m256i; 2] {
            cast(masks)
        }

        #[inline(always)]
        fn each(self, eight: [__m256i; 2]) -> [u64; BLOCKS] {
            cast(eight)
        }

        #[inline(always)]
        fn nonzero(self, eight: [__m256i; 2]) -> u8 {
            let [low, high] = eight.map(
                #[inline(always)]
                |masks| {
                    let zero = self.avx2._mm256_cmpeq_epi64(masks, cast([0u64; 4]));
                    !self.avx._mm256_movemask_pd(cast(zero)) & 0b1111
                },
            );
            (low | high << 4) as u8
        }

        #[inline(always)]
        fn and(self, [a, b]: [__m256i; 2], [c, d]: [__m256i; 2]) -> [__m256i; 2] {
            [self.avx2._mm256_and_si256(a, c), self.avx2._mm256_and_si256(b, d)]
        }

        #[inline(always)]
        fn or(self, [a, b]: [__m256i; 2], [c, d]: [__m256i; 2]) -> [__m256i; 2] {
            [self.avx2._mm256_or_si256(a, c), self.avx2._mm256_or_si256(b, d)]
        }

        #[inline(always)]
        fn xor(self, [a, b]: [__m256i; 2], [c, d]: [__m256i; 2]) -> [__m256i; 2] {
            [self.avx2._mm256_xor_si256(a, c), self.avx2._mm256_xor_si256(b, d)]
        }

        #[inline(always)]
        fn one_later(self, [a, b]: [__m256i; 2], [_, before]: [__m256i; 2]) -> [__m256i; 2] {
            // Round by one, then the first of what comes before.
            let [first, a, b] = [before, a, b].map(
                #[inline(always)]
                |masks| self.avx2._mm256_permute4x64_epi64::<0b10_01_00_11>(masks),
            );
            [self.avx2._mm256_blend_epi32::<0b11>(a, first), self.avx2._mm256_blend_epi32::<0b11>(b, a)]
        }

        #[inline(always)]
        fn later(self, [a, b]: [__m256i; 2], by: u32) -> [__m256i; 2] {
            let by = cast([u64::from(by); 4]);
            [self.avx2._mm256_sllv_epi64(a, by), self.avx2._mm256_sllv_epi64(b, by)]
        }

        #[inline(always)]
        fn earlier(self, [a, b]: [__m256i; 2], by: u32) -> [__m256i; 2] {
            let by = cast([u64::from(by); 4]);
            [self.avx2._mm256_srlv_epi64(a, by), self.avx2._mm256_srlv_epi64(b, by)]
        }
    }
}

impl Eights for super::blocks::Words {
    type Eight = [u64; BLOCKS];

    #[inline(always)]
    fn eight(self, masks: [u64; BLOCKS]) -> [u64; BLOCKS] {
        masks
    }

    #[inline(always)]
    fn each(self, eight: [u64; BLOCKS]) -> [u64; BLOCKS] {
        eight
    }

    #[inline(always)]
    fn nonzero(self, eight: [u64; BLOCKS]) -> u8 {
        eight.iter().rev().fold(0, |bits, mask| bits << 1 | u8::from(*mask != 0))
    }

    #[inline(always)]
    fn and(self, one: [u64; BLOCKS], other: [u64; BLOCKS]) -> [u64; BLOCKS] {
        zipped(one, other, |one, other| one & other)
    }

    #[inline(always)]
    fn or(self, one: [u64; BLOCKS], other: [u64; BLOCKS]) -> [u64; BLOCKS] {
        zipped(one, other, |one, other| one | other)
    }

    #[inline(always)]
    fn xor(self, one: [u64; BLOCKS], other: [u64; BLOCKS]) -> [u64; BLOCKS] {
        zipped(one, other, |one, other| one ^ other)
    }

    #[inline(always)]
    fn one_later(self, now: [u64; BLOCKS], before: [u64; BLOCKS]) -> [u64; BLOCKS] {
        let [a, b, c, d, e, f, g, _] = now;
        let [.., before] = before;
        [before, a, b, c, d, e, f, g]
    }

    #[inline(always)]
    fn later(self, masks: [u64; BLOCKS], by: u32) -> [u64; BLOCKS] {
        masks.map(|mask| mask << by)
    }

    #[inline(always)]
    fn earlier(self, masks: [u64; BLOCKS], by: u32) -> [u64; BLOCKS] {
        masks.map(|mask| mask >> by)
    }
}

#[inline(always)]
fn zipped(one: [u64; BLOCKS], other: [u64; BLOCKS], join: impl Fn(u64, u64) -> u64) -> [u64; BLOCKS] {
    let mut both = one;
    for (mask, other) in both.iter_mut().zip(other) {
        *mask = join(*mask, other);
    }
    both
}
