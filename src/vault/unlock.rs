//! What unlocks a keyring: a passphrase, or a key-encryption key of the host.

use crate::crypto::secret::SecretBytes;
use crate::error::Result;
use crate::keys::kek::{Kek, KekDescription};
use crate::keys::passphrase::PassphraseKek;

/// The shortest passphrase of a production vault, in bytes.
pub(crate) const SHORTEST_PASSPHRASE: usize = 12;

/// What unlocks a keyring.
pub enum Unlock {
    /// A passphrase; the key-encryption key is made from it with Argon2id, which takes 64 MiB and a moment.
    Passphrase(SecretBytes),
    /// A provider of the host: an HSM, a cloud service.
    Kek(Box<dyn Kek>),
}

impl Unlock {
    /// Unlocks with this passphrase.
    pub fn passphrase(text: impl Into<Vec<u8>>) -> Self {
        Self::Passphrase(SecretBytes::new(text.into()))
    }

    /// Whether it is a passphrase too short for live cards. Length is the least of what makes one good.
    pub(crate) fn is_short(&self) -> bool {
        matches!(self, Unlock::Passphrase(passphrase) if passphrase.expose().len() < SHORTEST_PASSPHRASE)
    }

    /// The key-encryption key for a new keyring.
    pub(crate) fn create(self) -> Result<Box<dyn Kek>> {
        match self {
            Unlock::Passphrase(passphrase) => Ok(Box::new(PassphraseKek::create(&passphrase)?)),
            Unlock::Kek(kek) => Ok(kek),
        }
    }

    /// The key-encryption key that a keyring file describes.
    pub(crate) fn open(self, description: &KekDescription) -> Result<Box<dyn Kek>> {
        match self {
            Unlock::Passphrase(passphrase) => Ok(Box::new(PassphraseKek::open(&passphrase, description)?)),
            Unlock::Kek(kek) => Ok(kek),
        }
    }
}

impl core::fmt::Debug for Unlock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Unlock(..)")
    }
}
