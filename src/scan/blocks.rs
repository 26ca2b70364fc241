//! Sixty-four bytes at a time: which of them are digits, which may stand between digits.
//!
//! A mask has one bit for each byte, the first byte in the lowest bit.

use super::stripe::Eights;

/// How many bytes a block has.
pub(super) const BLOCK: usize = 64;

/// What stands behind the end of a text. It must be in no mask: else a run that a text ends with would never end.
pub(super) const NOTHING: u8 = b'?';

/// Which bytes of a block are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// ASCII digits.
    pub(super) digits: u64,
    /// Every gap that is one ASCII byte, in whatever writings.
    pub(super) gaps: u64,
    /// Every gap that ends a line, and `_`; without vector instructions all gaps.
    pub(super) lines: u64,
    /// Digits that begin card numbers whatever the second one is. Means nothing of other bytes; nor do the next two.
    pub(super) first: u64,
    /// Digits that begin card numbers whose second digit is one of `second`.
    pub(super) rare_first: u64,
    pub(super) second: u64,
}

/// Instructions that make masks.
pub(super) trait Lanes: Eights {
    /// The masks of a block.
    fn masks(self, block: &[u8; BLOCK]) -> Masks;
    /// Has the memory at `place` of a text, or behind it, brought near.
    fn fetch(self, text: &[u8], place: usize);
    /// Bytes that are not ASCII.
    fn high(self, block: &[u8; BLOCK]) -> u64;
    /// Bytes that are this one.
    fn equal(self, block: &[u8; BLOCK], byte: u8) -> u64;
    /// Bytes that are one of these.
    #[inline(always)]
    fn among<const N: usize>(self, block: &[u8; BLOCK], bytes: [u8; N]) -> u64 {
        let mut mask = 0;
        for byte in bytes {
            mask |= self.equal(block, byte);
        }
        mask
    }
}

/// Work that is compiled once for each kind of instructions.
pub(super) trait Work {
    type Output;
    fn with<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Does work with the widest instructions that this processor has.
#[inline]
pub(super) fn with_widest<W: Work>(work: W) -> W::Output {
    #[cfg(test)]
    if tests::WITHOUT_VECTORS.get() {
        return work.with(Words);
    }
    #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
    {
        if let Some(lanes) = pulp::x86::V4::try_new() {
            return lanes.vectorize(
                #[inline(always)]
                || work.with(lanes),
            );
        }
        if let Some(lanes) = pulp::x86::V3::try_new() {
            return lanes.vectorize(
                #[inline(always)]
                || work.with(lanes),
            );
        }
    }
    work.with(Words)
}

/// The gaps but `_` and the carriage return, each at the place that its four low bits say. A shuffle by the bytes themselves
/// gives back what is one of them.
#[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
const BY_LOW_BITS: [u8; 16] =
    [b' ', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, b'\n', b'+', 0xff, b'-', b'.', b'/'];

/// Likewise the ends of lines, and `_`, for which the other table has no room.
#[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
const BY_LOW_BITS_TOO: [u8; 16] = {
    let mut table = [0xff; 16];
    [table[0xa], table[0xd], table[0xf]] = *b"\n\r_";
    table
};

/// For each digit what it may be at the beginning of a card number: bit 7 for [`Masks::first`], 6 for `rare_first`, 5 for
/// `second`. Two digits begin a card number only if these bits say so, as the test below shows.
#[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
const BEGINNINGS: [u8; 16] = [0, 0x20, 0x60, 0xa0, 0xa0, 0xa0, 0xa0, 0x20, 0x40, 0x40, 0, 0, 0, 0, 0, 0];

#[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
mod x86 {
    use core::arch::x86_64::{__m256i, __m512i, _MM_HINT_T0};

    use pulp::cast;
    use pulp::x86::{V3, V4};

    use super::{BEGINNINGS, BLOCK, BY_LOW_BITS, BY_LOW_BITS_TOO, Lanes, Masks};

    impl Lanes for V4 {
        #[inline(always)]
        fn fetch(self, text: &[u8], place: usize) {
            self.sse._mm_prefetch::<_MM_HINT_T0>(text.as_ptr().wrapping_add(place).cast());
        }

