//! Where every call enters and leaves: nothing but a status comes out, whatever happens inside.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use panveil::Result;

use crate::clock;
use crate::status::panveil_status;

/// Runs the body of an exported function.
///
/// `call` works and returns what writes the outputs; that runs only if all went well, a clock of the host included. A
/// panic of either becomes `PANVEIL_INTERNAL`, with nothing printed: its text could hold anything.
pub(crate) fn boundary<D: FnOnce() -> Result<()>>(call: impl FnOnce() -> Result<D>) -> panveil_status {
    let _quiet = Quiet::begin();
    let work = || -> Result<()> {
        #[cfg(feature = "faults")]
        faults::strike();
        let deliver = clock::checked(call)?;
        deliver()
    };
    // Objects that a panic leaves behind are behind locks that forgive it, and handles that are looked up again.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => panveil_status::PANVEIL_OK,
        Ok(Err(error)) => error.into(),
        Err(payload) => {
            // Dropping it would run code of whoever panicked, which may panic again.
            std::mem::forget(payload);
            panveil_status::PANVEIL_INTERNAL
        }
    }
}

/// For calls that have nothing to write.
pub(crate) fn nothing() -> Result<()> {
    Ok(())
}

/// While it lives, panics of this thread print nothing.
struct Quiet;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

impl Quiet {
    fn begin() -> Self {
        // Catching a panic does not keep the hook from printing it. The one before goes on for all other panics.
        static HOOK: Once = Once::new();
        if !std::thread::panicking() {
            HOOK.call_once(|| {
                let before = take_hook();
                set_hook(Box::new(move |panic| {
                    if DEPTH.try_with(Cell::get).unwrap_or(0) == 0 {
                        before(panic);
                    }
                }));
            });
        }
        DEPTH.with(|depth| depth.set(depth.get().saturating_add(1)));
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get().saturating_sub(1)));
    }
}

/// Panics on demand, to show that each function stops them.
#[cfg(feature = "faults")]
pub mod faults {
    use std::cell::Cell;

    thread_local! {
        static ARMED: Cell<bool> = const { Cell::new(false) };
    }

    /// Makes the next call on this thread panic inside its boundary. Built for tests only, and in no header.
    #[unsafe(no_mangle)]
    pub extern "C" fn panveil_fault_next() {
        ARMED.set(true);
    }

    #[expect(clippy::panic, reason = "this is what it is for")]
    pub(super) fn strike() {
        if ARMED.replace(false) {
            panic!("an injected fault with 4111111111111111 in its text");
        }
    }
}
