//! The walk over a text: every group of digits is looked at once, from left to right.

use super::base64;
use super::beside;
use super::blocks::{self, BLOCK, Lanes, Work};
use super::codes;
use super::dump::Dump;
use super::finder::{Charset, Finder, Writings};
use super::hex;
use super::hints::{Hints, Runs};
use super::hit::{Confidence, Hit, Kind, Reason, Writing};
use super::number::{self, Number};
use super::runs::{Pair, Run};
use super::sign::{self, Sign};

/// What decides a number lies within so many bytes of its first digit, on either side.
pub(super) const REACH: usize = 512;

/// A security code or PIN is looked for within so many bytes of a card number.
pub(super) const NEAR: usize = 256;

/// A stretch of the stream.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    /// One byte for each unit of the stream's encoding; the bytes themselves where that is one byte.
    pub(super) text: &'a [u8],
    /// The bytes of the stream.
    pub(super) raw: &'a [u8],
    /// Where `text` begins in the stream, in units.
    pub(super) base: u64,
    /// What a unit is.
    pub(super) charset: Charset,
}

impl<'a> Window<'a> {
    /// The bytes of the units `from..until` of the stream, as far as they are here.
    pub(super) fn slice(&self, from: u64, until: u64) -> &'a [u8] {
        let bytes = self.charset.unit();
        let byte = |offset: u64| self.place(offset).saturating_mul(bytes);
        self.raw.get(byte(from)..byte(until)).unwrap_or_default()
    }

    /// A hit with its place and length in bytes.
    pub(super) fn in_bytes(&self, hit: &Hit) -> Hit {
        let bytes = self.charset.unit();
        Hit {
            offset: hit.offset.saturating_mul(bytes as u64),
            length: hit.length.saturating_mul(bytes),
            ..*hit
        }
    }

    pub(super) fn place(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.text.len())
    }

    pub(super) fn offset(&self, place: usize) -> u64 {
        self.base.saturating_add(place as u64)
    }
}

/// A hit, and whether its last digits may stay.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) hit: Hit,
    /// It overlaps another number, of which its last digits are the first.
    pub(super) overlaps: bool,
    pub(super) part: Part,
}

/// What a hit is of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Its characters in the last line of a dump.
    Characters,
}

/// What takes what is found.
pub(super) trait Taker {
    /// A hit, in the order of their places; hits do not overlap.
    fn hit(&mut self, window: &Window<'_>, found: &Found);
    /// No further hit begins before `until`.
    fn decided(&mut self, window: &Window<'_>, until: u64);
}

/// How far a search has come in a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    finder: Finder,
    /// The end of the last number.
    claimed: u64,
    /// The end of the last number, where one was found: codes are looked for behind it.
    last_number: Option<u64>,
    /// Before this, codes were looked for.
    codes_done: u64,
    /// The end of the last hit of any kind: what is told comes in order.
    told: u64,
    /// Characters of numbers in a dump, which are told when the search comes there.
    characters: Option<Characters>,
}

#[derive(Clone, Copy, Debug)]
struct Characters {
    from: u64,
    until: u64,
    /// The number itself.
    number: Number,
}

impl Search {
    pub(super) fn new(finder: Finder) -> Self {
        Self { finder, claimed: 0, last_number: None, codes_done: 0, told: 0, characters: None }
    }

    /// The search of another text that begins at `offset`.
    pub(super) fn begin_anew(&self, offset: u64) -> Self {
        Self {
            finder: self.finder,
            claimed: offset,
            last_number: None,
            codes_done: offset,
            told: offset,
            characters: None,
        }
    }

    /// Decides on every number that begins in `from..until` of the window's text.
    ///
    /// Unless the stream begins or ends there, the text has [`REACH`] bytes more on either side.
    pub(super) fn run(&mut self, window: &Window<'_>, from: usize, until: usize, taker: &mut impl Taker) {
        blocks::with_widest(Walk { search: self, window, from, until, taker });
        self.characters_before(window, window.offset(until), taker);
        self.codes_behind(window, window.offset(until), taker);
        let limit = if until >= window.text.len() { until } else { until.saturating_sub(NEAR) };
        taker.decided(window, window.offset(limit));
    }

