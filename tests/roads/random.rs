//! Random tokens through real vaults: out through the gate alone, many writers, killed at any moment (AC-18).

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Arc;

use panveil::card::Pan;
use panveil::card::id::Application;
use panveil::error::Error;
use panveil::protect::{
    RandomLayout, RandomOptions, RandomShape, RandomTokenizer, RequestId, Sameness, Token,
};
use panveil::scan::{Confidence, Finder};
use panveil::vault::{SystemClock, Vault};

use super::lab::{
    CARDS, Lab, Simulated, ask, caller, card, child, contains, dir_variable, files, given_dir, now, options,
    pan, person, reveal, unlock,
};

fn opaque() -> RandomOptions {
    RandomOptions { shape: RandomShape::Opaque, ..RandomOptions::default() }
}

fn open(dir: &Path, name: &str) -> Vault {
    Vault::open(dir, unlock(), options(name, Arc::new(SystemClock::new()))).unwrap()
}

#[test]
fn random_tokens_come_out_through_the_gate_and_leave_records() {
    let lab = Lab::dev();
    let vault = lab.open();
    let tokenizer = vault.random_tokenizer(caller()).unwrap();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    let with = |shape| RandomOptions { shape, ..RandomOptions::default() };
    let shapes = [
        (with(RandomShape::Auto), "r1.6-4:"),
        (with(RandomShape::Layout(RandomLayout::Last4)), "r1.0-4:"),
        (with(RandomShape::Layout(RandomLayout::Bin8)), "r1.8-0:"),
        (with(RandomShape::Layout(RandomLayout::Bin8Last4)), "r1.8-4:"),
        (opaque(), "o1:"),
    ];
    let mut handles = Vec::new();
    for (options, start) in shapes {
        let handle = tokenizer.tokenize(&pan(CARDS[0]), &options).unwrap().to_string();
        assert!(handle.starts_with(start), "{handle}");
        assert_eq!(reveal(&gate, &alice, ask(&handle)).as_deref(), Ok(CARDS[0]));
        handles.push(handle);
    }
    // Strings of the right form that were never given out, and a token under another tenant.
    for handle in ["r1.6-4:4111117350161111", "o1:aaaqeayeaudaocajbifqydiob4"] {
        assert_eq!(reveal(&gate, &alice, ask(handle)), Err(Error::NotAToken));
    }
    let elsewhere = tokenizer.tokenize(&pan(CARDS[0]), &opaque()).unwrap().to_string();
    assert_eq!(reveal(&gate, &alice, ask(&elsewhere).tenant("other")), Err(Error::NotAToken));
    assert_eq!(reveal(&gate, &alice, ask("r1.6-4:4111111111111111")), Err(Error::NotAHandle));
    drop((gate, tokenizer));
    vault.close().unwrap();
    lab.assert_verifies();
    let records = lab.records();
    for handle in &handles {
        let kinds: Vec<_> =
            records.iter().filter(|record| record.handle() == handle).map(|record| record.kind()).collect();
        assert_eq!(kinds, ["reveal.intent", "reveal.ok"], "{handle}");
    }
    let denied = records.iter().filter(|record| record.kind() == "reveal.denied");
    let reasons: Vec<_> = denied.map(|record| record.reason().to_owned()).collect();
    assert_eq!(reasons, ["NotAToken", "NotAToken", "NotAToken", "NotAHandle"]);
    let counted = records.iter().find(|record| record.kind() == "tokenize.count").unwrap();
    assert_eq!(counted.own("details")["count"], 6);
    for (path, bytes) in files(&lab.dir()) {
        assert!(!contains(&bytes, CARDS[0].as_bytes()), "{}", path.display());
    }
}

#[test]
fn an_expired_token_is_denied_and_the_denial_recorded() {
    let lab = Lab::dev();
    let clock = Simulated::new();
    let vault = lab.open_at(clock.clone());
    let tokenizer = vault.random_tokenizer(caller()).unwrap();
    let gate = vault.gate().unwrap();
    let expires = Some(clock.wall().plus_millis(60_000));
    let handle =
        tokenizer.tokenize(&pan(CARDS[1]), &RandomOptions { expires, ..opaque() }).unwrap().to_string();
    let alice = person(&gate, "alice", clock.wall());
    assert_eq!(reveal(&gate, &alice, ask(&handle)).as_deref(), Ok(CARDS[1]));
    clock.advance_ms(60_000);
    assert_eq!(reveal(&gate, &alice, ask(&handle)), Err(Error::TokenExpired));
    drop((gate, tokenizer));
    vault.close().unwrap();
    let last = lab.records().into_iter().rev().find(|record| record.kind() == "reveal.denied").unwrap();
    assert_eq!((last.reason(), last.handle()), ("TokenExpired", handle.as_str()));
}

