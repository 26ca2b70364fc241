//! Where records go besides the local stream: a sink of the host's, with a duty and a deadline.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::event::Word;
use crate::error::{Error, Result};

/// Takes audit records elsewhere: to a log server, a queue, another machine.
///
/// Calls come one at a time, on a thread of the sink's own. A panic is a failed delivery; its payload is dropped
/// unread, but the panic hook of the host has printed its text by then.
///
/// ```
/// use panveil::audit::{AuditSink, Sink, SinkDuty, Word};
///
/// struct Copy(std::net::TcpStream);
///
/// impl AuditSink for Copy {
///     fn deliver(&mut self, records: &[u8]) -> panveil::Result<()> {
///         use std::io::Write;
///         Ok(self.0.write_all(records)?)
///     }
/// }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// # let stream = std::net::TcpStream::connect(listener.local_addr()?)?;
/// let sink = Sink::new(Word::new("log-server")?, SinkDuty::Required, Copy(stream))
///     .deadline(std::time::Duration::from_secs(2));
/// # let _ = sink;
/// # Ok(())
/// # }
/// ```
pub trait AuditSink: Send {
    /// Takes `records`: the exact bytes of one or more records, each a line of JSON with its newline, in order, and
    /// on disk in the local stream already. Returning `Ok` says that the sink has them.
    ///
    /// After a failure the same records come again, before those that follow, so a sink may see a record twice;
    /// `seq` tells.
    ///
    /// # Errors
    /// Whatever keeps the records from where they should go. The log records that the sink failed, not why.
    fn deliver(&mut self, records: &[u8]) -> Result<()>;

    /// The local stream has failed for this reason, and cannot say so itself: nothing is recorded and nothing
    /// revealed until it is opened again.
    ///
    /// # Errors
    /// Nothing depends on the answer.
    fn log_failed(&mut self, reason: Error) -> Result<()> {
        let _ = reason;
        Ok(())
    }
}

impl<S: AuditSink + ?Sized> AuditSink for Box<S> {
    fn deliver(&mut self, records: &[u8]) -> Result<()> {
        (**self).deliver(records)
    }

    fn log_failed(&mut self, reason: Error) -> Result<()> {
        (**self).log_failed(reason)
    }
}

/// What hangs on a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinkDuty {
    /// A record counts as written only when this sink has it too. If it fails, the log has failed: callers get
    /// [`Error::SinkFailed`] or [`Error::SinkTimeout`], and nothing is revealed until the log is opened again.
    Required,
    /// Its failure is an alert in the local stream, and the rest goes on. Up to 4 MiB of records wait while it is
    /// busy; what comes beyond is not delivered, and the next alert counts it.
    BestEffort,
}

/// A sink with its name, duty and deadline, to be given to a log when it is opened.
///
/// Clones share one sink, and deliver to it one at a time.
#[derive(Clone)]
pub struct Sink {
    pub(crate) name: Word,
    pub(crate) duty: SinkDuty,
    pub(crate) deadline: Duration,
    pub(crate) slot: Slot,
    pub(crate) make: Option<Arc<Make>>,
}

/// A sink that its thread works with, and makes if there is none.
pub(crate) type Slot = Arc<Mutex<Option<Box<dyn AuditSink>>>>;

/// Makes another sink in place of one that hangs or panicked.
pub(crate) type Make = dyn Fn() -> Result<Box<dyn AuditSink>> + Send + Sync;

impl Sink {
    /// A sink under this name, which stands in records of its failure. Its deadline is 5 seconds.
    pub fn new(name: Word, duty: SinkDuty, sink: impl AuditSink + 'static) -> Self {
        Self {
            name,
            duty,
            deadline: Duration::from_secs(5),
            slot: Arc::new(Mutex::new(Some(Box::new(sink)))),
            make: None,
        }
    }

    /// How long a delivery may take before the sink has failed.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How to make another sink when the log is opened again after this one hung or panicked; one that hangs is left
    /// behind with its thread. Without this it is tried again, once its call has returned.
    #[must_use]
    pub fn replaced_by(
        mut self,
        make: impl Fn() -> Result<Box<dyn AuditSink>> + Send + Sync + 'static,
    ) -> Self {
        self.make = Some(Arc::new(make));
        self
    }

    /// Lets the host's code work, on the thread of the sink.
    pub(crate) fn call(&self, work: impl FnOnce(&mut dyn AuditSink) -> Result<()>) -> Result<()> {
        // A panic does not poison it: it is caught before the lock is given back.
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let worked = catch_unwind(AssertUnwindSafe(|| {
            if slot.is_none() {
                *slot = self.make.as_ref().map(|make| make()).transpose()?;
            }
            work(slot.as_mut().ok_or(Error::SinkFailed)?.as_mut())
        }));
        worked.unwrap_or_else(|payload| {
            // What was thrown is the host's text, or a value whose `Drop` may throw again.
            core::mem::forget(payload);
            if self.make.is_some() {
                let _ = catch_unwind(AssertUnwindSafe(|| *slot = None)).map_err(core::mem::forget);
            }
            Err(Error::SinkFailed)
        })
    }
}

impl core::fmt::Debug for Sink {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sink")
            .field("name", &self.name)
            .field("duty", &self.duty)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
