//! Where card numbers lie in a text.

use super::hit::{Confidence, Hit};
use super::stream::HitStream;

/// Finds card numbers, track data, and the security codes and PINs beside them. Cheap to copy; may be shared between threads.
///
/// It finds 12 to 19 digits (ISO/IEC 7812-1) that fit a brand's range and length and the check digit: plain, with spaces,
/// dots, dashes, slashes or underscores between usual groups, over two lines, in full-width or Arabic-Indic digits,
/// URL-encoded, and in hex dumps; on request in base64. An unbroken string of more than 19 digits is not a card number, and
/// no part of one is looked at.
///
/// ```
/// use panveil::scan::{Confidence, Finder};
/// let hits = Finder::new().find(b"refund 4111-1111-1111-1111, order 20261122");
/// assert_eq!(hits.len(), 1);
/// assert_eq!((hits[0].offset, hits[0].length), (7, 19));
/// assert_eq!(hits[0].confidence, Confidence::High);
/// assert_eq!(hits[0].masked.unwrap().as_str(), "************1111");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Finder {
    pub(super) least: Confidence,
    pub(super) writings: Writings,
    pub(super) charset: Charset,
}

/// Which writings are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writings {
    /// ASCII digits with any separators.
    Ascii,
    /// All but base64.
    Usual,
    /// Base64 too.
    WithBase64,
}

/// How the characters of a text are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charset {
    /// UTF-8 or anything else that contains ASCII: Latin-1, Shift_JIS, EUC-JP, GB 18030, or bytes of any kind.
    AsciiBased,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
}

impl Charset {
    /// How many bytes a unit has.
    pub(super) const fn unit(self) -> usize {
        match self {
            Self::AsciiBased => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }
}

impl Finder {
    /// Everything but base64, in ASCII-based text, at least of medium confidence.
    pub const fn new() -> Self {
        Self { least: Confidence::Medium, writings: Writings::Usual, charset: Charset::AsciiBased }
    }

    /// ASCII digits with any separators only: for the fastest path where text has no other digits.
    #[must_use]
    pub const fn ascii_only(mut self) -> Self {
        self.writings = Writings::Ascii;
        self
    }

    /// Looks into base64 too.
    #[must_use]
    pub const fn with_base64(mut self) -> Self {
        self.writings = Writings::WithBase64;
        self
    }

    /// Hits of this confidence and above (default: medium).
    #[must_use]
    pub const fn at_least(mut self, least: Confidence) -> Self {
        self.least = least;
        self
    }

    /// Text in this encoding (default: ASCII-based). Offsets and lengths stay those of the bytes given.
    #[must_use]
    pub const fn in_charset(mut self, charset: Charset) -> Self {
        self.charset = charset;
        self
    }

    /// All hits of a whole text, in order.
    pub fn find(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut stream = self.stream();
        stream.push(text, &mut |hit| hits.push(*hit));
        stream.finish(&mut |hit| hits.push(*hit));
        hits
    }

    /// A stream to push text into, piece by piece.
    pub fn stream(&self) -> HitStream {
        HitStream::new(*self)
    }
}

impl Default for Finder {
    fn default() -> Self {
        Self::new()
    }
}
