//! The log itself, without its thread: records in, bytes and checkpoints out, driven by calls and by the clock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint::{Checkpoint, Generations};
use super::durable::{self, Lock};
use super::event::Event;
use super::key::Signer;
use super::kind::Kind;
use super::lines::MAX_LINE;
use super::options::Options;
use super::outlets::{Failure, Outlets};
use super::record::{self, Own, Place, Previous};
use super::recover::{self, Resumed};
use super::segment::Segment;
use super::tree::{Frontier, Hash, leaf_hash};
use crate::clock::{Clock, Now};
use crate::error::{Error, Result};

/// Says how new keyring, configuration and store are, at every record and checkpoint.
pub(crate) type Newest = Box<dyn Fn() -> Generations + Send>;

/// Asked at every heartbeat for events that are counted rather than written one by one.
pub(crate) type Poll = Box<dyn FnMut(Now) -> Vec<Event> + Send>;

/// What a log needs to open, and to open again.
pub(crate) struct Setup {
    /// The audit directory.
    pub(crate) audit: PathBuf,
    pub(crate) stream: String,
    pub(crate) signer: Signer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: Options,
    pub(crate) generations: Newest,
    pub(crate) poll: Option<Poll>,
    pub(crate) lock: Lock,
    pub(crate) sinks: Outlets,
}

impl Setup {
    /// Sees to it that the lock still guards: when its file was removed, another is taken.
    fn guard(&mut self) -> Result<()> {
        let path = lock_path(&self.audit, &self.stream);
        if !self.lock.stands_at(&path)? {
            self.lock = Lock::take(&path)?;
        }
        Ok(())
    }
}

/// An open log.
pub(crate) struct Core {
    setup: Box<Setup>,
    segment: Segment,
    /// Sequence number of the first record of the segment.
    first: u64,
    state: State,
    /// Size of the last checkpoint written.
    checkpointed: u64,
    checkpoint_at: u64,
    heartbeat_at: u64,
    last: Now,
}

/// Where the next record goes.
#[derive(Clone)]
struct State {
    frontier: Frontier,
    prev: Hash,
}

/// Records that have their place but are not on disk yet.
struct Staged {
    bytes: Vec<u8>,
    state: State,
}

impl Core {
    /// Opens the log, recovers it, and writes its first records and a checkpoint.
    pub(crate) fn open(mut setup: Box<Setup>) -> core::result::Result<Self, (Box<Setup>, Error)> {
        match setup.sinks.rearm().and_then(|()| setup.guard()).and_then(|()| Self::resume(&setup)) {
            Ok((resumed, checkpointed)) => Self::start(setup, resumed, checkpointed),
            Err(error) => Err((setup, error)),
        }
    }

    /// Gives back what is needed to open the log again; nothing more is written.
    pub(crate) fn abandon(self) -> Box<Setup> {
        self.setup
    }

    /// The clock of the log.
    pub(crate) fn now(&self) -> Now {
        self.setup.clock.now()
    }

    /// Records `events` durably, in order, with one write, and gives them to the sinks; says of each its sequence
    /// number.
    ///
    /// An event too large for a record is refused alone. Any other error is that of all, and the log must not be
    /// used further.
    pub(crate) fn append(&mut self, events: &[Event]) -> Result<Vec<Result<u64>>> {
        let answers = self.or_last_words(|core| {
            let now = core.now();
            let mut staged = core.staged();
            core.stage_remarks(&mut staged, now)?;
            let answers = events
                .iter()
                .map(|event| core.stage(&mut staged, event, Own::default(), now).map(|()| staged.last()))
                .collect();
            core.commit(staged, now)?;
            Ok(answers)
        })?;
        self.deliver()?;
        Ok(answers)
    }

