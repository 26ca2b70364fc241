//! Labelled key derivation: HKDF with SHA-256 (RFC 5869), one unambiguous label for each sub-key.

use hkdf::Hkdf;
use sha2::Sha256;

use super::secret::Secret;
use crate::error::{Error, Result};

/// The info string of one derivation: parts that cannot run into each other.
///
/// Every variable part is written as its length (two bytes, big endian) and its bytes, every number as four
/// bytes, big endian, so two different lists of parts never give the same string.
#[derive(Clone)]
pub struct Label(Vec<u8>);

impl Label {
    /// A label that begins with the fixed `name` of the derivation, such as `panveil/v1/seal`.
    pub fn new(name: &'static str) -> Self {
        Self(Vec::with_capacity(64)).text(name.as_bytes())
    }

    /// Adds a part of at most 65,535 bytes; longer parts, which no id can have, are cut with their length saturated.
    #[must_use]
    pub fn text(mut self, part: &[u8]) -> Self {
        let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(part);
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn number(mut self, number: u32) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// The encoded label.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Extract and expand: a sub-key of a root, for one label.
///
/// # Errors
/// [`Error::Internal`] never in practice: 32 bytes are within HKDF's output limit.
pub fn derive(root: &Secret, label: &Label) -> Result<Secret> {
    let hkdf = Hkdf::<Sha256>::new(None, root.expose());
    Secret::fill_with(|out| hkdf.expand(label.as_bytes(), out).map_err(|_| Error::Internal))
}

/// Expand only: `key` is already a uniform key and serves as the PRK.
///
/// # Errors
/// [`Error::Internal`] never in practice: 32 bytes are within HKDF's output limit.
pub fn expand(key: &Secret, info: &[u8]) -> Result<Secret> {
    let hkdf = Hkdf::<Sha256>::from_prk(key.expose()).map_err(|_| Error::Internal)?;
    Secret::fill_with(|out| hkdf.expand(info, out).map_err(|_| Error::Internal))
}

#[cfg(test)]
mod tests {
    use super::{Label, derive};
    use crate::crypto::secret::Secret;

    #[test]
    fn parts_cannot_run_into_each_other() {
        let a = Label::new("x").text(b"ab").text(b"c");
        let b = Label::new("x").text(b"a").text(b"bc");
        assert_ne!(a.as_bytes(), b.as_bytes());
    }

    #[test]
    fn another_label_gives_another_key() {
        let root = Secret::random().unwrap();
        let a = derive(&root, &Label::new("panveil/v1/a").number(1)).unwrap();
        let b = derive(&root, &Label::new("panveil/v1/a").number(2)).unwrap();
        assert!(!a.ct_eq(&b));
    }
}
