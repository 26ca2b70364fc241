//! Fixed-size fields read from a stored value: what is too short, too long or unknown is damage.

use crate::error::{Error, Result};

/// A stored value that is read from its front.
///
/// Rows are authenticated before they are parsed, so a misfit here is a defect or another version, never an
/// attack; it is refused all the same.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(value: &'a [u8]) -> Self {
        Self(value)
    }

    /// The next `N` bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Error::StoreDamaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8> {
        self.bytes().map(u8::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        self.bytes().map(u64::from_be_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64> {
        self.bytes().map(i64::from_be_bytes)
    }

    /// The next `length` bytes.
    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Error::StoreDamaged)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The format version every value begins with.
    pub(crate) fn version(&mut self, known: u8) -> Result<()> {
        match self.u8()? {
            found if found == known => Ok(()),
            newer if newer > known => Err(Error::StoreVersion),
            _ => Err(Error::StoreDamaged),
        }
    }

    /// All that follows.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Nothing may follow.
    pub(crate) fn end(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::StoreDamaged) }
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use crate::error::Error;

    #[test]
    fn short_and_long_values_are_refused() {
        let mut short = Fields::new(&[1, 2, 3]);
        assert_eq!(short.u32(), Err(Error::StoreDamaged));
        assert_eq!(short.u8(), Ok(1));
        assert_eq!(short.end(), Err(Error::StoreDamaged));
        assert_eq!(Fields::new(&[2]).version(1), Err(Error::StoreVersion));
        assert_eq!(Fields::new(&[0]).version(1), Err(Error::StoreDamaged));
    }
}