    /// Does what is due at `now`: a heartbeat, a checkpoint, an alert about a sink.
    pub(crate) fn tick(&mut self, now: Now) -> Result<()> {
        self.setup.sinks.go_on();
        let fresh = self.state.frontier.size().saturating_sub(self.checkpointed);
        let due = fresh >= self.setup.options.checkpoint_records || now.since_boot_ms >= self.checkpoint_at;
        self.or_last_words(|core| {
            if now.since_boot_ms >= core.heartbeat_at {
                return core.heartbeat(now, Kind::LogHeartbeat);
            }
            let mut staged = core.staged();
            core.stage_alerts(&mut staged, now, core.setup.options.heartbeat_ms)?;
            core.commit(staged, now)?;
            if fresh > 0 && due { core.checkpoint(now) } else { Ok(()) }
        })?;
        self.deliver()
    }

    /// Milliseconds until `tick` has something to do, if nothing is appended.
    pub(crate) fn idle_ms(&self, now: Now) -> u64 {
        let fresh = self.state.frontier.size() > self.checkpointed;
        let next = if fresh { self.checkpoint_at.min(self.heartbeat_at) } else { self.heartbeat_at };
        next.saturating_sub(now.since_boot_ms)
    }

    /// Writes a checkpoint of all records now.
    pub(crate) fn checkpoint(&mut self, now: Now) -> Result<()> {
        let note = self.sign(&self.state.frontier, now);
        let path = self.setup.audit.join(format!("{}.checkpoint", self.setup.stream));
        durable::replace(&path, note.as_bytes())?;
        self.checkpointed = self.state.frontier.size();
        self.checkpoint_at = now.since_boot_ms.saturating_add(self.setup.options.checkpoint_ms);
        Ok(())
    }

    /// Polls for the last counts, writes the last record and checkpoint, and gives back unused space.
    ///
    /// Sinks have until their deadlines; the threads of those that hang are left behind.
    pub(crate) fn close(mut self) -> Result<()> {
        // What nobody waited for may still fail, and is said before the last record.
        self.setup.sinks.drain();
        let now = self.now();
        self.or_last_words(|core| core.heartbeat(now, Kind::LogStop))?;
        self.segment.truncate()?;
        let delivered = self.deliver();
        self.setup.sinks.drain();
        self.setup.sinks.end();
        delivered
    }

    /// Tells the sinks, which may reach somebody, that the log has failed.
    pub(crate) fn tell_failed(&self, reason: Error) {
        self.setup.sinks.log_failed(reason);
    }

    fn resume(setup: &Setup) -> Result<(Resumed, u64)> {
        let path = setup.audit.join(format!("{}.checkpoint", setup.stream));
        let key = setup.signer.verifier();
        // Before a stream is listed it has a checkpoint of size 0: one without a checkpoint was robbed of it.
        let note = durable::read_text(&path, super::MAX_CHECKPOINT)?.ok_or(Error::AuditDamaged)?;
        let checkpoint = Checkpoint::open(&note, &key)?;
        Ok((recover::resume(&setup.audit, &setup.stream, &checkpoint)?, checkpoint.size))
    }

    fn start(
        setup: Box<Setup>,
        resumed: Resumed,
        checkpointed: u64,
    ) -> core::result::Result<Self, (Box<Setup>, Error)> {
        let now = setup.clock.now();
        let heartbeat_at = now.since_boot_ms.saturating_add(setup.options.heartbeat_ms);
        let Resumed { segment, first, frontier, prev, garbage } = resumed;
        let state = State { frontier, prev };
        let mut core = Self {
            setup,
            segment,
            first,
            state,
            checkpointed,
            checkpoint_at: heartbeat_at,
            heartbeat_at,
            last: now,
        };
        let written = core.write_start(garbage, now);
        match written.and_then(|()| core.deliver()) {
            Ok(()) => Ok(core),
            Err(error) => Err((core.setup, error)),
        }
    }

