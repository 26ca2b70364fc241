//! A short text in a fixed place, zero-terminated, as C structs hold it.

use std::ffi::c_char;

use panveil::{Error, Result};

/// At most `N - 1` bytes of ASCII, and zeros after them.
pub(crate) struct Text<const N: usize> {
    pub(crate) place: [c_char; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    pub(crate) const fn new() -> Self {
        Self { place: [0; N], length: 0 }
    }

    /// # Errors
    /// [`Error::Internal`] if it has no room, which the callers' sizes rule out.
    pub(crate) fn of(text: &str) -> Result<Self> {
        let mut made = Self::new();
        text.bytes().try_for_each(|byte| made.push(byte))?;
        Ok(made)
    }

    /// # Errors
    /// As [`of`](Self::of).
    pub(crate) fn push(&mut self, byte: u8) -> Result<()> {
        let next = self.length.saturating_add(1);
        if next >= N {
            return Err(Error::Internal);
        }
        *self.place.get_mut(self.length).ok_or(Error::Internal)? = byte as c_char;
        self.length = next;
        Ok(())
    }

    /// # Errors
    /// As [`of`](Self::of).
    pub(crate) fn extend<const M: usize>(&mut self, other: &Text<M>) -> Result<()> {
        other.place.iter().take(other.length).try_for_each(|byte| self.push(*byte as u8))
    }
}

impl<const N: usize> std::fmt::Write for Text<N> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        text.bytes().try_for_each(|byte| self.push(byte)).map_err(|_| std::fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn a_text_keeps_its_last_zero() {
        let full = Text::<4>::of("abc").unwrap();
        assert_eq!(full.place.map(|byte| byte as u8), *b"abc\0");
        assert!(Text::<4>::of("abcd").is_err());
        let mut joined = Text::<8>::new();
        joined.extend(&full).unwrap();
        joined.extend(&full).unwrap();
        assert_eq!(joined.place.map(|byte| byte as u8), *b"abcabc\0\0");
        assert!(joined.extend(&full).is_err());
    }
}
