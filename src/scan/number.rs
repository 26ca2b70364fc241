//! Whether a card number begins with a group of digits: range, length, check digit, then what stands around it.

use zeroize::Zeroize;

use super::beside;
use super::context::{self, Manner, Surroundings};
use super::finder::Writings;
use super::gap;
use super::hex;
use super::hit::{Confidence, Kind, Reason, Writing};
use super::shape::{self, Shape};
use super::sign::{self, Gap, Sign};
use super::track;
use crate::card::brand::{self, Brand};
use crate::card::luhn;
use crate::card::mask::{Masked, Shown};

/// The fewest and the most digits of a card number (ISO/IEC 7812-1).
pub(super) const FEWEST: usize = 12;
pub(super) const MOST: usize = 19;

/// A number over two lines has at least so many digits on the second.
const SHORTEST_PART: usize = 4;

/// A group of a number over two lines has at most so many digits.
const LONGEST_OVER_LINES: u8 = 6;

/// A card number that begins at a given place of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) brand: Brand,
    pub(super) confidence: Confidence,
    pub(super) reason: Reason,
    pub(super) writing: Writing,
    pub(super) masked: Option<Masked>,
}

/// The card number, if any, whose first group of digits begins at `start`; `text` left of `floor` is spoken for.
///
/// Depends on nothing but `text` within [`super::search::REACH`] bytes of `start`, and on `floor`.
pub(super) fn at(
    text: &[u8],
    start: usize,
    floor: usize,
    writings: Writings,
    least: Confidence,
) -> Option<Number> {
    let first = digit_at(text, start, writings)?;
    if writings != Writings::Ascii
        && let Some(number) = hex::at(text, start, floor, writings)
    {
        return Some(number);
    }
    if !brand::begins_with(first) {
        return None;
    }
    // The longest of those that are sure enough, then one that goes on in the next line: it hides more.
    let enough = least.max(Confidence::Medium);
    let mut best: Option<Number> = None;
    let mut weigh = |fit: Fit| {
        let number = judge(text, start, fit, floor, writings);
        if let Some(number) = number
            && best.is_none_or(|best| number.confidence >= best.confidence.min(enough))
        {
            best = Some(number);
        }
    };
    let mut reading = Reading::new();
    reading.gapped(text, start, writings, &mut weigh);
    if reading.ends_line
        && let Some(fit) = reading.wrapped(text, start, writings, Beside::AsItIs)
    {
        weigh(fit);
    }
    best
}

/// Whether digits that fit a brand begin at `start`, whatever stands around them.
pub(super) fn fits(text: &[u8], start: usize, writings: Writings) -> bool {
    farthest_fit(text, start, writings).is_some()
}

/// Where the longest digits end that fit a brand and begin at `start`, whatever stands around them.
pub(super) fn farthest_fit(text: &[u8], start: usize, writings: Writings) -> Option<usize> {
    digit_at(text, start, writings).filter(|digit| brand::begins_with(*digit))?;
    let mut farthest = None;
    let mut reading = Reading::new();
    reading.gapped(text, start, writings, &mut |fit| farthest = farthest.max(Some(fit.end)));
    if reading.ends_line {
        let wrapped = reading.wrapped(text, start, writings, Beside::Ignored);
        farthest = farthest.max(wrapped.map(|fit| fit.end));
    }
    farthest
}

/// Whether what stands behind a number over two lines counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    AsItIs,
    Ignored,
}

fn digit_at(text: &[u8], at: usize, writings: Writings) -> Option<u8> {
    match sign::read(text, at, writings)? {
        (Sign::Digit(value), _) => Some(value),
        _ => None,
    }
}

/// Digits that fit a brand, and how they are written.
#[derive(Clone, Copy)]
struct Fit {
    end: usize,
    brand: Brand,
    shape: Shape,
    over_lines: bool,
    writing: Writing,
    digits: usize,
    masked: Option<Masked>,
}

