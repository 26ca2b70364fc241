//! All sinks of an open log.

use std::time::{Duration, Instant};

use super::event::Event;
use super::outlet::{Ending, Outlet};
use super::sink::Sink;
use crate::error::{Error, Result};

/// The sinks, in the order in which they were given.
pub(crate) struct Outlets(Vec<Outlet>);

/// Why the log has failed, and the alerts that say so, one for each sink.
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) alerts: Vec<Event>,
}

impl Outlets {
    pub(crate) fn new(sinks: Vec<Sink>) -> Self {
        Self(sinks.into_iter().map(Outlet::new).collect())
    }

    /// Takes what has become durable, for the next [`deliver`](Self::deliver).
    pub(crate) fn take(&mut self, records: &[u8]) {
        for outlet in &mut self.0 {
            outlet.take(records);
        }
    }

    /// Hands over what was taken, to all sinks at once, and waits for the required ones.
    pub(crate) fn deliver(&mut self, now_ms: u64) -> core::result::Result<(), Failure> {
        self.go_on();
        let mut failure: Option<Failure> = None;
        for outlet in self.0.iter_mut().filter(|outlet| outlet.is_required()) {
            if let Err(error) = outlet.wait() {
                let failure = failure.get_or_insert(Failure { error, alerts: Vec::new() });
                failure.alerts.push(outlet.alert(error, now_ms));
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Looks for answers of sinks that nobody waits for, and hands over what waits for them.
    pub(crate) fn go_on(&mut self) {
        for outlet in &mut self.0 {
            outlet.go_on();
        }
    }

    /// The alerts that are due.
    pub(crate) fn due_alerts(&mut self, now_ms: u64, interval_ms: u64) -> Vec<Event> {
        self.0.iter_mut().filter_map(|outlet| outlet.due_alert(now_ms, interval_ms)).collect()
    }

    /// Waits for all sinks, each up to its deadline.
    pub(crate) fn drain(&mut self) {
        for outlet in &mut self.0 {
            // Twice: what is under way, and what waits behind it.
            let _ = outlet.wait();
            outlet.hand_over();
        }
        for outlet in &mut self.0 {
            let _ = outlet.wait();
        }
    }

    /// Tells the sinks that the log has failed.
    pub(crate) fn log_failed(&self, reason: Error) {
        for outlet in &self.0 {
            outlet.log_failed(reason);
        }
    }

    /// Makes the sinks ready for another opening of the log.
    ///
    /// # Errors
    /// [`Error::SinkTimeout`] if a required sink still hangs.
    pub(crate) fn rearm(&mut self) -> Result<()> {
        self.0.iter_mut().try_for_each(Outlet::rearm)
    }

    /// Lets all threads end, and waits for those that do so before their deadlines.
    pub(crate) fn end(&mut self) {
        let since = Instant::now();
        let endings: Vec<Ending> = self.0.drain(..).map(Outlet::end).collect();
        for ending in endings {
            ending.wait(since);
        }
    }
}

/// The longest deadline.
pub(crate) fn patience(sinks: &[Sink]) -> Duration {
    sinks.iter().map(|sink| sink.deadline).max().unwrap_or_default()
}