    /// Reads around the places that the masks name in the block at `place`; everything before `done` is read. Says where
    /// everything is read now.
    #[inline(always)] // with the counting instructions of its caller
    fn read(
        &mut self,
        window: &Window<'_>,
        place: usize,
        pair: &mut Pair,
        done: usize,
        until: usize,
        taker: &mut impl Taker,
    ) -> usize {
        let mut done = done;
        if pair.has_others() {
            return self.read_bytewise(window, place, pair.take_hints(), done, until, taker);
        }
        while let Some(run) = pair.next_run() {
            let Run::Groups(mut groups) = run else {
                done = self.read_bytewise(window, place, pair.take_hints(), done, until, taker);
                break;
            };
            let end = place.wrapping_add(groups.end);
            while let Some(group) = groups.next_group() {
                let start = end.wrapping_sub(group.back);
                if start >= done && start < until && number::may_begin(window.text, start, group) {
                    self.group(window, start, taker);
                }
            }
            done = done.max(end.min(until));
        }
        done
    }

    /// Likewise, character by character.
    #[cold]
    #[inline(never)]
    fn read_bytewise(
        &mut self,
        window: &Window<'_>,
        place: usize,
        (hints, waits): (u64, bool),
        done: usize,
        until: usize,
        taker: &mut impl Taker,
    ) -> usize {
        let mut done = done;
        let mut hints = hints;
        if waits {
            done = self.read_through(window, place, done, until, taker);
        }
        while hints != 0 {
            let at = place.saturating_add(hints.trailing_zeros() as usize);
            hints &= hints.wrapping_sub(1);
            if at < done {
                continue;
            }
            let writings = self.finder.writings;
            let ascii = |byte: &u8| byte.is_ascii_digit() || sign::is_ascii_gap(*byte, writings);
            let begin = match window.text.get(at) {
                Some(byte) if base64::FIRST_LETTERS.contains(byte) => {
                    self.characters_before(window, window.offset(at), taker);
                    let floor = window.place(self.claimed);
                    let number = base64::at(window.text, at, floor, self.finder.least);
                    if let Some(number) = number.filter(|number| number.start < until) {
                        self.take(window, number, taker);
                    }
                    None
                }
                Some(byte) if ascii(byte) => {
                    if let Some(first) = hex::before_colons(window.text, at)
                        && first < until
                    {
                        self.group(window, first, taker);
                    }
                    Some(ascii_begin(window.text, at, done, writings))
                }
                _ => self.foreign_begin(window.text, at, done),
            };
            if let Some(begin) = begin {
                done = self.groups(window, begin, until, taker).max(at.saturating_add(1));
            }
        }
        done
    }

    /// Reads all of the run that ends at `place` or goes on there. Its masks took commas and the like for gaps, so it may be
    /// several.
    fn read_through(
        &mut self,
        window: &Window<'_>,
        place: usize,
        done: usize,
        until: usize,
        taker: &mut impl Taker,
    ) -> usize {
        let text = window.text;
        let writings = self.finder.writings;
        let mut at = sign::boundary(text, run_begin(text, place, done), writings);
        while at < place.min(until) {
            at = match sign::read(text, at, writings) {
                Some((Sign::Digit(_), bytes)) => {
                    self.groups(window, at, until, taker).max(at.saturating_add(bytes))
                }
                Some((_, bytes)) => at.saturating_add(bytes),
                None => break,
            };
        }
        at.max(done)
    }

    /// Decides on the groups of digits from `begin` on, up to the first that no gap joins to the next; says where that
    /// ends.
    fn groups(&mut self, window: &Window<'_>, begin: usize, until: usize, taker: &mut impl Taker) -> usize {
        let text = window.text;
        let writings = self.finder.writings;
        let mut at = sign::boundary(text, begin, writings);
        let mut in_group = matches!(sign::before(text, at, writings), Some((Sign::Digit(_), _)));
        loop {
            let end = group_end(text, at, writings);
            if !in_group && end > at {
                if at >= until {
                    return until;
                }
                if number::is_worthwhile(text, at, end, writings) {
                    self.group(window, at, taker);
                }
            }
            in_group = false;
            let Some(next) = number::gap_end(text, end, writings) else { return end };
            if next >= until {
                return until.max(end);
            }
            at = next;
        }
    }

