//! The application's audit sinks.

use std::time::Duration;

use panveil::audit::{AuditSink, Sink, SinkDuty, Word};
use panveil::vault::OpenOptions;
use panveil::{Error, Result};

use crate::fields::Fields;
use crate::upcall::Hooks;

/// A sink that a Java application implements.
struct JavaSink {
    hooks: Hooks,
    number: i32,
}

impl AuditSink for JavaSink {
    fn deliver(&mut self, records: &[u8]) -> Result<()> {
        self.hooks.deliver(self.number, records)
    }

    fn log_failed(&mut self, reason: Error) -> Result<()> {
        self.hooks.log_failed(self.number, reason)
    }
}

/// Adds the sinks that the rest of `fields` names: name, whether it is required (0 or 1), deadline in milliseconds.
///
/// # Errors
/// What [`Word::new`] returns for the name, [`Error::Argument`] if a number is none.
pub(crate) fn add(fields: &mut Fields<'_>, hooks: Hooks, options: &mut OpenOptions) -> Result<()> {
    let mut number = 0i32;
    while !fields.is_empty() {
        let name = Word::new(fields.text()?)?;
        let duty = if fields.number::<u8>()? == 0 { SinkDuty::BestEffort } else { SinkDuty::Required };
        let deadline = Duration::from_millis(fields.number()?);
        let sink = Sink::new(name, duty, JavaSink { hooks, number }).deadline(deadline);
        options.sinks.push(sink);
        number = number.checked_add(1).ok_or(Error::Argument)?;
    }
    Ok(())
}