#[test]
fn an_opening_does_not_read_the_rows_of_random_tokens_and_a_check_does() {
    let lab = Lab::dev();
    let vault = lab.open();
    let tokenizer = vault.random_tokenizer(caller()).unwrap();
    let token = tokenizer.tokenize(&pan(CARDS[0]), &opaque()).unwrap();
    drop(tokenizer);
    vault.close().unwrap();
    let db = rusqlite::Connection::open(lab.file("state.db")).unwrap();
    assert_eq!(db.execute("DELETE FROM rows WHERE tbl = 'token'", []).unwrap(), 1);
    drop(db);
    let vault = lab.open();
    assert_eq!(vault.check_store(), Err(Error::StoreDamaged));
    let tokenizer = vault.random_tokenizer(caller()).unwrap();
    assert_eq!(tokenizer.check_all(&[token]).unwrap(), [Err(Error::NotAToken)]);
}

#[test]
fn ac_16_the_finder_sees_no_random_token() {
    let lab = Lab::dev();
    let vault = lab.open();
    let tokenizer = vault.random_tokenizer(caller()).unwrap();
    let finder = Finder::new().with_base64().at_least(Confidence::Low);
    let layouts = [RandomLayout::Last4, RandomLayout::Bin6Last4, RandomLayout::Bin8, RandomLayout::Bin8Last4];
    let kinds: Vec<RandomOptions> = layouts
        .map(|layout| RandomOptions { shape: RandomShape::Layout(layout), ..RandomOptions::default() })
        .into_iter()
        .chain([opaque()])
        .collect();
    let each = u32::try_from(total() / kinds.len()).unwrap();
    for options in &kinds {
        for first in (0..each).step_by(10_000) {
            let pans: Vec<Pan> = (first..each.min(first + 10_000)).map(|number| pan(&card(number))).collect();
            let mut text = String::new();
            for token in tokenizer.tokenize_all(&pans, options) {
                let token = token.unwrap();
                assert_eq!(finder.find(token.as_str().as_bytes()), []);
                text += &format!("card={}\n{{\"pan\":\"{token}\"}}\n{}\n", token.as_str(), token.as_str());
            }
            assert_eq!(finder.find(text.as_bytes()), []);
        }
    }
    assert_eq!(finder.find(card(7).as_bytes()).len(), 1);
}

// ---------------------------------------------------------------- many writers

/// How many tokens the writers make in all: `PANVEIL_TOKENS`, or 12,800.
fn total() -> usize {
    std::env::var("PANVEIL_TOKENS").ok().and_then(|text| text.parse().ok()).unwrap_or(12_800)
}

const PROCESSES: usize = 4;
const THREADS: usize = 16;
const BATCH: usize = 100;

#[test]
fn ac_18_sixty_four_writers_in_four_processes_make_no_token_twice() {
    let lab = Lab::dev();
    let dir = lab.dir();
    let children: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let name = format!("writer-{number}");
            let mut process = child(
                "random::child_writes_with_sixteen_threads",
                &[dir_variable(&dir), ("PANVEIL_TEST_NAME", &name)],
            );
            // Read while it writes: a pipe holds 64 KiB.
            let lines = BufReader::new(process.stdout.take().unwrap()).lines();
            let reader = std::thread::spawn(move || {
                let tokens = lines.map_while(Result::ok);
                let tokens = tokens.filter_map(|line| line.strip_prefix("token ").map(str::to_owned));
                tokens.collect::<Vec<_>>()
            });
            (process, reader)
        })
        .collect();
    let mut seen = HashSet::new();
    for (mut process, reader) in children {
        let tokens = reader.join().unwrap();
        assert!(process.wait().unwrap().success());
        assert_eq!(tokens.len(), writer_share() * THREADS);
        for token in tokens {
            assert!(seen.insert(token), "given out twice");
        }
    }
    let vault = lab.open();
    vault.check_store().unwrap();
    let tokenizer = vault.random_tokenizer(caller()).unwrap();
    let tokens: Vec<Token> = seen.iter().map(|text| text.parse().unwrap()).collect();
    assert!(tokenizer.check_all(&tokens).unwrap().iter().all(Result::is_ok));
    assert_eq!(rows(&dir, "token"), tokens.len(), "a row for each token, and no more");
}

/// Tokens of one thread: whole batches.
fn writer_share() -> usize {
    total().div_ceil(PROCESSES * THREADS * BATCH).max(1) * BATCH
}

