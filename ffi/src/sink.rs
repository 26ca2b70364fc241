//! Audit sinks of the host.

use std::ffi::c_void;
use std::time::Duration;

use panveil::audit::{AuditSink, Sink, SinkDuty, Word};
use panveil::{Error, Result};

use crate::callback::{Context, answer, panveil_release};
use crate::ptr::{self, SizedStruct, panveil_bytes};

/// A record counts as written only when this sink has it too. If it fails or is late, nothing is revealed until
/// panveil_vault_log_reopen succeeds.
pub const PANVEIL_SINK_REQUIRED: u32 = 1;
/// Its failure is an alert in the local stream, and the rest goes on.
pub const PANVEIL_SINK_BEST_EFFORT: u32 = 2;

/// Where audit records go besides the local stream: a log server, a queue.
///
/// The callbacks are called one at a time, on a thread of the library's that only this sink has, and must not throw. A call
/// that is not back at the deadline has failed; the library does not wait for it any longer, and does not call `release`
/// before it is back.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_sink {
    /// sizeof(panveil_sink).
    pub struct_size: u32,
    /// PANVEIL_SINK_REQUIRED or PANVEIL_SINK_BEST_EFFORT.
    pub duty: u32,
    /// How many milliseconds a delivery may take; 5,000 if 0.
    pub deadline_ms: u64,
    /// Its name in records of its failure: 1 to 64 letters, digits and `._:/-`.
    pub name: panveil_bytes,
    /// Given to the callbacks.
    pub context: *mut c_void,
    /// Takes one or more records, each a line of JSON with its newline, in order, and on disk in the local stream already.
    /// Returns PANVEIL_OK if it has them; after anything else they come again before those that follow.
    pub deliver: Option<unsafe extern "C" fn(context: *mut c_void, records: *const u8, length: usize) -> u32>,
    /// Told that the local stream has failed, and why (a status), which the stream cannot say itself; may be NULL.
    pub log_failed: Option<unsafe extern "C" fn(context: *mut c_void, reason: u32)>,
    /// Called once, when the vault no longer needs the sink, also when opening fails; may be NULL.
    pub release: panveil_release,
}

// SAFETY: `#[repr(C)]`, begins with its size, and numbers, views, pointers and options of functions may be zero.
unsafe impl SizedStruct for panveil_sink {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// The host's sink as the library sees it.
struct HostSink {
    context: Context,
    deliver: unsafe extern "C" fn(*mut c_void, *const u8, usize) -> u32,
    log_failed: Option<unsafe extern "C" fn(*mut c_void, u32)>,
}

/// # Errors
/// [`Error::NullPointer`] and [`Error::Argument`] for the struct, [`Error::IdFormat`] for the name.
///
/// # Safety
/// As [`ptr::options`]; the name is what [`ptr::bytes`] asks for, and the callbacks what the header asks for.
pub(crate) unsafe fn sink(sink: *const panveil_sink) -> Result<Sink> {
    // SAFETY: the same promise.
    let given = unsafe { ptr::options(sink) }?;
    let context = Context::new(given.context, given.release);
    let deliver = given.deliver.ok_or(Error::NullPointer)?;
    // SAFETY: the same promise.
    let name = unsafe { ptr::text(given.name.data, given.name.length, MAX_NAME, Error::IdFormat) }?;
    let duty = match given.duty {
        PANVEIL_SINK_REQUIRED => SinkDuty::Required,
        PANVEIL_SINK_BEST_EFFORT => SinkDuty::BestEffort,
        _ => return Err(Error::Argument),
    };
    let made = HostSink { context, deliver, log_failed: given.log_failed };
    let sink = Sink::new(Word::new(name)?, duty, made);
    Ok(match given.deadline_ms {
        0 => sink,
        deadline => sink.deadline(Duration::from_millis(deadline)),
    })
}

impl AuditSink for HostSink {
    fn deliver(&mut self, records: &[u8]) -> Result<()> {
        // SAFETY: the host's callback gets its own context, and bytes with their true length.
        answer(unsafe { (self.deliver)(self.context.get(), records.as_ptr(), records.len()) })
    }

    fn log_failed(&mut self, reason: Error) -> Result<()> {
        if let Some(log_failed) = self.log_failed {
            // SAFETY: the host's callback gets its own context.
            unsafe { log_failed(self.context.get(), reason.number()) };
        }
        Ok(())
    }
}

const MAX_NAME: usize = 64;
