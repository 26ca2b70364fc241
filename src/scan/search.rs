//! The walk over a text: every group of digits is looked at once, from left to right.

use super::codes;
use super::finder::Finder;
use super::hit::{Confidence, Hit, Reason, Writing};
use super::number::{self, Number};
use super::sign::{self, Sign};

/// What decides a number lies within so many bytes of its first digit, on either side.
pub(super) const REACH: usize = 512;

/// A security code or PIN is looked for within so many bytes of a card number.
pub(super) const NEAR: usize = 256;

/// A stretch of the stream.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    pub(super) text: &'a [u8],
    /// Where `text` begins in the stream.
    pub(super) base: u64,
}

impl<'a> Window<'a> {
    /// The bytes `from..until` of the stream, as far as they are here.
    pub(super) fn slice(&self, from: u64, until: u64) -> &'a [u8] {
        self.text.get(self.place(from)..self.place(until)).unwrap_or_default()
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
}

impl Search {
    pub(super) fn new(finder: Finder) -> Self {
        Self { finder, claimed: 0, last_number: None, codes_done: 0 }
    }

    /// The search of another text that begins at `offset`.
    pub(super) fn begin_anew(&self, offset: u64) -> Self {
        Self { finder: self.finder, claimed: offset, last_number: None, codes_done: offset }
    }

    /// Decides on every number that begins in `from..until` of the window's text.
    ///
    /// Unless the stream begins or ends there, the text has [`REACH`] bytes more on either side.
    pub(super) fn run(&mut self, window: &Window<'_>, from: usize, until: usize, taker: &mut impl Taker) {
        let text = window.text;
        let writings = self.finder.writings;
        let mut at = sign::boundary(text, from, writings);
        let mut in_group = matches!(sign::before(text, at, writings), Some((Sign::Digit(_), _)));
        while at < until {
            let Some((sign, bytes)) = sign::read(text, at, writings) else { break };
            let is_digit = matches!(sign, Sign::Digit(_));
            if is_digit && !in_group {
                self.group(window, at, taker);
            }
            in_group = is_digit;
            at = at.saturating_add(bytes);
        }
        self.codes_behind(window, window.offset(until), taker);
        let limit = if until >= text.len() { until } else { until.saturating_sub(NEAR) };
        taker.decided(window, window.offset(limit));
    }

    /// Decides on the number that begins with the group at `start`.
    fn group(&mut self, window: &Window<'_>, start: usize, taker: &mut impl Taker) {
        let Some(number) = self.number(window, start, window.place(self.claimed)) else { return };
        let end = window.offset(number.end);
        if end <= self.claimed {
            return;
        }
        let begin = window.offset(number.start).max(self.claimed);
        let overlaps = begin > window.offset(number.start) || self.another_begins_within(window, &number);
        self.codes_behind(window, begin, taker);
        self.codes(window, begin.saturating_sub(NEAR as u64), begin, taker);
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
        taker.hit(window, &Found { hit, overlaps });
        self.claimed = end;
        self.last_number = Some(end);
        self.codes_done = end;
    }

    fn number(&self, window: &Window<'_>, start: usize, floor: usize) -> Option<Number> {
        number::at(window.text, start, floor, self.finder.writings)
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
            taker.hit(window, &Found { hit, overlaps: true });
            at = code.end;
        }
        self.codes_done =
            self.codes_done.max(window.offset(until)).max(window.offset(at).min(window.offset(until)));
    }
}
