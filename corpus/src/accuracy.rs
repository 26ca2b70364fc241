//! What a finder makes of lines whose truth is known.

use std::collections::BTreeMap;
use std::fmt;

use panveil::scan::{Charset, Confidence, Finder, Hit, Kind};

use crate::chance::Chance;
use crate::line::{Line, Truth};

/// The count of one kind of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Lines.
    pub lines: u64,
    /// Lines of which everything was found, by the confidence of the least sure hit: low, medium, high.
    pub found: [u64; 3],
    /// Lines of which something was not found.
    pub missed: u64,
    /// Hits that touch nothing true.
    pub false_hits: [u64; 3],
    /// Lines with such a hit, by the confidence of the surest.
    pub false_lines: [u64; 3],
    /// Card numbers that were found with more around them, or with another brand.
    pub inexact: u64,
}

/// Counts by kind of line.
#[derive(Clone, Debug, Default)]
pub struct Accuracy {
    rows: BTreeMap<&'static str, Count>,
    /// Lines that were not as they should be, for people to look at: at most some of each kind.
    pub examples: Vec<Example>,
}

/// A line of which something was missed, or in which something was found that is not there.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its kind.
    pub row: &'static str,
    /// What went wrong.
    pub fault: &'static str,
    /// The line.
    pub text: String,
    /// What was found in it, or found wrongly: kind, confidence, reason and the text.
    pub hits: Vec<String>,
}

/// Lines that are given to a finder as one text.
const BLOCK: usize = 1_000;
/// Examples kept of each kind and fault.
const EXAMPLES: usize = 3;

impl Accuracy {
    /// Gives `count` lines to `finder`, in pieces whose lengths `chance` decides.
    ///
    /// The finder must tell all confidences; what is below a threshold is the reader's to leave out.
    pub fn of(finder: Finder, count: usize, chance: &mut Chance, next: impl FnMut() -> Line) -> Self {
        Self::with_ends(finder, count, chance, next, [b"\n", b"\r\n"])
    }

    /// Likewise with every line in UTF-16, the low byte first; lines that are not UTF-8 are left out.
    pub fn of_utf16(
        finder: Finder,
        count: usize,
        chance: &mut Chance,
        mut next: impl FnMut() -> Line,
    ) -> Self {
        let next =
            || core::iter::repeat_with(&mut next).find_map(|line| line.in_utf16()).expect("it has no end");
        let finder = finder.in_charset(Charset::Utf16Le);
        Self::with_ends(finder, count, chance, next, [b"\n\0", b"\r\0\n\0"])
    }

    fn with_ends(
        finder: Finder,
        count: usize,
        chance: &mut Chance,
        mut next: impl FnMut() -> Line,
        ends: [&[u8]; 2],
    ) -> Self {
        let mut accuracy = Self::default();
        let mut left = count;
        while left > 0 {
            let lines: Vec<Line> = (0..left.min(BLOCK)).map(|_| next()).collect();
            left -= lines.len();
            let end = ends[usize::from(chance.once_in(5))];
            accuracy.block(finder, &lines, end, chance);
        }
        accuracy
    }

    fn block(&mut self, finder: Finder, lines: &[Line], end: &[u8], chance: &mut Chance) {
        let mut text = Vec::new();
        let mut starts = Vec::new();
        for line in lines {
            starts.push(text.len());
            text.extend_from_slice(&line.text);
            text.extend_from_slice(end);
        }
        let hits = in_pieces(finder, &text, chance);
        let mut is_true = vec![false; hits.len()];
        for (line, start) in lines.iter().zip(&starts) {
            self.line(line, *start, &hits, &mut is_true, &text);
        }
        let mut worst: BTreeMap<usize, Hit> = BTreeMap::new();
        for (hit, _) in hits.iter().zip(&is_true).filter(|(_, is_true)| !**is_true) {
            let at = starts.partition_point(|start| *start as u64 <= hit.offset) - 1;
            self.row(lines[at].row).false_hits[level(hit.confidence)] += 1;
            let worst = worst.entry(at).or_insert(*hit);
            if hit.confidence > worst.confidence {
                *worst = *hit;
            }
        }
        for (at, hit) in worst {
            let level = level(hit.confidence);
            self.row(lines[at].row).false_lines[level] += 1;
            self.example(&lines[at], ["false, low", "false, medium", "false, high"][level], &[hit], &text);
        }
    }

