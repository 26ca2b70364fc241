//! The seal key of one tenant and field, and the pair of operations that only this file knows both of.

use zeroize::Zeroizing;

use crate::card::id::{FieldName, TenantId};
use crate::card::pan::{Pan, PanRules};
use crate::clock::Timestamp;
use crate::crypto::aead::{CommittingAead, KeyId, NONCE_LENGTH};
use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::SecretBytes;
use crate::error::{Error, Result};
use crate::keys::root::{KeyFacts, RootKey};
use crate::keys::state::KeyUse;

use super::context::Context;
use super::sealed::{self, MAX_VALUE, Sealed};

/// Bytes of a sealed card number before encryption: a kind byte, up to 19 digits, zeros.
const PAN_PLAINTEXT: usize = 20;
/// The kind byte of a card number.
const KIND_PAN: u8 = 0;
/// The kind byte of a canary.
const KIND_CANARY: u8 = 1;

/// What may have been sealed: also 12 digits, and a wrong check digit where the caller allowed it.
const SEALED_RULES: PanRules = PanRules::new().allow_12_digits().allow_wrong_check_digit();

/// A seal key of one version, for one tenant and field.
pub(crate) struct SealKey {
    facts: KeyFacts,
    tenant: TenantId,
    field: FieldName,
    aead: CommittingAead,
}

/// What a sealed record of the PAN field held.
pub(crate) enum OpenedPan {
    Pan(Pan),
    Canary,
}

impl SealKey {
    /// Derives the key of a tenant and field from a seal root: S = HKDF(root, label(version, tenant, field)).
    pub(crate) fn derive(root: &RootKey, tenant: &TenantId, field: &FieldName) -> Result<Self> {
        let label = Label::new("panveil/v1/seal")
            .number(root.facts().version)
            .text(tenant.as_bytes())
            .text(field.as_bytes());
        Ok(Self {
            facts: root.facts().clone(),
            tenant: tenant.clone(),
            field: field.clone(),
            aead: CommittingAead::new(&derive(root.secret_whatever_its_state(), &label)?)?,
        })
    }

    pub(crate) const fn id(&self) -> &KeyId {
        self.aead.id()
    }

    pub(crate) const fn facts(&self) -> &KeyFacts {
        &self.facts
    }

    pub(crate) fn permits(&self, wanted: KeyUse, now: Timestamp) -> Result<()> {
        self.facts.check(wanted, now)
    }

    /// Seals a value under a nonce that the caller drew from the operating system.
    pub(crate) fn seal(&self, nonce: &[u8; NONCE_LENGTH], context: &Context, value: &[u8]) -> Result<Sealed> {
        if value.is_empty() || value.len() > MAX_VALUE {
            return Err(Error::ValueLength);
        }
        self.fits(context)?;
        let header = sealed::header(self.aead.id());
        let mut body = Zeroizing::new(value.to_vec());
        let tag = self.aead.encrypt(nonce, &sealed::associated_data(&header, context), &mut body)?;
        Ok(Sealed::assemble(&header, nonce, &body, &tag))
    }

    /// Seals a card number: kind byte, digits, zeros up to 20 bytes, so that the length tells nothing.
    pub(crate) fn seal_pan(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        context: &Context,
        pan: &Pan,
    ) -> Result<Sealed> {
        let mut plain = Zeroizing::new([0u8; PAN_PLAINTEXT]);
        for (place, digit) in plain.iter_mut().skip(1).zip(pan.expose()) {
            *place = *digit;
        }
        self.seal(nonce, context, plain.as_slice())
    }

    /// Opens a record that names this key.
    pub(crate) fn open(&self, record: &Sealed, context: &Context) -> Result<SecretBytes> {
        self.fits(context)?;
        let parts = record.parts()?;
        if !parts.key.ct_eq(self.aead.id()) {
            return Err(Error::UnknownKey);
        }
        let mut body = Zeroizing::new(parts.ciphertext.to_vec());
        let associated = sealed::associated_data(parts.header, context);
        self.aead.decrypt(parts.nonce, &associated, &mut body, parts.tag)?;
        Ok(SecretBytes::from(body.as_slice()))
    }

    /// Opens a record of the PAN field. Anything that is authentic and yet no card number is `NotAuthentic` too.
    pub(crate) fn open_pan(&self, record: &Sealed, context: &Context) -> Result<OpenedPan> {
        let plain = self.open(record, context)?;
        let (kind, digits) = plain.expose().split_first().ok_or(Error::NotAuthentic)?;
        let end = digits.iter().position(|byte| *byte == 0).unwrap_or(digits.len());
        let (digits, padding) = digits.split_at_checked(end).ok_or(Error::NotAuthentic)?;
        if plain.expose().len() != PAN_PLAINTEXT || padding.iter().any(|byte| *byte != 0) {
            return Err(Error::NotAuthentic);
        }
        match *kind {
            KIND_PAN => SEALED_RULES.parse(digits).map(OpenedPan::Pan).map_err(|_| Error::NotAuthentic),
            KIND_CANARY => Ok(OpenedPan::Canary),
            _ => Err(Error::NotAuthentic),
        }
    }

    fn fits(&self, context: &Context) -> Result<()> {
        let same = context.tenant() == &self.tenant && context.field() == &self.field;
        if same { Ok(()) } else { Err(Error::UnknownKey) }
    }
}
