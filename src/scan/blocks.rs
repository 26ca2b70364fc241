//! Sixty-four bytes at a time: which of them are digits, which may stand between digits.
//!
//! A mask has one bit for each byte, the first byte in the lowest bit. Masks may say "gap" of more bytes than gaps are
//! (commas, quotes): they only say where it is worth reading.

/// How many bytes a block has.
pub(super) const BLOCK: usize = 64;

/// Which bytes of a block are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// ASCII digits.
    pub(super) digits: u64,
    /// Bytes below `0` that are printable or end a line, and underscores: every gap, and some more.
    pub(super) gaps: u64,
}

/// Instructions that make masks.
pub(super) trait Lanes: Copy {
    /// The masks of a block.
    fn masks(self, block: &[u8; BLOCK]) -> Masks;
    /// Bytes that are not ASCII.
    fn high(self, block: &[u8; BLOCK]) -> u64;
    /// Bytes that are this one.
    fn equal(self, block: &[u8; BLOCK], byte: u8) -> u64;
}

/// Work that is compiled once for each kind of instructions.
pub(super) trait Work {
    type Output;
    fn with<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Does work with the widest instructions that this processor has.
#[inline]
pub(super) fn with_widest<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
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

/// Whether a mask may say "gap" of this byte.
#[inline]
pub(super) const fn may_be_gap(byte: u8) -> bool {
    byte & NEITHER_CONTROL_NOR_SIGN == 0 || byte == b'_'
}

/// A byte with these bits clear is a control character below 16, or one of ` !"#$%&'()*+,-./`.
const NEITHER_CONTROL_NOR_SIGN: u8 = 0xd0;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::{__m256i, __m512i};

    use pulp::cast;
    use pulp::x86::{V3, V4};

    use super::{BLOCK, Lanes, Masks, NEITHER_CONTROL_NOR_SIGN};

    impl Lanes for V4 {
        #[inline(always)]
        fn masks(self, block: &[u8; BLOCK]) -> Masks {
            let simd = self.avx512bw;
            let bytes: __m512i = cast(*block);
            let values = simd._mm512_sub_epi8(bytes, cast([b'0'; BLOCK]));
            let digits = simd._mm512_cmplt_epu8_mask(values, cast([10u8; BLOCK]));
            let gaps = simd._mm512_testn_epi8_mask(bytes, cast([NEITHER_CONTROL_NOR_SIGN; BLOCK]));
            Masks { digits, gaps: gaps | self.equal(block, b'_') }
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
                    let others = simd._mm256_and_si256(bytes, cast([NEITHER_CONTROL_NOR_SIGN; 32]));
                    let sign = simd._mm256_cmpeq_epi8(others, cast([0u8; 32]));
                    let underscore = simd._mm256_cmpeq_epi8(bytes, cast([b'_'; 32]));
                    simd._mm256_movemask_epi8(simd._mm256_or_si256(sign, underscore))
                },
            );
            Masks { digits, gaps }
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

/// Eight bytes in a word, on any processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words;

impl Lanes for Words {
    #[inline(always)]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        each_word(
            block,
            #[inline(always)]
            |word, shift| {
                // The top bit of a byte says "no": values of 10 and more reach it by addition, others have it already.
                let values = word ^ ZEROS;
                let others = (values & LOW).wrapping_add(0x7676_7676_7676_7676) | values;
                masks.digits |= gather(!others) << shift;
                let signs = nonzero(word & u64::from_ne_bytes([NEITHER_CONTROL_NOR_SIGN; 8]));
                let underscores = nonzero(word ^ u64::from_ne_bytes([b'_'; 8]));
                masks.gaps |= gather(!(signs & underscores)) << shift;
            },
        );
        masks
    }

    #[inline(always)]
    fn high(self, block: &[u8; BLOCK]) -> u64 {
        let mut mask = 0;
        each_word(
            block,
            #[inline(always)]
            |word, shift| mask |= gather(word) << shift,
        );
        mask
    }

    #[inline(always)]
    fn equal(self, block: &[u8; BLOCK], byte: u8) -> u64 {
        let wanted = u64::from_ne_bytes([byte; 8]);
        let mut mask = 0;
        each_word(
            block,
            #[inline(always)]
            |word, shift| mask |= gather(!nonzero(word ^ wanted)) << shift,
        );
        mask
    }
}

const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

#[inline(always)]
fn each_word(block: &[u8; BLOCK], mut take: impl FnMut(u64, u32)) {
    let (words, _) = block.as_chunks::<8>();
    let mut shift = 0u32;
    for word in words {
        take(u64::from_le_bytes(*word), shift);
        shift = shift.wrapping_add(8);
    }
}

/// The top bit of each byte that is not zero.
#[inline(always)]
const fn nonzero(word: u64) -> u64 {
    (word & LOW).wrapping_add(LOW) | word
}

/// The top bits of eight bytes as one byte, the first byte in the lowest bit.
#[inline(always)]
const fn gather(word: u64) -> u64 {
    // Bit 7 of byte k goes to bit 56 + k; the products of different bytes never meet.
    ((word & !LOW) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Lanes, Masks, Words, Work, may_be_gap, with_widest};

    /// The masks by their definition.
    fn by_the_book(block: &[u8; BLOCK]) -> Masks {
        let mask = |is: &dyn Fn(u8) -> bool| {
            block.iter().enumerate().fold(0, |mask, (place, byte)| mask | u64::from(is(*byte)) << place)
        };
        let gap = |byte: u8| byte < 0x10 || (0x20..0x30).contains(&byte) || byte == b'_';
        assert!((0..=u8::MAX).all(|byte| gap(byte) == may_be_gap(byte)));
        Masks { digits: mask(&|byte| byte.is_ascii_digit()), gaps: mask(&gap) }
    }

    struct Check([u8; BLOCK]);

    impl Work for Check {
        type Output = ();
        fn with<L: Lanes>(self, lanes: L) {
            let block = &self.0;
            assert_eq!(lanes.masks(block), by_the_book(block));
            let high =
                block.iter().enumerate().fold(0, |mask, (place, byte)| mask | u64::from(*byte >> 7) << place);
            assert_eq!(lanes.high(block), high);
            for wanted in [b'%', 0xef, 0] {
                let equal = block.iter().enumerate();
                let equal = equal.fold(0, |mask, (place, byte)| mask | u64::from(*byte == wanted) << place);
                assert_eq!(lanes.equal(block, wanted), equal);
            }
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
            #[cfg(target_arch = "x86_64")]
            if let Some(lanes) = pulp::x86::V3::try_new() {
                Check(block).with(lanes);
            }
        }
    }
}
