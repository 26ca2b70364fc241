//! Whatever happens to the audit log's sinks or file, nothing is revealed without all records where they must be, and
//! the failure is said on another path (AC-38).

use std::fs;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use panveil::audit::{AuditSink, Sink, SinkDuty, Word};
use panveil::error::{Error, Result};
use panveil::reveal::gate::Gate;
use panveil::reveal::session::Session;
use panveil::vault::{SystemClock, Vault};

use super::lab::{
    CARDS, Lab, ask_for, assert_verifies, contains, copy_tree, now, options, records, service, token, unlock,
};

/// One audit sink of the host, which does as it is told.
#[derive(Default)]
struct Host {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    taken: Vec<u8>,
    told: Vec<Error>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Error,
    Panic,
    Hang,
    /// The log file is moved away: the sinks are the other path.
    FileGone,
}

impl Host {
    fn set(&self, fault: Option<Fault>) {
        self.state.lock().unwrap().fault = fault;
        self.changed.notify_all();
    }

    /// Waits until the sink was told that the log has failed for this reason.
    fn until_told(&self, reason: Error) {
        let state = self.state.lock().unwrap();
        let (mut state, late) = self
            .changed
            .wait_timeout_while(state, Duration::from_secs(60), |state| !state.told.contains(&reason))
            .unwrap();
        assert!(!late.timed_out(), "the sinks were not told");
        state.told.clear();
    }
}

struct HostSink(Arc<Host>);

impl AuditSink for HostSink {
    fn deliver(&mut self, records: &[u8]) -> Result<()> {
        let state = self.0.state.lock().unwrap();
        let hangs = |state: &mut State| state.fault == Some(Fault::Hang);
        let mut state = self.0.changed.wait_while(state, hangs).unwrap();
        match state.fault {
            Some(Fault::Error) => Err(Error::Io),
            Some(Fault::Panic) => {
                drop(state);
                // As a panic, without the hook that prints.
                std::panic::resume_unwind(Box::new("thrown by the host"))
            }
            _ => {
                state.taken.extend_from_slice(records);
                Ok(())
            }
        }
    }

    fn log_failed(&mut self, reason: Error) -> Result<()> {
        self.0.state.lock().unwrap().told.push(reason);
        self.0.changed.notify_all();
        Ok(())
    }
}

struct Round {
    vault: Vault,
    sinks: [Arc<Host>; 2],
}

fn open(dir: &Path) -> Round {
    let sinks = [Arc::new(Host::default()), Arc::new(Host::default())];
    let mut options = options("app-1", Arc::new(SystemClock::new()));
    for (name, host) in ["siem", "queue"].into_iter().zip(&sinks) {
        let sink = Sink::new(Word::new(name).unwrap(), SinkDuty::Required, HostSink(Arc::clone(host)));
        options = options.sink(sink.deadline(HANG));
    }
    Round { vault: Vault::open(dir, unlock(), options).unwrap(), sinks }
}

/// Deadline of the sinks: waited out once for each that hangs, and long for one that does not.
const HANG: Duration = Duration::from_millis(150);
const FAULTS: u32 = 10_000;
const FAULTS_A_ROUND: u32 = 125;

#[test]
fn ac_38_in_ten_thousand_faults_no_plaintext_and_a_failure_event_on_another_path() {
    let rounds = FAULTS / FAULTS_A_ROUND;
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || {
                let lab = Lab::dev();
                let kept = lab.keep("kept");
                for round in (half..rounds).step_by(2) {
                    // A log of its own for each round: opening again reads the whole of it.
                    fs::remove_dir_all(lab.dir()).unwrap();
                    copy_tree(&kept, &lab.dir());
                    play(&lab.dir(), u64::from(round));
                }
            });
        }
    });
}

fn play(dir: &Path, seed: u64) {
    let Round { vault, sinks } = open(dir);
    let gate = vault.gate().unwrap();
    let session = service(&gate, "checkout", "payments", now());
    let handle = token(&vault, CARDS[0]);
    let mut random = Random(seed.wrapping_add(1));
    let mut recorded = 0;
    for number in 0..FAULTS_A_ROUND {
        let fault = match random.next() % 64 {
            0 => Fault::Hang,
            1..=4 => Fault::FileGone,
            choice if choice % 2 == 0 => Fault::Error,
            _ => Fault::Panic,
        };
        let file = dir.join("audit/app-1.jsonl");
        let aside = dir.join("app-1.aside");
        let sink = &sinks[random.next() as usize % 2];
        if fault == Fault::FileGone {
            fs::rename(&file, &aside).unwrap()
        } else {
            sink.set(Some(fault))
        }
        let expected = match fault {
            Fault::Hang => Error::SinkTimeout,
            Fault::Error | Fault::Panic => Error::SinkFailed,
            Fault::FileGone => Error::AuditReplaced,
        };
        let refusal = reveal(&gate, &session, &handle).unwrap_err();
        // On a machine that stands still for a moment the sink that is well may be the one that is late.
        assert!(refusal == expected || refusal == Error::SinkTimeout, "{fault:?} {refusal:?}");
        assert!(vault.log_has_failed());
        assert_eq!(reveal(&gate, &session, &handle), Err(Error::AuditUnavailable));
        if fault == Fault::FileGone {
            sinks.iter().for_each(|sink| sink.until_told(Error::AuditReplaced));
            fs::rename(&aside, &file).unwrap();
        } else {
            recorded += 1;
            sink.set(None);
        }
        while let Err(error) = vault.reopen_log() {
            // The call that hung has not come back yet.
            assert_eq!(error, Error::SinkTimeout);
        }
        if number % 8 == 0 {
            assert_eq!(reveal(&gate, &session, &handle).unwrap(), CARDS[0].len());
            // The outcome is not waited for; the next fault shall meet the next intent.
            vault.record_log_read().unwrap();
        }
    }
    drop(gate);
    vault.close().unwrap();
    let records = records(dir);
    let stops = |reason: &str| {
        records.iter().filter(|record| record.kind() == "log.stop" && record.reason() == reason).count()
    };
    assert!(stops("SinkFailed") + stops("SinkTimeout") >= recorded, "a failure without a record of it");
    let alerts = records.iter().filter(|record| record.kind() == "alert").count();
    assert!(alerts >= recorded);
    assert_verifies(dir);
    for sink in &sinks {
        assert!(!contains(&sink.state.lock().unwrap().taken, CARDS[0].as_bytes()));
    }
}

/// How many digits were revealed: the closure runs only then.
fn reveal(gate: &Gate, session: &Session, handle: &str) -> Result<usize> {
    gate.reveal_with(session, ask_for(handle, "authorization"), |revealed| revealed.expose().len())
}

/// A small generator (xorshift), so that a failing round can be played again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
