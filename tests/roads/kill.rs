//! Killed at any moment: nothing was disclosed that is not on record (AC-39).

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use panveil::clock::{Clock, Now};
use panveil::vault::{SystemClock, Vault};

use super::lab::{
    CARDS, Lab, Record, ask_for, card, child, dir_variable, given_dir, now, options, records, reveal,
    service, token, unlock,
};

#[test]
fn ac_39_killed_at_a_hundred_moments_no_disclosure_is_without_a_record() {
    let lab = Lab::dev();
    let mut disclosed: HashMap<String, usize> = HashMap::new();
    for round in 0..100_usize {
        let mut process = child("kill::child_reveals_until_killed", &[dir_variable(&lab.dir())]);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut count = |line: &str| {
            if let Some(handle) = line.strip_prefix("disclosed ") {
                *disclosed.entry(handle.to_owned()).or_default() += 1;
            }
        };
        // The child runs on while this process gets round to killing it: somewhere within a reveal.
        let said = lines.by_ref().filter(|line| line.starts_with("disclosed ")).take(1 + round % 9);
        said.for_each(|line| count(&line));
        process.kill().unwrap();
        lines.for_each(|line| count(&line));
        process.wait().unwrap();
        if round % 10 == 9 {
            assert_on_record(&lab.dir(), &disclosed);
        }
    }
    assert!(disclosed.values().sum::<usize>() >= 100);
    let vault = lab.open();
    vault.check_store().unwrap();
    vault.close().unwrap();
    lab.assert_verifies();
}

/// Every disclosure has an intent of its own that is on disk.
fn assert_on_record(dir: &Path, disclosed: &HashMap<String, usize>) {
    let intents = count_by_handle(&records(dir), "reveal.intent");
    for (handle, count) in disclosed {
        let intended = intents.get(handle).copied().unwrap_or_default();
        assert!(intended >= *count, "{handle}: {count} disclosed, {intended} intended");
    }
}

fn count_by_handle(records: &[Record], kind: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for record in records.iter().filter(|record| record.kind() == kind) {
        *counts.entry(record.handle().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_reveals_until_killed() {
    let vault = Vault::open(&given_dir(), unlock(), options("app-1", Arc::new(SystemClock::new()))).unwrap();
    let gate = vault.gate().unwrap();
    let session = service(&gate, "checkout", "payments", now());
    let handles: Vec<_> = (0..50).map(|number| token(&vault, &card(number))).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out).unwrap();
    loop {
        for handle in &handles {
            reveal(&gate, &session, ask_for(handle, "authorization")).unwrap();
            writeln!(out, "disclosed {handle}").unwrap();
            out.flush().unwrap();
        }
    }
}

#[test]
fn ac_39_stopped_dead_at_every_step_no_disclosure_is_without_a_record() {
    let lab = Lab::dev();
    let (mut disclosed, mut steps) = (0, 0);
    loop {
        let before = records(&lab.dir()).iter().filter(|record| record.kind() == "reveal.intent").count();
        let at = steps.to_string();
        let dir = lab.dir();
        let variables = [dir_variable(&dir), ("PANVEIL_TEST_STOP_AT", at.as_str())];
        let output =
            child("kill::child_stops_at_a_reading_of_the_clock", &variables).wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let after = records(&lab.dir()).iter().filter(|record| record.kind() == "reveal.intent").count();
        let told = text.lines().filter(|line| *line == "disclosed").count();
        disclosed += told;
        assert!(after - before >= told, "step {steps}: disclosed without an intent");
        if output.status.success() {
            assert_eq!((told, after - before), (1, 1));
            break;
        }
        assert!(text.lines().any(|line| line == "armed"), "step {steps}: {text}");
        steps += 1;
        assert!(steps < 1000, "the reveal never ends");
    }
    assert!(steps >= 3, "a reveal reads the clock when it decides, records and opens; {steps} steps");
    // More than the last one, if the outcome's own reading came after the value was lent.
    assert!(disclosed >= 1);
    lab.open().close().unwrap();
    lab.assert_verifies();
}

/// Ends the process, without any unwinding, at a reading of the clock.
struct Stopping {
    clock: SystemClock,
    left: AtomicI64,
}

impl Clock for Stopping {
    fn now(&self) -> Now {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            std::process::abort();
        }
        self.clock.now()
    }
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_stops_at_a_reading_of_the_clock() {
    let steps: i64 = std::env::var("PANVEIL_TEST_STOP_AT").unwrap().parse().unwrap();
    let clock = Arc::new(Stopping { clock: SystemClock::new(), left: AtomicI64::new(i64::MAX) });
    let vault = Vault::open(&given_dir(), unlock(), options("app-1", clock.clone())).unwrap();
    let gate = vault.gate().unwrap();
    let session = service(&gate, "checkout", "payments", now());
    let handle = token(&vault, CARDS[0]);
    println!("\narmed");
    clock.left.store(steps, Ordering::SeqCst);
    reveal(&gate, &session, ask_for(&handle, "authorization")).unwrap();
    println!("disclosed");
    clock.left.store(i64::MAX, Ordering::SeqCst);
    drop(gate);
    vault.close().unwrap();
}

#[test]
fn ac_27_killed_sealers_never_count_too_few() {
    let lab = Lab::dev();
    let mut sealed = 0_u64;
    for round in 0..5 {
        let mut process = child("kill::child_seals_until_killed", &[dir_variable(&lab.dir())]);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let said = lines.by_ref().filter_map(|line| line.strip_prefix("sealed ").map(str::to_owned));
        let mut last = said.take(20 + round).last().unwrap();
        process.kill().unwrap();
        if let Some(later) = lines.filter_map(|line| line.strip_prefix("sealed ").map(str::to_owned)).last() {
            last = later;
        }
        process.wait().unwrap();
        sealed += last.parse::<u64>().unwrap();
    }
    // One row for the one key; its value is behind 41 bytes of authentication.
    let db = rusqlite::Connection::open(lab.file("state.db")).unwrap();
    let sql = "SELECT value FROM rows WHERE tbl = 'counter'";
    let value: Vec<u8> = db.query_row(sql, [], |row| row.get(0)).unwrap();
    let counted = u64::from_be_bytes(value[value.len() - 8..].try_into().unwrap());
    assert!(counted >= sealed, "{sealed} sealed, {counted} counted");
    lab.open().close().unwrap();
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_seals_until_killed() {
    let vault = Vault::open(&given_dir(), unlock(), options("app-1", Arc::new(SystemClock::new()))).unwrap();
    let field = panveil::card::id::FieldName::new("pan").unwrap();
    let sealer = vault.sealer(super::lab::caller(), field).unwrap();
    let (record, pan) = (panveil::card::id::RecordId::new("C1").unwrap(), super::lab::pan(CARDS[0]));
    let mut out = std::io::stdout().lock();
    writeln!(out).unwrap();
    for number in 1_u64.. {
        sealer.seal_pan(&pan, &record).unwrap();
        if number % 1000 == 0 {
            writeln!(out, "sealed {number}").unwrap();
            out.flush().unwrap();
        }
    }
}