    /// Where the groups begin that a character at `at` belongs to, if it is a digit, or a gap between digits, that is not
    /// ASCII.
    fn foreign_begin(&self, text: &[u8], at: usize, done: usize) -> Option<usize> {
        let writings = self.finder.writings;
        match sign::read(text, at, writings)? {
            (Sign::Digit(_), _) => {}
            (Sign::Gap(_), _) if number::gap_end(text, at, writings).is_some() => {}
            _ => return None,
        }
        let mut begin = at;
        let mut gaps = 0usize;
        while let Some((sign, before)) = sign::before(text, begin, writings) {
            gaps = if matches!(sign, Sign::Gap(_)) { gaps.saturating_add(1) } else { 0 };
            if before < done || sign == Sign::Star || gaps > number::WIDEST_GAP {
                break;
            }
            begin = before;
        }
        // Not with the gap before the first group.
        while let Some((Sign::Gap(_), bytes)) = sign::read(text, begin, writings) {
            begin = begin.saturating_add(bytes);
        }
        (begin <= at).then_some(begin)
    }

    /// Decides on the number that begins with the group at `start`.
    fn group(&mut self, window: &Window<'_>, start: usize, taker: &mut impl Taker) {
        if self.characters.is_some() {
            self.characters_before(window, window.offset(start).saturating_add(1), taker);
        }
        if let Some(number) = self.number(window, start, window.place(self.claimed)) {
            self.take(window, number, taker);
        }
    }

    /// Tells of a number that is sure enough, unless it is a part of one that was told of.
    fn take(&mut self, window: &Window<'_>, number: Number, taker: &mut impl Taker) {
        if number.confidence < self.finder.least {
            return;
        }
        // Other numbers end where their digits end.
        if number.kind == Kind::Pan && !matches!(number.writing, Writing::Base64 | Writing::Hex) {
            return self.tell(window, number, Part::Whole, taker);
        }
        if number.writing == Writing::Hex {
            self.tell(window, number, Part::Whole, taker);
            if let Some((from, until)) = Dump::characters(window.text, number.end) {
                let (from, until) = (window.offset(from), window.offset(until));
                let before = self.characters.unwrap_or(Characters { from, until, number });
                self.characters =
                    Some(Characters { from: from.min(before.from), until: until.max(before.until), number });
            }
            return;
        }
        self.tell(window, self.with_touching_digits(window, number), Part::Whole, taker);
    }

    /// Tells of characters in a dump that begin before `limit`.
    fn characters_before(&mut self, window: &Window<'_>, limit: u64, taker: &mut impl Taker) {
        if let Some(Characters { from, until, number }) = self.characters
            && from < limit
        {
            self.characters = None;
            let number = Number { start: window.place(from), end: window.place(until), ..number };
            self.tell(window, self.with_touching_digits(window, number), Part::Characters, taker);
        }
    }

    fn with_touching_digits(&self, window: &Window<'_>, number: Number) -> Number {
        let (floor, writings) = (window.place(self.claimed), self.finder.writings);
        let region = (number.start, number.end);
        let (start, end) = beside::with_touching_digits(window.text, region, floor, writings);
        Number { start, end, ..number }
    }

    fn tell(&mut self, window: &Window<'_>, number: Number, part: Part, taker: &mut impl Taker) {
        let end = window.offset(number.end);
        if end <= self.claimed {
            return;
        }
        let begin = window.offset(number.start).max(self.claimed);
        let overlaps = begin > window.offset(number.start) || self.another_begins_within(window, &number);
        self.codes_behind(window, begin, taker);
        self.codes(window, begin.saturating_sub(NEAR as u64), begin, taker);
        // A number of a dump may begin in the line before the one that shows it.
        let begin = begin.max(self.told);
        let hit = Hit {
            offset: begin,
            length: usize::try_from(end.saturating_sub(begin)).unwrap_or(usize::MAX),
            kind: number.kind,
            brand: Some(number.brand),
            confidence: number.confidence,
            reason: number.reason,
            writing: number.writing,
            masked: number.masked,
        };
        taker.hit(window, &Found { hit, overlaps, part });
        self.claimed = end;
        self.told = self.told.max(end);
        self.last_number = Some(end);
        self.codes_done = end;
    }

    fn number(&self, window: &Window<'_>, start: usize, floor: usize) -> Option<Number> {
        number::at(window.text, start, floor, self.finder.writings, self.finder.least)
            .filter(|number| number.confidence >= self.finder.least)
    }

