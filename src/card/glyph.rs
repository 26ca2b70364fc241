//! One character of a card number as people write it: a digit, a separator, or neither.

/// What one character is to a card number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyph {
    /// A decimal digit, ASCII or full-width, by its value 0 to 9.
    Digit(u8),
    /// A space: ASCII, no-break, figure, thin, narrow no-break, or ideographic.
    Space,
    /// A hyphen: ASCII, the Unicode hyphens and dashes, minus, full-width, or the Japanese long-vowel marks,
    /// which keyboards there put where others have a hyphen.
    Dash,
    /// A full stop, ASCII or full-width.
    Dot,
    /// Anything else; of a longer UTF-8 character, one byte.
    Other,
}

/// The first glyph of UTF-8 `text` and the text after it; `None` at the end.
///
/// Bytes that are no UTF-8 are `Other`, one by one.
#[inline]
pub(crate) fn first(text: &[u8]) -> Option<(Glyph, &[u8])> {
    Some(match text {
        [] => return None,
        // The low four bits of an ASCII or full-width digit are its value.
        [digit @ b'0'..=b'9', rest @ ..] | [0xef, 0xbc, digit @ 0x90..=0x99, rest @ ..] => {
            (Glyph::Digit(digit & 0x0f), rest)
        }
        [b' ', rest @ ..]
        | [0xc2, 0xa0, rest @ ..]
        | [0xe2, 0x80, 0x87 | 0x89 | 0xaf, rest @ ..]
        | [0xe3, 0x80, 0x80, rest @ ..] => (Glyph::Space, rest),
        [b'-', rest @ ..]
        | [0xe2, 0x80, 0x90..=0x95, rest @ ..]
        | [0xe2, 0x88, 0x92, rest @ ..]
        | [0xef, 0xbc, 0x8d, rest @ ..]
        | [0xe3, 0x83, 0xbc, rest @ ..]
        | [0xef, 0xbd, 0xb0, rest @ ..] => (Glyph::Dash, rest),
        [b'.', rest @ ..] | [0xef, 0xbc, 0x8e, rest @ ..] => (Glyph::Dot, rest),
        [_, rest @ ..] => (Glyph::Other, rest),
    })
}

#[cfg(test)]
mod tests {
    use super::{Glyph, first};

    #[test]
    fn digits_and_separators_in_every_writing() {
        let cases: &[(&str, Glyph)] = &[
            ("0", Glyph::Digit(0)),
            ("9", Glyph::Digit(9)),
            ("０", Glyph::Digit(0)),
            ("９", Glyph::Digit(9)),
            (" ", Glyph::Space),
            ("\u{a0}", Glyph::Space),
            ("\u{2007}", Glyph::Space),
            ("\u{2009}", Glyph::Space),
            ("\u{202f}", Glyph::Space),
            ("\u{3000}", Glyph::Space),
            ("-", Glyph::Dash),
            ("\u{2010}", Glyph::Dash),
            ("\u{2013}", Glyph::Dash),
            ("\u{2015}", Glyph::Dash),
            ("\u{2212}", Glyph::Dash),
            ("－", Glyph::Dash),
            ("ー", Glyph::Dash),
            ("ｰ", Glyph::Dash),
            (".", Glyph::Dot),
            ("．", Glyph::Dot),
            ("/", Glyph::Other),
            (":", Glyph::Other),
            ("a", Glyph::Other),
            ("\t", Glyph::Other),
        ];
        for (text, expected) in cases {
            let (glyph, rest) = first(text.as_bytes()).unwrap();
            assert!(glyph == *expected, "{text:?}");
            assert!(rest.is_empty(), "{text:?}");
        }
        assert!(first(b"").is_none());
        assert!(first("日".as_bytes()).unwrap().0 == Glyph::Other);
    }
}