        #[inline(always)]
        fn masks(self, block: &[u8; BLOCK]) -> Masks {
            let simd = self.avx512bw;
            let bytes: __m512i = cast(*block);
            let values = simd._mm512_sub_epi8(bytes, cast([b'0'; BLOCK]));
            let digits = simd._mm512_cmplt_epu8_mask(values, cast([10u8; BLOCK]));
            let gap = simd._mm512_shuffle_epi8(cast([BY_LOW_BITS; 4]), bytes);
            let gaps = simd._mm512_cmpeq_epi8_mask(gap, bytes);
            let line = simd._mm512_shuffle_epi8(cast([BY_LOW_BITS_TOO; 4]), bytes);
            let lines = simd._mm512_cmpeq_epi8_mask(line, bytes);
            let beginnings = simd._mm512_shuffle_epi8(cast([BEGINNINGS; 4]), bytes);
            let bit = |bit: u8| simd._mm512_test_epi8_mask(beginnings, cast([bit; BLOCK]));
            Masks {
                digits,
                gaps: gaps | lines,
                lines,
                first: bit(0x80),
                rare_first: bit(0x40),
                second: bit(0x20),
            }
        }

        #[inline(always)]
        fn high(self, block: &[u8; BLOCK]) -> u64 {
            self.avx512bw._mm512_movepi8_mask(cast(*block))
        }

        #[inline(always)]
        fn equal(self, block: &[u8; BLOCK], byte: u8) -> u64 {
            self.avx512bw._mm512_cmpeq_epi8_mask(cast(*block), cast([byte; BLOCK]))
        }
    }

    impl Lanes for V3 {
        #[inline(always)]
        fn fetch(self, text: &[u8], place: usize) {
            self.sse._mm_prefetch::<_MM_HINT_T0>(text.as_ptr().wrapping_add(place).cast());
        }

        #[inline(always)]
        fn masks(self, block: &[u8; BLOCK]) -> Masks {
            let simd = self.avx2;
            let digits = both(
                block,
                #[inline(always)]
                |bytes| {
                    let values = simd._mm256_sub_epi8(bytes, cast([b'0'; 32]));
                    let digit = simd._mm256_cmpeq_epi8(simd._mm256_min_epu8(values, cast([9u8; 32])), values);
                    simd._mm256_movemask_epi8(digit)
                },
            );
            let gaps = both(
                block,
                #[inline(always)]
                |bytes| {
                    let low = simd._mm256_shuffle_epi8(cast([BY_LOW_BITS; 2]), bytes);
                    simd._mm256_movemask_epi8(simd._mm256_cmpeq_epi8(low, bytes))
                },
            );
            let lines = both(
                block,
                #[inline(always)]
                |bytes| {
                    let low = simd._mm256_shuffle_epi8(cast([BY_LOW_BITS_TOO; 2]), bytes);
                    simd._mm256_movemask_epi8(simd._mm256_cmpeq_epi8(low, bytes))
                },
            );
            let bit = |shift: i32| {
                both(
                    block,
                    #[inline(always)]
                    |bytes| {
                        let beginnings = simd._mm256_shuffle_epi8(cast([BEGINNINGS; 2]), bytes);
                        simd._mm256_movemask_epi8(simd._mm256_sll_epi16(beginnings, cast([shift as u64, 0])))
                    },
                )
            };
            Masks { digits, gaps: gaps | lines, lines, first: bit(0), rare_first: bit(1), second: bit(2) }
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

    /// The masks of both halves as one.
    #[inline(always)]
    fn both(block: &[u8; BLOCK], mask: impl Fn(__m256i) -> i32) -> u64 {
        let [low, high]: [__m256i; 2] = cast(*block);
        u64::from(mask(low).cast_unsigned()) | u64::from(mask(high).cast_unsigned()) << 32
    }
}

/// On any processor: loops over bytes, of which the compiler makes vector instructions where it may count on some (SSE2, NEON).
#[derive(Clone, Copy, Debug)]
pub(super) struct Words;

impl Lanes for Words {
    #[inline(always)]
    fn fetch(self, _text: &[u8], _place: usize) {}

    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let gaps = mask_of(block, |byte| {
            let line = (byte == b'\n') | (byte == b'\r') | (byte == b'_');
            (byte == b' ') | (byte == b'+') | (byte.wrapping_sub(b'-') < 3) | line
        });
        Masks {
            digits: mask_of(block, |byte| byte.wrapping_sub(b'0') < 10),
            gaps,
            lines: gaps,
            // Each mask costs as much as it would save.
            first: u64::MAX,
            rare_first: 0,
            second: 0,
        }
    }

    #[inline(always)]
    fn high(self, block: &[u8; BLOCK]) -> u64 {
        mask_of(block, |byte| byte >= 0x80)
    }

    #[inline(always)]
    fn equal(self, block: &[u8; BLOCK], wanted: u8) -> u64 {
        mask_of(block, |byte| byte == wanted)
    }