/// The digits read so far; wiped when done.
struct Reading {
    digits: [u8; MOST],
    count: usize,
    groups: [u8; MOST],
    group: usize,
    lines: usize,
    /// The first group ends a line, and digits begin the next.
    ends_line: bool,
    /// A gap had more than one character.
    wide_gaps: bool,
    /// The kind of the gaps so far, and their first byte.
    gap: Option<(Gap, u8)>,
    writing: Writing,
}

impl Reading {
    fn new() -> Self {
        Self {
            digits: [0; MOST],
            count: 0,
            groups: [0; MOST],
            group: 0,
            lines: 0,
            ends_line: false,
            wide_gaps: false,
            gap: None,
            writing: Writing::Plain,
        }
    }

    /// Every number of whole groups, with gaps between them, the shortest first.
    fn gapped(&mut self, text: &[u8], start: usize, writings: Writings, take: &mut impl FnMut(Fit)) {
        let mut at = start;
        loop {
            let (end, whole) = self.take_group(text, at, writings);
            if !whole {
                return;
            }
            // Over two lines only in short groups: a long one could be a token.
            let short = |length: &u8| *length <= LONGEST_OVER_LINES;
            let over_long = self.lines > 0 && self.lengths() != [6, 13] && !self.lengths().iter().all(short);
            if self.count >= FEWEST
                && !over_long
                && let Some(shape) = shape::of(self.lengths())
                && (matches!(shape, Shape::One | Shape::Grouped)
                    || (writings != Writings::Ascii && !self.wide_gaps))
                && let Some(brand) = self.brand()
            {
                take(self.fit(end, brand, shape));
            }
            // A shape that cannot go on ends here; a line's end is noted all the same, for `wrapped`.
            let Some((next, gap)) = gap::after(text, end, writings) else { return };
            if gap.line {
                self.lines = self.lines.saturating_add(1);
                self.ends_line |= self.group == 1;
            } else if *self.gap.get_or_insert(gap.kind) != gap.kind {
                // Gaps of one number are alike: what another one joins is something else.
                return;
            }
            if !shape::may_go_on(self.lengths()) || self.lines > 1 {
                return;
            }
            self.write(gap.writing);
            self.wide_gaps |= gap.characters > 1;
            at = next;
        }
    }

    /// A string of digits that goes on at the beginning of the next line.
    fn wrapped(&mut self, text: &[u8], start: usize, writings: Writings, beside: Beside) -> Option<Fit> {
        *self = Self::new();
        let (end, whole) = self.take_group(text, start, writings);
        let (next, gap) = gap::after(text, end, writings)?;
        if !whole || !gap.line || gap.wide {
            return None;
        }
        let first = self.count;
        let (end, whole) = self.take_group(text, next, writings);
        // A group that more groups follow is one of its own: a date, as log lines begin.
        let alone = beside == Beside::Ignored
            || gap::after(text, end, writings).is_none_or(|(_, gap)| gap.line)
            || beside::may_change(text, end, writings);
        let is_own = context::is_epoch(text, next, end) || context::is_address(text, next, end);
        // What could be a whole number, or a token, ends with its line. So few digits on the second line are likelier another
        // number's.
        let seen = first < FEWEST && self.count.saturating_sub(first) >= SHORTEST_PART;
        if !whole || !alone || !seen || self.count < FEWEST || is_own {
            return None;
        }
        self.lines = 1;
        let brand = self.brand()?;
        Some(self.fit(end, brand, Shape::One))
    }

