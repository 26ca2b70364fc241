//! Tokenizer, fingerprinter and sealer over fresh keys in memory: what a vault hands out, without its disk.

use std::sync::Arc;

use panveil::card::id::{Application, FieldName, TenantId};
use panveil::clock::{Clock, Now, Timestamp};
use panveil::crypto::secret::Secret;
use panveil::keys::keyring::{Environment, Keyring};
use panveil::protect::batch::{PAN_RECORD, pan_record};
use panveil::protect::{Fingerprinter, Sealer, Tokenizer};
use panveil::store::{AuthenticatedStore, MemoryStore};
use panveil::vault::SystemClock;

use crate::lab::pan;
use crate::provider::Failure;

/// One of each.
pub struct Kit {
    /// A tokenizer.
    pub tokenizer: Tokenizer,
    /// A fingerprinter.
    pub fingerprinter: Fingerprinter,
    /// A sealer of card numbers.
    pub sealer: Sealer,
}

impl Kit {
    /// With keys of its own.
    ///
    /// # Errors
    /// None in practice.
    pub fn new() -> Result<Self, Failure> {
        Self::with_clock(Arc::new(SystemClock::new()))
    }

    /// With keys of its own, and a clock that stands: reading the system's does not work under valgrind.
    ///
    /// # Errors
    /// None in practice.
    pub fn outside_time() -> Result<Self, Failure> {
        Self::with_clock(Arc::new(Still))
    }

    fn with_clock(clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let now = clock.now().wall;
        let keyring = Keyring::generate(Environment::Dev, now)?;
        let (tenant, caller) = (TenantId::new("main")?, Application::new("bench")?);
        let store = AuthenticatedStore::create(MemoryStore::new(), &Secret::random()?)?;
        Ok(Self {
            tokenizer: Tokenizer::from_keyring(&keyring, tenant.clone(), caller.clone(), now)?,
            fingerprinter: Fingerprinter::from_keyring(&keyring, tenant.clone(), caller, now)?,
            sealer: Sealer::from_keyring(&keyring, tenant, FieldName::new("pan")?, Arc::new(store), clock)?,
        })
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        Now { wall: Timestamp::from_seconds(1_795_334_400), since_boot_ms: 0, boot: [1; 16] }
    }
}

/// `count` different card numbers of `length` digits, as batches take them.
///
/// # Errors
/// None in practice.
pub fn cards(count: usize, length: usize) -> Result<Vec<[u8; PAN_RECORD]>, Failure> {
    (0..u32::try_from(count)?).map(|number| Ok(pan_record(pan(length, number)?.expose())?)).collect()
}
