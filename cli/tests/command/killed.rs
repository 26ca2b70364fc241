//! kill -9 at any moment: no half-written file, nothing left over after the next run, a vault that opens and verifies.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use panveil_cli::legacy::Export;
use panveil_cli::table::{Encoding, Separator};

use crate::support::{Place, VISA, panveil, run};

const PROTECTS: u32 = 50;
const REVEALS: u32 = 30;

/// Starts a command and ends it with `signal` after `moment`, unless it has ended by then. Returns what it printed.
fn cut_off(words: &[String], moment: Duration, signal: &str) -> Vec<u8> {
    let mut child: Child =
        panveil().args(words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (ended, wait) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut printed = Vec::new();
        let _ = stdout.read_to_end(&mut printed);
        let _ = ended.send(());
        printed
    });
    if wait.recv_timeout(moment).is_err() {
        let pid = child.id().to_string();
        let _ = Command::new("sh").args(["-c", &format!("kill -{signal} {pid}")]).output().unwrap();
    }
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Moments spread over the time a whole run takes, the second half of it closer: opening the vault comes first.
fn moments(whole: Duration, count: u32) -> impl Iterator<Item = Duration> {
    (0..count).map(move |at| whole * (at * 7 % count) / count * 11 / 10)
}

fn export(place: &Place, rows: u64) {
    let mut table = File::create(place.file("legacy.csv")).unwrap();
    Export { rows, seed: 9, encoding: Encoding::Utf8, separator: Separator::Comma }
        .write(&mut table)
        .unwrap();
}

#[test]
fn protect_killed_at_any_moment() {
    let place = Place::new();
    export(&place, 20_000);
    let words = place.protect("legacy.csv", "out.csv", &["--force"]);
    let began = Instant::now();
    run(&words).ends(1);
    let whole = began.elapsed();
    // Tokens are the same in every run, so a complete output is this, byte for byte.
    let (complete, rejects) = (place.read("out.csv"), place.read("out.csv.rejects.csv"));
    let clean: BTreeSet<String> = place.names().into_iter().collect();

    let mut outcomes = [0_u32; 2];
    for (at, moment) in moments(whole, PROTECTS).enumerate() {
        for name in ["out.csv", "out.csv.rejects.csv"] {
            let _ = fs::remove_file(place.file(name));
        }
        cut_off(&words, moment, if at % 5 == 4 { "INT" } else { "KILL" });
        let there = fs::read_to_string(place.file("out.csv")).ok();
        assert!(there.as_ref().is_none_or(|table| *table == complete), "killed after {moment:?}");
        if let Ok(there) = fs::read_to_string(place.file("out.csv.rejects.csv")) {
            assert_eq!(there, rejects, "killed after {moment:?}");
        }
        outcomes[usize::from(there.is_some())] += 1;
        place.verifies();
    }
    assert!(outcomes[0] > PROTECTS / 4, "too few were cut off: {outcomes:?}");

    run(&words).ends(1);
    assert_eq!(place.read("out.csv"), complete);
    assert_eq!(place.names().into_iter().collect::<BTreeSet<_>>(), clean, "leftovers");
    let report = run(["doctor", &place.dir()]).ends(0);
    assert!(report.stdout.contains("every row is authentic"), "{report:?}");
    assert_no_leftovers_in(&place);
}

#[test]
fn ac_39_reveal_killed_at_any_moment() {
    let place = Place::new();
    let (token, _) = place.protected();
    let identity = place.identity("alice");
    let words = place.reveal(&token, &identity, &[]);
    let began = Instant::now();
    run(&words).ends(0);
    let whole = began.elapsed();

    let mut printed = 0_usize;
    for (at, moment) in moments(whole, REVEALS).enumerate() {
        let said = cut_off(&words, moment, if at % 5 == 4 { "INT" } else { "KILL" });
        let value = format!("{VISA}\n").into_bytes();
        assert!(said.is_empty() || said == value, "killed after {moment:?}");
        printed += usize::from(!said.is_empty());
        place.verifies();
    }
    // Never a disclosure without a record: at least as many intents as values that came out.
    let log = fs::read(place.vault.join("audit/cli.jsonl")).unwrap();
    let intents = String::from_utf8_lossy(&log).matches("\"type\":\"reveal.intent\"").count();
    assert!(intents > printed, "{intents} intents, {printed} and one values");
    assert_eq!(run(&words).ends(0).stdout, format!("{VISA}\n"));
    run(["doctor", &place.dir()]).ends(0);
    assert_no_leftovers_in(&place);
}

#[test]
fn init_killed_at_any_moment() {
    let place = Place::without_vault();
    let words = ["init", &place.dir(), "--profile", "dev"].map(str::to_owned);
    let began = Instant::now();
    run(&words).ends(0);
    let whole = began.elapsed();
    for moment in moments(whole, 15) {
        let _ = fs::remove_dir_all(&place.vault);
        cut_off(&words, moment, "KILL");
        // A whole vault or none.
        if place.vault.exists() {
            run(["lock", "list", &place.dir()]).ends(0);
            place.verifies();
        }
    }
    let _ = fs::remove_dir_all(&place.vault);
    run(&words).ends(0);
    assert_eq!(place.names(), ["vault"], "leftovers");
}

/// Files that are written beside their name and renamed must not pile up in the vault.
#[track_caller]
fn assert_no_leftovers_in(place: &Place) {
    for folder in [place.vault.clone(), place.vault.join("audit"), place.vault.join("trust")] {
        for entry in fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.starts_with('.'), "{name} was left in {}", folder.display());
        }
    }
}
