//! `AuditLog`: one stream, open for appending, shared by all threads of a process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::checkpoint::Generations;
use super::core::{Core, Newest, Poll, Setup, lock_path};
use super::durable::Lock;
use super::event::Event;
use super::key::{Signer, VaultKey};
use super::options::Options;
use super::outlets::{Outlets, patience};
use super::sink::Sink;
use super::streams::Streams;
use super::writer::{self, Command};
use crate::card::id::StreamName;
use crate::clock::{Clock, Now};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

/// Everything that opening a stream needs; the defaults of the rest suit a local disk.
pub struct Opening {
    dir: PathBuf,
    vault: VaultKey,
    stream: StreamName,
    seed: Secret,
    clock: Arc<dyn Clock>,
    options: Options,
    generations: Newest,
    poll: Option<Poll>,
    sinks: Vec<Sink>,
}

impl Opening {
    /// Names the stream: vault directory, the vault's public audit key, name and key seed of the stream, clock.
    pub fn new(
        dir: &Path,
        vault: &VaultKey,
        stream: &StreamName,
        seed: Secret,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            dir: dir.to_owned(),
            vault: vault.clone(),
            stream: stream.clone(),
            seed,
            clock,
            options: Options::default(),
            generations: Box::new(Generations::default),
            poll: None,
            sinks: Vec::new(),
        }
    }

    /// Sizes, intervals and deadline.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Says how new keyring, configuration and store are; asked for every record and every checkpoint.
    ///
    /// It runs on the audit thread, and must not wait. What a checkpoint names as the newest cannot be replaced by
    /// an older one before the next opening, so it must never run behind what was disclosed.
    #[must_use]
    pub fn generations(mut self, newest: impl Fn() -> Generations + Send + 'static) -> Self {
        self.generations = Box::new(newest);
        self
    }

    /// A function asked at every heartbeat and at closing for events that are counted, not written one by one.
    ///
    /// It runs on the audit thread: while it runs nothing becomes durable. If it panics, its counts are lost and
    /// the heartbeat says so.
    #[must_use]
    pub fn poll(mut self, poll: impl FnMut(Now) -> Vec<Event> + Send + 'static) -> Self {
        self.poll = Some(Box::new(poll));
        self
    }

    /// Where records go besides the file, each sink on a thread of its own.
    ///
    /// A record counts as written when it is on disk and every [`Required`](super::SinkDuty::Required) sink has it; so a
    /// caller waits up to the log's deadline and twice the longest deadline of a sink: for the commit under way, and
    /// for its own.
    #[must_use]
    pub fn sinks(mut self, sinks: Vec<Sink>) -> Self {
        self.sinks = sinks;
        self
    }

    /// Opens the stream for appending, recovers it if its last process was killed, and starts its thread.
    ///
    /// When this returns, `log.start` is on disk, covered by a checkpoint, and with every required sink.
    ///
    /// # Errors
    /// [`Error::StreamUnknown`] if the vault's list does not hold this stream with this key;
    /// [`Error::AuditLocked`] if another process writes it; [`Error::AuditDamaged`] if the files are not what its
    /// last process can have left; [`Error::SinkFailed`], [`Error::SinkTimeout`]; [`Error::DiskFull`], [`Error::Io`];
    /// [`Error::Argument`] if two sinks have one name.
    pub fn open(self) -> Result<AuditLog> {
        for (place, sink) in self.sinks.iter().enumerate() {
            if self.sinks.iter().skip(place.saturating_add(1)).any(|other| other.name == sink.name) {
                return Err(Error::Argument);
            }
        }
        let origin = self.vault.origin(&self.stream)?;
        let signer = Signer::new(&origin, self.seed);
        let streams = Streams::load(&self.dir, &self.vault)?;
        if streams.key(self.stream.as_str()) != Some(&signer.verifier()) {
            return Err(Error::StreamUnknown);
        }
        let audit = super::directory(&self.dir);
        let deadline = self.options.deadline;
        let sinks_deadline = patience(&self.sinks);
        let setup = Setup {
            lock: Lock::take(&lock_path(&audit, self.stream.as_str()))?,
            audit,
            stream: self.stream.as_str().to_owned(),
            signer,
            clock: self.clock,
            options: self.options,
            generations: self.generations,
            poll: self.poll,
            sinks: Outlets::new(self.sinks),
        };
        let core = Core::open(Box::new(setup)).map_err(|(_, error)| error)?;
        let state = Arc::new(Health::default());
        let (commands, inbox) = mpsc::channel();
        let thread = {
            let state = Arc::clone(&state);
            let name = format!("panveil-audit-{}", self.stream);
            thread::Builder::new().name(name).spawn(move || writer::run(core, &inbox, &state))?
        };
        Ok(AuditLog {
            stream: Arc::new(self.stream),
            commands,
            health: state,
            deadline,
            sinks_deadline,
            opener: std::process::id(),
            thread: Some(thread),
        })
    }
}