    fn line(&mut self, line: &Line, start: usize, hits: &[Hit], is_true: &mut [bool], text: &[u8]) {
        let mut least = Some(Confidence::High);
        let mut inexact = 0;
        for truth in &line.truths {
            let covering = truth.pieces.iter().map(|piece| {
                let (from, to) = (start + piece.start, start + piece.end);
                let touching = hits.partition_point(|hit| end_of(hit) <= from)
                    ..hits.partition_point(|hit| place(hit) < to);
                let mut covered = from;
                let mut sure = Confidence::High;
                for (hit, is_true) in hits[touching.clone()].iter().zip(&mut is_true[touching]) {
                    *is_true = true;
                    inexact += u64::from(!fits(hit, truth, from, to));
                    if place(hit) <= covered {
                        covered = covered.max(end_of(hit));
                    }
                    sure = sure.min(hit.confidence);
                }
                (covered >= to).then_some(sure)
            });
            let least_of_pieces: Option<Confidence> =
                covering.collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min());
            least = least.min(least_of_pieces);
        }
        let count = self.row(line.row);
        count.lines += 1;
        count.inexact += inexact;
        if line.truths.is_empty() {
            return;
        }
        match least {
            Some(confidence) => count.found[level(confidence)] += 1,
            None => count.missed += 1,
        }
        let fault = match least {
            None => "missed",
            Some(Confidence::Low) => "found, low",
            _ if inexact > 0 => "inexact",
            _ => return,
        };
        let until = start + line.text.len();
        let own: Vec<Hit> =
            hits.iter().filter(|hit| end_of(hit) > start && place(hit) < until).copied().collect();
        self.example(line, fault, &own, text);
    }

    fn row(&mut self, row: &'static str) -> &mut Count {
        self.rows.entry(row).or_default()
    }

    fn example(&mut self, line: &Line, fault: &'static str, hits: &[Hit], text: &[u8]) {
        let same = |example: &&Example| example.row == line.row && example.fault == fault;
        if self.examples.iter().filter(same).count() < EXAMPLES {
            let hits = hits.iter().map(|hit| {
                let found = String::from_utf8_lossy(&text[place(hit)..end_of(hit)]);
                format!("{} {} {} {found:?}", hit.kind.name(), hit.confidence.name(), hit.reason.name())
            });
            let (text, hits) = (String::from_utf8_lossy(&line.text).into_owned(), hits.collect());
            self.examples.push(Example { row: line.row, fault, text, hits });
        }
    }

    /// The counts of all kinds of lines together.
    pub fn total(&self) -> Count {
        self.rows.values().fold(Count::default(), |sum, row| sum.plus(row))
    }

    /// The counts by kind of line.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &Count)> {
        self.rows.iter().map(|(row, count)| (*row, count))
    }
}

impl Count {
    /// The part of the lines of which everything was found with this confidence or more.
    pub fn recall(&self, least: Confidence) -> f64 {
        let found: u64 = self.found[level(least)..].iter().sum();
        found as f64 / self.lines as f64
    }

    /// The part of the lines in which something was found that is not there, with this confidence or more.
    pub fn false_rate(&self, least: Confidence) -> f64 {
        let lines: u64 = self.false_lines[level(least)..].iter().sum();
        lines as f64 / self.lines as f64
    }

    fn plus(self, other: &Self) -> Self {
        let add = |one: [u64; 3], two: [u64; 3]| [one[0] + two[0], one[1] + two[1], one[2] + two[2]];
        Self {
            lines: self.lines + other.lines,
            found: add(self.found, other.found),
            missed: self.missed + other.missed,
            false_hits: add(self.false_hits, other.false_hits),
            false_lines: add(self.false_lines, other.false_lines),
            inexact: self.inexact + other.inexact,
        }
    }
}

impl fmt::Display for Accuracy {
    /// A table in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| lines | count | found high | found medium | found low | missed | false high | false medium | false low |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        let total = self.total();
        for (row, count) in self.rows().chain([("**all**", &total)]) {
            let (found, wrong) = (count.found, count.false_lines);
            writeln!(
                f,
                "| {row} | {} | {} | {} | {} | {} | {} | {} | {} |",
                count.lines, found[2], found[1], found[0], count.missed, wrong[2], wrong[1], wrong[0]
            )?;
        }
        Ok(())
    }
}

/// All hits of a text that comes in pieces of any length, now and then of one byte.
fn in_pieces(finder: Finder, text: &[u8], chance: &mut Chance) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut stream = finder.stream();
    let mut rest = text;
    while !rest.is_empty() {
        let most = *chance.pick(&[1, 7, 40, 300, 5_000, 100_000]);
        let (piece, after) = rest.split_at(chance.between(1, most).min(rest.len()));
        stream.push(piece, &mut |hit| hits.push(*hit));
        rest = after;
    }
    stream.finish(&mut |hit| hits.push(*hit));
    for hit in &hits {
        assert_valueless(hit);
    }
    hits
}

/// A hit may be printed and sent: but for its place, no more than four digits in a row stand in it.
fn assert_valueless(hit: &Hit) {
    let mut hit = *hit;
    (hit.offset, hit.length) = (0, 0);
    let shown = format!("{hit:?}");
    assert!(
        !shown.as_bytes().windows(5).any(|five| five.iter().all(u8::is_ascii_digit)),
        "a hit tells digits"
    );
}

/// Whether a hit on a card number says exactly that number.
fn fits(hit: &Hit, truth: &Truth, from: usize, to: usize) -> bool {
    let (Kind::Pan, Some((brand, last))) = (hit.kind, truth.card) else { return hit.kind == truth.kind };
    let same_digits = hit.masked.is_some_and(|masked| masked.as_str().as_bytes().ends_with(&last));
    let same_place = truth.pieces.len() > 1 || place(hit) == from && end_of(hit) == to;
    let decodes = !matches!(hit.writing, panveil::scan::Writing::Hex | panveil::scan::Writing::Base64);
    hit.brand == Some(brand) && (same_digits && same_place || !decodes)
}

fn place(hit: &Hit) -> usize {
    hit.offset as usize
}

fn end_of(hit: &Hit) -> usize {
    place(hit) + hit.length
}

fn level(confidence: Confidence) -> usize {
    match confidence {
        Confidence::Low => 0,
        Confidence::Medium => 1,
        Confidence::High => 2,
    }
}
