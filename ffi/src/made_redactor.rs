//! What stands behind a redactor's handle.

use std::sync::{Mutex, PoisonError};

use panveil::scan::{Hit, Redaction, RedactionStream};
use panveil::{Error, Result};

use crate::callback::Context;
use crate::finder::tell;
use crate::hit::panveil_on_hit;

/// A redactor and its one stream, which one call at a time may have.
pub(crate) struct MadeRedactor {
    redaction: Redaction,
    stream: Mutex<State>,
    context: Context,
    on_hit: panveil_on_hit,
}

enum State {
    Ready(Box<RedactionStream>),
    /// A call has the stream: no lock is held while the host's code runs.
    Taken,
    /// A part of the text may be lost.
    Broken,
}

impl MadeRedactor {
    /// # Safety
    /// `on_hit` is NULL or may be called with the context until that is released; it does not unwind.
    pub(crate) unsafe fn new(redaction: Redaction, context: Context, on_hit: panveil_on_hit) -> Self {
        let stream = Mutex::new(State::Ready(Box::new(redaction.stream())));
        Self { redaction, stream, context, on_hit }
    }

    /// A whole text beside the stream, and what was found in it.
    pub(crate) fn redact(&self, text: &[u8]) -> (Vec<u8>, Vec<Hit>) {
        let (mut out, mut hits) = (Vec::with_capacity(text.len()), Vec::new());
        let mut stream = self.redaction.stream();
        stream.push(text, &mut out, &mut |hit| hits.push(*hit));
        stream.finish(&mut out, &mut |hit| hits.push(*hit));
        (out, hits)
    }

    /// Tells the host of hits.
    pub(crate) fn tell(&self, hits: &[Hit]) -> Result<()> {
        for hit in hits {
            // SAFETY: the caller of `new` promised so.
            unsafe { tell(self.on_hit, self.context.get(), hit) }?;
        }
        Ok(())
    }

    /// Takes the stream.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::CallbackFailed`] if the stream is broken.
    pub(crate) fn turn(&self) -> Result<Turn<'_>> {
        let mut state = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Taken) {
            State::Ready(stream) => Ok(Turn { of: self, stream: Some(stream), whole: false }),
            State::Taken => Err(Error::InUse),
            State::Broken => {
                *state = State::Broken;
                Err(Error::CallbackFailed)
            }
        }
    }
}

/// One call's use of the stream. If it ends early, the stream is broken.
pub(crate) struct Turn<'a> {
    of: &'a MadeRedactor,
    stream: Option<Box<RedactionStream>>,
    whole: bool,
}

impl Turn<'_> {
    /// Redacts a piece, writes it, then tells its hits.
    pub(crate) fn step(
        &mut self,
        write: &mut dyn FnMut(&[u8]) -> Result<()>,
        step: impl FnOnce(&mut RedactionStream, &mut Vec<u8>, &mut dyn FnMut(&Hit)),
    ) -> Result<()> {
        let (mut out, mut hits) = (Vec::new(), Vec::new());
        let stream = self.stream.as_deref_mut().ok_or(Error::Internal)?;
        step(stream, &mut out, &mut |hit| hits.push(*hit));
        if !out.is_empty() {
            write(&out)?;
        }
        self.of.tell(&hits)
    }

    /// Gives the stream back whole.
    pub(crate) fn done(mut self) {
        self.whole = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let stream = self.stream.take().filter(|_| self.whole);
        let state = stream.map_or(State::Broken, State::Ready);
        *self.of.stream.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}
