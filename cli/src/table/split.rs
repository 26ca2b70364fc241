//! Cuts the input into batches of whole rows, in constant memory.

use std::io::{self, Read};

use memchr::{memchr_iter, memchr2};

use super::batch::Batch;
use super::dialect::Dialect;
use super::row::{Found, scan_row};
use super::wiped::Wiped;
use super::work::Reason;

/// Reads the rows after the header.
pub(super) struct Splitter<'r> {
    input: Box<dyn Read + Send + 'r>,
    dialect: Dialect,
    batch_bytes: usize,
    longest_row: usize,
    /// What was read and belongs to a later batch.
    carry: Wiped,
    /// The input gives no more; `carry` may still hold something.
    ended: bool,
    bytes_read: u64,
    /// The line on which `carry` begins, from 1.
    line: u64,
    next_number: u64,
}

/// What was read before the rows: the sample that was sniffed, the rest of which is `carry`.
pub(super) struct Opening<'r> {
    pub(super) input: Box<dyn Read + Send + 'r>,
    pub(super) carry: Wiped,
    pub(super) ended: bool,
    pub(super) bytes_read: u64,
    pub(super) line: u64,
}

impl<'r> Splitter<'r> {
    pub(super) fn new(
        opening: Opening<'r>,
        dialect: Dialect,
        batch_bytes: usize,
        longest_row: usize,
    ) -> Self {
        let Opening { input, carry, ended, bytes_read, line } = opening;
        let batch_bytes = batch_bytes.max(1);
        Self { input, dialect, batch_bytes, longest_row, carry, ended, bytes_read, line, next_number: 0 }
    }

    /// Fills `batch` with the next rows: about `batch_bytes` of them, or one row that is longer, or one rejected
    /// row. False at the end of the input.
    pub(super) fn fill(&mut self, batch: &mut Batch) -> io::Result<bool> {
        batch.reset();
        std::mem::swap(&mut batch.input, &mut self.carry);
        let mut enough = self.batch_bytes;
        loop {
            self.read_up_to(enough, &mut batch.input)?;
            let (whole, broken) = self.whole_rows(batch.input.as_slice());
            if whole > 0 {
                self.keep_for_later(whole, &mut batch.input);
                batch.first_line = self.line;
                self.line = self.line.saturating_add(count_lines(batch.input.as_slice()));
                break;
            }
            if batch.input.len() == 0 {
                return Ok(false);
            }
            if let Some(reason) = broken {
                batch.first_line = self.line;
                batch.reject(self.line, None, reason);
                self.skip_broken(reason, &mut batch.input)?;
                self.keep_for_later(0, &mut batch.input);
                break;
            }
            enough = batch.input.len().saturating_add(self.batch_bytes);
        }
        batch.number = self.next_number;
        self.next_number = self.next_number.saturating_add(1);
        batch.bytes_done = self.bytes_read.saturating_sub(u64::try_from(self.carry.len()).unwrap_or(0));
        Ok(true)
    }

    fn read_up_to(&mut self, enough: usize, bytes: &mut Wiped) -> io::Result<()> {
        while !self.ended && bytes.len() < enough {
            let read = bytes.read_from(&mut self.input, enough)?;
            self.ended = read == 0;
            self.bytes_read = self.bytes_read.saturating_add(u64::try_from(read).unwrap_or(0));
        }
        Ok(())
    }

