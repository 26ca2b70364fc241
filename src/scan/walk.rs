//! The way over a window, 512 bytes at a time.

use super::finder::Writings;
use super::hints::{Hints, Marks};
use super::lanes::{BLOCK, BLOCKS, Bytes, Lanes, NOTHING, Work};
use super::runs::{Pair, Runs};
use super::search::{Search, Taker};
use super::window::Window;

/// So far ahead memory is asked for, in bytes. The processor fetches ahead within a page of 4 KiB only, and not across pages:
/// without this a text that is in no cache costs two and a half times what the masks do.
const AHEAD: usize = 4096;

/// The way over a window, stripe by stripe.
pub(super) struct Walk<'a, 'w, T> {
    search: &'a mut Search,
    window: &'a Window<'w>,
    from: usize,
    until: usize,
    /// Everything before it is read.
    done: usize,
    taker: &'a mut T,
    pair: Pair,
    /// The last block of the stripe before.
    last: Runs,
}

impl<'a, 'w, T> Walk<'a, 'w, T> {
    /// Over `from..until` of a window's text.
    pub(super) fn new(
        search: &'a mut Search,
        window: &'a Window<'w>,
        (from, until): (usize, usize),
        taker: &'a mut T,
    ) -> Self {
        Self { search, window, from, until, done: from, taker, pair: Pair::default(), last: Runs::default() }
    }
}

impl<T: Taker> Work for Walk<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with<L: Lanes>(self, lanes: L) {
        match self.search.finder.writings {
            Writings::Ascii => self.stripes::<L, AsciiOnly>(lanes),
            Writings::Usual => self.stripes::<L, Usual>(lanes),
            Writings::WithBase64 => self.stripes::<L, Everything>(lanes),
        }
    }
}

/// What is looked for in a stripe.
trait Look {
    fn look<L: Lanes>(hints: &mut Hints<L>, lanes: L, bytes: &Bytes, sorted: L::Sorted<'_>) -> Marks<L>;
}

struct AsciiOnly;
struct Usual;
struct Everything;

impl Look for AsciiOnly {
    #[inline(always)]
    fn look<L: Lanes>(hints: &mut Hints<L>, lanes: L, _bytes: &Bytes, sorted: L::Sorted<'_>) -> Marks<L> {
        hints.ascii(lanes, sorted)
    }
}

impl Look for Everything {
    #[inline(always)]
    fn look<L: Lanes>(hints: &mut Hints<L>, lanes: L, bytes: &Bytes, sorted: L::Sorted<'_>) -> Marks<L> {
        let marks = Usual::look(hints, lanes, bytes, sorted);
        Marks { others: marks.others | hints.base64(lanes, bytes), ..marks }
    }
}

impl Look for Usual {
    #[inline(always)]
    fn look<L: Lanes>(hints: &mut Hints<L>, lanes: L, bytes: &Bytes, sorted: L::Sorted<'_>) -> Marks<L> {
        let before = *hints;
        let marks = hints.ascii(lanes, sorted);
        let even = hints.even(&before);
        let colons = hints.colons(lanes, sorted, &before);
        Marks { others: even | colons | hints.foreign(lanes, bytes, sorted, &before), ..marks }
    }
}

impl<T: Taker> Walk<'_, '_, T> {
    #[inline(always)]
    fn stripes<L: Lanes, K: Look>(mut self, lanes: L) {
        // One block before says what goes on into the first; the last number begins before `until` and shows itself
        // within a block behind.
        let mut place = self.from.saturating_sub(BLOCK);
        let end = self.until.saturating_add(BLOCK).min(self.window.text.len());
        let (blocks, rest) = self.window.text.get(place..end).unwrap_or_default().as_chunks::<BLOCK>();
        let (stripes, blocks) = blocks.as_chunks::<BLOCKS>();
        let mut hints = Hints::none(lanes);
        for stripe in stripes {
            for block in 0..BLOCKS {
                let ahead = AHEAD.wrapping_add(block.wrapping_mul(BLOCK));
                lanes.fetch(self.window.text, place.wrapping_add(ahead));
            }
            let marks = K::look(&mut hints, lanes, stripe, lanes.sorted(stripe, BLOCKS));
            self.read(place, marks);
            place = place.wrapping_add(BLOCK * BLOCKS);
        }
        // What is left, and nothing behind it, where the last run ends.
        let mut last = [[NOTHING; BLOCK]; BLOCKS];
        for (to, block) in last.iter_mut().zip(blocks) {
            *to = *block;
        }
        let whole = blocks.len();
        if let Some(to) = last.get_mut(whole).and_then(|block| block.get_mut(..rest.len())) {
            to.copy_from_slice(rest);
        }
        let marks = K::look(&mut hints, lanes, &last, lanes.sorted(&last, whole.wrapping_add(1)));
        self.read(place, marks);
    }

