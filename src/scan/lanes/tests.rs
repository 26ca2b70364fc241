use std::cell::Cell;

use super::words::Words;
use super::{BLOCK, BLOCKS, Bytes, Class, Lanes, NOTHING, Work, with_widest};
use crate::card::brand;
use crate::scan::finder::Writings;
use crate::scan::sign;

/// Which instructions a thread does its work with.
#[derive(Clone, Copy, Debug)]
pub(in crate::scan) enum Instructions {
    Widest,
    /// As on a processor that has nothing wider.
    #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
    Avx2,
    /// As on a processor whose instructions we do not know.
    None,
}

pub(in crate::scan) const EVERY: &[Instructions] = &[
    Instructions::Widest,
    #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
    Instructions::Avx2,
    Instructions::None,
];

thread_local! {
    pub(in crate::scan) static INSTRUCTIONS: Cell<Instructions> = const { Cell::new(Instructions::Widest) };
}

/// A stripe's masks by their definition.
fn masks(bytes: &Bytes, is: impl Fn(u8) -> bool) -> [u64; BLOCKS] {
    bytes.map(|block| mask(&block, &is))
}

fn mask(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    block.iter().enumerate().fold(0, |mask, (place, byte)| mask | u64::from(is(*byte)) << place)
}

struct Check(Bytes);

impl Work for Check {
    type Output = ();
    fn with<L: Lanes>(self, lanes: L) {
        let bytes = &self.0;
        let sorted = lanes.sorted(bytes, BLOCKS);
        let class = |class: Class| lanes.each(lanes.class(sorted, class));
        assert_eq!(class(Class::Digit), masks(bytes, |byte| byte.is_ascii_digit()));
        let gaps = masks(bytes, |byte| sign::is_ascii_gap(byte, Writings::Usual));
        assert_eq!(class(Class::Gap), gaps);
        let ends = masks(bytes, |byte| matches!(byte, b'\n' | b'\r'));
        for ((lines, ends), gaps) in class(Class::Line).into_iter().zip(ends).zip(gaps) {
            assert_eq!((lines & ends, lines & !gaps), (ends, 0));
        }
        let [first, rare_first, second] = [Class::First, Class::RareFirst, Class::Second].map(class);
        for (at, block) in bytes.iter().enumerate() {
            for (place, pair) in block.windows(2).enumerate() {
                let bit = |masks: &[u64; BLOCKS], place: usize| masks[at] >> place & 1 == 1;
                if pair.iter().all(u8::is_ascii_digit) && brand::lengths_beginning(pair[0], pair[1]) != 0 {
                    let seen = bit(&first, place) || bit(&rare_first, place) && bit(&second, place + 1);
                    assert!(seen, "{}{}", char::from(pair[0]), char::from(pair[1]));
                }
            }
            assert_eq!(lanes.high(block), mask(block, |byte| !byte.is_ascii()));
            for wanted in [b'%', 0xef, 0] {
                assert_eq!(lanes.equal(block, wanted), mask(block, |byte| byte == wanted));
            }
            let each = lanes.equal_each(block, [b'%', 0xef, 0]);
            assert_eq!(each, [b'%', 0xef, 0].map(|wanted| mask(block, |byte| byte == wanted)));
            assert_eq!(lanes.among(block, [b'%', 0xef]), mask(block, |byte| byte == b'%' || byte == 0xef));
        }
        let digits = class(Class::Digit);
        for (threes, digits) in class(Class::Three).into_iter().zip(masks(bytes, |byte| byte == b'3')) {
            assert_eq!(threes, digits);
        }
        assert_eq!(
            digits.map(u64::count_ones).iter().sum::<u32>() as usize,
            bytes.iter().flatten().filter(|byte| byte.is_ascii_digit()).count()
        );
        assert_eq!(class(Class::Colon), masks(bytes, |byte| byte == b':'));
        assert_eq!(class(Class::Percent), masks(bytes, |byte| byte == b'%'));
        assert_eq!(class(Class::High), masks(bytes, |byte| !byte.is_ascii()));
    }
}

/// Does work with each kind of instructions that this processor has.
fn with_each(work: impl Fn() -> Check) {
    work().with(Words);
    with_widest(work());
    #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
    if let Some(lanes) = pulp::x86::V3::try_new() {
        work().with(lanes);
    }
}

struct Nothing;

impl Work for Nothing {
    type Output = bool;
    fn with<L: Lanes>(self, lanes: L) -> bool {
        let sorted = lanes.sorted(&[[NOTHING; BLOCK]; BLOCKS], BLOCKS);
        let classes = [Class::Digit, Class::Gap, Class::Line, Class::Colon, Class::Percent, Class::High];
        classes.into_iter().all(|class| lanes.nonzero(lanes.class(sorted, class)) == 0)
    }
}

#[test]
fn what_stands_behind_the_end_is_in_no_class() {
    assert!(Nothing.with(Words));
    assert!(with_widest(Nothing));
    #[cfg(all(target_arch = "x86_64", not(panveil_portable)))]
    if let Some(lanes) = pulp::x86::V3::try_new() {
        assert!(Nothing.with(lanes));
    }
}

#[test]
fn classes_equal_their_definition_with_every_kind_of_instructions() {
    let mut state = 1u64;
    for round in 0..4_000 {
        let bytes = core::array::from_fn(|block| {
            core::array::from_fn(|place| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let any = (state >> 33) as u8;
                // Every byte at every place of a block once; then any.
                if round < 256 { (round as u8).wrapping_add((block * BLOCK + place) as u8) } else { any }
            })
        });
        with_each(|| Check(bytes));
    }
}
