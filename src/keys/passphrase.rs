//! A key-encryption key made from a passphrase with Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64UrlUnpadded, Encoding};

use crate::crypto::aead::{CommittingAead, NONCE_LENGTH, TAG_LENGTH};
use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::{Secret, SecretBytes};
use crate::error::{Error, Result};

use super::kek::{Argon2Parameters, Kek, KekDescription, WrapContext};

/// The provider's name in keyring files.
pub const PROVIDER: &str = "passphrase";

/// The least memory, in KiB: 64 MiB.
pub const MEMORY_FLOOR_KIB: u32 = 64 * 1024;
/// The least number of passes.
pub const PASSES_FLOOR: u32 = 3;

/// The most memory a keyring file may ask for, in KiB: 1 GiB. A damaged file must not exhaust the machine.
const MEMORY_CEILING_KIB: u32 = 1024 * 1024;
/// The most passes a keyring file may ask for.
const PASSES_CEILING: u32 = 64;

/// A key-encryption key made from a passphrase.
pub struct PassphraseKek {
    parameters: Argon2Parameters,
    aead: CommittingAead,
}

impl PassphraseKek {
    /// A new key-encryption key: fresh salt, the least parameters that are allowed (64 MiB, 3 passes, 1 lane).
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives no salt, [`Error::Argument`] for an empty passphrase.
    pub fn create(passphrase: &SecretBytes) -> Result<Self> {
        let mut salt = [0u8; 16];
        getrandom::fill(&mut salt).map_err(|_| Error::Random)?;
        Self::with_parameters(
            passphrase,
            Argon2Parameters {
                salt: Base64UrlUnpadded::encode_string(&salt),
                memory_kib: MEMORY_FLOOR_KIB,
                passes: PASSES_FLOOR,
                lanes: 1,
            },
        )
    }

    /// The key-encryption key of a keyring file, from its public description.
    ///
    /// # Errors
    /// [`Error::WrongKek`] if the passphrase is not that of the keyring, [`Error::KekTooWeak`] below the floor
    /// of 64 MiB and 3 passes, [`Error::KeyringDamaged`] if the description makes no sense.
    pub fn open(passphrase: &SecretBytes, description: &KekDescription) -> Result<Self> {
        if description.provider != PROVIDER {
            return Err(Error::WrongKek);
        }
        let parameters = description.argon2id.clone().ok_or(Error::KeyringDamaged)?;
        let kek = Self::with_parameters(passphrase, parameters)?;
        if kek.description().id != description.id {
            return Err(Error::WrongKek);
        }
        Ok(kek)
    }

    fn with_parameters(passphrase: &SecretBytes, parameters: Argon2Parameters) -> Result<Self> {
        if passphrase.expose().is_empty() {
            return Err(Error::Argument);
        }
        if parameters.memory_kib < MEMORY_FLOOR_KIB || parameters.passes < PASSES_FLOOR {
            return Err(Error::KekTooWeak);
        }
        if parameters.memory_kib > MEMORY_CEILING_KIB || parameters.passes > PASSES_CEILING {
            return Err(Error::KeyringDamaged);
        }
        let mut salt = [0u8; 16];
        let read =
            Base64UrlUnpadded::decode(&parameters.salt, &mut salt).map_err(|_| Error::KeyringDamaged)?;
        if read.len() != 16 {
            return Err(Error::KeyringDamaged);
        }
        let cost = Params::new(parameters.memory_kib, parameters.passes, parameters.lanes, Some(32))
            .map_err(|_| Error::KeyringDamaged)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
        let stretched = Secret::fill_with(|out| {
            argon.hash_password_into(passphrase.expose(), &salt, out).map_err(|_| Error::KekUnavailable)
        })?;
        let kek = derive(&stretched, &Label::new("panveil/v1/kek/passphrase"))?;
        Ok(Self { parameters, aead: CommittingAead::new(&kek)? })
    }
}

impl Kek for PassphraseKek {
    fn description(&self) -> KekDescription {
        let id = self.aead.id().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        KekDescription { provider: PROVIDER.into(), id, argon2id: Some(self.parameters.clone()) }
    }

    /// `nonce 12 | ciphertext 32 | tag 16`.
    fn wrap(&self, root: &Secret, context: &WrapContext<'_>) -> Result<Vec<u8>> {
        let mut nonce = [0u8; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|_| Error::Random)?;
        let mut wrapped = nonce.to_vec();
        let mut body = zeroize::Zeroizing::new(*root.expose());
        let tag = self.aead.encrypt(&nonce, &context.to_bytes(), body.as_mut_slice())?;
        wrapped.extend_from_slice(body.as_slice());
        wrapped.extend_from_slice(&tag);
        Ok(wrapped)
    }

    fn unwrap(&self, wrapped: &[u8], context: &WrapContext<'_>) -> Result<Secret> {
        let (nonce, rest) = wrapped.split_first_chunk::<NONCE_LENGTH>().ok_or(Error::KeyringDamaged)?;
        let (body, tag) = rest.split_last_chunk::<TAG_LENGTH>().ok_or(Error::KeyringDamaged)?;
        let body: &[u8; 32] = body.try_into().map_err(|_| Error::KeyringDamaged)?;
        Secret::fill_with(|out| {
            out.copy_from_slice(body);
            self.aead.decrypt(nonce, &context.to_bytes(), out, tag).map_err(|_| Error::KeyringDamaged)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PASSES_FLOOR, PassphraseKek};
    use crate::crypto::secret::{Secret, SecretBytes};
    use crate::error::Error;
    use crate::keys::kek::{Kek, WrapContext};
    use crate::keys::purpose::KeyPurpose;

    fn context(version: u32) -> WrapContext<'static> {
        WrapContext {
            vault: "v",
            environment: "dev",
            purpose: KeyPurpose::Seal,
            tenant: "*",
            key_id: "k",
            algorithm: "a",
            version,
        }
    }

    #[test]
    fn a_root_unwraps_in_its_own_context_only() {
        let kek = PassphraseKek::create(&SecretBytes::from(&b"correct horse"[..])).unwrap();
        let root = Secret::random().unwrap();
        let wrapped = kek.wrap(&root, &context(1)).unwrap();
        assert!(kek.unwrap(&wrapped, &context(1)).unwrap().ct_eq(&root));
        assert_eq!(kek.unwrap(&wrapped, &context(2)).unwrap_err(), Error::KeyringDamaged);
        assert_eq!(kek.unwrap(&wrapped[..59], &context(1)).unwrap_err(), Error::KeyringDamaged);
    }

    #[test]
    fn a_wrong_passphrase_and_weak_parameters_are_told_apart() {
        let kek = PassphraseKek::create(&SecretBytes::from(&b"one"[..])).unwrap();
        let mut description = kek.description();
        let other = SecretBytes::from(&b"two"[..]);
        assert_eq!(PassphraseKek::open(&other, &description).err(), Some(Error::WrongKek));
        description.argon2id.as_mut().unwrap().passes = PASSES_FLOOR - 1;
        assert_eq!(PassphraseKek::open(&other, &description).err(), Some(Error::KekTooWeak));
    }
}
