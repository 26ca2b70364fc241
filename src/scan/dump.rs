//! Hexadecimal dumps as `xxd`, `hexdump -C` and `od -A x -t x1` print them: lines of an address, pairs of hexadecimal digits,
//! and mostly the
//! characters beside them.
//!
//! A number goes on from the end of a line to the next. What belongs together is told by the addresses alone: the next one is
//! as many bytes further as the
//! line has pairs. That is never so by chance, and it says which characters show which pairs.
//!
//! Such a number is a hit from its first pair to its last one, with the characters, the line's end and the address between:
//! what takes its place changes
//! the pairs and the digits among the characters ([`Dump::hide`]). Its characters in the last line are a hit of their own:
//! other numbers may
//! begin between.

use super::beside;
use super::finder::Writings;
use super::hex::{self, Cut};
use super::number::{FEWEST, MOST, Number};
use super::sign::{self, Sign};

/// A dump, by a line of it that is complete.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dump<'a> {
    text: &'a [u8],
    radix: u32,
    /// How many bytes a line has.
    width: usize,
    /// Where their pairs stand, from the beginning of a line.
    columns: [u8; WIDEST],
    /// Where their characters stand, from the beginning of a line; `None` where there are none.
    characters: Option<usize>,
}

/// A byte in a dump.
#[derive(Clone, Copy, Debug)]
struct Cell {
    line: usize,
    /// Where the line ends.
    end: usize,
    index: usize,
}

/// The most bytes that a line shows, and the longest line.
const WIDEST: usize = 32;
const LONGEST_LINE: usize = 128;

/// So many digits may touch a pair and go with it.
const MOST_TOUCHING: usize = MOST + 1;

/// A number has at most so many bytes, gaps included; it may have begun so many before.
const MOST_BYTES: usize = 38;

/// A number that shows itself at a place began at most so many bytes of the text before it, and ends at most so many behind
/// its beginning: with
/// a line more on either side that is within what decides on a number, and begins where nothing is told yet.
const FARTHEST_BEFORE: usize = 200;
const FARTHEST_BEHIND: usize = 300;

/// A number has at least half of its digits in one line, and shows itself there.
const SHOWN: usize = 6;

impl<'a> Dump<'a> {
    /// The number that has a pair at `place`; it may have begun in the line before. With it, where the characters of its
    /// last line are.
    pub(super) fn number(text: &'a [u8], place: usize, writings: Writings) -> Option<Number> {
        if !shows_itself(text, place) {
            return None;
        }
        let (dump, cell) = Self::around(text, place)?;
        let starts = dump.starts(cell);
        starts.into_iter().flatten().find_map(|start| dump.number_at(start, place, writings))
    }

    fn number_at(&self, start: Cell, place: usize, writings: Writings) -> Option<Number> {
        let mut best = None;
        let text = self.text;
        let mut cut = |last: usize| Cut::of(beside::may_change(text, last.saturating_add(2), writings));
        hex::read(self.cells(start), &mut cut, &mut |brand, masked, last| {
            if last >= place {
                best = Some((brand, masked, last));
            }
        });
        let (brand, masked, last) = best?;
        let region = (self.pair(start), last.saturating_add(2));
        let (begin, end) = beside::with_touching_digits(text, region, 0, writings);
        Some(hex::number(begin, end, brand, masked))
    }

    /// Where the characters of a number are that has its last pair before `end`, in the line of that.
    pub(super) fn characters(text: &'a [u8], end: usize) -> Option<(usize, usize)> {
        // A quick no where the line has no address.
        Address::at(text, line_begin(text, end)?)?;
        let (dump, mut cell) = (0..MOST_TOUCHING).find_map(|touching| {
            let last = end.checked_sub(2)?.checked_sub(touching)?;
            hex::digit(text, last).and_then(|_| Self::around(text, last))
        })?;
        let last = dump.character(cell)?;
        let mut first = last;
        // As far as digits and gaps go back in this line.
        while let Some(index) = cell.index.checked_sub(1) {
            cell.index = index;
            match dump.character(cell) {
                Some(character) => first = character,
                None if hex::byte_at(text, dump.pair(cell)).is_some_and(is_gap) => {}
                None => break,
            }
        }
        Some((first, last.saturating_add(1)))
    }

