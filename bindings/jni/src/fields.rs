//! Several texts in one byte array: each behind its length in two bytes, big endian; length 0xffff is a text that is
//! absent.

use panveil::{Error, Result};

/// Reads the texts of one array, in order.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next text, `None` if it is absent.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is none, or it is no UTF-8.
    pub(crate) fn optional(&mut self) -> Result<Option<&'a str>> {
        let (length, rest) = self.0.split_first_chunk::<2>().ok_or(Error::Argument)?;
        let length = u16::from_be_bytes(*length);
        if length == ABSENT {
            self.0 = rest;
            return Ok(None);
        }
        let (text, rest) = rest.split_at_checked(usize::from(length)).ok_or(Error::Argument)?;
        self.0 = rest;
        core::str::from_utf8(text).map(Some).map_err(|_| Error::Argument)
    }

    /// The next text, which must be there.
    pub(crate) fn text(&mut self) -> Result<&'a str> {
        self.optional()?.ok_or(Error::NullPointer)
    }

    /// The next text as a number.
    pub(crate) fn number<T: core::str::FromStr>(&mut self) -> Result<T> {
        self.text()?.parse().map_err(|_| Error::Argument)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Adds a text. One that is too long is cut, at a character.
pub(crate) fn add(to: &mut Vec<u8>, text: &str) {
    let length = text.len().min(usize::from(ABSENT - 1));
    let length = (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    to.extend_from_slice(&u16::try_from(length).unwrap_or(0).to_be_bytes());
    to.extend_from_slice(text.as_bytes().get(..length).unwrap_or_default());
}

const ABSENT: u16 = u16::MAX;

#[cfg(test)]
mod tests {
    use panveil::Error;

    use super::{Fields, add};

    #[test]
    fn texts_are_read_in_order() {
        let mut bytes = Vec::new();
        for text in ["shop", "", "42"] {
            add(&mut bytes, text);
        }
        bytes.extend_from_slice(&[0xff, 0xff]);
        let mut fields = Fields::new(&bytes);
        assert_eq!(fields.text(), Ok("shop"));
        assert_eq!(fields.text(), Ok(""));
        assert_eq!(fields.number::<u64>(), Ok(42));
        assert_eq!(fields.text(), Err(Error::NullPointer));
        assert!(fields.is_empty());
        assert_eq!(fields.optional(), Err(Error::Argument));
    }

    #[test]
    fn whatever_is_no_text_is_refused() {
        for bytes in [&[0][..], &[0, 1], &[0xff, 0xfe, 1], &[0, 1, 0x80]] {
            assert_eq!(Fields::new(bytes).optional(), Err(Error::Argument), "{bytes:?}");
        }
        let mut bytes = Vec::new();
        add(&mut bytes, &"é".repeat(40_000));
        assert_eq!(Fields::new(&bytes).text().map(str::len), Ok(65_534));
    }
}
