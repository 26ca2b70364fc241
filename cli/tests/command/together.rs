//! Several commands on one vault at the same time.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::{Child, Stdio};

use panveil_cli::legacy::Export;
use panveil_cli::table::{Encoding, Separator};

use crate::support::{Place, Ran, VISA, panveil, run};

fn start(words: &[String]) -> Child {
    panveil().args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Ran {
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn eight_reveals_at_once_and_one_during_a_protect() {
    let place = Place::new();
    let (token, sealed) = place.protected();
    let identity = place.identity("alice");

    let reveals = (0..8).map(|at| match at % 2 {
        0 => start(&place.reveal(&token, &identity, &[])),
        _ => start(&place.reveal(&sealed, &identity, &["--record", "C00000017"])),
    });
    for child in reveals.collect::<Vec<_>>() {
        assert_eq!(end(child).ends(0).stdout, format!("{VISA}\n"));
    }
    place.verifies();

    // The protect waits for its input, so the reveal certainly happens within it.
    let (dir, out) = (place.dir(), place.file("long.csv"));
    let mut protect = panveil()
        .args(["protect", &dir, "--in", "-", "--out", &out, "--pan-column", "card_number"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = protect.stdin.take().unwrap();
    let export = |rows| Export { rows, seed: 3, encoding: Encoding::Utf8, separator: Separator::Comma };
    // More than the pipe holds, so it returns only when the vault is open and rows are read.
    export(20_000).write(&mut input).unwrap();
    assert_eq!(end(start(&place.reveal(&token, &identity, &[]))).ends(0).stdout, format!("{VISA}\n"));
    drop(input);
    end(protect).ends(1);
    assert!(place.names().contains(&"long.csv".to_owned()));
    place.verifies();
    run(["doctor", &dir]).ends(0);
}

#[test]
fn budgets_hold_across_processes() {
    let place = Place::new();
    let policy = place.vault.join("policy.toml");
    let text = std::fs::read_to_string(&policy).unwrap();
    std::fs::write(&policy, text.replace("handles = 20", "handles = 3")).unwrap();
    let mut table = File::create(place.file("legacy.csv")).unwrap();
    Export { rows: 40, seed: 5, encoding: Encoding::Utf8, separator: Separator::Comma }
        .write(&mut table)
        .unwrap();
    run(place.protect("legacy.csv", "protected.csv", &["--layout", "0+4"])).ends(0);
    let written = place.read("protected.csv");
    // An export has duplicates, and a budget counts a card once however often it is revealed: a set.
    let handles: BTreeSet<String> = written
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let at = cells.iter().position(|cell| *cell == "f1.0-4")?;
            Some(format!("f1.0-4:{}", cells[at - 1]))
        })
        .collect();
    let handles: Vec<String> = handles.into_iter().take(8).collect();
    assert_eq!(handles.len(), 8);
    let identity = place.identity("alice");
    let children: Vec<Child> =
        handles.iter().map(|handle| start(&place.reveal(handle, &identity, &[]))).collect();
    let ran: Vec<Ran> = children.into_iter().map(end).collect();
    let revealed = ran.iter().filter(|ran| ran.status == Some(0)).count();
    // One that was admitted may still meet the lock that another's refusal set.
    assert!((1..=3).contains(&revealed), "{ran:#?}");
    let locked = run(["lock", "list", &place.dir()]).ends(0);
    assert!(locked.stdout.contains("|alice"), "{locked:?}");
    // Nobody else is stopped.
    run(place.reveal(&handles[0], &place.identity("bob"), &[])).ends(0);
    place.verifies();
}