    fn write_start(&mut self, garbage: Option<recover::Garbage>, now: Now) -> Result<()> {
        self.make_reserve()?;
        let mut staged = self.staged();
        if self.state.frontier.size() == 0 {
            self.stage(&mut staged, &Event::new(Kind::LogInit), Own::default(), now)?;
        }
        if let Some(garbage) = &garbage {
            let event =
                Event::new(Kind::LogRecovered).detail("bytes", garbage.bytes).detail("sha256", garbage.hash);
            self.stage(&mut staged, &event, Own::default(), now)?;
        }
        let start = Event::new(Kind::LogStart).detail("pid", i64::from(std::process::id()));
        self.stage(&mut staged, &start, Own::default(), now)?;
        let until = garbage.map_or(self.segment.end(), |garbage| garbage.until);
        self.segment.append_over(&staged.bytes, until, self.setup.options.extent_bytes)?;
        self.written(staged);
        self.checkpoint(now)
    }

    fn heartbeat(&mut self, now: Now, kind: Kind) -> Result<()> {
        let mut event = Event::new(kind);
        // A hook of the host may panic; the log goes on without its counts, and says so.
        let polled = self.setup.poll.as_mut().map(|poll| catch_unwind(AssertUnwindSafe(|| poll(now))));
        let counts = match polled {
            None => Vec::new(),
            Some(Ok(events)) => events,
            Some(Err(_)) => {
                event = event.detail("counts_lost", 1_i64);
                Vec::new()
            }
        };
        let mut staged = self.staged();
        self.stage_clock_step(&mut staged, now)?;
        let interval = if kind == Kind::LogStop { 0 } else { self.setup.options.heartbeat_ms };
        self.stage_alerts(&mut staged, now, interval)?;
        for count in &counts {
            if self.stage(&mut staged, count, Own::default(), now).is_err() {
                event = event.detail("counts_lost", 1_i64);
            }
        }
        let checkpoint = Some(self.sign(&staged.state.frontier, now));
        self.stage(&mut staged, &event, Own { checkpoint, previous: None }, now)?;
        self.commit(staged, now)?;
        self.heartbeat_at = now.since_boot_ms.saturating_add(self.setup.options.heartbeat_ms);
        self.checkpoint(now)
    }

    /// What the log has to say of itself.
    fn stage_remarks(&mut self, staged: &mut Staged, now: Now) -> Result<()> {
        self.stage_clock_step(staged, now)?;
        self.stage_alerts(staged, now, self.setup.options.heartbeat_ms)
    }

    /// What is to be said about sinks, of each at most once in `interval_ms`.
    fn stage_alerts(&mut self, staged: &mut Staged, now: Now, interval_ms: u64) -> Result<()> {
        let alerts = self.setup.sinks.due_alerts(now.since_boot_ms, interval_ms);
        alerts.iter().try_for_each(|alert| self.stage(staged, alert, Own::default(), now))
    }

    fn stage_clock_step(&self, staged: &mut Staged, now: Now) -> Result<()> {
        if now.boot != self.last.boot {
            return Ok(());
        }
        let clock = |now: Now| i128::from(now.wall.as_millis()).saturating_sub(i128::from(now.since_boot_ms));
        let step = clock(now).saturating_sub(clock(self.last));
        if step.unsigned_abs() <= CLOCK_STEP_MS {
            return Ok(());
        }
        let step = i64::try_from(step).unwrap_or(if step < 0 { i64::MIN } else { i64::MAX });
        let event = Event::new(Kind::ClockStep).detail("step_ms", step);
        self.stage(staged, &event, Own::default(), now)
    }

    fn staged(&self) -> Staged {
        Staged { bytes: Vec::new(), state: self.state.clone() }
    }

    fn stage(&self, staged: &mut Staged, event: &Event, own: Own<'_>, now: Now) -> Result<()> {
        let place = Place {
            stream: &self.setup.stream,
            seq: staged.state.frontier.size(),
            now,
            prev: staged.state.prev,
            generations: (self.setup.generations)(),
        };
        let line = record::line(event, &own, &place);
        if line.len() > MAX_LINE {
            return Err(Error::Argument);
        }
        let leaf = leaf_hash(line.as_bytes());
        staged.state.frontier.append(leaf);
        staged.state.prev = leaf;
        staged.bytes.extend_from_slice(line.as_bytes());
        staged.bytes.push(b'\n');
        Ok(())
    }

