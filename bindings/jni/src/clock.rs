//! The application's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use panveil::clock::{Clock, Now, Timestamp};
use panveil::vault::SystemClock;
use panveil::{Error, Result};

use crate::upcall::Hooks;

/// The wall clock that Java gives, beside the machine's own time since its start.
///
/// The core's clock cannot fail, so a failure is counted, and the machine's time stands in for it, so that the log
/// goes on. [`Watched::guard`] then refuses what was about to be done.
pub(crate) struct JavaClock {
    hooks: Hooks,
    machine: SystemClock,
    failures: AtomicU64,
}

impl JavaClock {
    pub(crate) fn new(hooks: Hooks) -> Self {
        Self { hooks, machine: SystemClock::new(), failures: AtomicU64::new(0) }
    }
}

impl Clock for JavaClock {
    fn now(&self) -> Now {
        let machine = self.machine.now();
        match self.hooks.clock() {
            Ok(millis) => Now { wall: Timestamp::from_millis(millis), ..machine },
            Err(_) => {
                self.failures.fetch_add(1, Ordering::SeqCst);
                machine
            }
        }
    }
}

/// A clock of Java, if the application gave one.
pub(crate) struct Watched(pub(crate) Option<Arc<JavaClock>>);

impl Watched {
    /// Runs `work`, and drops what it returns if the clock failed at any moment of it.
    ///
    /// # Errors
    /// [`Error::CallbackFailed`] if the clock failed, also just before; else what `work` returns.
    pub(crate) fn guard<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let Some(clock) = &self.0 else { return work() };
        let before = clock.failures.load(Ordering::SeqCst);
        clock.now();
        if clock.failures.load(Ordering::SeqCst) != before {
            return Err(Error::CallbackFailed);
        }
        let outcome = work();
        if clock.failures.load(Ordering::SeqCst) != before {
            return Err(Error::CallbackFailed);
        }
        outcome
    }
}
