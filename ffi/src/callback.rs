//! What the host's callbacks have in common: their context, and what they answer.

use std::ffi::c_void;

use panveil::{Error, Result};

/// Gives a context back to the host.
pub type panveil_release = Option<unsafe extern "C" fn(context: *mut c_void)>;

/// The context of a host's callbacks, given back when it is dropped.
pub(crate) struct Context {
    context: *mut c_void,
    release: panveil_release,
}

// SAFETY: the header asks for callbacks and contexts that may be used from any thread.
unsafe impl Send for Context {}
// SAFETY: as above; clocks and key-encryption keys must take calls of several threads at the same time.
unsafe impl Sync for Context {}

impl Context {
    pub(crate) const fn new(context: *mut c_void, release: panveil_release) -> Self {
        Self { context, release }
    }

    pub(crate) const fn get(&self) -> *mut c_void {
        self.context
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the host gave it for exactly this context, to be called once.
            unsafe { release(self.context) };
        }
    }
}

/// What a callback's status means: any number that is no error of this library is [`Error::CallbackFailed`].
pub(crate) fn answer(status: u32) -> Result<()> {
    match status {
        0 => Ok(()),
        number => Err(Error::ALL
            .iter()
            .copied()
            .find(|error| error.number() == number)
            .unwrap_or(Error::CallbackFailed)),
    }
}
