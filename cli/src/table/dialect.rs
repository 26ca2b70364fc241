//! How a table is written: separator, quoting, encoding.

use super::encoding::Encoding;
use super::wiped::Wiped;

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
}

impl Separator {
    /// All of them, the most usual first.
    pub const ALL: [Separator; 4] = [Separator::Comma, Separator::Semicolon, Separator::Tab, Separator::Pipe];

    /// The separator of this name, or that is this character: `comma` or `,` and so on.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "comma" | "," => Some(Separator::Comma),
            "semicolon" | ";" => Some(Separator::Semicolon),
            "tab" | "\t" | "\\t" => Some(Separator::Tab),
            "pipe" | "|" => Some(Separator::Pipe),
            _ => None,
        }
    }

    /// The ASCII byte.
    pub const fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
            Separator::Pipe => b'|',
        }
    }

    pub(super) const fn text(self) -> &'static str {
        match self {
            Separator::Comma => ",",
            Separator::Semicolon => ";",
            Separator::Tab => "\t",
            Separator::Pipe => "|",
        }
    }
}

/// How a quote inside a quoted cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Twice: `"say ""hi"""` (RFC 4180).
    Doubled,
    /// With a backslash, or twice: `"say \"hi\""`. A backslash escapes any byte after it, in quoted cells only.
    Backslash,
}

/// A dialect, and what each byte means in it.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    separator: Separator,
    escape: Escape,
    encoding: Encoding,
    meaning: [Meaning; 256],
}

/// What a byte means outside of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Text,
    /// A separator or the start of a line ending.
    Stop,
    /// The first of two bytes, of which the second may look like `|` or a backslash.
    Lead,
}

impl Dialect {
    /// The dialect with these three properties.
    pub fn new(separator: Separator, escape: Escape, encoding: Encoding) -> Self {
        let mut meaning = [Meaning::Text; 256];
        for (byte, slot) in (0..=u8::MAX).zip(meaning.iter_mut()) {
            if byte == separator.byte() || byte == b'\n' || byte == b'\r' {
                *slot = Meaning::Stop;
            } else if encoding.is_lead(byte) {
                *slot = Meaning::Lead;
            }
        }
        Self { separator, escape, encoding, meaning }
    }

    /// What stands between two cells.
    pub const fn separator(&self) -> Separator {
        self.separator
    }

    /// How a quote inside a quoted cell is written.
    pub const fn escape(&self) -> Escape {
        self.escape
    }

    /// How characters are written.
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) fn meaning(&self, byte: u8) -> Meaning {
        // 256 entries: every byte has one.
        self.meaning.get(usize::from(byte)).copied().unwrap_or(Meaning::Text)
    }

    /// Appends `text` (ASCII) as a cell, quoted unless it is letters, digits and `*-._` only.
    pub(super) fn write_cell(&self, out: &mut Wiped, text: &[u8]) {
        // No way out before the end: so the loop runs over whole vectors of bytes.
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() | matches!(byte, b'*' | b'-' | b'.' | b'_');
        if text.iter().fold(true, |all, byte| all & plain(byte)) {
            out.extend(text);
            return;
        }
        out.push(b'"');
        for &byte in text {
            match (byte, self.escape) {
                (b'"', Escape::Doubled) => out.push(b'"'),
                (b'"' | b'\\', Escape::Backslash) => out.push(b'\\'),
                _ => {}
            }
            out.push(byte);
        }
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Escape, Separator};
    use crate::table::encoding::Encoding;
    use crate::table::wiped::Wiped;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        for (separator, escape, text, cell) in [
            (Separator::Comma, Escape::Doubled, "C0001", "C0001"),
            (Separator::Comma, Escape::Doubled, "a,b", "\"a,b\""),
            (Separator::Semicolon, Escape::Doubled, "a,b", "\"a,b\""),
            (Separator::Comma, Escape::Doubled, "f1.6-4", "f1.6-4"),
            (Separator::Comma, Escape::Doubled, "****_1111", "****_1111"),
            (Separator::Comma, Escape::Doubled, "5\"", "\"5\"\"\""),
            (Separator::Comma, Escape::Backslash, "5\"\\", "\"5\\\"\\\\\""),
            (Separator::Comma, Escape::Doubled, "", ""),
        ] {
            let mut out = Wiped::with_capacity(0);
            Dialect::new(separator, escape, Encoding::Utf8).write_cell(&mut out, text.as_bytes());
            assert_eq!(out.as_slice(), cell.as_bytes(), "{text}");
        }
    }
}
