//! The roots that open a vault, and the seeds derived from them.

use crate::card::id::StreamName;
use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;

/// The roots that authenticate a vault's own files. Their states and periods do not matter here: what they wrote
/// must stay readable as long as the vault lives.
pub(crate) struct Roots<'a> {
    pub(crate) config: &'a Secret,
    pub(crate) store: &'a Secret,
    pub(crate) audit: &'a Secret,
    /// The first approval root: the test issuer of dev vaults keeps its key when approval keys rotate.
    pub(crate) first_approval: &'a Secret,
}

impl<'a> Roots<'a> {
    pub(crate) fn of(keyring: &'a Keyring) -> Result<Self> {
        Ok(Self {
            config: newest(keyring, KeyPurpose::Config)?,
            store: newest(keyring, KeyPurpose::Store)?,
            audit: newest(keyring, KeyPurpose::Audit)?,
            first_approval: keyring.version(KeyPurpose::Approval, 1)?.secret_whatever_its_state(),
        })
    }
}

/// The seed of the vault's audit key, which signs the list of streams.
pub(crate) fn vault_seed(audit_root: &Secret) -> Result<Secret> {
    derive(audit_root, &Label::new("panveil/v1/audit/vault"))
}

/// The seed of a stream's key, which signs its checkpoints.
pub(crate) fn stream_seed(audit_root: &Secret, name: &StreamName) -> Result<Secret> {
    derive(audit_root, &Label::new("panveil/v1/audit/stream").text(name.as_bytes()))
}

fn newest(keyring: &Keyring, purpose: KeyPurpose) -> Result<&Secret> {
    let newest = keyring.versions(purpose).max_by_key(|root| root.facts().version);
    newest.map(|root| root.secret_whatever_its_state()).ok_or(Error::NoSuchKey)
}