    /// Whether a number that ends behind this one begins within it.
    fn another_begins_within(&self, window: &Window<'_>, number: &Number) -> bool {
        let text = window.text;
        let writings = self.finder.writings;
        let mut was_digit = true;
        let mut at = number.start;
        while at < number.end {
            let Some((sign, bytes)) = sign::read(text, at, writings) else { return false };
            let is_digit = matches!(sign, Sign::Digit(_));
            if is_digit && !was_digit {
                let other = self.number(window, at, number.end);
                if other.is_some_and(|other| other.end > number.end) {
                    return true;
                }
            }
            was_digit = is_digit;
            at = at.saturating_add(bytes);
        }
        false
    }

    /// Looks for codes behind the last number, not beyond `limit`.
    fn codes_behind(&mut self, window: &Window<'_>, limit: u64, taker: &mut impl Taker) {
        if let Some(end) = self.last_number {
            let until = end.saturating_add(NEAR as u64).min(limit);
            self.codes(window, end, until, taker);
        }
    }

    /// Looks for codes in `from..until`, as far as that was not done.
    fn codes(&mut self, window: &Window<'_>, from: u64, until: u64, taker: &mut impl Taker) {
        let from = from.max(self.codes_done);
        let (mut at, until) = (window.place(from), window.place(until));
        let around = window.text.get(at.saturating_sub(codes::LONGEST_NAME)..until).unwrap_or_default();
        if !codes::may_be_named(around) {
            self.codes_done = self.codes_done.max(window.offset(until));
            return;
        }
        while let Some(code) = codes::first(window.text, at, until, self.finder.writings) {
            let hit = Hit {
                offset: window.offset(code.start),
                length: code.end.saturating_sub(code.start),
                kind: code.kind,
                brand: None,
                confidence: Confidence::High,
                reason: Reason::BesideNumber,
                writing: Writing::Plain,
                masked: None,
            };
            taker.hit(window, &Found { hit, overlaps: true, part: Part::Whole });
            self.told = self.told.max(window.offset(code.end));
            at = code.end;
        }
        self.codes_done =
            self.codes_done.max(window.offset(until)).max(window.offset(at).min(window.offset(until)));
    }
}

/// The way over a window, block by block.
struct Walk<'a, 'w, T> {
    search: &'a mut Search,
    window: &'a Window<'w>,
    from: usize,
    until: usize,
    taker: &'a mut T,
}

impl<T: Taker> Work for Walk<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with<L: Lanes>(self, lanes: L) {
        match self.search.finder.writings {
            Writings::Ascii => self.blocks::<L, AsciiOnly>(lanes),
            Writings::Usual => self.blocks::<L, Usual>(lanes),
            Writings::WithBase64 => self.blocks::<L, Everything>(lanes),
        }
    }
}

/// What is looked for in a block.
trait Look {
    /// The runs of ASCII digits, and where else reading is worthwhile.
    fn look<L: Lanes>(hints: &mut Hints, lanes: L, block: &[u8; BLOCK]) -> (Runs, u64);
}

struct AsciiOnly;
struct Usual;
struct Everything;

impl Look for AsciiOnly {
    #[inline(always)]
    fn look<L: Lanes>(hints: &mut Hints, lanes: L, block: &[u8; BLOCK]) -> (Runs, u64) {
        (hints.ascii(lanes.masks(block)), 0)
    }
}

impl Look for Everything {
    #[inline(always)]
    fn look<L: Lanes>(hints: &mut Hints, lanes: L, block: &[u8; BLOCK]) -> (Runs, u64) {
        let (runs, others) = Usual::look(hints, lanes, block);
        (runs, others | hints.base64(lanes, block))
    }
}

impl Look for Usual {
    #[inline(always)]
    fn look<L: Lanes>(hints: &mut Hints, lanes: L, block: &[u8; BLOCK]) -> (Runs, u64) {
        let masks = lanes.masks(block);
        let before = *hints;
        let runs = hints.ascii(masks);
        let even = hints.even(masks, &before);
        let colons = hints.colons(lanes, block, &before);
        (runs, even | colons | hints.foreign(lanes, block, &before))
    }
}

