//! Audit sinks as their hosts meet them: in order, after the disk, in time or not, and never able to stop a close.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use panveil::audit::{
    AuditLog, AuditSink, Event, Kind, Opening, Options, Sink, SinkDuty, Streams, VaultKey, Word, verify,
};
use panveil::card::id::StreamName;
use panveil::clock::{Clock, Now, Timestamp};
use panveil::crypto::secret::Secret;
use panveil::error::{Error, Result};
use serde_json::Value;

/// A clock that moves when told to.
struct ManualClock(Mutex<u64>);

impl ManualClock {
    fn advance(&self, ms: u64) {
        *self.0.lock().unwrap() += ms;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        let ms = *self.0.lock().unwrap();
        let wall = Timestamp::from_millis(1_795_334_400_000 + ms as i64);
        Now { wall, since_boot_ms: ms, boot: [1; 16] }
    }
}

/// What a sink of these tests does next, and what it has.
#[derive(Default)]
struct Control {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    mood: Mood,
    taken: Vec<u8>,
    deliveries: usize,
    refused: usize,
    told: Vec<Error>,
    dropped: usize,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mood {
    #[default]
    Willing,
    Failing,
    Panicking,
    /// Does not return until the mood changes.
    Hanging,
}

impl Control {
    fn set(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
        self.changed.notify_all();
    }

    fn with<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.lock().unwrap())
    }

    /// Waits until something is so; fails after a time that only a defect takes.
    fn until(&self, so: impl Fn(&State) -> bool) {
        let state = self.state.lock().unwrap();
        let (_state, late) =
            self.changed.wait_timeout_while(state, Duration::from_secs(60), |state| !so(state)).unwrap();
        assert!(!late.timed_out(), "it never came about");
    }

    fn records(&self) -> Vec<Value> {
        self.with(|state| state.taken.split_inclusive(|byte| *byte == b'\n').map(parse).collect())
    }

    fn seqs(&self) -> Vec<u64> {
        self.records().iter().map(|record| record["unmapped"]["panveil"]["seq"].as_u64().unwrap()).collect()
    }
}

fn parse(line: &[u8]) -> Value {
    assert_eq!(line.last(), Some(&b'\n'), "only whole records");
    serde_json::from_slice(line).unwrap()
}

struct TestSink(Arc<Control>);

impl AuditSink for TestSink {
    fn deliver(&mut self, records: &[u8]) -> Result<()> {
        let mut state = self.0.state.lock().unwrap();
        state.deliveries += 1;
        self.0.changed.notify_all();
        let mut state = self.0.changed.wait_while(state, |state| state.mood == Mood::Hanging).unwrap();
        match state.mood {
            Mood::Willing => {
                state.taken.extend_from_slice(records);
                self.0.changed.notify_all();
                return Ok(());
            }
            Mood::Failing => state.refused += 1,
            Mood::Panicking => {
                state.refused += 1;
                drop(state);
                // As a panic, without the hook that prints.
                std::panic::resume_unwind(Box::new("4111111111111111"));
            }
            Mood::Hanging => unreachable!("waited while it hangs"),
        }
        self.0.changed.notify_all();
        // The host's own error is not the log's to tell.
        Err(Error::NotAuthentic)
    }

    fn log_failed(&mut self, reason: Error) -> Result<()> {
        self.0.state.lock().unwrap().told.push(reason);
        self.0.changed.notify_all();
        Ok(())
    }
}

impl Drop for TestSink {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().dropped += 1;
        self.0.changed.notify_all();
    }
}

struct Bench {
    dir: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

/// Long enough for any machine that is alive.
const PATIENT: Duration = Duration::from_secs(60);
/// Short enough to wait out, long enough for a sink that does not hang.
const SHORT: Duration = Duration::from_millis(500);

impl Bench {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() {
            tempfile::tempdir_in(memory).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        Streams::register(dir.path(), seed(1), &name(), &seed(2)).unwrap();
        Self { dir, clock: Arc::new(ManualClock(Mutex::new(1_000))) }
    }

    fn opening(&self) -> Opening {
        Opening::new(self.dir.path(), &vault(), &name(), seed(2), Arc::clone(&self.clock) as Arc<dyn Clock>)
    }

