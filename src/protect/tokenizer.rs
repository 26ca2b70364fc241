//! From card numbers to tokens, for one named caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::layout::LayoutChoice;
use super::token::Token;
use super::token_keys::TokenKeys;
use crate::card::id::{Application, TenantId};
use crate::card::pan::Pan;
use crate::clock::Timestamp;
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;

/// Makes tokens for one tenant, on behalf of one application. May be shared between threads.
///
/// The same card number and layout give the same token, so tokens join tables as card numbers did. No method
/// returns a card number: the way back is the gate.
pub struct Tokenizer {
    tenant: TenantId,
    caller: Application,
    current: TokenKeys,
    others: Vec<TokenKeys>,
    made: Arc<AtomicU64>,
}

impl Tokenizer {
    /// A tokenizer for a named caller with the token keys of a keyring, of which the current one makes tokens.
    ///
    /// # Errors
    /// [`Error::KeyState`] or [`Error::KeyPeriod`] if no token key may protect at `now`.
    pub fn from_keyring(
        keyring: &Keyring,
        tenant: TenantId,
        caller: Application,
        now: Timestamp,
    ) -> Result<Self> {
        let current = keyring.current(KeyPurpose::Token, now)?.facts().version;
        let versions = keyring.versions(KeyPurpose::Token);
        let versions = versions.map(|root| (root.facts().version, root.secret_whatever_its_state()));
        Self::new(tenant, caller, versions.collect(), current)
    }

    /// A tokenizer with all `versions` of the token root, of which `current` makes tokens.
    ///
    /// # Errors
    /// [`Error::NoSuchKey`] if `current` is not among the versions, [`Error::Argument`] if a version is there
    /// twice, [`Error::TokenFormat`] if one is 0.
    pub(crate) fn new(
        tenant: TenantId,
        caller: Application,
        versions: Vec<(u32, &Secret)>,
        current: u32,
    ) -> Result<Self> {
        let mut chosen = None;
        let mut others: Vec<TokenKeys> = Vec::new();
        for (version, root) in versions {
            let taken = chosen.iter().chain(&others).any(|keys: &TokenKeys| keys.version() == version);
            if taken {
                return Err(Error::Argument);
            }
            let keys = TokenKeys::derive(root, version, &tenant)?;
            if version == current {
                chosen = Some(keys);
            } else {
                others.push(keys);
            }
        }
        others.sort_by_key(|keys| core::cmp::Reverse(keys.version()));
        let current = chosen.ok_or(Error::NoSuchKey)?;
        Ok(Self { tenant, caller, current, others, made: Arc::default() })
    }

    /// The token of a card number, under the current key.
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] if the layout is not for this length, [`Error::PanLuhn`] for a card number that
    /// was taken with a wrong check digit.
    pub fn tokenize(&self, pan: &Pan, layout: LayoutChoice) -> Result<Token> {
        let token = self.current.tokenize(pan, layout.resolve(pan.length())?)?;
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(token)
    }

    /// The tokens of a card number under every key version, the current first, then from new to old: to find
    /// a card in tables that were written under older keys.
    ///
    /// # Errors
    /// As [`Tokenizer::tokenize`].
    pub fn tokenize_all_versions(&self, pan: &Pan, layout: LayoutChoice) -> Result<Vec<Token>> {
        let layout = layout.resolve(pan.length())?;
        let keys = core::iter::once(&self.current).chain(&self.others);
        let tokens = keys.map(|keys| keys.tokenize(pan, layout)).collect::<Result<Vec<_>>>()?;
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(tokens)
    }

    /// The version of the token key that makes tokens.
    pub fn version(&self) -> u32 {
        self.current.version()
    }

    /// Whose cards these are.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who tokenizes: every use is counted for this application.
    pub fn caller(&self) -> &Application {
        &self.caller
    }

    /// How many card numbers were tokenized, a running count that outlives the tokenizer.
    pub(crate) fn count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.made)
    }
}

impl core::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tokenizer")
            .field("tenant", &self.tenant)
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}