    #[inline(always)]
    fn among<const N: usize>(self, block: &[u8; BLOCK], wanted: [u8; N]) -> u64 {
        mask_of(block, |byte| wanted.iter().fold(false, |is, wanted| is | (byte == *wanted)))
    }
}

/// The bytes that are so.
#[inline(always)]
fn mask_of(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let mut bits = [0u8; BLOCK];
    for ((bit, byte), weight) in bits.iter_mut().zip(block).zip(WEIGHTS) {
        *bit = weight & 0u8.wrapping_sub(u8::from(is(*byte)));
    }
    let rows = bits.as_chunks::<8>().0.iter().fold(0, |rows, word| rows | u64::from_le_bytes(*word));
    transposed(rows)
}

/// Another bit in the bytes of each word: eight words become eight rows of one.
const WEIGHTS: [u8; BLOCK] = weights();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while compiling")]
const fn weights() -> [u8; BLOCK] {
    let mut weights = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        weights[at] = 1 << (at / 8);
        at += 1;
    }
    weights
}

/// Eight rows of eight bits, with columns for rows.
#[inline(always)]
const fn transposed(rows: u64) -> u64 {
    let swap = (rows ^ rows >> 7) & 0x00aa_00aa_00aa_00aa;
    let rows = rows ^ swap ^ swap << 7;
    let swap = (rows ^ rows >> 14) & 0x0000_cccc_0000_cccc;
    let rows = rows ^ swap ^ swap << 14;
    let swap = (rows ^ rows >> 28) & 0x0000_0000_f0f0_f0f0;
    rows ^ swap ^ swap << 28
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::{BLOCK, Lanes, Masks, NOTHING, Words, Work, with_widest};
    use crate::card::brand;
    use crate::scan::finder::Writings;
    use crate::scan::sign;

    thread_local! {
        /// Whether this thread does its work as on a processor whose instructions we do not know.
        pub(in crate::scan) static WITHOUT_VECTORS: Cell<bool> = const { Cell::new(false) };
    }

    /// A mask by its definition.
    fn mask(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
        block.iter().enumerate().fold(0, |mask, (place, byte)| mask | u64::from(is(*byte)) << place)
    }

    struct Check([u8; BLOCK]);

    impl Work for Check {
        type Output = ();
        fn with<L: Lanes>(self, lanes: L) {
            let block = &self.0;
            let Masks { digits, gaps, lines, first, rare_first, second } = lanes.masks(block);
            assert_eq!(digits, mask(block, |byte| byte.is_ascii_digit()));
            assert_eq!(gaps, mask(block, |byte| sign::is_ascii_gap(byte, Writings::Usual)));
            let ends = mask(block, |byte| matches!(byte, b'\n' | b'\r'));
            assert_eq!((lines & ends, lines & !gaps), (ends, 0));
            for (place, pair) in block.windows(2).enumerate() {
                let bit = |mask: u64, place: usize| mask >> place & 1 == 1;
                if pair.iter().all(u8::is_ascii_digit) && brand::lengths_beginning(pair[0], pair[1]) != 0 {
                    let seen = bit(first, place) || bit(rare_first, place) && bit(second, place + 1);
                    assert!(seen, "{}{}", char::from(pair[0]), char::from(pair[1]));
                }
            }
            assert_eq!(lanes.high(block), mask(block, |byte| !byte.is_ascii()));
            for wanted in [b'%', 0xef, 0] {
                assert_eq!(lanes.equal(block, wanted), mask(block, |byte| byte == wanted));
            }
            assert_eq!(lanes.among(block, [b'%', 0xef]), mask(block, |byte| byte == b'%' || byte == 0xef));
        }
    }

    struct Nothing;

    impl Work for Nothing {
        type Output = [u64; 4];
        fn with<L: Lanes>(self, lanes: L) -> [u64; 4] {
            let Masks { digits, gaps, lines, .. } = lanes.masks(&[NOTHING; BLOCK]);
            [digits, gaps, lines, lanes.high(&[NOTHING; BLOCK])]
        }
    }

    #[test]
    fn what_stands_behind_the_end_is_in_no_mask() {
        assert_eq!(Nothing.with(Words), [0; 4]);
        assert_eq!(with_widest(Nothing), [0; 4]);
        #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
        if let Some(lanes) = pulp::x86::V3::try_new() {
            assert_eq!(Nothing.with(lanes), [0; 4]);
        }
    }

    #[test]
    fn masks_equal_their_definition_with_every_kind_of_instructions() {
        let mut state = 1u64;
        for round in 0..20_000 {
            let block: [u8; BLOCK] = core::array::from_fn(|place| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let any = (state >> 33) as u8;
                if round < 256 { (round as u8).wrapping_add(place as u8) } else { any }
            });
            Check(block).with(Words);
            with_widest(Check(block));
            #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
            if let Some(lanes) = pulp::x86::V3::try_new() {
                Check(block).with(lanes);
            }
        }
    }
}
