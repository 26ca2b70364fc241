//! The inverse of tokenizing and sealing. Only the gate holds one.

use std::sync::Arc;

use crate::card::id::TenantId;
use crate::card::pan::Pan;
use crate::clock::Timestamp;
use crate::crypto::secret::SecretBytes;
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;
use crate::keys::root::{KeyFacts, RootKey};
use crate::keys::state::KeyUse;
use crate::store::{AuthenticatedStore, Table};

use super::context::Context;
use super::random_keys::{RandomKeys, TokenRow};
use super::seal_key::{OpenedPan, SealKey};
use super::sealed::Sealed;
use super::token::{Token, TokenKind};
use super::token_keys::TokenKeys;

/// Opens tokens and sealed records with the keys of one keyring.
pub(crate) struct Opener {
    keyring: Arc<Keyring>,
    /// Keys of the vault's own tenant, made once.
    tenant: TenantId,
    tokens: Vec<(KeyFacts, TokenKeys)>,
    random: RandomKeys,
    /// Where random tokens have their card numbers.
    store: Arc<AuthenticatedStore>,
}

/// What was opened.
pub(crate) enum Opened {
    Pan(Pan),
    Value(SecretBytes),
    Canary,
}

impl Opener {
    pub(crate) fn new(
        keyring: Arc<Keyring>,
        tenant: TenantId,
        store: Arc<AuthenticatedStore>,
    ) -> Result<Self> {
        let tokens = keyring.versions(KeyPurpose::Token).map(|root| {
            let secret = root.secret_whatever_its_state();
            Ok((root.facts().clone(), TokenKeys::derive(secret, root.facts().version, &tenant)?))
        });
        let tokens = tokens.collect::<Result<_>>()?;
        let random = RandomKeys::derive(&keyring, &tenant)?;
        Ok(Self { keyring, tenant, tokens, random, store })
    }

    /// Whether a token could be opened, before anything is recorded as intended: its keys are at hand and may be used, and
    /// a random token is known and has not ended.
    pub(crate) fn check_token(&self, token: &Token, tenant: &TenantId, now: Timestamp) -> Result<()> {
        match token.format().kind() {
            TokenKind::Ff1(_) => self.check_token_key(token, now),
            TokenKind::Random(_) | TokenKind::Opaque => {
                self.with_random(tenant, |keys| self.row(keys, token, now).map(|_| ()))
            }
        }
    }

    /// The number behind a token.
    pub(crate) fn open_token(&self, token: &Token, tenant: &TenantId, now: Timestamp) -> Result<Opened> {
        if !matches!(token.format().kind(), TokenKind::Ff1(_)) {
            return self.with_random(tenant, |keys| {
                keys.open_row(token, &self.row(keys, token, now)?).map(Opened::Pan)
            });
        }
        self.check_token_key(token, now)?;
        let version = token.format().version();
        if *tenant == self.tenant {
            let keys = self.tokens.iter().find(|(facts, _)| facts.version == version);
            let (_, keys) = keys.ok_or(Error::NoSuchKey)?;
            return keys.detokenize(token).map(Opened::Pan);
        }
        let root = self.keyring.version(KeyPurpose::Token, version)?;
        let secret = root.secret_for(KeyUse::Process, now)?;
        TokenKeys::derive(secret, version, tenant)?.detokenize(token).map(Opened::Pan)
    }

    fn check_token_key(&self, token: &Token, now: Timestamp) -> Result<()> {
        let root = self.keyring.version(KeyPurpose::Token, token.format().version())?;
        root.facts().check(KeyUse::Process, now)
    }

    fn row(&self, keys: &RandomKeys, token: &Token, now: Timestamp) -> Result<TokenRow> {
        let name = keys.name_of(token)?;
        let value = self.store.read(|rows| rows.get(Table::Token, &name))?;
        keys.read(token, name, value, now)
    }

    fn with_random<T>(&self, tenant: &TenantId, work: impl FnOnce(&RandomKeys) -> Result<T>) -> Result<T> {
        if *tenant == self.tenant {
            work(&self.random)
        } else {
            work(&RandomKeys::derive(&self.keyring, tenant)?)
        }
    }

    /// The one key that a sealed record names, if this context has it and it may be used.
    pub(crate) fn seal_key(&self, record: &Sealed, context: &Context, now: Timestamp) -> Result<SealKey> {
        let id = record.key_id()?;
        for root in self.keyring.versions(KeyPurpose::Seal) {
            let key = derive(root, context)?;
            if key.id().ct_eq(&id) {
                key.permits(KeyUse::Process, now)?;
                return Ok(key);
            }
        }
        Err(Error::UnknownKey)
    }

    /// The value behind a sealed record.
    pub(crate) fn open_sealed(&self, record: &Sealed, context: &Context, now: Timestamp) -> Result<Opened> {
        let key = self.seal_key(record, context, now)?;
        if !context.is_pan() {
            return key.open(record, context).map(Opened::Value);
        }
        Ok(match key.open_pan(record, context)? {
            OpenedPan::Pan(pan) => Opened::Pan(pan),
            OpenedPan::Canary => Opened::Canary,
        })
    }
}

fn derive(root: &RootKey, context: &Context) -> Result<SealKey> {
    SealKey::derive(root, context.tenant(), context.field())
}