    /// Writes what takes the place of a hit in a dump: `2a` for its pairs, stars for the digits among the characters;
    /// addresses stay.
    pub(super) fn hide(
        text: &'a [u8],
        start: usize,
        end: usize,
        writings: Writings,
        out: &mut Vec<u8>,
    ) -> bool {
        let has_address = line_begin(text, start).and_then(|line| Address::at(text, line)).is_some();
        if !has_address {
            return false;
        }
        let first = (0..MOST_TOUCHING).find_map(|touching| {
            let at = start.checked_add(touching).filter(|at| *at < end)?;
            hex::digit(text, at).and_then(|_| Self::around(text, at))
        });
        let Some((dump, first)) = first else { return false };
        let begin = out.len();
        out.extend_from_slice(text.get(start..end).unwrap_or_default());
        let mut put = |at: usize, byte: u8| {
            if let Some(place) = at.checked_sub(start).and_then(|at| out.get_mut(begin.saturating_add(at))) {
                *place = byte;
            }
        };
        (start..dump.pair(first)).for_each(|at| put(at, b'a'));
        let mut cell = first;
        loop {
            let pair = dump.pair(cell);
            put(pair, b'2');
            put(pair.saturating_add(1), b'a');
            let behind = pair.saturating_add(2);
            let is_pair =
                |next: &Cell| dump.pair(*next) < end && hex::byte_at(text, dump.pair(*next)).is_some();
            match dump.next(cell).filter(is_pair) {
                Some(next) if next.line == cell.line => cell = next,
                Some(next) => {
                    let mut at = behind;
                    while at < cell.end
                        && let Some((sign, bytes)) = sign::read(text, at, writings)
                    {
                        // Letters may be digits in base64.
                        let letter = writings == Writings::WithBase64
                            && text.get(at).is_some_and(u8::is_ascii_alphabetic);
                        if letter || matches!(sign, Sign::Digit(_)) {
                            (at..at.saturating_add(bytes)).for_each(|at| put(at, b'*'));
                        }
                        at = at.saturating_add(bytes);
                    }
                    cell = next;
                }
                None => {
                    (behind..end).for_each(|at| put(at, b'a'));
                    if hex::Joined::at(text, start, writings) == hex::Joined::Yes {
                        put(start, b'a');
                    }
                    return true;
                }
            }
        }
    }

    /// Where the number that has this byte may begin: the first bytes of the strings of digits before it, the farthest first.
    fn starts(&self, cell: Cell) -> [Option<Cell>; 6] {
        let is_digit = |cell: Cell| hex::digit(self.text, self.pair(cell)).is_some();
        let mut starts = [None; 6];
        let mut found = 0usize;
        let mut at = cell;
        let mut gap = !is_digit(cell);
        for _ in 0..MOST_BYTES {
            let before = self.before(at);
            let before_is_digit = before.is_some_and(is_digit);
            if !gap && !before_is_digit {
                if let Some(free) = starts.get_mut(found) {
                    *free = Some(at);
                }
                found = found.saturating_add(1);
            }
            let Some(before) = before else { break };
            if self.pair(cell).saturating_sub(self.pair(before)) > FARTHEST_BEFORE {
                break;
            }
            // One gap between strings of digits.
            if !before_is_digit && gap {
                break;
            }
            gap = !before_is_digit;
            if gap && !hex::byte_at(self.text, self.pair(before)).is_some_and(is_gap) {
                break;
            }
            at = before;
        }
        starts.reverse();
        starts
    }

    /// The dump that has a pair at `place`, and where in it that is.
    fn around(text: &'a [u8], place: usize) -> Option<(Self, Cell)> {
        let line = line_begin(text, place)?;
        let (begin, end) = (line, line_end(text, line)?);
        let next = end.saturating_add(1);
        let before = line.checked_sub(1).and_then(|end| line_begin(text, end));
        let dump = line_end(text, next)
            .and_then(|_| Self::of_lines(text, line, next))
            .or_else(|| Self::of_lines(text, before?, line))?;
        let column = place.checked_sub(line)?;
        let columns = dump.columns.get(..dump.width)?;
        let index = columns.iter().position(|at| usize::from(*at) == column)?;
        Some((dump, Cell { line: begin, end, index }))
    }

    /// The dump that a complete line and the one behind it are of.
    fn of_lines(text: &'a [u8], line: usize, next: usize) -> Option<Self> {
        let (first, second) = (Address::at(text, line)?, Address::at(text, next)?);
        [16, 8, 10].into_iter().find_map(|radix| {
            let width = usize::try_from(second.value(radix)?.checked_sub(first.value(radix)?)?).ok()?;
            if !(4..=WIDEST).contains(&width) {
                return None;
            }
            let mut dump = Self { text, radix, width, columns: [0; WIDEST], characters: None };
            let mut at = first.pairs;
            for (index, column) in dump.columns.iter_mut().take(width).enumerate() {
                if index > 0 {
                    let gap = text.get(at..)?.iter().take(3).take_while(|byte| matches!(byte, b' ' | b'-'));
                    at = at.saturating_add(gap.count());
                }
                hex::byte_at(text, at)?;
                *column = u8::try_from(at.checked_sub(line)?).ok()?;
                at = at.saturating_add(2);
            }
            match text.get(at..)? {
                [b'\n' | b'\r', ..] | [] => {}
                [b' ', b' ', rest @ ..] => {
                    let closing = rest.get(width.saturating_add(1));
                    let frame = matches!(
                        (rest.first(), closing),
                        (Some(b'|'), Some(b'|')) | (Some(b'>'), Some(b'<'))
                    );
                    dump.characters =
                        at.saturating_add(2).saturating_add(usize::from(frame)).checked_sub(line);
                }
                _ => return None,
            }
            Some(dump)
        })
    }

