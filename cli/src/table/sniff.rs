//! Finds out how a table is written, from its first 256 KiB.
//!
//! Encoding: a UTF-8 byte order mark, else valid UTF-8, else valid Shift_JIS. Separator and escape: of all
//! combinations that are open the one in which the header has the wanted column and the most rows have as many
//! cells as the header; commas and doubled quotes win a tie, so a backslash is an escape only where reading it so
//! makes rows whole.

use super::dialect::{Dialect, Escape, Separator};
use super::encoding::Encoding;
use super::error::TableError;
use super::plan::same_name;
use super::row::{Found, scan};
use super::value::ValueReader;

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// More rows than this say nothing new.
const MOST_ROWS: usize = 1000;

/// The dialect of `sample`, the start of a table, of which `whole` says that there is no more.
///
/// `wanted` is the name of the card column; `separator` and `encoding` are what the caller knows.
pub(super) fn sniff(
    sample: &[u8],
    whole: bool,
    wanted: &str,
    separator: Option<Separator>,
    encoding: Option<Encoding>,
) -> Result<Dialect, TableError> {
    let (encoding, text) = sniff_encoding(sample, whole, encoding)?;
    let separators = match &separator {
        Some(given) => core::slice::from_ref(given),
        None => Separator::ALL.as_slice(),
    };
    let mut best: Option<(Score, Dialect)> = None;
    for &separator in separators {
        for escape in [Escape::Doubled, Escape::Backslash] {
            let dialect = Dialect::new(separator, escape, encoding);
            let score = Score::of(text, whole, wanted, &dialect);
            if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
                best = Some((score, dialect));
            }
        }
    }
    best.map(|(_, dialect)| dialect).ok_or(TableError::Internal)
}

fn sniff_encoding(
    sample: &[u8],
    whole: bool,
    given: Option<Encoding>,
) -> Result<(Encoding, &[u8]), TableError> {
    if let Some(text) = sample.strip_prefix(BOM) {
        return Ok((Encoding::Utf8, text));
    }
    let start = sample.get(..1024).unwrap_or(sample);
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") || start.contains(&0) {
        return Err(TableError::Utf16);
    }
    if let Some(given) = given {
        return Ok((given, sample));
    }
    let fits = |encoding: &Encoding| encoding.accepts(sample, whole);
    let sniffed = [Encoding::Utf8, Encoding::ShiftJis].into_iter().find(fits);
    sniffed.map(|encoding| (encoding, sample)).ok_or(TableError::UnknownEncoding)
}

/// How well a dialect explains a sample; the fields count in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    has_wanted: bool,
    has_columns: bool,
    /// Of a thousand rows so many have as many cells as the header.
    regular: usize,
}

impl Score {
    fn of(text: &[u8], whole: bool, wanted: &str, dialect: &Dialect) -> Self {
        let mut score = Score { has_wanted: false, has_columns: false, regular: 0 };
        let mut value = ValueReader::new();
        let mut columns = None;
        let (mut rows, mut regular) = (0_usize, 0_usize);
        let mut rest = text;
        while !rest.is_empty() && rows < MOST_ROWS {
            let mut cells = 0_usize;
            let mut names_wanted = false;
            let found = scan(rest, dialect, whole, |cell| {
                cells = cells.saturating_add(1);
                if columns.is_none() {
                    let raw = rest.get(cell.start..cell.end).unwrap_or_default();
                    names_wanted |= same_name(value.read(raw, dialect), wanted);
                }
            });
            match found {
                Found::Row { content: 0, end } => rest = rest.get(end..).unwrap_or_default(),
                Found::Row { end, .. } => {
                    rest = rest.get(end..).unwrap_or_default();
                    match columns {
                        None => {
                            columns = Some(cells);
                            score.has_wanted = names_wanted;
                            score.has_columns = cells > 1;
                        }
                        Some(columns) => {
                            rows = rows.saturating_add(1);
                            regular = regular.saturating_add(usize::from(cells == columns));
                        }
                    }
                }
                // The sample ends within a row, unless it is the whole table: then a quote is open.
                Found::Part { .. } => {
                    rows = rows.saturating_add(usize::from(whole));
                    break;
                }
            }
        }
        score.regular = regular.saturating_mul(1000).checked_div(rows).unwrap_or(0);
        score
    }
}

#[cfg(test)]
mod tests {
    use super::sniff;
    use crate::table::dialect::{Escape, Separator};
    use crate::table::encoding::Encoding;
    use crate::table::error::TableError;

    #[test]
    fn dialects_are_told_apart() {
        use {Encoding::*, Escape::*, Separator::*};
        let cases: &[(&[u8], Separator, Escape, Encoding)] = &[
            (b"id,card\n1,2\n", Comma, Doubled, Utf8),
            (b"id;card;sum\n1;2;3,50\n", Semicolon, Doubled, Utf8),
            (b"id\tcard\n1\t2,2\n", Tab, Doubled, Utf8),
            (b"id|card|a,b\n1|2|a,b\n", Pipe, Doubled, Utf8),
            (b"a;b,card\n1,2\n", Comma, Doubled, Utf8),
            (b"card\n1\n", Comma, Doubled, Utf8),
            (b"\xef\xbb\xbf\"card\",x\n1,2\n", Comma, Doubled, Utf8),
            (b"card,memo\n1,\"say \\\"a, b\\\" c\"\n2,x\n", Comma, Backslash, Utf8),
            (b"card,path\n1,\"C:\\\"\n2,\"D:\\\"\n", Comma, Doubled, Utf8),
            (b"card|n\n1|\x83\x7c\n2|\x95\x5c\n", Pipe, Doubled, ShiftJis),
            ("card,名前\n1,表\n".as_bytes(), Comma, Doubled, Utf8),
            (b"", Comma, Doubled, Utf8),
        ];
        for (bytes, separator, escape, encoding) in cases {
            let dialect = sniff(bytes, true, "card", None, None).unwrap();
            let sniffed = (dialect.separator(), dialect.escape(), dialect.encoding());
            assert_eq!(sniffed, (*separator, *escape, *encoding), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (bytes, utf16) in
            [(b"\xff\xfei\0d\0".as_slice(), true), (b"i\0d\0,\0", true), (b"id,caf\xe9\n1,2\n", false)]
        {
            let error = sniff(bytes, true, "card", None, None).unwrap_err();
            assert_eq!(matches!(error, TableError::Utf16), utf16);
            assert_eq!(matches!(error, TableError::UnknownEncoding), !utf16);
        }
        let given = sniff(b"id,caf\xe9\n1,2\n", true, "id", None, Some(Encoding::Windows1252)).unwrap();
        assert_eq!(given.encoding(), Encoding::Windows1252);
    }
}
