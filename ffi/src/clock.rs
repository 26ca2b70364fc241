//! A clock of the host.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use panveil::clock::{Clock, Now, Timestamp};
use panveil::{Error, Result};

use crate::callback::{Context, answer, panveil_release};
use crate::ptr::{self, SizedStruct};

/// One reading of the clocks.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct panveil_now {
    /// The wall clock: milliseconds since 1970-01-01T00:00:00Z.
    pub wall_ms: i64,
    /// Milliseconds since the machine started; it only moves forward, while the machine sleeps too.
    pub since_boot_ms: u64,
    /// Which start of the machine that is: 16 bytes, the same until the machine starts again.
    pub boot: [u8; 16],
}

/// A clock of the host, in place of the operating system's.
///
/// `now` is called from any thread, several at a time, also from the library's own; it must return at once, must not
/// call this library and must not throw. If it fails, the call it was needed for returns PANVEIL_CALLBACK_FAILED and
/// gives nothing out; the library's own threads go by the last good reading.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_clock {
    /// sizeof(panveil_clock).
    pub struct_size: u32,
    /// Given to the callbacks.
    pub context: *mut c_void,
    /// Writes one reading; returns PANVEIL_OK or another status.
    pub now: Option<unsafe extern "C" fn(context: *mut c_void, now: *mut panveil_now) -> u32>,
    /// Called once, when the vault no longer needs the clock, also when opening fails; may be NULL.
    pub release: panveil_release,
}

// SAFETY: `#[repr(C)]`, begins with its size, and pointers and options of functions may be zero.
unsafe impl SizedStruct for panveil_clock {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// The host's clock as the library sees it.
pub(crate) struct HostClock {
    context: Context,
    now: unsafe extern "C" fn(*mut c_void, *mut panveil_now) -> u32,
    last: Mutex<Now>,
}

thread_local! {
    /// Whether a clock failed during the call of this thread.
    static FAILED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the work of a call, and makes it fail if a clock of the host failed meanwhile.
pub(crate) fn checked<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // A callback may call the library again, so calls can lie inside each other.
    let outer = FAILED.replace(false);
    let result = work();
    if FAILED.replace(outer) { Err(Error::CallbackFailed) } else { result }
}

impl HostClock {
    /// # Errors
    /// [`Error::NullPointer`] and [`Error::Argument`] for the struct, [`Error::CallbackFailed`] if the first reading fails.
    ///
    /// # Safety
    /// As [`ptr::options`]; the callbacks are what the header asks for.
    pub(crate) unsafe fn new(clock: *const panveil_clock) -> Result<Self> {
        // SAFETY: the same promise.
        let panveil_clock { context, now, release, .. } = unsafe { ptr::options(clock) }?;
        let context = Context::new(context, release);
        let now = now.ok_or(Error::NullPointer)?;
        let last = read(&context, now)?;
        Ok(Self { context, now, last: Mutex::new(last) })
    }
}

impl Clock for HostClock {
    fn now(&self) -> Now {
        // No lock is held while the host's code runs.
        let reading = read(&self.context, self.now);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match reading {
            Ok(now) => *last = now,
            Err(_) => FAILED.set(true),
        }
        *last
    }
}

fn read(context: &Context, now: unsafe extern "C" fn(*mut c_void, *mut panveil_now) -> u32) -> Result<Now> {
    let mut reading = panveil_now::default();
    // SAFETY: the host's callback gets its own context and a place to write to.
    let status = unsafe { now(context.get(), &raw mut reading) };
    // Whatever went wrong, it is the clock that failed.
    answer(status).map_err(|_| Error::CallbackFailed)?;
    Ok(Now {
        wall: Timestamp::from_millis(reading.wall_ms),
        since_boot_ms: reading.since_boot_ms,
        boot: reading.boot,
    })
}
