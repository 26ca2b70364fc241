//! Where a row ends and where its cells lie: the one place that knows quoting.
//!
//! The splitter and the workers both read through this function, so they cannot disagree. It is used in place of
//! `csv-core` because that copies every cell (card numbers too) into a second buffer, forgets how the cell was
//! quoted, and takes second bytes of Shift_JIS for separators; the tests hold it to what `csv-core` reads.

use memchr::{memchr, memchr3};

use super::dialect::{Dialect, Escape, Meaning};
use super::encoding::Encoding;

/// One cell as it stands in the row, quotes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What the bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A whole row of `content` bytes; with its line ending it has `end`.
    Row { content: usize, end: usize },
    /// Part of a row. `in_quotes`: the bytes end within a quoted cell.
    Part { in_quotes: bool },
}

/// Reads one row from the start of `bytes` and gives its cells in order.
///
/// `last` says that nothing follows `bytes`: then only an unclosed quote is a part of a row.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "`at` only moves over bytes that were just read, so it is at most the length plus one"
)]
pub(super) fn scan(bytes: &[u8], dialect: &Dialect, last: bool, mut cell: impl FnMut(Cell)) -> Found {
    let mut at = 0;
    loop {
        let start = at;
        if bytes.get(at) == Some(&b'"') {
            match after_quotes(bytes, at + 1, dialect) {
                Some(after) => at = after,
                None => return Found::Part { in_quotes: true },
            }
        }
        at = next_stop(bytes, at, dialect);
        let Some(&stop) = bytes.get(at) else {
            // More of the cell may follow; a quote at the end may be the first of two.
            if !last {
                return Found::Part { in_quotes: false };
            }
            cell(Cell { start, end: at });
            return Found::Row { content: at, end: at };
        };
        cell(Cell { start, end: at });
        match (stop, bytes.get(at + 1)) {
            (b'\n', _) => return Found::Row { content: at, end: at + 1 },
            (b'\r', Some(b'\n')) => return Found::Row { content: at, end: at + 2 },
            // The LF of a CRLF may not have been read yet.
            (b'\r', None) if !last => return Found::Part { in_quotes: false },
            (b'\r', _) => return Found::Row { content: at, end: at + 1 },
            _ => at += 1,
        }
    }
}

/// What [`scan`] finds, for those who do not ask for the cells.
///
/// Where no quote stands before the line ending, none can hide it, and nobody needs to look at the cells.
#[expect(clippy::arithmetic_side_effects, reason = "as in `scan`")]
pub(super) fn scan_row(bytes: &[u8], dialect: &Dialect, last: bool) -> Found {
    let Some(at) = memchr3(b'"', b'\n', b'\r', bytes) else {
        return if last {
            Found::Row { content: bytes.len(), end: bytes.len() }
        } else {
            Found::Part { in_quotes: false }
        };
    };
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'"'), _) => scan(bytes, dialect, last, |_| {}),
        (Some(b'\r'), Some(b'\n')) => Found::Row { content: at, end: at + 2 },
        // The LF of a CRLF may not have been read yet.
        (Some(b'\r'), None) if !last => Found::Part { in_quotes: false },
        _ => Found::Row { content: at, end: at + 1 },
    }
}

/// The place after the quote that closes the cell, `at` being the place after the one that opened it.
#[expect(clippy::arithmetic_side_effects, reason = "as in `scan`")]
fn after_quotes(bytes: &[u8], mut at: usize, dialect: &Dialect) -> Option<usize> {
    loop {
        match dialect.escape() {
            Escape::Doubled => at += memchr(b'"', bytes.get(at..)?)?,
            Escape::Backslash => loop {
                let &byte = bytes.get(at)?;
                match byte {
                    b'"' => break,
                    b'\\' => at += 2,
                    _ => at += width(bytes, at, dialect),
                }
            },
        }
        at += 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// The place of the next separator or line ending, or the length of `bytes`.
#[expect(clippy::arithmetic_side_effects, reason = "as in `scan`")]
fn next_stop(bytes: &[u8], mut at: usize, dialect: &Dialect) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match dialect.meaning(byte) {
            Meaning::Text => at += 1,
            Meaning::Stop => break,
            Meaning::Lead => at += width(bytes, at, dialect),
        }
    }
    at
}