impl<T: Taker> Walk<'_, '_, T> {
    #[inline(always)]
    fn blocks<L: Lanes, K: Look>(self, lanes: L) {
        let Self { search, window, from, until, taker } = self;
        // One block before says what goes on into the first; the last number begins before `until` and shows itself
        // within a block behind.
        let mut place = from.saturating_sub(BLOCK);
        let mut done = from;
        let end = until.saturating_add(BLOCK).min(window.text.len());
        let (blocks, rest) = window.text.get(place..end).unwrap_or_default().as_chunks::<BLOCK>();
        let mut hints = Hints::default();
        let mut pair = Pair::default();
        for block in blocks {
            let (runs, others) = K::look(&mut hints, lanes, block);
            pair.next(runs, others);
            if pair.worth_reading() {
                done = search.read(window, place, &mut pair, done, until, taker);
            }
            place = place.wrapping_add(BLOCK);
        }
        // What is left, and a block of nothing behind it, where the last run ends.
        let mut last = [0u8; BLOCK];
        if let Some(head) = last.get_mut(..rest.len()) {
            head.copy_from_slice(rest);
        }
        for block in [&last, &[0u8; BLOCK]] {
            let (runs, others) = K::look(&mut hints, lanes, block);
            pair.next(runs, others);
            if pair.worth_reading() {
                done = search.read(window, place, &mut pair, done, until, taker);
            }
            place = place.wrapping_add(BLOCK);
        }
    }
}

/// Where the groups begin that the ASCII digit at `at` belongs to, not before `done`.
fn ascii_begin(text: &[u8], at: usize, done: usize, writings: Writings) -> usize {
    let mut begin = at;
    let mut candidate = at;
    let mut gaps = 0usize;
    while candidate > done {
        let before = candidate.wrapping_sub(1);
        let Some(byte) = text.get(before) else { break };
        if byte.is_ascii_digit() {
            begin = before;
            gaps = 0;
        } else if gaps < number::WIDEST_GAP && sign::is_ascii_gap(*byte, writings) {
            gaps = gaps.wrapping_add(1);
        } else {
            break;
        }
        candidate = before;
    }
    begin
}

/// Where the run begins that reaches `place`, as masks see runs, not before `done`.
fn run_begin(text: &[u8], place: usize, done: usize) -> usize {
    let mut begin = place.min(text.len());
    let mut gaps = 0usize;
    while begin > done {
        let before = begin.wrapping_sub(1);
        let Some(byte) = text.get(before) else { break };
        gaps = if byte.is_ascii_digit() { 0 } else { gaps.wrapping_add(1) };
        if gaps > number::WIDEST_GAP || !(byte.is_ascii_digit() || blocks::may_be_gap(*byte)) {
            break;
        }
        begin = before;
    }
    begin
}

/// Where the digits that begin at `at` end.
fn group_end(text: &[u8], at: usize, writings: Writings) -> usize {
    let mut end = at;
    loop {
        while text.get(end).is_some_and(u8::is_ascii_digit) {
            end = end.wrapping_add(1);
        }
        match sign::read(text, end, writings) {
            Some((Sign::Digit(_), bytes)) => end = end.saturating_add(bytes),
            _ => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Charset, Finder, Found, Search, Sign, Taker, Window, Writings, sign};
    use crate::scan::hit::{Confidence, Hit};

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
        "4111",
        "1111",
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
        "0123456789012345678901234567890123456789",
    ];

    #[test]
    fn hints_leave_nothing_out() {
        let mut state = 7u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut found = 0usize;
        for _ in 0..60_000 {
            let mut text = Vec::new();
            for _ in 0..next(40) {
                let piece = PIECES[next(PIECES.len())];
                // The same piece several times makes groups, single digits and pairs.
                for _ in 0..if next(4) == 0 { next(17) } else { 1 } {
                    text.extend_from_slice(piece.as_bytes());
                    if next(8) == 0 {
                        text.push(b' ');
                    }
                }
            }
            for writings in [Writings::Ascii, Writings::Usual] {
                let finder = Finder { writings, ..Finder::new().at_least(Confidence::Low) };
                let expected = without_hints(finder, &text);
                assert_eq!(with_hints(finder, &text), expected, "{}", String::from_utf8_lossy(&text));
                found += expected.len();
            }
        }
        assert!(found > 20_000, "{found}");
    }
}