    /// Reads digits without a gap; says where they end, and whether they all found room.
    fn take_group(&mut self, text: &[u8], start: usize, writings: Writings) -> (usize, bool) {
        let mut at = start;
        let mut length = 0u8;
        loop {
            let (value, bytes) = match text.get(at) {
                Some(byte) if byte.is_ascii_digit() => (byte & 0x0f, 1),
                Some(byte) if byte.is_ascii() && *byte != b'%' => break,
                _ => match sign::read(text, at, writings) {
                    Some((Sign::Digit(value), bytes)) => (value, bytes),
                    _ => break,
                },
            };
            let Some(place) = self.digits.get_mut(self.count) else { return (at, false) };
            *place = value;
            self.count = self.count.wrapping_add(1);
            length = length.wrapping_add(1);
            if bytes > 1 {
                let percent = text.get(at) == Some(&b'%');
                self.write(if percent { Writing::Percent } else { Writing::OtherDigits });
            }
            at = at.saturating_add(bytes);
        }
        if let Some(place) = self.groups.get_mut(self.group) {
            *place = length;
        }
        self.group = self.group.saturating_add(1);
        (at, length > 0)
    }

    /// The more unusual writing stays.
    fn write(&mut self, writing: Writing) {
        self.writing = self.writing.max(writing);
    }

    fn lengths(&self) -> &[u8] {
        self.groups.get(..self.group).unwrap_or_default()
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.count).unwrap_or_default()
    }

    fn brand(&self) -> Option<Brand> {
        let brand = Brand::of_digits(self.digits())?;
        (luhn::residue(self.digits()) == 0).then_some(brand)
    }

    fn fit(&self, end: usize, brand: Brand, shape: Shape) -> Fit {
        Fit {
            end,
            brand,
            shape,
            over_lines: self.lines > 0,
            writing: self.writing,
            digits: self.count,
            masked: masked(self.digits()),
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

/// The last four digits of these values 0 to 9, the others as stars.
pub(super) fn masked(values: &[u8]) -> Option<Masked> {
    let mut text = [0u8; MOST];
    for (to, from) in text.iter_mut().zip(values) {
        *to = from | b'0';
    }
    let mask = Masked::of_digits(text.get(..values.len())?, Shown::LAST4).ok();
    text.zeroize();
    mask
}

/// What stands around the digits decides how sure it is, and whether it is a number of its own at all.
fn judge(text: &[u8], start: usize, fit: Fit, floor: usize, writings: Writings) -> Option<Number> {
    let end = fit.end;
    let number = Number {
        start,
        end,
        kind: Kind::Pan,
        brand: fit.brand,
        confidence: Confidence::High,
        reason: Reason::Grouped,
        writing: fit.writing,
        masked: fit.masked,
    };
    if let Some(track) = track::around(text, start, end, floor) {
        let (start, end, kind) = (track.start, track.end, track.kind);
        return Some(Number { start, end, kind, reason: Reason::Track, ..number });
    }
    let manner = Manner {
        shape: fit.shape,
        over_lines: fit.over_lines,
        usual_length: usual_length(fit.brand, fit.digits),
        digits: fit.digits,
    };
    let weighed = |text: &[u8]| {
        let around = Surroundings::of(text, start, end, floor, manner, writings)?;
        let (confidence, reason) = around.weigh(manner);
        Some(Number { confidence, reason, ..number })
    };
    let number = weighed(text);
    let is_sure = number.is_some_and(|number| number.confidence == Confidence::High);
    if is_sure || !beside::may_change(text, end, writings) {
        return number;
    }
    // As if the text ended here: what stands behind may be taken out.
    let alone = text.get(..end).and_then(weighed);
    match (number, alone) {
        (Some(number), Some(alone)) if number.confidence >= alone.confidence => Some(number),
        (number, alone) => alone.or(number),
    }
}

/// Whether most cards of the brand have this many digits.
fn usual_length(brand: Brand, digits: usize) -> bool {
    match brand {
        Brand::Amex => digits == 15,
        Brand::Diners => matches!(digits, 14 | 16),
        Brand::UnionPay => matches!(digits, 16..=19),
        Brand::Maestro => matches!(digits, 16 | 18 | 19),
        Brand::Visa | Brand::Mir => matches!(digits, 16 | 19),
        _ => digits == 16,
    }
}