    fn open(&self, sinks: Vec<Sink>) -> Result<AuditLog> {
        self.opening().sinks(sinks).open()
    }

    fn bytes(&self) -> Vec<u8> {
        let bytes = fs::read(self.dir.path().join("audit/app.jsonl")).unwrap();
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        bytes[..end].to_vec()
    }

    fn records(&self) -> Vec<Value> {
        self.bytes().split_inclusive(|byte| *byte == b'\n').map(parse).collect()
    }

    fn kinds(&self) -> Vec<String> {
        self.records().iter().map(kind).collect()
    }

    fn assert_verifies(&self) {
        let report = verify(self.dir.path(), &vault(), &[]).unwrap();
        assert!(report.is_whole(), "{report:#?}");
    }
}

fn kind(record: &Value) -> String {
    record["unmapped"]["panveil"]["type"].as_str().unwrap().to_owned()
}

fn seed(byte: u8) -> Secret {
    Secret::fill_with(|bytes| {
        bytes.fill(byte);
        Ok(())
    })
    .unwrap()
}

fn vault() -> VaultKey {
    VaultKey::from_seed(&seed(1))
}

fn name() -> StreamName {
    StreamName::new("app").unwrap()
}

fn event() -> Event {
    Event::new(Kind::RevealDenied).denied(Error::Denied)
}

fn sink(name: &str, duty: SinkDuty, deadline: Duration) -> (Arc<Control>, Sink) {
    let control = Arc::new(Control::default());
    let sink = Sink::new(Word::new(name).unwrap(), duty, TestSink(Arc::clone(&control))).deadline(deadline);
    (control, sink)
}

#[test]
fn a_sink_gets_every_record_in_order_and_to_the_byte() {
    let bench = Bench::new();
    let (required, one) = sink("one", SinkDuty::Required, PATIENT);
    let (loose, two) = sink("two", SinkDuty::BestEffort, PATIENT);
    let options = Options { segment_bytes: 8_000, extent_bytes: 4_096, ..Options::default() };
    let log = bench.opening().options(options).sinks(vec![one, two]).open().unwrap();
    assert_eq!(required.seqs(), [0, 1], "what opening wrote is there when it returns");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let seq = log.append(event()).unwrap().seq();
                    assert!(required.seqs().contains(&seq), "an answer before the sink had the record");
                }
            });
        }
    });
    log.close().unwrap();
    let mut expected = Vec::new();
    let mut files: Vec<_> =
        fs::read_dir(bench.dir.path().join("audit")).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    assert!(files.len() > 3, "several segments");
    files.iter().for_each(|file| expected.extend(fs::read(file).unwrap()));
    for control in [required, loose] {
        control.with(|state| assert!(state.taken == expected));
        control.with(|state| assert_eq!(state.dropped, 1, "closing ends the thread and drops the sink"));
    }
    bench.assert_verifies();
}

#[test]
fn a_required_sink_that_fails_fails_the_log_until_it_is_opened_again() {
    for (mood, deadline, expected) in [
        (Mood::Failing, PATIENT, Error::SinkFailed),
        (Mood::Panicking, PATIENT, Error::SinkFailed),
        (Mood::Hanging, SHORT, Error::SinkTimeout),
    ] {
        let bench = Bench::new();
        let (control, one) = sink("siem", SinkDuty::Required, deadline);
        let (other, two) = sink("other", SinkDuty::Required, PATIENT);
        let log = bench.open(vec![one, two]).unwrap();
        control.set(mood);
        assert_eq!(log.append(event()).err(), Some(expected));
        assert!(log.has_failed());
        assert_eq!(log.append(event()).err(), Some(Error::AuditUnavailable));
        // The other path: the local stream says so, and the sinks that are left are told.
        assert_eq!(bench.kinds()[2..], ["reveal.denied", "alert", "log.stop"]);
        let records = bench.records();
        let own = &records[3]["unmapped"]["panveil"];
        assert_eq!(own["reason"]["code"], expected.name());
        assert_eq!(own["details"]["sink"], "siem");
        assert_eq!(own["details"]["required"], 1);
        assert_eq!(records[4]["unmapped"]["panveil"]["reason"]["code"], expected.name());
        other.until(|state| state.told == [expected]);
        bench.assert_verifies();
        let text = String::from_utf8(bench.bytes()).unwrap();
        assert!(!text.contains("4111111111111111") && !text.contains("NotAuthentic"));
        // While it is as it was, opening again fails, and says why.
        assert_eq!(log.reopen().err(), Some(expected));
        assert!(log.has_failed());
        control.set(Mood::Willing);
        while let Err(error) = log.reopen() {
            // The call that hung may not have come back yet.
            assert_eq!(error, Error::SinkTimeout);
        }
        log.append(event()).unwrap();
        log.close().unwrap();
        bench.assert_verifies();
        // Nothing is missing in either: the records that failed came again.
        let all: Vec<u64> = (0..bench.records().len() as u64).collect();
        for control in [&control, &other] {
            let mut seqs = control.seqs();
            seqs.dedup();
            seqs.sort_unstable();
            seqs.dedup();
            assert_eq!(seqs, all);
        }
    }
}