fn rows(dir: &Path, table: &str) -> usize {
    let db = rusqlite::Connection::open(dir.join("state.db")).unwrap();
    let count = db.query_row("SELECT count(*) FROM rows WHERE tbl = ?1", [table], |row| row.get::<_, i64>(0));
    count.unwrap().try_into().unwrap()
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_writes_with_sixteen_threads() {
    let name = std::env::var("PANVEIL_TEST_NAME").unwrap();
    let vault = open(&given_dir(), &name);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let tokenizer = vault.random_tokenizer(Application::new("writer").unwrap()).unwrap();
            scope.spawn(move || {
                // All write beside the same few clear digits, up to 2,000 of 9,000 tokens each, so that they do draw the same
                // now and then.
                let groups = (total() / 2_000).max(10);
                let options = RandomOptions {
                    shape: RandomShape::Layout(RandomLayout::Bin8Last4),
                    ..RandomOptions::default()
                };
                for batch in 0..writer_share() / BATCH {
                    let mut pans: Vec<Pan> =
                        (0..BATCH).map(|_| pan(&card(((thread + batch) % groups) as u32))).collect();
                    while !pans.is_empty() {
                        let outcomes = tokenizer.tokenize_all(&pans, &options);
                        let mut text = String::new();
                        let mut left = Vec::new();
                        for (pan, outcome) in pans.into_iter().zip(outcomes) {
                            match outcome {
                                Ok(token) => text.push_str(&format!("\ntoken {token}\n")),
                                // 64 writers wait for one another, a second at the most; then they come again.
                                Err(Error::StoreUnavailable) => left.push(pan),
                                Err(error) => panic!("{error:?}"),
                            }
                        }
                        std::io::stdout().lock().write_all(text.as_bytes()).unwrap();
                        pans = left;
                    }
                }
            });
        }
    });
    drop(vault);
}

// ---------------------------------------------------------------- killed

const CARDS_OF_CHILD: u32 = 400;
const ROUNDS: usize = 25;

/// The request of a card, as its host would have stored it beforehand.
fn request_of(number: u32) -> RequestId {
    let mut bytes = [0x5a; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    RequestId::from_bytes(bytes)
}

#[test]
fn ac_18_killed_between_write_and_return_no_orphan_and_no_duplicate() {
    for mode in ["request", "card"] {
        let lab = Lab::dev();
        let dir = lab.dir();
        let mut told: HashMap<u32, String> = HashMap::new();
        for round in 0..=ROUNDS {
            // Some that were made before come again, then new ones; the last run goes through all.
            let first = if round < ROUNDS { told.len().saturating_sub(14) } else { 0 }.to_string();
            let variables =
                [dir_variable(&dir), ("PANVEIL_TEST_MODE", mode), ("PANVEIL_TEST_FIRST", first.as_str())];
            let mut process = child("random::child_makes_tokens_until_killed", &variables);
            let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
            let mut hear = |line: String| {
                let Some(line) = line.strip_prefix("made ") else { return };
                let (number, token) = line.split_once(' ').unwrap();
                let token = token.to_owned();
                let before = told.entry(number.parse().unwrap()).or_insert_with(|| token.clone());
                assert_eq!(*before, token, "a second token for one {mode}");
            };
            if round < ROUNDS {
                // The child runs on while this process gets round to killing it: somewhere within a call.
                lines.by_ref().take(2 + round * 7 % 60).for_each(&mut hear);
                process.kill().unwrap();
                lines.for_each(&mut hear);
                process.wait().unwrap();
            } else {
                lines.for_each(&mut hear);
                assert!(process.wait().unwrap().success(), "the last one runs to its end");
            }
        }
        assert_eq!(told.len(), CARDS_OF_CHILD as usize);
        assert_eq!(told.values().collect::<HashSet<_>>().len(), told.len(), "one token for two cards");
        assert_eq!(rows(&dir, "token"), told.len(), "a row that no caller knows");
        assert_eq!(rows(&dir, "again"), told.len());
        let vault = lab.open();
        vault.check_store().unwrap();
        let tokenizer = vault.random_tokenizer(caller()).unwrap();
        let tokens: Vec<Token> = told.values().map(|text| text.parse().unwrap()).collect();
        assert!(tokenizer.check_all(&tokens).unwrap().iter().all(Result::is_ok));
    }
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_makes_tokens_until_killed() {
    let by_request = std::env::var("PANVEIL_TEST_MODE").unwrap() == "request";
    let vault = open(&given_dir(), "app-1");
    let tokenizer: RandomTokenizer = vault.random_tokenizer(caller()).unwrap();
    let per_card = RandomOptions { sameness: Sameness::PerCard, ..RandomOptions::default() };
    let mut out = std::io::stdout().lock();
    writeln!(out).unwrap();
    let mut first: u32 = std::env::var("PANVEIL_TEST_FIRST").unwrap().parse().unwrap();
    while first < CARDS_OF_CHILD {
        let numbers: Vec<u32> = (first..(first + 7).min(CARDS_OF_CHILD)).collect();
        let made = if by_request {
            let asked: Vec<_> =
                numbers.iter().map(|number| (request_of(*number), pan(&card(*number)))).collect();
            tokenizer.tokenize_all_once(&asked, &opaque())
        } else {
            let pans: Vec<_> = numbers.iter().map(|number| pan(&card(*number))).collect();
            tokenizer.tokenize_all(&pans, &per_card)
        };
        for (number, token) in numbers.iter().zip(made) {
            writeln!(out, "made {number} {}", token.unwrap()).unwrap();
        }
        out.flush().unwrap();
        first += 7;
    }
    drop(tokenizer);
    vault.close().unwrap();
}