/// One stream, open for appending.
///
/// Records of all threads that wait at the same time become durable with one write and one sync, and go to each
/// [`Sink`] together. After an error, a missed deadline, or the failure of a required sink the log has *failed*: it takes nothing more until [`reopen`](Self::reopen) succeeds.
/// Dropping it closes it as far as that goes; [`close`](Self::close) says whether it went.
pub struct AuditLog {
    stream: Arc<StreamName>,
    commands: Sender<Command>,
    health: Arc<Health>,
    deadline: core::time::Duration,
    sinks_deadline: core::time::Duration,
    opener: u32,
    thread: Option<JoinHandle<()>>,
}

impl AuditLog {
    /// Records `event` and returns when it is on disk.
    ///
    /// # Errors
    /// [`Error::AuditTimeout`] after the deadline, [`Error::DiskFull`], [`Error::AuditReplaced`] if the file was
    /// removed, replaced or cut, [`Error::SinkFailed`] or [`Error::SinkTimeout`] if a required sink does not have it,
    /// [`Error::Io`]: the log has failed then. [`Error::AuditUnavailable`] if it had failed before.
    /// [`Error::Argument`] for an event of more than 64 KiB, [`Error::Forked`] in a forked process: these leave
    /// the log as it is.
    pub fn append(&self, event: Event) -> Result<Position> {
        self.submit(event)?.wait()
    }

    /// Hands `event` over, to be waited for later: several events then share one sync.
    ///
    /// # Errors
    /// [`Error::AuditUnavailable`] if the log has failed, [`Error::Forked`] in a forked process.
    pub fn submit(&self, event: Event) -> Result<Pending> {
        self.check_process()?;
        self.health.check()?;
        let (answer, receiver) = mpsc::sync_channel(1);
        let deadline = self.deadline_from_now(2);
        self.send(Command::Append(Box::new(event), answer))?;
        Ok(Pending { receiver, deadline, stream: Arc::clone(&self.stream), health: Arc::clone(&self.health) })
    }

    /// Writes a checkpoint now, rather than when it is due.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn checkpoint(&self) -> Result<()> {
        self.health.check()?;
        self.ask(Command::Checkpoint)
    }

    /// Whether the log has failed, so that appending is refused until it is opened again.
    pub fn has_failed(&self) -> bool {
        self.health.check().is_err()
    }

    /// Opens a failed log again, as a new process would.
    ///
    /// # Errors
    /// As [`Opening::open`]; [`Error::AuditTimeout`] if the thread still hangs, [`Error::SinkTimeout`] if a required
    /// sink does and nothing says how to make another. The log stays failed then.
    pub fn reopen(&self) -> Result<()> {
        self.ask(Command::Reopen)
    }

    /// Writes the last records and a checkpoint, gives the stream free, and lets the threads of the sinks end; those
    /// that hang are left behind.
    ///
    /// # Errors
    /// [`Error::AuditUnavailable`] if the log had failed; else as [`append`](Self::append). The stream is given
    /// free in any case.
    pub fn close(mut self) -> Result<()> {
        self.finish()
    }

    /// The name of the stream.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    fn finish(&mut self) -> Result<()> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        // In a forked process there is no such thread to wait for.
        self.check_process()?;
        let closed = self.ask(Command::Close);
        if closed != Err(Error::AuditTimeout) {
            let _ = thread.join();
        }
        closed
    }

    fn ask(&self, command: impl FnOnce(SyncSender<Result<()>>) -> Command) -> Result<()> {
        self.check_process()?;
        let (answer, receiver) = mpsc::sync_channel(1);
        // Closing lets the sinks finish twice, before and after the last record, and then end.
        let deadline = self.deadline_from_now(6);
        self.send(command(answer))?;
        wait(&receiver, deadline, &self.health)
    }

    fn send(&self, command: Command) -> Result<()> {
        self.commands.send(command).map_err(|_| Error::AuditUnavailable)
    }

    fn deadline_from_now(&self, deliveries: u32) -> Option<Instant> {
        let patience = self.deadline.saturating_add(self.sinks_deadline.saturating_mul(deliveries));
        Instant::now().checked_add(patience)
    }

    fn check_process(&self) -> Result<()> {
        if std::process::id() == self.opener { Ok(()) } else { Err(Error::Forked) }
    }
}

