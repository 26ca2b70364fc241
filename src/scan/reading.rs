//! From the masks of blocks to the groups of digits: each group that may begin a number is looked at once, from left to right.

use super::base64;
use super::finder::Writings;
use super::gap;
use super::glance;
use super::hex;
use super::runs::{Pair, Run};
use super::search::{Search, Taker};
use super::sign::{self, Sign};
use super::window::Window;

impl Search {
    /// Reads around the places that the masks name in the block at `place`; everything before `done` is read. Says where
    /// everything is read now.
    #[inline(always)] // with the counting instructions of its caller
    pub(super) fn read(
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
        let writings = self.finder.writings;
        while let Some(run) = pair.next_run() {
            let Run::Groups(mut groups) = run else {
                done = self.read_bytewise(window, place, pair.take_hints(), done, until, taker);
                break;
            };
            let end = place.wrapping_add(groups.end);
            while let Some(group) = groups.next_group() {
                let start = end.wrapping_sub(group.back);
                if start >= done && start < until && glance::may_begin(window.text, start, group, writings) {
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
                    if let Some(first) = hex::before_colons(window.text, at, writings)
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

    /// Reads all of the run that ends at `place` or goes on there. Masks take gaps of other writings for gaps, so it may be
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
                if glance::is_worthwhile(text, at, end, writings) {
                    self.group(window, at, taker);
                }
            }
            in_group = false;
            let Some(next) = gap::end(text, end, writings) else { return end };
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
            (Sign::Gap(_), _) if gap::end(text, at, writings).is_some() => {}
            _ => return None,
        }
        let mut begin = at;
        let mut gaps = 0usize;
        while let Some((sign, before)) = sign::before(text, begin, writings) {
            gaps = if matches!(sign, Sign::Gap(_)) { gaps.saturating_add(1) } else { 0 };
            if before < done || sign == Sign::Star || gaps > gap::WIDEST {
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
        } else if gaps < gap::WIDEST && sign::is_ascii_gap(*byte, writings) {
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
    let before = text.get(done..place.min(text.len())).unwrap_or_default();
    let belongs = |byte: &&u8| byte.is_ascii_digit() || sign::is_ascii_gap(**byte, Writings::Usual);
    let length = before.iter().rev().take_while(belongs).count();
    place.min(text.len()).saturating_sub(length)
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
