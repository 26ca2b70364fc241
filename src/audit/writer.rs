//! The thread of an open log: collects what waits, commits it at once, wakes the waiters, and keeps the timers.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use super::core::{Core, Setup};
use super::event::Event;
use super::stream::Health;
use crate::error::{Error, Result};

/// What callers ask the thread for.
pub(crate) enum Command {
    Append(Box<Event>, SyncSender<Result<u64>>),
    Checkpoint(SyncSender<Result<()>>),
    Reopen(SyncSender<Result<()>>),
    Close(SyncSender<Result<()>>),
}

/// Serves `inbox` until the log is closed.
pub(crate) fn run(core: Core, inbox: &Receiver<Command>, health: &Health) {
    let mut log = Log::Open(Box::new(core));
    loop {
        let mut batch = Vec::new();
        let mut control = None;
        match inbox.recv_timeout(log.patience()) {
            Ok(first) => {
                let mut next = Some(first);
                // Group commit: whatever has come meanwhile shares the one write and sync.
                while let Some(command) = next.take() {
                    match command {
                        Command::Append(event, answer) => {
                            batch.push((event, answer));
                            next = (batch.len() < MAX_BATCH).then(|| inbox.try_recv().ok()).flatten();
                        }
                        other => control = Some(other),
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let _ = log.close(health);
                return;
            }
        }
        log.commit(batch, health);
        match control {
            None | Some(Command::Append(..)) => {}
            Some(Command::Checkpoint(answer)) => {
                let _ = answer.send(log.with(health, |core| core.checkpoint(core.now())));
            }
            Some(Command::Reopen(answer)) => {
                let (reopened, outcome) = log.reopen(health);
                log = reopened;
                let _ = answer.send(outcome);
            }
            Some(Command::Close(answer)) => {
                let _ = answer.send(log.close(health));
                return;
            }
        }
        let _ = log.with(health, |core| core.tick(core.now()));
    }
}

enum Log {
    Open(Box<Core>),
    /// A reopening failed; what it needs is kept for the next.
    Shut(Box<Setup>),
}

impl Log {
    fn patience(&self) -> Duration {
        match self {
            Log::Open(core) => Duration::from_millis(core.idle_ms(core.now()).clamp(1, MAX_PATIENCE_MS)),
            Log::Shut(_) => Duration::from_millis(MAX_PATIENCE_MS),
        }
    }

    /// Runs `work` on a log that has not failed; its error makes the log fail.
    fn with<T>(&mut self, health: &Health, work: impl FnOnce(&mut Core) -> Result<T>) -> Result<T> {
        health.check()?;
        let Log::Open(core) = self else { return Err(Error::AuditUnavailable) };
        work(core).inspect_err(|error| {
            health.fail(*error);
            core.tell_failed(*error);
        })
    }

    fn commit(&mut self, batch: Vec<(Box<Event>, SyncSender<Result<u64>>)>, health: &Health) {
        if batch.is_empty() {
            return;
        }
        let (events, waiters): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|(event, answer)| (*event, answer)).unzip();
        // A waiter may have given up meanwhile; then its answer goes nowhere.
        match self.with(health, |core| core.append(&events)) {
            Ok(answers) => {
                for (waiter, answer) in waiters.iter().zip(answers) {
                    let _ = waiter.send(answer);
                }
            }
            Err(error) => {
                for waiter in &waiters {
                    let _ = waiter.send(Err(error));
                }
            }
        }
    }

    fn reopen(self, health: &Health) -> (Self, Result<()>) {
        let setup = match self {
            Log::Open(core) => core.abandon(),
            Log::Shut(setup) => setup,
        };
        match Core::open(setup) {
            Ok(core) => {
                health.recover();
                (Log::Open(Box::new(core)), Ok(()))
            }
            Err((setup, error)) => {
                health.fail(error);
                (Log::Shut(setup), Err(error))
            }
        }
    }

    fn close(self, health: &Health) -> Result<()> {
        health.check()?;
        match self {
            Log::Open(core) => core.close().inspect_err(|error| health.fail(*error)),
            Log::Shut(_) => Err(Error::AuditUnavailable),
        }
    }
}

/// Bounds the memory of one commit; a record is about 1 KiB.
const MAX_BATCH: usize = 4096;
/// The thread looks at the clock at least this often, so that a machine that slept is noticed.
const MAX_PATIENCE_MS: u64 = 1_000;