    /// How many bytes are whole rows, until a batch is full; and if none, whether the row is broken or only cut.
    ///
    /// The verdict on a row depends on its first `longest_row` bytes and nothing else, so it is the same however
    /// the input is cut into batches.
    fn whole_rows(&self, bytes: &[u8]) -> (usize, Option<Reason>) {
        let mut whole = 0_usize;
        while whole < self.batch_bytes {
            let rest = bytes.get(whole..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            let window = rest.get(..self.longest_row).unwrap_or(rest);
            let full = window.len() == self.longest_row;
            match scan_row(window, &self.dialect, self.ended && window.len() == rest.len()) {
                Found::Row { end, .. } => whole = whole.saturating_add(end),
                Found::Part { in_quotes: true } if full || self.ended => {
                    return (whole, Some(Reason::UnclosedQuote));
                }
                Found::Part { .. } if full => return (whole, Some(Reason::RowTooLong)),
                Found::Part { .. } => break,
            }
        }
        (whole, None)
    }

    /// Drops what cannot be read: the first line of an unclosed quote, or the whole row that is too long.
    fn skip_broken(&mut self, reason: Reason, bytes: &mut Wiped) -> io::Result<()> {
        if reason == Reason::RowTooLong {
            let window = bytes.as_slice().get(..self.longest_row).unwrap_or(bytes.as_slice());
            // A CR at the end may have its LF outside of the window.
            let window = window.strip_suffix(b"\r").unwrap_or(window);
            self.line = self.line.saturating_add(count_lines(window));
            let dropped = window.len();
            self.drop_front(dropped, bytes);
        }
        loop {
            if let Some(end) = line_end(bytes.as_slice(), self.ended) {
                self.drop_front(end, bytes);
                self.line = self.line.saturating_add(1);
                return Ok(());
            }
            let cr = bytes.as_slice().last() == Some(&b'\r');
            bytes.clear();
            if self.ended {
                return Ok(());
            }
            if cr {
                bytes.push(b'\r');
            }
            self.read_up_to(self.batch_bytes.max(2), bytes)?;
        }
    }

    /// Forgets the first `count` of `bytes`.
    fn drop_front(&mut self, count: usize, bytes: &mut Wiped) {
        self.keep_for_later(count, bytes);
        bytes.clear();
        std::mem::swap(bytes, &mut self.carry);
    }

    fn keep_for_later(&mut self, from: usize, bytes: &mut Wiped) {
        self.carry.clear();
        self.carry.extend(bytes.as_slice().get(from..).unwrap_or_default());
        bytes.truncate(from);
    }
}

/// The place after the first line ending; a CR at the very end counts only if nothing can follow it.
fn line_end(bytes: &[u8], last: bool) -> Option<usize> {
    let at = memchr2(b'\r', b'\n', bytes)?;
    let next = at.saturating_add(1);
    match (bytes.get(at), bytes.get(next)) {
        (Some(b'\r'), Some(b'\n')) => Some(next.saturating_add(1)),
        (Some(b'\r'), None) if !last => None,
        _ => Some(next),
    }
}

/// How many lines end in `bytes`: with LF, CRLF or CR.
pub(super) fn count_lines(bytes: &[u8]) -> u64 {
    let feeds = memchr_iter(b'\n', bytes).count();
    let lone = memchr_iter(b'\r', bytes).filter(|at| bytes.get(at.saturating_add(1)) != Some(&b'\n')).count();
    u64::try_from(feeds.saturating_add(lone)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Opening, Splitter, count_lines};
    use crate::table::batch::Batch;
    use crate::table::dialect::{Dialect, Escape, Separator};
    use crate::table::encoding::Encoding;
    use crate::table::wiped::Wiped;

    type Broken = (u64, &'static str);

    /// All rows that are kept, and line and reason of those that are not.
    fn split(input: &[u8], batch_bytes: usize, longest_row: usize) -> (Vec<u8>, Vec<Broken>) {
        let opening = Opening {
            input: Box::new(input),
            carry: Wiped::with_capacity(0),
            ended: false,
            bytes_read: 0,
            line: 1,
        };
        let dialect = Dialect::new(Separator::Comma, Escape::Doubled, Encoding::Utf8);
        let mut splitter = Splitter::new(opening, dialect, batch_bytes, longest_row);
        let (mut rows, mut rejects) = (Vec::new(), Vec::new());
        let mut batch = Batch::new(16, 0);
        let mut done = 0;
        while splitter.fill(&mut batch).unwrap() {
            assert!(batch.bytes_done >= done);
            done = batch.bytes_done;
            rows.extend_from_slice(batch.input.as_slice());
            rejects.extend(batch.rejects.iter().map(|reject| (reject.line, reject.reason.name())));
        }
        assert_eq!(done, input.len() as u64);
        (rows, rejects)
    }

    #[test]
    fn rows_are_whole_and_broken_ones_are_named_by_line_at_every_batch_size() {
        let long = "x".repeat(70);
        let quoted_long = format!("\"a\nb\",{long}");
        let cases: Vec<(String, String, Vec<Broken>)> = vec![
            ("".into(), "".into(), vec![]),
            ("a,b\nc,d".into(), "a,b\nc,d".into(), vec![]),
            ("a,b\r\n\r\nc,d\r\n".into(), "a,b\r\n\r\nc,d\r\n".into(), vec![]),
            ("a\rb\r".into(), "a\rb\r".into(), vec![]),
            ("\"a\n\nb\",c\nd\n".into(), "\"a\n\nb\",c\nd\n".into(), vec![]),
            (format!("a\n{long}\nb\n"), "a\nb\n".into(), vec![(2, "RowTooLong")]),
            (format!("a\r\n{long}\r\nb\r\n"), "a\r\nb\r\n".into(), vec![(2, "RowTooLong")]),
            (format!("{long}{long}"), "".into(), vec![(1, "RowTooLong")]),
            (
                format!("{quoted_long}\n\"open\nb\n"),
                "b\n".into(),
                vec![(1, "RowTooLong"), (3, "UnclosedQuote")],
            ),
            ("a\n\"open,1\nb,2\nc,3\n".into(), "a\nb,2\nc,3\n".into(), vec![(2, "UnclosedQuote")]),
            (format!("\"{long}\nb\n"), "b\n".into(), vec![(1, "UnclosedQuote")]),
            (format!("\"{long}"), "".into(), vec![(1, "UnclosedQuote")]),
        ];
        for (input, rows, rejects) in cases {
            for batch_bytes in [1, 2, 3, 5, 7, 64, 65, 1000] {
                let split = split(input.as_bytes(), batch_bytes, 64);
                assert_eq!(split, (rows.clone().into_bytes(), rejects.clone()), "{input:?} by {batch_bytes}");
            }
        }
    }

    #[test]
    fn a_row_of_exactly_the_limit_is_taken() {
        let row = format!("{}\n", "x".repeat(63));
        for batch_bytes in [1, 64, 200] {
            assert_eq!(split(row.as_bytes(), batch_bytes, 64), (row.clone().into_bytes(), vec![]));
        }
    }

    #[test]
    fn lines_end_in_three_ways() {
        for (bytes, lines) in [("", 0), ("a", 0), ("a\n", 1), ("a\r\nb\r\n", 2), ("a\rb\r", 2), ("\n\r", 2)] {
            assert_eq!(count_lines(bytes.as_bytes()), lines, "{bytes:?}");
        }
    }
}
