//! Reads a segment line by line: records end at the first NUL or at the end of the file.

use std::io::{BufRead, ErrorKind};

use crate::error::Result;

/// What stands next in a segment.
pub(crate) enum Step<'a> {
    /// A line that ended with a newline, without it.
    Line(&'a [u8]),
    /// No further line: before the first NUL, or the end of the file, this many bytes without a newline.
    End {
        /// Bytes of an unfinished line.
        unfinished: usize,
    },
    /// More than [`MAX_LINE`] bytes without a newline.
    TooLong,
}

/// A segment being read.
pub(crate) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    offset: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads from the beginning of `reader`.
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), offset: 0 }
    }

    /// Bytes of the lines returned so far, newlines included: where the next line begins.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next step.
    pub(crate) fn step(&mut self) -> Result<Step<'_>> {
        self.line.clear();
        loop {
            let chunk = match self.reader.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            };
            let stop = chunk.iter().position(|byte| matches!(byte, b'\n' | 0));
            let (taken, rest) = chunk.split_at(stop.unwrap_or(chunk.len()));
            self.line.extend_from_slice(taken);
            let ended = chunk.is_empty() || rest.first() == Some(&0);
            let newline = rest.first() == Some(&b'\n');
            let used = taken.len().saturating_add(usize::from(newline));
            self.reader.consume(used);
            if self.line.len() > MAX_LINE {
                return Ok(Step::TooLong);
            }
            if newline {
                let length = u64::try_from(self.line.len()).unwrap_or(u64::MAX);
                self.offset = self.offset.saturating_add(length).saturating_add(1);
                return Ok(Step::Line(&self.line));
            }
            if ended {
                return Ok(Step::End { unfinished: self.line.len() });
            }
        }
    }
}

/// The longest record, in bytes, without its newline.
pub(crate) const MAX_LINE: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::{Lines, MAX_LINE, Step};
    use std::io::BufReader;

    fn read(bytes: &[u8], buffer: usize) -> (Vec<Vec<u8>>, Option<usize>, u64) {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, bytes));
        let mut found = Vec::new();
        loop {
            match lines.step().unwrap() {
                Step::Line(line) => found.push(line.to_vec()),
                Step::End { unfinished } => return (found, Some(unfinished), lines.offset()),
                Step::TooLong => return (found, None, lines.offset()),
            }
        }
    }

    #[test]
    fn records_end_at_the_first_nul_or_the_end() {
        type Case = (&'static [u8], &'static [&'static [u8]], usize, u64);
        let cases: [Case; 6] = [
            (b"", &[], 0, 0),
            (b"ab\ncd\n", &[b"ab", b"cd"], 0, 6),
            (b"ab\ncd\n\0\0x\n", &[b"ab", b"cd"], 0, 6),
            (b"ab\ncd", &[b"ab"], 2, 3),
            (b"ab\nc\0d\n", &[b"ab"], 1, 3),
            (b"\n", &[b""], 0, 1),
        ];
        for (bytes, lines, unfinished, offset) in cases {
            for buffer in [1, 2, 3, 64] {
                let (found, end, at) = read(bytes, buffer);
                assert_eq!(
                    (found, end, at),
                    (lines.iter().map(|l| l.to_vec()).collect(), Some(unfinished), offset)
                );
            }
        }
    }

    #[test]
    fn an_endless_line_is_not_read_to_its_end() {
        assert_eq!(read(&vec![b'x'; 10 * MAX_LINE], 4096).1, None);
    }
}