impl Drop for AuditLog {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

impl core::fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AuditLog").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// A record on its way to the disk. Until [`wait`](Self::wait) returns, act as if it were not recorded.
#[must_use = "the record may not be on disk yet"]
pub struct Pending {
    receiver: Receiver<Result<u64>>,
    deadline: Option<Instant>,
    stream: Arc<StreamName>,
    health: Arc<Health>,
}

impl Pending {
    /// Returns when the record is on disk.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    pub fn wait(self) -> Result<Position> {
        let seq = wait(&self.receiver, self.deadline, &self.health)?;
        Ok(Position { stream: self.stream, seq })
    }
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    stream: Arc<StreamName>,
    seq: u64,
}

impl Position {
    /// The stream.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The sequence number: the first record of a stream has 0.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

/// Whether the log has failed, known to all its threads.
#[derive(Default)]
pub(crate) struct Health(AtomicU32);

impl Health {
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Acquire) == 0 { Ok(()) } else { Err(Error::AuditUnavailable) }
    }

    pub(crate) fn fail(&self, error: Error) {
        self.0.store(error.number(), Ordering::Release);
    }

    pub(crate) fn recover(&self) {
        self.0.store(0, Ordering::Release);
    }
}

fn wait<T>(receiver: &Receiver<Result<T>>, deadline: Option<Instant>, health: &Health) -> Result<T> {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let answer = match left {
        Some(left) => receiver.recv_timeout(left),
        None => receiver.recv().map_err(mpsc::RecvTimeoutError::from),
    };
    answer.unwrap_or_else(|error| {
        let error = match error {
            mpsc::RecvTimeoutError::Timeout => Error::AuditTimeout,
            // The thread is gone: it panicked, which is a defect, and nothing is written any more.
            mpsc::RecvTimeoutError::Disconnected => Error::AuditUnavailable,
        };
        health.fail(error);
        Err(error)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{AuditLog, Opening};
    use crate::audit::event::Event;
    use crate::audit::key::{VaultKey, tests::seed};
    use crate::audit::kind::Kind;
    use crate::audit::streams::Streams;
    use crate::card::id::StreamName;
    use crate::clock::{Clock, Now, Timestamp};
    use crate::error::Error;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Now {
            Now { wall: Timestamp::from_seconds(1_795_334_400), since_boot_ms: 0, boot: [1; 16] }
        }
    }

    #[test]
    fn a_log_and_what_waits_on_it_may_cross_threads() {
        fn crosses<T: Send>() {}
        fn is_shared<T: Send + Sync>() {}
        crosses::<super::Pending>();
        is_shared::<AuditLog>();
    }

    #[test]
    fn another_process_than_the_opener_is_told_so_and_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let name = StreamName::new("cli").unwrap();
        Streams::register(dir.path(), seed(1), &name, &seed(2)).unwrap();
        let vault = VaultKey::from_seed(&seed(1));
        let mut log = Opening::new(dir.path(), &vault, &name, seed(2), Arc::new(Still)).open().unwrap();
        // As a fork would: the same memory under another process id.
        let opener = std::mem::replace(&mut log.opener, 0);
        let file = dir.path().join("audit/cli.jsonl");
        let before = std::fs::read(&file).unwrap();
        assert_eq!(log.append(Event::new(Kind::Alert)).err(), Some(Error::Forked));
        assert_eq!(log.checkpoint().err(), Some(Error::Forked));
        assert_eq!(log.reopen().err(), Some(Error::Forked));
        assert_eq!(std::fs::read(&file).unwrap(), before);
        log.opener = opener;
        assert_eq!(log.append(Event::new(Kind::Alert)).unwrap().seq(), 2);
        log.close().unwrap();
    }
}