#[test]
fn opening_fails_with_a_required_sink_that_fails_and_the_stream_says_so() {
    let bench = Bench::new();
    let (control, one) = sink("siem", SinkDuty::Required, PATIENT);
    control.set(Mood::Failing);
    assert_eq!(bench.open(vec![one.clone()]).err(), Some(Error::SinkFailed));
    assert_eq!(bench.kinds(), ["log.init", "log.start", "alert", "log.stop"]);
    control.set(Mood::Willing);
    bench.open(vec![one]).unwrap().close().unwrap();
    bench.assert_verifies();
}

#[test]
fn two_sinks_of_one_name_are_refused() {
    let bench = Bench::new();
    let (_, one) = sink("siem", SinkDuty::Required, PATIENT);
    let (_, two) = sink("siem", SinkDuty::BestEffort, PATIENT);
    assert_eq!(bench.open(vec![one, two]).err(), Some(Error::Argument));
}

#[test]
fn a_sink_that_hangs_for_good_is_left_behind_and_replaced() {
    let bench = Bench::new();
    let (hung, first) = sink("siem", SinkDuty::Required, SHORT);
    let fresh = Arc::new(Control::default());
    let maker = Arc::clone(&fresh);
    let first = first.replaced_by(move || Ok(Box::new(TestSink(Arc::clone(&maker)))));
    let log = bench.open(vec![first]).unwrap();
    hung.set(Mood::Hanging);
    assert_eq!(log.append(event()).err(), Some(Error::SinkTimeout));
    log.reopen().unwrap();
    assert_eq!(fresh.seqs()[..3], [2, 3, 4], "what the one before did not take");
    log.append(event()).unwrap();
    let before = Instant::now();
    log.close().unwrap();
    assert!(before.elapsed() < PATIENT);
    hung.with(|state| assert_eq!((state.deliveries, state.dropped), (2, 0), "it still hangs"));
    hung.set(Mood::Willing);
    hung.until(|state| state.dropped == 1);
    bench.assert_verifies();
}

#[test]
fn a_sink_that_panicked_is_replaced_where_that_is_possible() {
    let bench = Bench::new();
    let (panicking, first) = sink("siem", SinkDuty::Required, PATIENT);
    let fresh = Arc::new(Control::default());
    let maker = Arc::clone(&fresh);
    let log =
        bench.open(vec![first.replaced_by(move || Ok(Box::new(TestSink(Arc::clone(&maker)))))]).unwrap();
    panicking.set(Mood::Panicking);
    assert_eq!(log.append(event()).err(), Some(Error::SinkFailed));
    panicking.until(|state| state.dropped == 1);
    log.reopen().unwrap();
    log.close().unwrap();
    assert_eq!(fresh.seqs(), [2, 3, 4, 5, 6]);
}

