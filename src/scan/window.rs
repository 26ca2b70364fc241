//! A stretch of a stream, with its place in it.

use super::finder::Charset;
use super::hit::Hit;

/// A stretch of the stream.
#[derive(Clone, Copy)]
pub(super) struct Window<'a> {
    /// One byte for each unit of the stream's encoding; the bytes themselves where that is one byte.
    pub(super) text: &'a [u8],
    /// The bytes of the stream.
    pub(super) raw: &'a [u8],
    /// Where `text` begins in the stream, in units.
    pub(super) base: u64,
    /// What a unit is.
    pub(super) charset: Charset,
}

impl<'a> Window<'a> {
    /// The bytes of the units `from..until` of the stream, as far as they are here.
    pub(super) fn slice(&self, from: u64, until: u64) -> &'a [u8] {
        let bytes = self.charset.unit();
        let byte = |offset: u64| self.place(offset).saturating_mul(bytes);
        self.raw.get(byte(from)..byte(until)).unwrap_or_default()
    }

    /// A hit with its place and length in bytes.
    pub(super) fn in_bytes(&self, hit: &Hit) -> Hit {
        let bytes = self.charset.unit();
        Hit {
            offset: hit.offset.saturating_mul(bytes as u64),
            length: hit.length.saturating_mul(bytes),
            ..*hit
        }
    }

    pub(super) fn place(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.text.len())
    }

    pub(super) fn offset(&self, place: usize) -> u64 {
        self.base.saturating_add(place as u64)
    }
}
