//! One root key: its secret, its state and its dates.

use crate::clock::Timestamp;
use crate::crypto::kdf::{self, Label};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

use super::purpose::KeyPurpose;
use super::state::{KeyState, KeyUse};

/// What is done with every root: sub-keys are derived from it.
pub const ALGORITHM: &str = "HKDF-SHA-256";

/// A root key of one purpose and version.
///
/// Its secret stays inside this crate: with a root, tokens and records open past the gate.
///
/// ```compile_fail,E0624
/// # use panveil::{clock::Timestamp, keys::{keyring::Keyring, purpose::KeyPurpose, state::KeyUse}};
/// fn past_the_gate(keyring: &Keyring, now: Timestamp) -> panveil::Result<()> {
///     let root = keyring.current(KeyPurpose::Token, now)?.secret_for(KeyUse::Process, now)?;
///     Ok(())
/// }
/// ```
pub struct RootKey {
    pub(super) facts: KeyFacts,
    pub(super) secret: Secret,
}

/// What may be known of a key by everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// What it is for.
    pub purpose: KeyPurpose,
    /// Counted from 1 within the purpose.
    pub version: u32,
    /// A public name that commits to the key: 32 hexadecimal digits.
    pub id: String,
    /// Its state.
    pub state: KeyState,
    /// When it was made.
    pub created: Timestamp,
    /// When it was put to use.
    pub activated: Timestamp,
    /// End of the originator usage period: it protects nothing from then on.
    pub protect_until: Timestamp,
    /// End of the recipient usage period: it opens nothing from then on.
    pub process_until: Timestamp,
}

impl RootKey {
    /// A fresh key, active from `now` on, with the usage periods of its purpose.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives no randomness.
    pub fn generate(purpose: KeyPurpose, version: u32, now: Timestamp) -> Result<Self> {
        let secret = Secret::random()?;
        let facts = KeyFacts {
            purpose,
            version,
            id: id_of(&secret, purpose, version)?,
            state: KeyState::Active,
            created: now,
            activated: now,
            protect_until: now.plus_days(purpose.originator_days()),
            process_until: now.plus_days(purpose.recipient_days()),
        };
        Ok(Self { facts, secret })
    }

    /// A key whose secret was unwrapped; its id must be that of the secret.
    ///
    /// # Errors
    /// [`Error::KeyringDamaged`] if the id belongs to another secret.
    pub fn restore(facts: KeyFacts, secret: Secret) -> Result<Self> {
        if id_of(&secret, facts.purpose, facts.version)? != facts.id {
            return Err(Error::KeyringDamaged);
        }
        Ok(Self { facts, secret })
    }

    /// The public facts.
    pub const fn facts(&self) -> &KeyFacts {
        &self.facts
    }

    /// The secret without a look at state and dates, for keys that are made ahead of their use; each use must
    /// [`check`](KeyFacts::check) again.
    pub(crate) const fn secret_whatever_its_state(&self) -> &Secret {
        &self.secret
    }

    /// The same key with other bytes, for vectors.
    #[cfg(test)]
    pub(crate) fn with_bytes(self, bytes: [u8; 32]) -> Self {
        let secret = Secret::fill_with(|place| {
            *place = bytes;
            Ok(())
        });
        Self { secret: secret.expect("filled"), ..self }
    }

    /// The secret, if state and dates permit this use at `now`.
    ///
    /// # Errors
    /// [`Error::KeyState`] if the state forbids it, [`Error::KeyPeriod`] outside the usage period.
    pub(crate) fn secret_for(&self, wanted: KeyUse, now: Timestamp) -> Result<&Secret> {
        self.facts.check(wanted, now)?;
        Ok(&self.secret)
    }
}

impl KeyFacts {
    /// Whether state and dates permit this use at `now`.
    ///
    /// # Errors
    /// [`Error::KeyState`] if the state forbids it, [`Error::KeyPeriod`] outside the usage period.
    pub fn check(&self, wanted: KeyUse, now: Timestamp) -> Result<()> {
        if !self.state.permits(wanted) {
            return Err(Error::KeyState);
        }
        let end = match wanted {
            KeyUse::Protect => self.protect_until,
            KeyUse::Process => self.process_until,
        };
        if now >= end { Err(Error::KeyPeriod) } else { Ok(()) }
    }
}

impl core::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RootKey").field("facts", &self.facts).finish_non_exhaustive()
    }
}

fn id_of(secret: &Secret, purpose: KeyPurpose, version: u32) -> Result<String> {
    let label = Label::new("panveil/v1/root/id").text(purpose.name().as_bytes()).number(version);
    let id = kdf::derive(secret, &label)?;
    Ok(id.expose().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::RootKey;
    use crate::clock::Timestamp;
    use crate::crypto::secret::Secret;
    use crate::error::Error;
    use crate::keys::purpose::KeyPurpose;
    use crate::keys::state::KeyUse;

    #[test]
    fn periods_end_on_their_day() {
        let start = Timestamp::from_seconds(0);
        let key = RootKey::generate(KeyPurpose::Seal, 1, start).unwrap();
        let rows = [
            (KeyUse::Protect, 364, None),
            (KeyUse::Protect, 365, Some(Error::KeyPeriod)),
            (KeyUse::Process, 4 * 365 - 1, None),
            (KeyUse::Process, 4 * 365, Some(Error::KeyPeriod)),
        ];
        for (wanted, days, error) in rows {
            assert_eq!(key.secret_for(wanted, start.plus_days(days)).err(), error, "{wanted:?} {days}");
        }
    }

    #[test]
    fn ac_57_a_swapped_secret_does_not_load() {
        let key = RootKey::generate(KeyPurpose::Seal, 1, Timestamp::from_seconds(0)).unwrap();
        let swapped = RootKey::restore(key.facts().clone(), Secret::random().unwrap());
        assert_eq!(swapped.err(), Some(Error::KeyringDamaged));
    }
}
