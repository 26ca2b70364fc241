//! A writer for `tracing_subscriber` that takes card data out of every event.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use tracing_core::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use super::finder::Charset;
use super::hit::Hit;
use super::redaction::{Redaction, RedactionStream};
use crate::error::{Error, Result};

/// Stands between `tracing_subscriber::fmt` and the writers that `M` makes: what an event says, its message, fields and
/// spans, is written without card data, in whatever format.
///
/// Each event is a text of its own and reaches the inner writer in one piece when it is complete, so no event waits for
/// the next, and a number that comes in several writes is found. A subscriber that is no `fmt` one, such as an exporter of
/// traces, does not pass through here.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use panveil::scan::{Finder, RedactingWriter, Redaction};
///
/// let written = Arc::new(Mutex::new(Vec::new()));
/// # struct Shared(Arc<Mutex<Vec<u8>>>);
/// # impl std::io::Write for Shared {
/// #     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> { self.0.lock().unwrap().write(bytes) }
/// #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
/// # }
/// # let inner = Arc::clone(&written);
/// # let stderr = move || Shared(Arc::clone(&inner));
/// let writer = RedactingWriter::new(stderr, Redaction::mask(Finder::new()))?
///     .on_hit(|hit| eprintln!("{} in the log at byte {} of an event", hit.kind.name(), hit.offset));
/// let subscriber = tracing_subscriber::fmt().with_writer(writer).with_ansi(false).finish();
/// tracing::subscriber::with_default(subscriber, || tracing::info!(order = 17, "paid with 4111 1111 1111 1111"));
/// let line = String::from_utf8(written.lock().unwrap().clone()).unwrap();
/// assert!(line.ends_with("paid with ************1111 order=17\n"), "{line}");
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct RedactingWriter<M> {
    inner: M,
    redaction: Redaction,
    on_hit: OnHit,
    on_error: OnError,
}

type OnHit = Arc<dyn Fn(&Hit) + Send + Sync>;
type OnError = Arc<dyn Fn(&io::Error) + Send + Sync>;

impl<M> RedactingWriter<M> {
    /// Redacts what goes to the writers of `inner`.
    ///
    /// # Errors
    /// [`Error::Argument`] for a finder of another charset than [`Charset::AsciiBased`]: events are UTF-8, and nothing
    /// would be found in them.
    pub fn new(inner: M, redaction: Redaction) -> Result<Self> {
        if redaction.finder().charset != Charset::AsciiBased {
            return Err(Error::Argument);
        }
        Ok(Self { inner, redaction, on_hit: Arc::new(|_| {}), on_error: Arc::new(|_| {}) })
    }

    /// Calls `hook` for each hit: what, where in the event and how sure, never the value (PCI DSS 12.10.7). It runs on the
    /// thread that logs.
    #[must_use]
    pub fn on_hit(mut self, hook: impl Fn(&Hit) + Send + Sync + 'static) -> Self {
        self.on_hit = Arc::new(hook);
        self
    }

    /// Calls `hook` for an event that the inner writer did not take: it is lost, and its end comes too late to tell
    /// `tracing_subscriber`.
    #[must_use]
    pub fn on_error(mut self, hook: impl Fn(&io::Error) + Send + Sync + 'static) -> Self {
        self.on_error = Arc::new(hook);
        self
    }

    fn event<W: Write>(&self, inner: W) -> RedactedEvent<W> {
        RedactedEvent {
            inner,
            stream: self.redaction.stream(),
            redacted: Vec::new(),
            flush: false,
            on_hit: Arc::clone(&self.on_hit),
            on_error: Arc::clone(&self.on_error),
        }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for RedactingWriter<M> {
    type Writer = RedactedEvent<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        self.event(self.inner.make_writer())
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        self.event(self.inner.make_writer_for(metadata))
    }
}

impl<M> fmt::Debug for RedactingWriter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactingWriter").field("redaction", &self.redaction).finish_non_exhaustive()
    }
}

/// The writer of one event, which ends when it is dropped. Holds the event, redacted, until then.
pub struct RedactedEvent<W: Write> {
    inner: W,
    stream: RedactionStream,
    redacted: Vec<u8>,
    flush: bool,
    on_hit: OnHit,
    on_error: OnError,
}

impl<W: Write> RedactedEvent<W> {
    fn end(&mut self) -> io::Result<()> {
        self.stream.finish(&mut self.redacted, &mut |hit| (self.on_hit)(hit));
        if !self.redacted.is_empty() {
            self.inner.write_all(&self.redacted)?;
        }
        if self.flush { self.inner.flush() } else { Ok(()) }
    }
}

impl<W: Write> Write for RedactedEvent<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.stream.push(text, &mut self.redacted, &mut |hit| (self.on_hit)(hit));
        Ok(text.len())
    }

    /// Flushes the inner writer when the event ends; before, a number could be half written.
    fn flush(&mut self) -> io::Result<()> {
        self.flush = true;
        Ok(())
    }
}

impl<W: Write> Drop for RedactedEvent<W> {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            (self.on_error)(&error);
        }
    }
}

impl<W: Write> fmt::Debug for RedactedEvent<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactedEvent").finish_non_exhaustive()
    }
}
