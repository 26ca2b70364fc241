//! The value of a cell: without quotes and escapes, as UTF-8.

use super::dialect::{Dialect, Escape};
use super::encoding::Encoding;
use super::wiped::Wiped;

/// Reads values; its buffers are wiped before each use and when dropped.
#[derive(Debug)]
pub(super) struct ValueReader {
    bare: Wiped,
    text: Wiped,
}

impl ValueReader {
    pub(super) fn new() -> Self {
        Self { bare: Wiped::with_capacity(64), text: Wiped::with_capacity(64) }
    }

    /// The value of the raw cell `cell`.
    pub(super) fn read<'a>(&'a mut self, cell: &'a [u8], dialect: &Dialect) -> &'a [u8] {
        let bare = match cell.strip_prefix(b"\"") {
            None => cell,
            Some(inner) => match plain_inner(inner, dialect) {
                Some(plain) => plain,
                None => {
                    self.bare.clear();
                    unescape(inner, dialect, &mut self.bare);
                    self.bare.as_slice()
                }
            },
        };
        if bare.is_ascii() {
            return bare;
        }
        dialect.encoding().decode(bare, &mut self.text);
        self.text.as_slice()
    }

    pub(super) fn wipe(&mut self) {
        self.bare.clear();
        self.text.clear();
    }
}

/// Whether `value` holds nothing but white space, full-width spaces included.
pub(super) fn is_blank(value: &[u8]) -> bool {
    match value.first() {
        None => true,
        // Nearly all cells begin so.
        Some(byte) if byte.is_ascii_graphic() => false,
        Some(_) => str::from_utf8(value).is_ok_and(|text| text.trim().is_empty()),
    }
}

/// What stands between the quotes, if nothing there needs unescaping.
fn plain_inner<'a>(inner: &'a [u8], dialect: &Dialect) -> Option<&'a [u8]> {
    let (quote, plain) = inner.split_last()?;
    let escaped = match dialect.escape() {
        Escape::Doubled => memchr::memchr(b'"', plain),
        Escape::Backslash => memchr::memchr2(b'"', b'\\', plain),
    };
    (*quote == b'"' && escaped.is_none()).then_some(plain)
}

/// Undoes quoting; bytes after the closing quote belong to the value, as spreadsheets read them.
fn unescape(inner: &[u8], dialect: &Dialect, out: &mut Wiped) {
    let backslash = dialect.escape() == Escape::Backslash;
    let mut quoted = true;
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if quoted => {
                if bytes.next_if_eq(&b'"').is_some() {
                    out.push(b'"');
                } else {
                    quoted = false;
                }
            }
            b'\\' if quoted && backslash => {
                if let Some(escaped) = bytes.next() {
                    out.push(escaped);
                }
            }
            _ => {
                out.push(byte);
                if dialect.encoding().is_lead(byte)
                    && let Some(trail) = bytes.next_if(|next| Encoding::is_trail(*next))
                {
                    out.push(trail);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ValueReader, is_blank};
    use crate::table::dialect::{Dialect, Escape, Separator};
    use crate::table::encoding::Encoding;

    #[test]
    fn values_lose_their_quotes_and_escapes() {
        let mut reader = ValueReader::new();
        for (escape, encoding, cell, value) in [
            (Escape::Doubled, Encoding::Utf8, b"4111".as_slice(), "4111"),
            (Escape::Doubled, Encoding::Utf8, b"\"4111\"", "4111"),
            (Escape::Doubled, Encoding::Utf8, b"\"\"", ""),
            (Escape::Doubled, Encoding::Utf8, b"\"a\"\"b\"", "a\"b"),
            (Escape::Doubled, Encoding::Utf8, b"\"a\"b", "ab"),
            (Escape::Doubled, Encoding::Utf8, b"\"a\\\"", "a\\"),
            (Escape::Backslash, Encoding::Utf8, b"\"a\\\"b\\\\\"", "a\"b\\"),
            (Escape::Doubled, Encoding::ShiftJis, b"\"\x82\x53\x95\x5c\"", "４表"),
            (Escape::Backslash, Encoding::ShiftJis, b"\"\x95\x5c\\\"\"", "表\""),
        ] {
            let dialect = Dialect::new(Separator::Comma, escape, encoding);
            assert_eq!(reader.read(cell, &dialect), value.as_bytes(), "{cell:?}");
        }
    }

    #[test]
    fn blank_is_nothing_but_spaces() {
        for (value, blank) in [("", true), ("  ", true), ("　", true), ("-", false), ("0", false)] {
            assert_eq!(is_blank(value.as_bytes()), blank);
        }
    }
}
