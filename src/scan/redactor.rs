//! A writer that takes card data out of what goes through it.

use std::io::{self, Write};

use super::hit::Hit;
use super::redaction::{Redaction, RedactionStream};

/// Writes to `W` what is written to it, without card data.
///
/// Up to 2 KiB are held back, because a number may go on in the next piece: [`Redactor::finish`] writes them out. So does
/// [`Write::flush`], after which another text begins: flush between log records, not within one.
///
/// ```
/// use std::io::Write;
/// use panveil::scan::{Finder, Redaction, Redactor};
/// let mut log = Redactor::new(Vec::new(), Redaction::mask(Finder::new()));
/// write!(log, "paid with 4111-1111-")?;
/// writeln!(log, "1111-1111")?;
/// assert_eq!(log.finish()?, b"paid with ************1111\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Redactor<W: Write> {
    inner: W,
    stream: RedactionStream,
    on_hit: Box<dyn FnMut(&Hit) + Send>,
    hits: u64,
    error: Option<io::Error>,
}

impl<W: Write> Redactor<W> {
    /// Redacts what goes to `inner`.
    pub fn new(inner: W, redaction: Redaction) -> Self {
        Self { inner, stream: redaction.stream(), on_hit: Box::new(|_| {}), hits: 0, error: None }
    }

    /// Calls `hook` for each hit: what, where and how sure, never the value (PCI DSS 12.10.7).
    #[must_use]
    pub fn on_hit(mut self, hook: impl FnMut(&Hit) + Send + 'static) -> Self {
        self.on_hit = Box::new(hook);
        self
    }

    /// How many hits there were.
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// Writes what was held back, flushes, and gives the inner writer back.
    ///
    /// # Errors
    /// Whatever the inner writer says.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.inner)
    }

    fn through(
        &mut self,
        step: impl FnOnce(&mut RedactionStream, &mut dyn FnMut(&[u8]), &mut dyn FnMut(&Hit)),
    ) -> io::Result<()> {
        let Self { inner, stream, on_hit, hits, error } = self;
        let mut put = |bytes: &[u8]| {
            if error.is_none() {
                *error = inner.write_all(bytes).err();
            }
        };
        let mut count = |hit: &Hit| {
            *hits = hits.saturating_add(1);
            on_hit(hit);
        };
        step(stream, &mut put, &mut count);
        self.error.take().map_or(Ok(()), Err)
    }
}

impl<W: Write> Write for Redactor<W> {
    /// Takes all of `text`. An error of the inner writer means that a part of it may be lost: the text before it was not
    /// taken back.
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.through(|stream, put, on_hit| stream.push_to(text, put, on_hit))?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.through(|stream, put, on_hit| stream.finish_to(put, on_hit))?;
        self.inner.flush()
    }
}

impl<W: Write> core::fmt::Debug for Redactor<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Redactor").field("hits", &self.hits).finish_non_exhaustive()
    }
}
