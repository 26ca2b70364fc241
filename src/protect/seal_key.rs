//! The seal key of one tenant and field, and the pair of operations that only this file knows both of.

use zeroize::Zeroizing;

use crate::card::id::{FieldName, RecordId, TenantId};
use crate::card::pan::{Pan, PanRules};
use crate::card::sad::denotes_sad;
use crate::clock::Timestamp;
use crate::crypto::aead::{CommittingAead, KeyId, NONCE_LENGTH, TAG_LENGTH};
use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::SecretBytes;
use crate::error::{Error, Result};
use crate::keys::root::{KeyFacts, RootKey};
use crate::keys::state::KeyUse;

use super::context::Context;
use super::sealed::{self, AssociatedData, HEADER_LENGTH, MAX_VALUE, Sealed};

/// Bytes of a sealed card number before encryption: a kind byte, up to 19 digits, zeros.
const PAN_PLAINTEXT: usize = 20;
/// Bytes of a sealed card number.
pub(super) const SEALED_PAN: usize = HEADER_LENGTH + NONCE_LENGTH + PAN_PLAINTEXT + TAG_LENGTH;
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
    /// What the associated data of each record begins with: made once, it saves half the time of a sealing.
    associated_start: Vec<u8>,
}

/// What a sealed record of the PAN field held.
pub(crate) enum OpenedPan {
    Pan(Pan),
    Canary,
}

impl SealKey {
    /// Derives the key of a tenant and field from a seal root: S = HKDF(root, label(version, tenant, field)).
    ///
    /// # Errors
    /// [`Error::SadRefused`] if the field's name denotes sensitive authentication data (PCI DSS 3.3.1).
    pub(crate) fn derive(root: &RootKey, tenant: &TenantId, field: &FieldName) -> Result<Self> {
        if denotes_sad(field.as_str()) {
            return Err(Error::SadRefused);
        }
        let label = Label::new("panveil/v1/seal")
            .number(root.facts().version)
            .text(tenant.as_bytes())
            .text(field.as_bytes());
        let aead = CommittingAead::new(&derive(root.secret_whatever_its_state(), &label)?)?;
        Ok(Self {
            facts: root.facts().clone(),
            tenant: tenant.clone(),
            field: field.clone(),
            associated_start: sealed::associated_start(&sealed::header(aead.id()), tenant, field),
            aead,
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

    /// Seals a value for a record of this key's tenant and field, under a nonce that the caller drew from the
    /// operating system.
    pub(crate) fn seal(&self, nonce: &[u8; NONCE_LENGTH], record: &RecordId, value: &[u8]) -> Result<Sealed> {
        if value.is_empty() || value.len() > MAX_VALUE {
            return Err(Error::ValueLength);
        }
        let mut body = Zeroizing::new(value.to_vec());
        let tag = self.aead.encrypt(nonce, self.associated().of(record.as_bytes()), &mut body)?;
        Ok(Sealed::assemble(&sealed::header(self.aead.id()), nonce, &body, &tag))
    }

    /// Seals a card number: kind byte, digits, zeros up to 20 bytes, so that the length tells nothing.
    pub(crate) fn seal_pan(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        record: &RecordId,
        pan: &Pan,
    ) -> Result<Sealed> {
        let mut plain = Zeroizing::new([0u8; PAN_PLAINTEXT]);
        write_plaintext(&mut plain, pan.expose());
        self.seal(nonce, record, plain.as_slice())
    }

    /// Seals a card number as [`seal_pan`](Self::seal_pan) does, for the record of this associated data, straight into
    /// its place: no other copy of the digits is made. On an error the caller wipes the place.
    pub(super) fn seal_digits(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated: &[u8],
        digits: &[u8],
        out: &mut [u8; SEALED_PAN],
    ) -> Result<()> {
        let (header, rest) = out.split_first_chunk_mut().ok_or(Error::Internal)?;
        *header = sealed::header(self.aead.id());
        let (nonce_place, rest) = rest.split_first_chunk_mut().ok_or(Error::Internal)?;
        *nonce_place = *nonce;
        let (body, tag) = rest.split_first_chunk_mut().ok_or(Error::Internal)?;
        write_plaintext(body, digits);
        let made = self.aead.encrypt(nonce, associated, body)?;
        *tag.first_chunk_mut().ok_or(Error::Internal)? = made;
        Ok(())
    }

    /// A buffer for the associated data of this key's records.
    pub(super) fn associated(&self) -> AssociatedData {
        AssociatedData::new(&self.associated_start)
    }

    /// Opens a record that names this key.
    pub(crate) fn open(&self, record: &Sealed, context: &Context) -> Result<SecretBytes> {
        self.fits(context)?;
        let parts = record.parts()?;
        if !parts.key.ct_eq(self.aead.id()) {
            return Err(Error::UnknownKey);
        }
        let mut body = Zeroizing::new(parts.ciphertext.to_vec());
        // The header of a record that was read is known, and its key id is this one: the same bytes.
        let mut associated = self.associated();
        let associated = associated.of(context.record().as_bytes());
        self.aead.decrypt(parts.nonce, associated, &mut body, parts.tag)?;
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

/// Kind byte, digits (19 at most), zeros.
fn write_plaintext(out: &mut [u8; PAN_PLAINTEXT], digits: &[u8]) {
    let [kind, places @ ..] = out;
    *kind = KIND_PAN;
    places.fill(0);
    for (place, digit) in places.iter_mut().zip(digits) {
        *place = *digit;
    }
}
