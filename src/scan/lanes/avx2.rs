//! AVX2: thirty-two bytes an instruction.

use core::arch::x86_64::{__m256i, _MM_HINT_T0};

use pulp::cast;
use pulp::x86::V3;

use super::{BLOCK, BLOCKS, Bytes, Class, Eights, Lanes};

/// The gaps but `_` and the carriage return, each at the place that its four low bits say. A shuffle by the bytes themselves
/// gives back what is one of them.
const BY_LOW_BITS: [u8; 16] =
    [b' ', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, b'\n', b'+', 0xff, b'-', b'.', b'/'];

/// Likewise the ends of lines, and `_`, for which the other table has no room.
const BY_LOW_BITS_TOO: [u8; 16] = {
    let mut table = [0xff; 16];
    [table[0xa], table[0xd], table[0xf]] = *b"\n\r_";
    table
};

/// For each digit what it may be at the beginning of a card number: bit 7 for [`Class::First`], 6 for `RareFirst`, 5 for
/// `Second`. Two digits begin a card number only if these bits say so.
const BEGINNINGS: [u8; 16] = [0, 0x20, 0x60, 0xa0, 0xa0, 0xa0, 0xa0, 0x20, 0x40, 0x40, 0, 0, 0, 0, 0, 0];

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

impl Lanes for V3 {
    type Sorted<'a> = &'a [[u8; BLOCK]];

    #[inline(always)]
    fn sorted(self, bytes: &Bytes, count: usize) -> &[[u8; BLOCK]] {
        bytes.get(..count).unwrap_or(bytes)
    }

    #[inline(always)]
    fn class(self, blocks: &[[u8; BLOCK]], class: Class) -> [__m256i; 2] {
        let simd = self.avx2;
        // The bytes that a shuffle of a table by themselves gives back.
        let is_in = |table: [u8; 16]| {
            each_block(
                self,
                blocks,
                #[inline(always)]
                |block| {
                    both(
                        block,
                        #[inline(always)]
                        |bytes| {
                            let low = simd._mm256_shuffle_epi8(cast([table; 2]), bytes);
                            simd._mm256_movemask_epi8(simd._mm256_cmpeq_epi8(low, bytes))
                        },
                    )
                },
            )
        };
        let begins = |shift: i32| {
            each_block(
                self,
                blocks,
                #[inline(always)]
                |block| {
                    both(
                        block,
                        #[inline(always)]
                        |bytes| {
                            let beginnings = simd._mm256_shuffle_epi8(cast([BEGINNINGS; 2]), bytes);
                            simd._mm256_movemask_epi8(
                                simd._mm256_sll_epi16(beginnings, cast([shift as u64, 0])),
                            )
                        },
                    )
                },
            )
        };
        let is = |byte: u8| each_block(self, blocks, |block| self.equal(block, byte));
        match class {
            Class::Digit => each_block(
                self,
                blocks,
                #[inline(always)]
                |block| {
                    both(
                        block,
                        #[inline(always)]
                        |bytes| {
                            let values = simd._mm256_sub_epi8(bytes, cast([b'0'; 32]));
                            let least = simd._mm256_min_epu8(values, cast([9u8; 32]));
                            simd._mm256_movemask_epi8(simd._mm256_cmpeq_epi8(least, values))
                        },
                    )
                },
            ),
            Class::Gap => self.or(is_in(BY_LOW_BITS), is_in(BY_LOW_BITS_TOO)),
            Class::Line => is_in(BY_LOW_BITS_TOO),
            Class::First => begins(0),
            Class::RareFirst => begins(1),
            Class::Second => begins(2),
            Class::Three => is(b'3'),
            Class::Colon => is(b':'),
            Class::Percent => is(b'%'),
            Class::High => each_block(self, blocks, |block| self.high(block)),
        }
    }

    #[inline(always)]
    fn fetch(self, text: &[u8], place: usize) {
        self.sse._mm_prefetch::<_MM_HINT_T0>(text.as_ptr().wrapping_add(place).cast());
    }

    #[inline(always)]
    fn high(self, block: &[u8; BLOCK]) -> u64 {
        both(
            block,
            #[inline(always)]
            |bytes| self.avx2._mm256_movemask_epi8(bytes),
        )
    }

    #[inline(always)]
    fn equal(self, block: &[u8; BLOCK], byte: u8) -> u64 {
        let simd = self.avx2;
        both(
            block,
            #[inline(always)]
            |bytes| simd._mm256_movemask_epi8(simd._mm256_cmpeq_epi8(bytes, cast([byte; 32]))),
        )
    }
}

/// The masks of the first blocks of a stripe, one by one; nothing in the others.
#[inline(always)]
fn each_block(lanes: V3, blocks: &[[u8; BLOCK]], mask: impl Fn(&[u8; BLOCK]) -> u64) -> [__m256i; 2] {
    let mut masks = [0; BLOCKS];
    for (to, block) in masks.iter_mut().zip(blocks) {
        *to = mask(block);
    }
    lanes.eight(masks)
}

/// The masks of both halves as one.
#[inline(always)]
fn both(block: &[u8; BLOCK], mask: impl Fn(__m256i) -> i32) -> u64 {
    let [low, high]: [__m256i; 2] = cast(*block);
    u64::from(mask(low).cast_unsigned()) | u64::from(mask(high).cast_unsigned()) << 32
}
