//! How characters are written, and what that means for bytes that look like separators.

use super::wiped::Wiped;

/// A character encoding in which ASCII bytes outside of two-byte characters are ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, and ASCII.
    Utf8,
    /// Shift_JIS with the extensions of Windows (code page 932).
    ShiftJis,
    /// EUC-JP. Never sniffed: it must be given.
    EucJp,
    /// Windows-1252, Latin-1. Never sniffed: it must be given.
    Windows1252,
}

impl Encoding {
    /// The encoding with this name, in any case: `utf-8`, `shift_jis` (`sjis`, `cp932`), `euc-jp`, `windows-1252`
    /// (`latin1`).
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Encoding::Utf8),
            "shift_jis" | "shift-jis" | "sjis" | "cp932" | "windows-31j" => Some(Encoding::ShiftJis),
            "euc-jp" | "eucjp" => Some(Encoding::EucJp),
            "windows-1252" | "cp1252" | "latin1" | "iso-8859-1" => Some(Encoding::Windows1252),
            _ => None,
        }
    }

    /// `text` in this encoding; what it does not have becomes a numeric character reference.
    pub(crate) fn encode(self, text: &str) -> std::borrow::Cow<'_, [u8]> {
        self.standard().encode(text).0
    }

    /// Whether `byte` begins a character whose second byte may be `|` or a backslash.
    ///
    /// Only Shift_JIS has such second bytes (0x40 to 0x7e); they never are a quote, comma, semicolon, tab or
    /// line ending. In the others every byte of a longer character is above 0x7f.
    pub(super) const fn is_lead(self, byte: u8) -> bool {
        matches!(self, Encoding::ShiftJis) && matches!(byte, 0x81..=0x9f | 0xe0..=0xfc)
    }

    /// Whether `byte` can follow a lead byte. If not, the lead byte is damaged and stands alone.
    pub(super) const fn is_trail(byte: u8) -> bool {
        matches!(byte, 0x40..=0x7e | 0x80..=0xfc)
    }

    /// Bytes of `cell` that may begin a full-width digit: at least as many as there are such digits.
    pub(super) fn wide_digits_at_most(self, cell: &[u8]) -> usize {
        let lead = match self {
            Encoding::Utf8 => 0xef,     // EF BC 90 to EF BC 99
            Encoding::ShiftJis => 0x82, // 82 4F to 82 58
            Encoding::EucJp => 0xa3,    // A3 B0 to A3 B9
            Encoding::Windows1252 => return 0,
        };
        cell.iter().filter(|byte| **byte == lead).count()
    }

    /// `bytes` as UTF-8 in `text`, with U+FFFD for what is not of this encoding.
    pub(super) fn decode(self, bytes: &[u8], text: &mut Wiped) {
        text.clear();
        let mut decoder = self.standard().new_decoder_without_bom_handling();
        let mut piece = [0; 1024];
        let mut rest = bytes;
        loop {
            let (result, read, written, _) = decoder.decode_to_utf8(rest, &mut piece, true);
            text.extend(piece.get(..written).unwrap_or_default());
            rest = rest.get(read..).unwrap_or_default();
            if result == encoding_rs::CoderResult::InputEmpty {
                break;
            }
        }
        super::wiped::wipe(&mut piece);
    }

    /// Whether `sample`, which may end inside a character unless it is `whole`, is text of this encoding.
    pub(super) fn accepts(self, sample: &[u8], whole: bool) -> bool {
        let mut decoder = self.standard().new_decoder_without_bom_handling();
        let mut piece = [0; 1024];
        let mut rest = sample;
        let accepted = loop {
            let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut piece, whole);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                encoding_rs::DecoderResult::InputEmpty => break true,
                encoding_rs::DecoderResult::Malformed(..) => break false,
                encoding_rs::DecoderResult::OutputFull => {}
            }
        };
        super::wiped::wipe(&mut piece);
        accepted
    }

    fn standard(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::ShiftJis => encoding_rs::SHIFT_JIS,
            Encoding::EucJp => encoding_rs::EUC_JP,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding;
    use crate::table::wiped::Wiped;

    #[test]
    fn every_encoding_decodes_and_counts_its_wide_digits() {
        for (encoding, bytes, text, wide) in [
            (Encoding::Utf8, "４２表|".as_bytes(), "４２表|", 2),
            (Encoding::ShiftJis, b"\x82\x53\x82\x51\x95\x5c|".as_slice(), "４２表|", 2),
            (Encoding::EucJp, b"\xa3\xb4\xa3\xb2\xc9\xbd|".as_slice(), "４２表|", 2),
            (Encoding::Windows1252, b"caf\xe9", "café", 0),
            (Encoding::Utf8, b"\xff4", "\u{fffd}4", 0),
        ] {
            let mut decoded = Wiped::with_capacity(0);
            encoding.decode(bytes, &mut decoded);
            assert_eq!(decoded.as_slice(), text.as_bytes(), "{encoding:?}");
            assert_eq!(encoding.wide_digits_at_most(bytes), wide, "{encoding:?}");
        }
    }

    #[test]
    fn a_sample_may_end_inside_a_character_unless_it_is_whole() {
        for (encoding, sample) in
            [(Encoding::Utf8, b"\xe8\xa1".as_slice()), (Encoding::ShiftJis, b"\x95".as_slice())]
        {
            assert!(encoding.accepts(sample, false));
            assert!(!encoding.accepts(sample, true));
        }
    }

    #[test]
    fn long_text_decodes_whole() {
        let long = "表ソポ1".repeat(2000);
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&long);
        let mut decoded = Wiped::with_capacity(0);
        Encoding::ShiftJis.decode(&bytes, &mut decoded);
        assert_eq!(decoded.as_slice(), long.as_bytes());
    }
}
