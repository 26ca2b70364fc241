//! Boxed secrets that are wiped when dropped and that no formatter can print.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::error::{Error, Result};

/// 32 secret bytes: a root, a key, or a seed.
///
/// Boxed, because a moved inline array would leave its bytes behind; wiped on drop; neither printable, nor
/// copyable, nor comparable except in constant time.
pub struct Secret(Box<[u8; 32]>);

impl Secret {
    /// 32 fresh bytes of the operating system.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives none.
    pub fn random() -> Result<Self> {
        Self::fill_with(|bytes| getrandom::fill(bytes).map_err(|_| Error::Random))
    }

    /// A secret written in place by `fill`, so that no copy is left on the stack.
    ///
    /// # Errors
    /// What `fill` returns; then nothing of what it wrote remains.
    pub fn fill_with(fill: impl FnOnce(&mut [u8; 32]) -> Result<()>) -> Result<Self> {
        let mut secret = Self(Box::new([0; 32]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// A second box with the same bytes, for what takes over its key.
    pub(crate) fn duplicate(&self) -> Result<Self> {
        Self::fill_with(|bytes| {
            bytes.copy_from_slice(self.expose());
            Ok(())
        })
    }

    /// The bytes, for the primitives.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether two secrets are the same, in constant time.
    pub fn ct_eq(&self, other: &Secret) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Secret bytes of any length: a passphrase, an opened value.
pub struct SecretBytes(Box<[u8]>);

impl SecretBytes {
    /// Takes over `bytes`, whose spare capacity is wiped with it.
    pub fn new(mut bytes: Vec<u8>) -> Self {
        // `into_boxed_slice` may move to a smaller allocation, so the copy is made here and the source wiped.
        let copy: Box<[u8]> = bytes.as_slice().into();
        bytes.zeroize();
        Self(copy)
    }

    /// The bytes, for the primitives.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for SecretBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl core::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, SecretBytes};

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::fill_with(|bytes| {
            bytes.fill(7);
            Ok(())
        })
        .unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(format!("{:?}", SecretBytes::new(b"7777".to_vec())), "SecretBytes(..)");
    }

    #[test]
    fn equality_is_of_the_bytes() {
        let (a, b) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert!(a.ct_eq(&a));
        assert!(!a.ct_eq(&b));
    }
}