    /// Reads in the stripe at `place` where that is worthwhile.
    #[inline(always)]
    fn read<L: Lanes>(&mut self, place: usize, marks: Marks<L>) {
        let Marks { hints, digits, joined, others } = marks;
        let worthwhile = u32::from((hints | others).blocks());
        let (hints, digits, joined, others) = (hints.each(), digits.each(), joined.each(), others.each());
        let of = |masks: &[u64; BLOCKS], at: usize| masks.get(at).copied().unwrap_or_default();
        let block = |at: usize| Runs {
            hints: of(&hints, at),
            digits: of(&digits, at),
            joined: of(&joined, at),
            others: of(&others, at),
        };
        let mut at = 0usize;
        while at < BLOCKS {
            if !self.pair.goes_on() {
                at = at.wrapping_add((worthwhile >> at).trailing_zeros() as usize);
                if at >= BLOCKS {
                    break;
                }
            }
            let before = if at == 0 { self.last } else { block(at.wrapping_sub(1)) };
            self.pair.move_to(before, block(at));
            let Self { search, window, until, taker, done, pair, .. } = self;
            let place = place.wrapping_add(at.wrapping_mul(BLOCK));
            *done = search.read(window, place, pair, *done, *until, *taker);
            at = at.wrapping_add(1);
        }
        self.last = block(BLOCKS - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::{Search, Taker, Window, Writings};
    use crate::scan::finder::{Charset, Finder};
    use crate::scan::hit::{Confidence, Hit};
    use crate::scan::lanes::tests::{EVERY, INSTRUCTIONS};
    use crate::scan::search::Found;
    use crate::scan::sign::{self, Sign};

    #[derive(Default)]
    struct Collect(Vec<Hit>);

    impl Taker for Collect {
        fn hit(&mut self, _window: &Window<'_>, found: &Found) {
            self.0.push(found.hit);
        }
        fn decided(&mut self, _window: &Window<'_>, _until: u64) {}
    }

    /// Every group of digits, character by character.
    fn without_hints(finder: Finder, text: &[u8]) -> Vec<Hit> {
        let mut search = Search::new(finder);
        let mut hits = Collect::default();
        let window = Window { text, raw: text, base: 0, charset: Charset::AsciiBased };
        let (mut at, mut in_group) = (0, false);
        while let Some((sign, bytes)) = sign::read(text, at, finder.writings) {
            let is_digit = matches!(sign, Sign::Digit(_));
            if is_digit && !in_group {
                search.group(&window, at, &mut hits);
            }
            in_group = is_digit;
            at += bytes;
        }
        search.codes_behind(&window, text.len() as u64, &mut hits);
        hits.0
    }

    fn with_hints(finder: Finder, text: &[u8]) -> Vec<Hit> {
        let mut search = Search::new(finder);
        let mut hits = Collect::default();
        search.run(
            &Window { text, raw: text, base: 0, charset: Charset::AsciiBased },
            0,
            text.len(),
            &mut hits,
        );
        hits.0
    }

    /// Pieces that texts are made of: numbers, parts of them, gaps and digits of every kind, and what misleads.
    const PIECES: &[&str] = &[
        "4111111111111111",
        "378282246310005",
        "6212341111111111231",
        "5018000000000000",
        "504145881828",
        "5\n04145881828",
        "5\n0338512540231",
        "4111",
        "1111",
        "4222",
        "222",
        " 222 222 222",
        "3782",
        "822463",
        "10005",
        "411111",
        "1111111111",
        "41",
        "11",
        "4",
        "1",
        " ",
        " ",
        "-",
        ".",
        "/",
        "_",
        "+",
        "\n",
        "\r\n",
        " - ",
        "   ",
        "    ",
        "%20",
        "%2D",
        "%34",
        "%31",
        "%EF%BC%94",
        "%E3%83%B4",
        "%B4",
        "%",
        "４",
        "１",
        "１１１１",
        "　",
        "－",
        "٤",
        "١",
        "\u{2011}",
        "\u{a0}",
        "a",
        "f",
        "x",
        "年",
        "ヴ",
        "*",
        "**",
        "****",
        "=",
        "^",
        "%B",
        "cvv=123",
        "pin: 1234",
        ",",
        "\"pan\":\"",
        "order=",
        "=29121010000012345678",
        "^DOE/JANE^29121010000000000000?",
        "{",
        "}",
        "550e8400-e29b-41d4-a716-",
        "34:31:31:31:31:31:31:31:31:31:31:31:31:31:31:31",
        "34313131313131313131313131313131",
        "          ",
        "0123456789012345678901234567890123456789",
    ];

    fn dice(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        }
    }

    /// Fewer than `most` pieces.
    fn text(next: &mut impl FnMut(usize) -> usize, most: usize) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..next(most) {
            let piece = PIECES[next(PIECES.len())];
            // The same piece several times makes groups, single digits and pairs.
            for _ in 0..if next(4) == 0 { next(17) } else { 1 } {
                text.extend_from_slice(piece.as_bytes());
                if next(8) == 0 {
                    text.push(b' ');
                }
            }
        }
        text
    }

    #[test]
    fn hints_leave_nothing_out() {
        let mut next = dice(7);
        let mut found = 0usize;
        for _ in 0..60_000 {
            let text = text(&mut next, 40);
            for writings in [Writings::Ascii, Writings::Usual] {
                let finder = Finder { writings, ..Finder::new().at_least(Confidence::Low) };
                let expected = without_hints(finder, &text);
                for instructions in EVERY {
                    INSTRUCTIONS.set(*instructions);
                    assert_eq!(with_hints(finder, &text), expected, "{}", text.escape_ascii());
                }
                found += expected.len();
            }
        }
        assert!(found > 20_000, "{found}");
    }

    /// The same of texts that are longer than what is held, in pieces shorter and longer than that.
    #[test]
    fn windows_leave_nothing_out() {
        let mut next = dice(8);
        let mut found = 0usize;
        for _ in 0..300 {
            let text = text(&mut next, 2_000);
            for writings in [Writings::Ascii, Writings::Usual] {
                let finder = Finder { writings, ..Finder::new().at_least(Confidence::Low) };
                let expected = without_hints(finder, &text);
                for instructions in EVERY {
                    INSTRUCTIONS.set(*instructions);
                    let (mut hits, mut stream, mut rest) = (Vec::new(), finder.stream(), text.as_slice());
                    while !rest.is_empty() {
                        let (piece, behind) = rest.split_at(next(6_000).min(rest.len()));
                        stream.push(piece, &mut |hit| hits.push(*hit));
                        rest = behind;
                    }
                    stream.finish(&mut |hit| hits.push(*hit));
                    let differ = hits.iter().zip(&expected).find(|(hit, expected)| hit != expected);
                    assert_eq!(differ, None);
                    assert_eq!(hits.len(), expected.len());
                }
                found += expected.len();
            }
        }
        assert!(found > 2_000, "{found}");
    }
}
