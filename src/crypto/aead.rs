//! AES-256-GCM-SIV (RFC 8452) whose key id commits to the key.
//!
//! GCM-SIV alone lets a ciphertext be crafted that opens under two keys. Here cipher key and key id are two
//! outputs of HKDF-Expand over one secret, which itself is never a cipher key: two secrets with one id would be a
//! collision of SHA-256. So a record that names the id can be opened by one key only (CMT-1). It does not commit
//! to the associated data.

use aes_gcm_siv::aead::{AeadInOut, KeyInit};
use aes_gcm_siv::{Aes256GcmSiv, Nonce, Tag};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::gcm_siv::GcmSivEncryptor;
use super::kdf;
use super::secret::Secret;
use crate::error::{Error, Result};

/// Bytes of a key id.
pub const KEY_ID_LENGTH: usize = 32;
/// Bytes of a nonce.
pub const NONCE_LENGTH: usize = 12;
/// Bytes of an authentication tag.
pub const TAG_LENGTH: usize = 16;

/// The public name of a sealing key, which commits to the key: 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KEY_ID_LENGTH]);

impl KeyId {
    /// A key id read from a record.
    pub const fn from_bytes(bytes: [u8; KEY_ID_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; KEY_ID_LENGTH] {
        &self.0
    }

    /// Whether two ids are the same, in constant time.
    pub fn ct_eq(&self, other: &KeyId) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A sealing key with the id that commits to it.
pub struct CommittingAead {
    id: KeyId,
    /// Seals; the other opens.
    encryptor: GcmSivEncryptor,
    cipher: Box<Aes256GcmSiv>,
}

impl CommittingAead {
    /// Cipher key and id of `secret`, which must serve no other purpose.
    ///
    /// # Errors
    /// [`Error::Internal`] never in practice.
    pub fn new(secret: &Secret) -> Result<Self> {
        let key = kdf::expand(secret, b"panveil/v1/seal/key")?;
        let id = kdf::expand(secret, b"panveil/v1/seal/id")?;
        let cipher = Aes256GcmSiv::new_from_slice(key.expose()).map_err(|_| Error::Internal)?;
        let encryptor = GcmSivEncryptor::new(&key);
        Ok(Self { id: KeyId(*id.expose()), encryptor, cipher: Box::new(cipher) })
    }

    /// The id that stands in each record.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// Encrypts `buffer` in place and returns the tag. A nonce must not be used twice with one key; if it happens
    /// all the same, only the equality of messages shows.
    ///
    /// # Errors
    /// [`Error::ValueLength`] beyond the limits of RFC 8452 (2^36 bytes).
    pub fn encrypt(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LENGTH]> {
        self.encryptor.encrypt(nonce, associated, buffer)
    }

    /// Decrypts `buffer` in place. On failure the buffer is wiped: unauthenticated plaintext reaches nobody.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`] whatever was wrong.
    pub fn decrypt(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<()> {
        let outcome = self.cipher.decrypt_inout_detached(
            &Nonce::from(*nonce),
            associated,
            (&mut *buffer).into(),
            &Tag::from(*tag),
        );
        outcome.map_err(|_| {
            buffer.zeroize();
            Error::NotAuthentic
        })
    }
}

impl core::fmt::Debug for CommittingAead {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CommittingAead(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::CommittingAead;
    use crate::crypto::secret::Secret;
    use crate::error::Error;

    #[test]
    fn ac_22_a_failed_opening_leaves_only_zeros() {
        let aead = CommittingAead::new(&Secret::random().unwrap()).unwrap();
        let mut buffer = *b"a secret value";
        let mut tag = aead.encrypt(&[1; 12], b"context", &mut buffer).unwrap();
        tag[0] ^= 1;
        assert_eq!(aead.decrypt(&[1; 12], b"context", &mut buffer, &tag), Err(Error::NotAuthentic));
        assert_eq!(buffer, [0; 14]);
    }

    #[test]
    fn the_id_is_a_function_of_the_secret() {
        let secret = Secret::random().unwrap();
        let (a, b) = (CommittingAead::new(&secret).unwrap(), CommittingAead::new(&secret).unwrap());
        let other = CommittingAead::new(&Secret::random().unwrap()).unwrap();
        assert!(a.id().ct_eq(b.id()));
        assert!(!a.id().ct_eq(other.id()));
    }
}
