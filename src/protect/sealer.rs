//! Seals values of one tenant and field. It cannot open them.

use core::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::card::id::{FieldName, RecordId, TenantId};
use crate::card::pan::Pan;
use crate::card::sad::{denotes_sad, holds_track_data};
use crate::card::spot::holds_card_number;
use crate::clock::Clock;
use crate::crypto::aead::{KeyId, NONCE_LENGTH};
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;
use crate::keys::state::KeyUse;
use crate::store::{AuthenticatedStore, CounterLease, DEFAULT_MESSAGE_LIMIT};

use super::context::PAN_FIELD;
use super::seal_key::SealKey;
use super::sealed::Sealed;

/// Seals values of one tenant and field under the current seal key.
///
/// It may be used from many threads. Nonces come from the operating system, 96 random bits for each record; the
/// key's message counter is leased from the store in blocks, so that its limit holds across processes.
pub struct Sealer {
    tenant: TenantId,
    field: FieldName,
    key: SealKey,
    counter: CounterLease,
    clock: Arc<dyn Clock>,
    sealed: Arc<AtomicU64>,
}

impl Sealer {
    /// A sealer for one field of a tenant with the current seal key of a keyring; message numbers come from `store`.
    ///
    /// # Errors
    /// [`Error::SadRefused`] if the field's name denotes sensitive authentication data; [`Error::KeyState`] or
    /// [`Error::KeyPeriod`] if no seal key may protect.
    pub fn from_keyring(
        keyring: &Keyring,
        tenant: TenantId,
        field: FieldName,
        store: Arc<AuthenticatedStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        if denotes_sad(field.as_str()) {
            return Err(Error::SadRefused);
        }
        let root = keyring.current(KeyPurpose::Seal, clock.now().wall)?;
        let key = SealKey::derive(root, &tenant, &field)?;
        let counter = CounterLease::new(store, *key.id().as_bytes(), DEFAULT_MESSAGE_LIMIT)?;
        Ok(Self::new(tenant, field, key, counter, clock))
    }

    pub(super) fn new(
        tenant: TenantId,
        field: FieldName,
        key: SealKey,
        counter: CounterLease,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { tenant, field, key, counter, clock, sealed: Arc::default() }
    }

    /// Gives the message numbers that were leased and not used back to the store.
    ///
    /// A sealer that is dropped instead loses them, up to 65,536 of the key's 2^32.
    ///
    /// # Errors
    /// What the store returns; nothing is lost but the numbers.
    pub fn close(self) -> Result<()> {
        self.counter.close()
    }

    /// Seals a card number for `record`: 84 bytes, 112 characters as text.
    ///
    /// # Errors
    /// [`Error::Argument`] if this sealer's field is not `pan`; [`Error::HoldsPan`] if the record id holds a card
    /// number; [`Error::SealLimit`] at the key's message limit;
    /// [`Error::KeyPeriod`] past its period; [`Error::Random`] if the operating system gives no randomness; what
    /// the store returns when a new block of message numbers is leased.
    pub fn seal_pan(&self, pan: &Pan, record: &RecordId) -> Result<Sealed> {
        self.needs_pan_field()?;
        self.key.seal_pan(&self.start(record)?, record, pan)
    }

    /// Seals any other value, 1 to 65,536 bytes, for `record`: 64 bytes longer than the value.
    ///
    /// # Errors
    /// As [`seal_pan`](Self::seal_pan), with [`Error::Argument`] if this sealer's field is `pan`,
    /// [`Error::ValueLength`], and [`Error::SadRefused`] for a value that is track data.
    pub fn seal(&self, value: &[u8], record: &RecordId) -> Result<Sealed> {
        if self.field.as_str() == PAN_FIELD {
            return Err(Error::Argument);
        }
        if holds_track_data(value) {
            return Err(Error::SadRefused);
        }
        self.key.seal(&self.start(record)?, record, value)
    }

    /// The id of the key in use, as it stands in each record.
    pub const fn key_id(&self) -> &KeyId {
        self.key.id()
    }

    pub(super) fn needs_pan_field(&self) -> Result<()> {
        if self.field.as_str() == PAN_FIELD { Ok(()) } else { Err(Error::Argument) }
    }

    /// How many values were sealed, a running count that outlives the sealer.
    pub(crate) fn count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.sealed)
    }

    /// Record id, period, message counter and nonce: what stands before every sealing.
    ///
    /// The gate hears of no record id with a card number in it, so what was sealed for one could not be revealed.
    fn start(&self, record: &RecordId) -> Result<[u8; NONCE_LENGTH]> {
        if holds_card_number(record.as_bytes()) {
            return Err(Error::HoldsPan);
        }
        self.key.permits(KeyUse::Protect, self.clock.now().wall)?;
        self.counter.next()?;
        let mut nonce = [0u8; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|_| Error::Random)?;
        self.sealed.fetch_add(1, Ordering::Relaxed);
        Ok(nonce)
    }

    /// Period, message numbers and nonces for as many records as there are places: how many of them may be sealed, and
    /// why no more. Their ids are the caller's to look at, as [`start`](Self::start) does.
    ///
    /// One reading of the clock, one call of the operating system, and mostly one step of the counter for all of them.
    pub(super) fn start_many(&self, nonces: &mut [[u8; NONCE_LENGTH]]) -> (usize, Result<()>) {
        if let Err(error) = self.key.permits(KeyUse::Protect, self.clock.now().wall) {
            return (0, Err(error));
        }
        if getrandom::fill(nonces.as_flattened_mut()).is_err() {
            return (0, Err(Error::Random));
        }
        let mut outcome = Ok(());
        let mut numbered = 0usize;
        while let Some(most) = missing(nonces.len(), numbered) {
            match self.counter.next_many(most) {
                Ok(numbers) => numbered = numbered.saturating_add(numbers.count()),
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        self.sealed.fetch_add(u64::try_from(numbered).unwrap_or(u64::MAX), Ordering::Relaxed);
        (numbered, outcome)
    }

    pub(super) const fn key(&self) -> &SealKey {
        &self.key
    }
}

impl core::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sealer")
            .field("tenant", &self.tenant)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// How many are missing, `None` if none is.
fn missing(wanted: usize, there: usize) -> Option<NonZeroU64> {
    u64::try_from(wanted.saturating_sub(there)).ok().and_then(NonZeroU64::new)
}