#[test]
fn a_close_does_not_wait_for_a_sink_that_hangs() {
    for duty in [SinkDuty::Required, SinkDuty::BestEffort] {
        let bench = Bench::new();
        let (control, one) = sink("siem", duty, SHORT);
        let log = bench.open(vec![one]).unwrap();
        control.until(|state| !state.taken.is_empty());
        control.set(Mood::Hanging);
        let _ = log.append(event());
        let closed = log.close();
        match duty {
            SinkDuty::Required => assert_eq!(closed.err(), Some(Error::AuditUnavailable)),
            SinkDuty::BestEffort => closed.unwrap(),
        }
        assert_eq!(bench.kinds().last().unwrap(), "log.stop");
        bench.assert_verifies();
        control.set(Mood::Willing);
        control.until(|state| state.dropped == 1);
    }
}

#[test]
fn the_failure_of_a_best_effort_sink_is_an_alert_and_no_more_than_one_a_minute() {
    for (mood, deadline, reason) in [
        (Mood::Failing, PATIENT, "SinkFailed"),
        (Mood::Panicking, PATIENT, "SinkFailed"),
        (Mood::Hanging, SHORT, "SinkTimeout"),
    ] {
        let bench = Bench::new();
        let (control, one) = sink("metrics", SinkDuty::BestEffort, deadline);
        let log = bench.open(vec![one]).unwrap();
        control.until(|state| state.taken.iter().filter(|byte| **byte == b'\n').count() == 2);
        control.set(mood);
        let deadline = Instant::now() + Duration::from_secs(60);
        while bench.kinds().iter().filter(|kind| *kind == "alert").count() == 0 {
            log.append(event()).unwrap();
            assert!(Instant::now() < deadline, "no alert");
        }
        for _ in 0..50 {
            log.append(event()).unwrap();
        }
        let alerts = |bench: &Bench| -> Vec<Value> {
            bench.records().into_iter().filter(|record| kind(record) == "alert").collect()
        };
        let first = alerts(&bench);
        assert_eq!(first.len(), 1);
        let own = &first[0]["unmapped"]["panveil"];
        assert_eq!((&own["reason"]["code"], &own["details"]["sink"]), (&reason.into(), &"metrics".into()));
        assert_eq!(own["details"]["required"], 0);
        // A minute later the rest is told.
        control.set(Mood::Failing);
        control.until(|state| state.refused > 1 || mood == Mood::Hanging && state.refused > 0);
        bench.clock.advance(60_000);
        while alerts(&bench).len() < 2 {
            log.append(event()).unwrap();
            assert!(Instant::now() < deadline, "no second alert");
        }
        assert!(!log.has_failed());
        control.set(Mood::Willing);
        log.close().unwrap();
        bench.assert_verifies();
    }
}

#[test]
fn records_beyond_the_bound_of_a_busy_sink_are_counted_as_lost() {
    let bench = Bench::new();
    let (control, one) = sink("metrics", SinkDuty::BestEffort, PATIENT);
    let log = bench.open(vec![one]).unwrap();
    control.until(|state| state.deliveries == 1);
    control.set(Mood::Hanging);
    // More than 4 MiB of records, many at once.
    let pending: Vec<_> = (0..20_000).map(|_| log.submit(event()).unwrap()).collect();
    pending.into_iter().for_each(|pending| drop(pending.wait().unwrap()));
    control.set(Mood::Willing);
    log.close().unwrap();
    let records = bench.records();
    let lost: u64 = records
        .iter()
        .filter(|record| kind(record) == "alert")
        .map(|record| record["unmapped"]["panveil"]["details"]["lost"].as_u64().unwrap())
        .sum();
    let taken = control.seqs();
    assert!(lost > 1_000, "{lost}");
    assert_eq!(taken.len() as u64 + lost, records.len() as u64);
    assert!(taken.windows(2).all(|pair| pair[0] < pair[1]));
    bench.assert_verifies();
}

#[test]
fn the_sinks_are_told_when_the_local_stream_fails() {
    let bench = Bench::new();
    let (control, one) = sink("siem", SinkDuty::BestEffort, PATIENT);
    let log = bench.open(vec![one]).unwrap();
    fs::remove_file(bench.dir.path().join("audit/app.jsonl")).unwrap();
    assert_eq!(log.append(event()).err(), Some(Error::AuditReplaced));
    control.until(|state| state.told == [Error::AuditReplaced]);
    assert!(log.close().is_err());
}
