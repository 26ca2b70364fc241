//! What is found in a stream, one after the other: numbers, and the codes beside them.

use super::beside;
use super::codes;
use super::dump::Dump;
use super::finder::Finder;
use super::hit::{Confidence, Hit, Kind, Reason, Writing};
use super::lanes;
use super::number::{self, Number};
use super::sign::{self, Sign};
use super::walk::Walk;
use super::window::Window;

/// What decides a number lies within so many bytes of its first digit, on either side.
pub(super) const REACH: usize = 512;

/// A security code or PIN is looked for within so many bytes of a card number.
pub(super) const NEAR: usize = 256;

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
    pub(super) finder: Finder,
    /// The end of the last number.
    pub(super) claimed: u64,
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
        lanes::with_widest(Walk::new(self, window, (from, until), taker));
        self.characters_before(window, window.offset(until), taker);
        self.codes_behind(window, window.offset(until), taker);
        let limit = if until >= window.text.len() { until } else { until.saturating_sub(NEAR) };
        taker.decided(window, window.offset(limit));
    }

    /// Decides on the number that begins with the group at `start`.
    pub(super) fn group(&mut self, window: &Window<'_>, start: usize, taker: &mut impl Taker) {
        if self.characters.is_some() {
            self.characters_before(window, window.offset(start).saturating_add(1), taker);
        }
        if let Some(number) = self.number(window, start, window.place(self.claimed)) {
            self.take(window, number, taker);
        }
    }

    /// Tells of a number that is sure enough, unless it is a part of one that was told of.
    pub(super) fn take(&mut self, window: &Window<'_>, number: Number, taker: &mut impl Taker) {
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
    pub(super) fn characters_before(&mut self, window: &Window<'_>, limit: u64, taker: &mut impl Taker) {
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
        if number.kind == Kind::Pan && number.writing == Writing::Plain {
            return false;
        }
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
    pub(super) fn codes_behind(&mut self, window: &Window<'_>, limit: u64, taker: &mut impl Taker) {
        if let Some(end) = self.last_number {
            let until = end.saturating_add(NEAR as u64).min(limit);
            self.codes(window, end, until, taker);
        }
    }

    /// Looks for codes in `from..until`, as far as that was not done.
    fn codes(&mut self, window: &Window<'_>, from: u64, until: u64, taker: &mut impl Taker) {
        let from = from.max(self.codes_done);
        let (at, until) = (window.place(from), window.place(until));
        let around = at.saturating_sub(codes::LONGEST_NAME);
        let Some(named) = codes::may_be_named(window.text.get(around..until).unwrap_or_default()) else {
            self.codes_done = self.codes_done.max(window.offset(until));
            return;
        };
        let mut at = at.max(around.saturating_add(named.start));
        let last = until.min(around.saturating_add(named.end));
        while let Some(code) = codes::first(window.text, at, last, self.finder.writings) {
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
