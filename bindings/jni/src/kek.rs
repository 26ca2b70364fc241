//! The application's key-encryption key.

use panveil::crypto::secret::Secret;
use panveil::keys::kek::{Kek, KekDescription, WrapContext};
use panveil::{Error, Result};

use crate::fields::{self, Fields};
use crate::upcall::{Hooks, KekCall};

/// A provider that a Java application implements. It sees the roots it wraps.
pub(crate) struct JavaKek {
    hooks: Hooks,
    provider: String,
    id: String,
}

impl JavaKek {
    /// Asks the provider who it is.
    ///
    /// # Errors
    /// [`Error::KekUnavailable`] if it does not say.
    pub(crate) fn new(hooks: Hooks) -> Result<Self> {
        let answer = hooks.kek(KekCall::Describe, &[], &[])?;
        let mut described = Fields::new(&answer);
        let provider = described.text().map_err(|_| Error::KekUnavailable)?.to_owned();
        let id = described.text().map_err(|_| Error::KekUnavailable)?.to_owned();
        Ok(Self { hooks, provider, id })
    }
}

impl Kek for JavaKek {
    fn description(&self) -> KekDescription {
        KekDescription { provider: self.provider.clone(), id: self.id.clone(), argon2id: None }
    }

    fn wrap(&self, root: &Secret, context: &WrapContext<'_>) -> Result<Vec<u8>> {
        let wrapped = self.hooks.kek(KekCall::Wrap, root.expose(), &describe(context))?;
        Ok(wrapped.to_vec())
    }

    fn unwrap(&self, wrapped: &[u8], context: &WrapContext<'_>) -> Result<Secret> {
        let root = self.hooks.kek(KekCall::Unwrap, wrapped, &describe(context))?;
        let root: &[u8; 32] = root.as_slice().try_into().map_err(|_| Error::KeyringDamaged)?;
        Secret::fill_with(|bytes| {
            bytes.copy_from_slice(root);
            Ok(())
        })
    }
}

/// The parts of the context, in the order of `KekContext.java`, and then the bytes to bind.
fn describe(context: &WrapContext<'_>) -> Vec<u8> {
    let mut parts = Vec::new();
    let version = context.version.to_string();
    for text in [
        context.vault,
        context.environment,
        context.purpose.name(),
        context.tenant,
        context.key_id,
        context.algorithm,
        &version,
    ] {
        fields::add(&mut parts, text);
    }
    parts.extend_from_slice(&context.to_bytes());
    parts
}