/// 2 for a lead byte and its trail byte, 1 for anything else.
fn width(bytes: &[u8], at: usize, dialect: &Dialect) -> usize {
    let lead = bytes.get(at).is_some_and(|byte| dialect.meaning(*byte) == Meaning::Lead);
    let trail = bytes.get(at.saturating_add(1)).is_some_and(|byte| Encoding::is_trail(*byte));
    if lead && trail { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::{Found, scan, scan_row};
    use crate::table::dialect::{Dialect, Escape, Separator};
    use crate::table::encoding::Encoding;

    fn cells(bytes: &[u8], dialect: &Dialect) -> (Vec<Vec<u8>>, Found) {
        let mut cells = Vec::new();
        let found = scan(bytes, dialect, true, |cell| cells.push(bytes[cell.start..cell.end].to_vec()));
        (cells, found)
    }

    #[test]
    fn rows_of_every_dialect() {
        let comma = Dialect::new(Separator::Comma, Escape::Doubled, Encoding::Utf8);
        let slash = Dialect::new(Separator::Comma, Escape::Backslash, Encoding::Utf8);
        let sjis_pipe = Dialect::new(Separator::Pipe, Escape::Backslash, Encoding::ShiftJis);
        type Case<'a> = (&'a Dialect, &'a [u8], &'a [&'a [u8]], usize);
        let cases: &[Case<'_>] = &[
            (&comma, b"a,b\nc", &[b"a", b"b"], 4),
            (&comma, b"a,b\r\nc", &[b"a", b"b"], 5),
            (&comma, b"a,b\rc", &[b"a", b"b"], 4),
            (&comma, b"a,", &[b"a", b""], 2),
            (&comma, b"\nx", &[b""], 1),
            (&comma, b"\"a,\nb\",c\n", &[b"\"a,\nb\"", b"c"], 9),
            (&comma, b"\"a\"\"b\",c\n", &[b"\"a\"\"b\"", b"c"], 9),
            (&comma, b"27\" screen,c\n", &[b"27\" screen", b"c"], 13),
            (&comma, b"\"a\"junk,c\n", &[b"\"a\"junk", b"c"], 10),
            (&slash, b"\"a\\\"b\",c\n", &[b"\"a\\\"b\"", b"c"], 9),
            (&slash, b"\"a\\\\\",c\n", &[b"\"a\\\\\"", b"c"], 8),
            // ポ is 83 7C, 表 is 95 5C: their second bytes are no separator and no backslash.
            (&sjis_pipe, b"\x83\x7c|\"\x95\x5c\"|c\n", &[b"\x83\x7c", b"\"\x95\x5c\"", b"c"], 10),
            // A lead byte without a trail byte stands alone.
            (&sjis_pipe, b"\x83\n|c", &[b"\x83"], 2),
        ];
        for (dialect, bytes, expected, end) in cases {
            let (cells, found) = cells(bytes, dialect);
            assert_eq!(cells, expected.to_vec(), "{bytes:?}");
            assert!(matches!(found, Found::Row { end: e, .. } if e == *end), "{bytes:?} {found:?}");
        }
    }

    #[test]
    fn a_cut_row_is_known_as_a_part() {
        let dialect = Dialect::new(Separator::Comma, Escape::Doubled, Encoding::Utf8);
        for (bytes, last, in_quotes) in [
            (b"a,b".as_slice(), false, false),
            (b"a,b\r", false, false),
            (b"a,\"b", false, true),
            (b"a,\"b\"", false, false),
            (b"a,\"b\n", true, true),
        ] {
            assert_eq!(scan(bytes, &dialect, last, |_| {}), Found::Part { in_quotes }, "{bytes:?}");
        }
    }

    #[test]
    fn the_end_of_a_row_is_where_its_last_cell_ends() {
        // All strings of up to five of these bytes: 表 and ポ in pieces, quotes, both escapes, every line ending.
        let alphabet = b"a,|\"\\\n\r\x95";
        let mut strings: Vec<Vec<u8>> = vec![Vec::new()];
        for _ in 0..5 {
            let longer: Vec<Vec<u8>> = strings
                .iter()
                .flat_map(|string| alphabet.iter().map(|byte| [string.as_slice(), &[*byte]].concat()))
                .collect();
            for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
                for escape in [Escape::Doubled, Escape::Backslash] {
                    let dialect = Dialect::new(Separator::Pipe, escape, encoding);
                    for (bytes, last) in longer.iter().flat_map(|bytes| [(bytes, false), (bytes, true)]) {
                        let found = scan(bytes, &dialect, last, |_| {});
                        assert_eq!(scan_row(bytes, &dialect, last), found, "{bytes:?} {escape:?} {last}");
                    }
                }
            }
            strings = longer;
        }
        let empty = Dialect::new(Separator::Comma, Escape::Doubled, Encoding::Utf8);
        for last in [false, true] {
            assert_eq!(scan_row(b"", &empty, last), scan(b"", &empty, last, |_| {}));
        }
    }
}