    fn commit(&mut self, staged: Staged, now: Now) -> Result<()> {
        self.last = now;
        if staged.bytes.is_empty() {
            return Ok(());
        }
        if !self.setup.lock.stands_at(&lock_path(&self.setup.audit, &self.setup.stream))? {
            return Err(Error::AuditReplaced);
        }
        self.segment.append(&staged.bytes, self.setup.options.extent_bytes)?;
        self.written(staged);
        if self.segment.end() >= self.setup.options.segment_bytes { self.rotate(now) } else { Ok(()) }
    }

    /// Closes the segment, which is full, and begins the next one. Either stands in its place after any crash.
    fn rotate(&mut self, now: Now) -> Result<()> {
        self.checkpoint(now)?;
        let (audit, stream) = (&self.setup.audit, &self.setup.stream);
        let (active, prepared) = (recover::active_path(audit, stream), recover::prepared_path(audit, stream));
        let closed = recover::closed_name(stream, self.first);
        let previous =
            Some(Previous { file: &closed, bytes: self.segment.end(), frontier: &self.state.frontier });
        let own = Own { checkpoint: Some(self.sign(&self.state.frontier, now)), previous };
        let mut staged = self.staged();
        self.stage(&mut staged, &Event::new(Kind::LogSegment), own, now)?;
        let mut next = Segment::create(&prepared)?;
        if let Err(error) = next.append(&staged.bytes, self.setup.options.extent_bytes) {
            let _ = std::fs::remove_file(&prepared);
            return Err(error);
        }
        self.segment.truncate()?;
        // From here on the next segment counts the bytes of this one, so no last words may be added to it.
        let rename = |segment: &mut Segment, path: &Path| {
            segment.rename(path).and_then(|()| durable::sync_parent(path)).map_err(|_| Error::Io)
        };
        rename(&mut self.segment, &self.setup.audit.join(&closed))?;
        rename(&mut next, &active)?;
        self.segment = next;
        self.first = self.state.frontier.size();
        self.written(staged);
        Ok(())
    }

    /// Goes on after records that are on disk now.
    fn written(&mut self, staged: Staged) {
        self.setup.sinks.take(&staged.bytes);
        self.state = staged.state;
    }

    /// Gives the sinks what has become durable, and waits for those that are required.
    fn deliver(&mut self) -> Result<()> {
        let now = self.now();
        let Err(Failure { error, alerts }) = self.setup.sinks.deliver(now.since_boot_ms) else {
            return Ok(());
        };
        // As far as that goes: the callers get the error in any case.
        let _ = self.stop_for(error, &alerts, now);
        Err(error)
    }

    /// Records that a sink has failed, and the log with it.
    fn stop_for(&mut self, error: Error, alerts: &[Event], now: Now) -> Result<()> {
        let mut staged = self.staged();
        for alert in alerts {
            self.stage(&mut staged, alert, Own::default(), now)?;
        }
        let checkpoint = Some(self.sign(&staged.state.frontier, now));
        let stop = Event::new(Kind::LogStop).failed(error);
        self.stage(&mut staged, &stop, Own { checkpoint, previous: None }, now)?;
        self.commit(staged, now)?;
        self.checkpoint(now)
    }

    fn or_last_words<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let done = work(self);
        if matches!(done, Err(Error::DiskFull)) {
            self.last_words();
        }
        done
    }

    /// The disk is full: with the space held back, says so in a last record and checkpoint, as far as that goes.
    fn last_words(&mut self) {
        let now = self.now();
        let event = Event::new(Kind::LogStop).failed(Error::DiskFull);
        let checkpoint = Some(self.sign(&self.state.frontier, now));
        let mut staged = self.staged();
        let _ = std::fs::remove_file(reserve_path(&self.setup))
            .map_err(Error::from)
            .and_then(|()| self.segment.truncate())
            .and_then(|()| self.stage(&mut staged, &event, Own { checkpoint, previous: None }, now))
            .and_then(|()| self.segment.append(&staged.bytes, 1))
            .and_then(|()| {
                self.written(staged);
                self.checkpoint(now)
            });
    }

    fn make_reserve(&self) -> Result<()> {
        let path = reserve_path(&self.setup);
        let wanted = self.setup.options.reserve_bytes;
        if std::fs::metadata(&path).is_ok_and(|present| present.len() == wanted) {
            return Ok(());
        }
        let size = usize::try_from(wanted).map_err(|_| Error::Argument)?;
        durable::replace(&path, &vec![0; size])
    }

    fn sign(&self, frontier: &Frontier, now: Now) -> String {
        let checkpoint = Checkpoint {
            origin: self.setup.signer.verifier().name().to_owned(),
            size: frontier.size(),
            root: frontier.root(),
            generations: (self.setup.generations)(),
            time: now.wall,
        };
        checkpoint.sign(&self.setup.signer)
    }
}