    fn cells(&self, from: Cell) -> impl Iterator<Item = (usize, u8)> {
        let first = self.pair(from);
        core::iter::successors(Some(from), |cell| self.next(*cell)).map_while(move |cell| {
            let place = self.pair(cell);
            if place.saturating_sub(first) > FARTHEST_BEHIND {
                return None;
            }
            hex::byte_at(self.text, place).map(|byte| (place, byte))
        })
    }

    fn pair(&self, cell: Cell) -> usize {
        let column = self.columns.get(cell.index).copied().unwrap_or_default();
        cell.line.saturating_add(usize::from(column))
    }

    /// Where the character of a byte stands, if it is shown as it is.
    fn character(&self, cell: Cell) -> Option<usize> {
        let at = cell.line.saturating_add(self.characters?).saturating_add(cell.index);
        let byte = hex::byte_at(self.text, self.pair(cell))?;
        (at < cell.end && byte.is_ascii_digit() && self.text.get(at) == Some(&byte)).then_some(at)
    }

    fn next(&self, cell: Cell) -> Option<Cell> {
        let index = cell.index.saturating_add(1);
        let next = if index < self.width {
            Cell { index, ..cell }
        } else {
            let line = cell.end.saturating_add(1);
            self.goes_on(cell.line, line)?;
            Cell { line, end: line_end(self.text, line)?, index: 0 }
        };
        (self.pair(next).saturating_add(1) < next.end).then_some(next)
    }

    fn before(&self, cell: Cell) -> Option<Cell> {
        if let Some(index) = cell.index.checked_sub(1) {
            return Some(Cell { index, ..cell });
        }
        let end = cell.line.checked_sub(1)?;
        let line = line_begin(self.text, end)?;
        self.goes_on(line, cell.line)?;
        Some(Cell { line, end, index: self.width.checked_sub(1)? })
    }

    /// Whether the addresses of two lines say that the second goes on where the first ends.
    fn goes_on(&self, line: usize, next: usize) -> Option<()> {
        let first = Address::at(self.text, line)?.value(self.radix)?;
        let second = Address::at(self.text, next)?.value(self.radix)?;
        (second.checked_sub(first)? == self.width as u64).then_some(())
    }
}

const fn is_gap(byte: u8) -> bool {
    sign::is_ascii_gap(byte, Writings::Ascii)
}

/// Whether a pair stands in a group of one or two bytes and enough pairs of digits or gaps follow: a quick no for most digits.
pub(super) fn shows_itself(text: &[u8], place: usize) -> bool {
    let mut at = place;
    for shown in 0..SHOWN {
        if shown > 0 {
            at = match text.get(at..) {
                Some([b' ', b' ', ..]) => at.saturating_add(2),
                Some([b' ' | b'-', ..]) => at.saturating_add(1),
                _ => at,
            };
        }
        match hex::byte_at(text, at) {
            Some(byte) if byte.is_ascii_digit() || is_gap(byte) => at = at.saturating_add(2),
            _ => return false,
        }
    }
    // Six bytes in one string are in none of these dumps.
    at.saturating_sub(place) > 2 * SHOWN
}

/// The address at the beginning of a line: too short to be a card number, which would stay there.
#[derive(Clone, Copy, Debug)]
struct Address<'a> {
    digits: &'a [u8],
    /// Where the pairs begin.
    pairs: usize,
}

impl<'a> Address<'a> {
    fn at(text: &'a [u8], line: usize) -> Option<Self> {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let mut at = line;
        at = at.saturating_add(text.get(at..)?.iter().take(8).take_while(blank).count());
        if let Some([b'0', b'x', ..]) = text.get(at..) {
            at = at.saturating_add(2);
        }
        let length = text.get(at..)?.iter().take(FEWEST).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let digits =
            text.get(at..at.saturating_add(length)).filter(|digits| (4..FEWEST).contains(&digits.len()))?;
        at = at.saturating_add(length);
        at = at.saturating_add(usize::from(text.get(at) == Some(&b':')));
        let blanks = text.get(at..)?.iter().take(4).take_while(blank).count();
        (1..=3).contains(&blanks).then_some(Self { digits, pairs: at.saturating_add(blanks) })
    }

    fn value(&self, radix: u32) -> Option<u64> {
        self.digits.iter().try_fold(0u64, |value, digit| {
            let digit = char::from(*digit).to_digit(radix)?;
            value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))
        })
    }
}

/// Where the line begins that has or ends at `at`.
fn line_begin(text: &[u8], at: usize) -> Option<usize> {
    let from = at.saturating_sub(LONGEST_LINE);
    match text.get(from..at)?.iter().rposition(|byte| *byte == b'\n') {
        Some(place) => Some(from.saturating_add(place).saturating_add(1)),
        None => (from == 0).then_some(0),
    }
}

/// Where the line that begins at `begin` ends, or where it is longer than a dump's.
fn line_end(text: &[u8], begin: usize) -> Option<usize> {
    let rest = text.get(begin..).filter(|rest| !rest.is_empty())?;
    let length = rest.iter().take(LONGEST_LINE).take_while(|byte| **byte != b'\n').count();
    Some(begin.saturating_add(length))
}
