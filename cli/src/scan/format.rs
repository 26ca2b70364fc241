//! What a file is, by its first bytes; names lie.

use panveil::scan::Charset;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text(Text),
    Gzip,
    Zstd,
    Zip,
    Tar,
    Sqlite,
    /// Compressed in a way that is not opened: nothing in it can be seen.
    Closed(&'static str),
    /// Read as bytes; parts of it are compressed or encoded, and stay unseen.
    Half(&'static str),
}

/// How text is to be read. Anything that is nothing else is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) charset: Charset,
    /// Without a byte order mark the charset is a guess, so it is read as ASCII-based too.
    pub(crate) guessed: bool,
    /// It has no lines.
    pub(crate) binary: bool,
}

/// So many bytes are looked at.
pub(crate) const HEAD: usize = 8192;

impl Format {
    /// What begins with these bytes, up to [`HEAD`] of them.
    pub(crate) fn of(head: &[u8]) -> Self {
        let known = BEGINNINGS.iter().find(|(bytes, _)| head.starts_with(bytes));
        if let Some((_, format)) = known {
            return *format;
        }
        match head {
            // A skippable frame before the first: RFC 8878, 3.1.2.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => Self::Closed("bzip2"),
            _ if super::tar::is_header(head) => Self::Tar,
            _ => Self::Text(Text::of(head)),
        }
    }
}

const BEGINNINGS: &[(&[u8], Format)] = &[
    (b"\x1f\x8b\x08", Format::Gzip),
    (b"\x28\xb5\x2f\xfd", Format::Zstd),
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (b"PK\x07\x08", Format::Zip),
    (b"SQLite format 3\0", Format::Sqlite),
    (b"\xfd7zXZ\0", Format::Closed("xz")),
    (b"7z\xbc\xaf\x27\x1c", Format::Closed("7-Zip")),
    (b"Rar!\x1a\x07", Format::Closed("RAR")),
    (b"\x04\x22\x4d\x18", Format::Closed("LZ4")),
    (b"\x1f\x9d", Format::Closed("compress")),
    (b"LZIP\x01", Format::Closed("lzip")),
    (b"MSCF\0\0\0\0", Format::Closed("cabinet")),
    (b"PACK\0\0\0\x02", Format::Closed("git pack")),
    (b"PGDMP", Format::Half("custom format of pg_dump")),
    (b"%PDF-", Format::Half("PDF")),
    (b"PAR1", Format::Half("Parquet")),
    (b"\xff\xfe\0\0", Format::Half("UTF-32")),
    (b"\0\0\xfe\xff", Format::Half("UTF-32")),
];

impl Text {
    /// ASCII-based text without a NUL byte.
    pub(crate) const PLAIN: Self = Self { charset: Charset::AsciiBased, guessed: false, binary: false };

    fn of(head: &[u8]) -> Self {
        if head.starts_with(b"\xff\xfe") {
            return Self { charset: Charset::Utf16Le, guessed: false, binary: false };
        }
        if head.starts_with(b"\xfe\xff") {
            return Self { charset: Charset::Utf16Be, guessed: false, binary: false };
        }
        let (mut even, mut odd) = (0usize, 0usize);
        for pair in head.chunks_exact(2) {
            even = even.saturating_add(usize::from(pair.first() == Some(&0)));
            odd = odd.saturating_add(usize::from(pair.last() == Some(&0)));
        }
        // In UTF-16 the zeros of ASCII characters stand on one side. One pair in ten is enough: most of the text may be
        // Japanese.
        let enough = head.len().div_ceil(20).max(4);
        let charset = if odd >= enough && even <= odd / 20 {
            Charset::Utf16Le
        } else if even >= enough && odd <= even / 20 {
            Charset::Utf16Be
        } else {
            Charset::AsciiBased
        };
        let guessed = charset != Charset::AsciiBased;
        Self { charset, guessed, binary: !guessed && head.contains(&0) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Text};
    use panveil::scan::Charset;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let rows: &[(&[u8], Format)] = &[
            (b"", Format::Text(Text::PLAIN)),
            (b"x\n", Format::Text(Text::PLAIN)),
            (b"BZh9 is how a sentence may begin", Format::Text(Text::PLAIN)),
            (b"\x1f\x8b\x08\0", Format::Gzip),
            (b"\x51\x2a\x4d\x18\x04\0\0\0", Format::Zstd),
            (b"\xfd7zXZ\0\0", Format::Closed("xz")),
            (b"BZh91AY&SY", Format::Closed("bzip2")),
            (b"%PDF-1.7", Format::Half("PDF")),
            (b"\x7fELF\0\0\x01\x02", Format::Text(Text { binary: true, ..Text::PLAIN })),
        ];
        for (head, format) in rows {
            assert_eq!(Format::of(head), *format, "{head:?}");
        }
    }

    #[test]
    fn utf_16_is_told_by_its_mark_or_its_zeros() {
        for text in ["card 4111\r\n", "注文 12, カード番号は次のとおりです: 4111\r\n"] {
            let (le, be) = (utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes));
            for (bytes, charset) in [(&le, Charset::Utf16Le), (&be, Charset::Utf16Be)] {
                assert_eq!(Text::of(bytes), Text { charset, guessed: true, binary: false }, "{text}");
            }
            let marked = [b"\xff\xfe", &le[..]].concat();
            assert_eq!(Text::of(&marked), Text { charset: Charset::Utf16Le, guessed: false, binary: false });
        }
    }
}