impl Staged {
    /// Sequence number of the last record.
    fn last(&self) -> u64 {
        self.state.frontier.size().saturating_sub(1)
    }
}

/// The lock of a stream: a file of its own, so that it stays while segments come and go.
pub(crate) fn lock_path(audit: &Path, stream: &str) -> PathBuf {
    audit.join(format!("{stream}.lock"))
}

fn reserve_path(setup: &Setup) -> PathBuf {
    setup.audit.join(format!("{}.reserve", setup.stream))
}

/// How far the wall clock may move against the monotonic clock unremarked.
const CLOCK_STEP_MS: u128 = 60_000;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    use super::{Core, Setup, lock_path};
    use crate::audit::checkpoint::{Checkpoint, Generations};
    use crate::audit::durable::Lock;
    use crate::audit::event::Event;
    use crate::audit::key::{Signer, VaultKey, tests::seed};
    use crate::audit::kind::Kind;
    use crate::audit::options::Options;
    use crate::audit::outlets::Outlets;
    use crate::audit::streams::Streams;
    use crate::audit::verify::verify;
    use crate::card::id::StreamName;
    use crate::clock::{Clock, Now, Timestamp};
    use crate::error::{Error, Result};

    /// A clock that moves when told to.
    struct ManualClock(Mutex<Now>);

    impl ManualClock {
        fn new() -> Arc<Self> {
            let wall = Timestamp::from_seconds(1_795_334_400);
            Arc::new(Self(Mutex::new(Now { wall, since_boot_ms: 1_000, boot: [1; 16] })))
        }

        fn advance(&self, wall_ms: i64, mono_ms: u64) {
            let mut now = self.0.lock().unwrap();
            now.wall = now.wall.plus_millis(wall_ms);
            now.since_boot_ms += mono_ms;
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> Now {
            *self.0.lock().unwrap()
        }
    }

    fn name() -> StreamName {
        StreamName::new("cli").unwrap()
    }

    fn vault() -> VaultKey {
        VaultKey::from_seed(&seed(1))
    }

    fn setup(dir: &Path, clock: &Arc<ManualClock>, options: Options) -> Box<Setup> {
        Streams::register(dir, seed(1), &name(), &seed(2)).unwrap();
        let audit = dir.join("audit");
        Box::new(Setup {
            lock: Lock::take(&lock_path(&audit, "cli")).unwrap(),
            audit,
            stream: "cli".to_owned(),
            signer: Signer::new(&vault().origin(&name()).unwrap(), seed(2)),
            clock: Arc::clone(clock) as Arc<dyn Clock>,
            options,
            generations: Box::new(Generations::default),
            poll: None,
            sinks: Outlets::new(Vec::new()),
        })
    }

    fn open(setup: Box<Setup>) -> Result<Core> {
        Core::open(setup).map_err(|(_, error)| error)
    }

    fn kinds(dir: &Path) -> Vec<String> {
        let audit = dir.join("audit");
        let mut files: Vec<_> = fs::read_dir(&audit).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        // The active segment's name sorts after those of the closed ones: a digit is less than a letter.
        files.sort();
        let mut kinds = Vec::new();
        for file in files {
            let bytes = fs::read(file).unwrap();
            for line in bytes.split(|byte| *byte == 0).next().unwrap().split(|byte| *byte == b'\n') {
                if let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) {
                    kinds.push(value["unmapped"]["panveil"]["type"].as_str().unwrap().to_owned());
                }
            }
        }
        kinds
    }

    fn last_checkpoint(dir: &Path) -> Checkpoint {
        let streams = Streams::load(dir, &vault()).unwrap();
        let note = fs::read_to_string(dir.join("audit/cli.checkpoint")).unwrap();
        Checkpoint::open(&note, streams.key("cli").unwrap()).unwrap()
    }

    fn event() -> Event {
        Event::new(Kind::RevealDenied).denied(Error::Denied)
    }

    #[test]
    fn a_log_starts_appends_and_stops() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let mut core = open(setup(dir.path(), &clock, Options::default())).unwrap();
        assert_eq!(last_checkpoint(dir.path()).size, 2);
        assert_eq!(core.append(&[event(), event()]).unwrap(), [Ok(2), Ok(3)]);
        core.close().unwrap();
        let core = open(setup(dir.path(), &clock, Options::default())).unwrap();
        core.close().unwrap();
        let expected =
            ["log.init", "log.start", "reveal.denied", "reveal.denied", "log.stop", "log.start", "log.stop"];
        assert_eq!(kinds(dir.path()), expected);
        let report = verify(dir.path(), &vault(), &[]).unwrap();
        assert!(report.is_whole(), "{report:?}");
        assert_eq!((report.streams[0].records, report.streams[0].covered), (7, 7));
        let bytes = fs::read(dir.path().join("audit/cli.jsonl")).unwrap();
        assert_eq!(bytes.last(), Some(&b'\n'), "closing gives back the zeros");
    }

    #[test]
    fn checkpoints_and_heartbeats_come_when_they_are_due() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let options = Options { checkpoint_records: 3, ..Options::default() };
        let mut setup = setup(dir.path(), &clock, options);
        setup.poll = Some(Box::new(|_| vec![Event::new(Kind::TokenizeCount).detail("count", 5_i64)]));
        setup.generations = Box::new(|| Generations { keyring: 1, config: 2, store: 3 });
        let mut core = open(setup).unwrap();
        assert_eq!(core.idle_ms(clock.now()), 60_000);
        core.append(&[event()]).unwrap();
        assert_eq!(core.idle_ms(clock.now()), 10_000);
        // (milliseconds later, records appended, size of the last checkpoint then)
        for (later, appended, size) in [(9_999, 0, 2), (1, 0, 3), (1, 2, 3), (0, 1, 6), (9_998, 0, 6)] {
            clock.advance(later, later as u64);
            for _ in 0..appended {
                core.append(&[event()]).unwrap();
            }
            core.tick(clock.now()).unwrap();
            assert_eq!(last_checkpoint(dir.path()).size, size);
        }
        assert_eq!(last_checkpoint(dir.path()).generations, Generations { keyring: 1, config: 2, store: 3 });
        clock.advance(40_001, 40_001);
        core.tick(clock.now()).unwrap();
        core.tick(clock.now()).unwrap();
        assert_eq!(kinds(dir.path())[6..], ["tokenize.count", "log.heartbeat"]);
        assert_eq!(last_checkpoint(dir.path()).size, 8);
        core.close().unwrap();
        assert_eq!(kinds(dir.path())[8..], ["tokenize.count", "log.stop"]);
        assert!(verify(dir.path(), &vault(), &[]).unwrap().is_whole());
    }

    #[test]
    fn a_panicking_hook_loses_its_counts_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let mut setup = setup(dir.path(), &clock, Options::default());
        setup.poll = Some(Box::new(|_| panic!("a hook of the host")));
        let mut core = open(setup).unwrap();
        clock.advance(60_000, 60_000);
        core.tick(clock.now()).unwrap();
        assert_eq!(core.append(&[event()]).unwrap(), [Ok(3)]);
        let text = fs::read_to_string(dir.path().join("audit/cli.jsonl")).unwrap();
        assert!(text.contains(r#""details":{"counts_lost":1}"#));
    }

    #[test]
    fn a_step_of_the_wall_clock_is_recorded_and_slow_drift_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let mut core = open(setup(dir.path(), &clock, Options::default())).unwrap();
        for (wall, mono, steps) in
            [(60_000, 0, 0), (3_600_000, 3_600_000, 0), (-60_001, 0, 1), (61_000, 0, 2)]
        {
            clock.advance(wall, mono);
            core.append(&[event()]).unwrap();
            let seen = kinds(dir.path()).iter().filter(|kind| *kind == "clock.step").count();
            assert_eq!(seen, steps, "{wall} {mono}");
        }
        let report = verify(dir.path(), &vault(), &[]).unwrap();
        assert_eq!(
            (report.is_whole(), report.streams[0].clock_steps, report.streams[0].silences),
            (true, 2, 1)
        );
    }

    #[test]
    fn an_event_too_large_for_a_record_is_refused_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut core = open(setup(dir.path(), &ManualClock::new(), Options::default())).unwrap();
        let long = "\"".repeat(255);
        let roles = vec![crate::card::id::Role::new(&long).unwrap(); 32];
        let actors = vec![crate::card::id::ActorId::new(&long).unwrap(); 32];
        let full = event().roles(&roles).approvals(&actors);
        assert_eq!(core.append(&[full, event()]).unwrap(), [Ok(2), Ok(3)], "32 of each fit");
    }

    #[test]
    fn segments_follow_one_another_and_open_where_they_end() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let options = Options { segment_bytes: 5_000, extent_bytes: 4_096, ..Options::default() };
        let mut core = open(setup(dir.path(), &clock, options.clone())).unwrap();
        for _ in 0..30 {
            core.append(&[event()]).unwrap();
        }
        // Dropped without closing, as a kill would.
        drop(core.abandon());
        let mut core = open(setup(dir.path(), &clock, options)).unwrap();
        for _ in 0..30 {
            core.append(&[event()]).unwrap();
        }
        core.close().unwrap();
        let report = verify(dir.path(), &vault(), &[]).unwrap();
        assert!(report.is_whole(), "{report:?}");
        let stream = &report.streams[0];
        assert!(stream.segments > 8, "{stream:?}");
        assert_eq!((stream.records, stream.covered), (64 + stream.segments - 1, stream.records));
        assert_eq!(
            kinds(dir.path()).iter().filter(|kind| *kind == "log.segment").count() as u64,
            stream.segments - 1
        );
    }

    #[test]
    fn a_rotation_killed_between_any_two_steps_is_finished_or_undone() {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::new();
        let audit = dir.path().join("audit");
        let (active, prepared) = (audit.join("cli.jsonl"), audit.join("cli.jsonl.new"));
        let options = Options { segment_bytes: 3_000, extent_bytes: 4_096, ..Options::default() };
        let mut core = open(setup(dir.path(), &clock, options.clone())).unwrap();
        while kinds(dir.path()).last().unwrap() != "log.segment" {
            core.append(&[event()]).unwrap();
        }
        drop(core.abandon());
        let before = kinds(dir.path());
        // Killed between the two renames: the next segment is not in place yet.
        fs::rename(&active, &prepared).unwrap();
        let report = verify(dir.path(), &vault(), &[]).unwrap();
        assert!(report.is_whole(), "{report:?}");
        drop(open(setup(dir.path(), &clock, options.clone())).unwrap().abandon());
        assert_eq!(kinds(dir.path())[..before.len()], before);
        // Killed before the first rename: what was prepared is unfinished and counts for nothing.
        fs::write(&prepared, b"unfinished").unwrap();
        open(setup(dir.path(), &clock, options.clone())).unwrap().close().unwrap();
        assert!(!prepared.exists());
        assert!(verify(dir.path(), &vault(), &[]).unwrap().is_whole());
        // The current segment gone altogether is no crash.
        fs::remove_file(&active).unwrap();
        assert_eq!(open(setup(dir.path(), &clock, options)).err(), Some(Error::AuditDamaged));
        assert!(!verify(dir.path(), &vault(), &[]).unwrap().is_whole());
    }
}
