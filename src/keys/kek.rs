//! The key-encryption key: what wraps the roots, and the provider trait it stands behind.

use crate::crypto::kdf::Label;
use crate::crypto::secret::Secret;
use crate::error::Result;

use super::purpose::KeyPurpose;

/// Wraps and unwraps the roots of a keyring.
///
/// A provider may keep its key anywhere: in an HSM, in a cloud service, behind a passphrase. It must authenticate
/// the context with the key, so that a wrapped root cannot take another one's place.
pub trait Kek: Send + Sync {
    /// What the keyring file says about this provider, in public.
    fn description(&self) -> KekDescription;

    /// Wraps `root`, bound to `context`.
    ///
    /// # Errors
    /// [`Error::KekUnavailable`](crate::Error::KekUnavailable) if the provider cannot be reached.
    fn wrap(&self, root: &Secret, context: &WrapContext<'_>) -> Result<Vec<u8>>;

    /// Unwraps what [`wrap`](Kek::wrap) gave for the same context.
    ///
    /// # Errors
    /// [`Error::KekUnavailable`](crate::Error::KekUnavailable) if the provider cannot be reached,
    /// [`Error::KeyringDamaged`](crate::Error::KeyringDamaged) if the bytes or the context were changed.
    fn unwrap(&self, wrapped: &[u8], context: &WrapContext<'_>) -> Result<Secret>;
}

/// The public part of a key-encryption key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KekDescription {
    /// Which provider, such as `passphrase`.
    pub provider: String,
    /// A public name of the key that commits to it, in lower-case hexadecimal.
    pub id: String,
    /// Argon2id parameters, for the provider `passphrase`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argon2id: Option<Argon2Parameters>,
}

/// Parameters of Argon2id (RFC 9106).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argon2Parameters {
    /// 16 random bytes, base64url.
    pub salt: String,
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// What a wrapped root is bound to.
#[derive(Clone, Copy, Debug)]
pub struct WrapContext<'a> {
    /// The vault, so that keys of two vaults under one KEK cannot change places.
    pub vault: &'a str,
    /// `dev` or `production`.
    pub environment: &'a str,
    /// What the root is for.
    pub purpose: KeyPurpose,
    /// Whose; `*` for the roots, from which each tenant's keys are derived.
    pub tenant: &'a str,
    /// The root's id.
    pub key_id: &'a str,
    /// What is done with the root.
    pub algorithm: &'a str,
    /// The version of the root.
    pub version: u32,
}

impl WrapContext<'_> {
    /// The context as unambiguous bytes, for the provider's associated data.
    pub fn to_bytes(&self) -> Vec<u8> {
        Label::new("panveil/v1/wrap")
            .text(self.vault.as_bytes())
            .text(self.environment.as_bytes())
            .text(self.purpose.name().as_bytes())
            .text(self.tenant.as_bytes())
            .text(self.key_id.as_bytes())
            .text(self.algorithm.as_bytes())
            .number(self.version)
            .as_bytes()
            .to_vec()
    }
}
