//! kill -9 at any moment: what was finished stays finished, files are whole, and nothing is left over.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{VISA, report, scan, silent};
use crate::support::{Ran, panveil};

const FILES: usize = 400;

/// "File size limit exceeded", signal(7).
const SIGXFSZ: i32 = 25;

fn tree(path: &Path, lines: usize) {
    for folder in 0..20 {
        let folder = path.join(format!("tree/{folder}"));
        fs::create_dir_all(&folder).unwrap();
        for file in 0..FILES / 20 {
            let text = format!("a line without\nand one with {VISA} in it\n").repeat(lines);
            fs::write(folder.join(format!("{file}.log")), text).unwrap();
        }
    }
}

fn start(path: &Path, arguments: &[&str]) -> Child {
    let mut command = panveil();
    command.current_dir(path).arg("scan").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn without_time(mut report: Value) -> Value {
    report["scanned_at"] = Value::Null;
    report
}

/// Lines of a journal, as far as it is written.
fn lines(state: &Path) -> usize {
    fs::File::open(state).map_or(0, |file| BufReader::new(file).lines().count())
}

/// Runs a scan that the kernel kills, as soon as it writes a file beyond so many blocks of 512 bytes: on any machine in the
/// midst of a write.
fn killed_beyond(path: &Path, blocks: u64, arguments: &[&str]) {
    let line = format!("ulimit -c 0; ulimit -f {blocks}; exec \"$0\" scan \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &line, env!("CARGO_BIN_EXE_panveil")]).args(arguments).current_dir(path);
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert_eq!(status.signal(), Some(SIGXFSZ));
}

#[test]
fn a_scan_that_was_killed_goes_on_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    tree(path, 50);
    let few = ["tree", "--max-hits-per-file", "2"];
    let stateful = ["tree", "--max-hits-per-file", "2", "--state", "state"];
    let whole = without_time(report(path, few));
    assert_eq!(whole["totals"]["finds"], 50 * FILES);
    let state = path.join("state");
    let mut seen = 0;
    for blocks in [8, 24, 48] {
        killed_beyond(path, blocks, &stateful);
        assert_eq!(fs::metadata(&state).unwrap().len(), blocks * 512);
        let now = lines(&state);
        assert!(now > seen && now < FILES, "of {FILES} files {seen} were done, then {now}");
        seen = now;
    }
    let resumed = without_time(report(path, stateful));
    assert_eq!(resumed, whole);
    // A file that changed is looked at again, the others are not.
    fs::write(path.join("tree/7/7.log"), "nothing").unwrap();
    let journal = lines(&state);
    let again = report(path, stateful);
    assert_eq!(again["totals"]["finds"], 50 * (FILES - 1));
    assert_eq!(lines(&state), journal + 1);
    assert!(!fs::read_to_string(&state).unwrap().contains(VISA));
    // Other options are another scan.
    scan(path, ["tree", "--state", "state", "--base64"]).ends(2).says(&["other options"]);
}

#[test]
fn a_redaction_that_was_killed_leaves_whole_files_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    tree(path, 200);
    let before = fs::read_to_string(path.join("tree/0/0.log")).unwrap();
    let after = before.replace(VISA, "************1111");
    // The last one is too large for the kernel's limit below.
    let large = path.join("tree/z.log");
    let before_large = before.repeat(4);
    let after_large = after.repeat(4);
    fs::write(&large, &before_large).unwrap();
    let all = || {
        let entries = |folder: &Path| {
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        };
        let top = entries(&path.join("tree"));
        let below = top.iter().filter(|entry| entry.is_dir()).flat_map(|folder| entries(folder));
        below.chain(top.iter().filter(|entry| entry.is_file()).cloned()).collect::<Vec<_>>()
    };
    let hidden = |file: &Path| file.file_name().unwrap().to_str().unwrap().starts_with('.');
    let whole = || {
        let mut cut_off = 0;
        for file in all() {
            if hidden(&file) {
                cut_off += 1;
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let (before, after) =
                if file == large { (&before_large, &after_large) } else { (&before, &after) };
            assert!(text == *before || text == *after, "{}", file.display());
        }
        cut_off
    };
    // Killed whenever the first file of some more folders is done: sometimes between two files, mostly within one. A run that
    // is too fast for this ends by itself, and what is left to the runs after it is only the file that the kernel stops.
    let first = |folder: usize| fs::metadata(path.join(format!("tree/{folder}/0.log"))).unwrap().ino();
    let at_first: Vec<u64> = (0..20).map(first).collect();
    let redact = ["tree", "--redact", "--in-place", "--threads", "2"];
    for part in 1..7 {
        fs::write(&large, &before_large).unwrap();
        let mut child = start(path, &redact);
        while child.try_wait().unwrap().is_none() {
            if (0..20).filter(|folder| first(*folder) != at_first[*folder]).count() > part * 2 {
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();
        whole();
    }
    fs::write(&large, &before_large).unwrap();
    killed_beyond(path, before_large.len() as u64 / 1024, &redact);
    assert!(whole() > 0, "the kernel cut no file off");
    let ran = scan(path, ["tree", "--redact", "--in-place"]);
    assert!(ran.stderr.contains("that a killed redaction had left"), "{ran:?}");
    assert_eq!(whole(), 0);
    assert!(all().iter().all(|file| !fs::read_to_string(file).unwrap().contains(VISA)));
    scan(path, ["tree"]).ends(0);
}

#[test]
fn a_redaction_that_was_killed_goes_on_and_says_the_same() {
    let (uncut, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = folder.path();
    let all = ["tree", "--redact", "--in-place", "--threads", "2", "--max-hits-per-file", "2"];
    let stateful = [&all[..], &["--state", "state"]].concat();
    for path in [uncut.path(), path] {
        tree(path, 5);
        // What is left as it is, is tried again and told again.
        fs::hard_link(path.join("tree/0/0.log"), path.join("tree/other-name")).unwrap();
    }
    let whole = without_time(report(uncut.path(), all));
    assert_eq!(whole["redacted"].as_array().unwrap().len(), FILES - 1);
    assert_eq!(whole["not_redacted"].as_array().unwrap().len(), 2);
    let state = path.join("state");
    let redacted = || {
        let files =
            (0..20).flat_map(|folder| (0..FILES / 20).map(move |file| format!("tree/{folder}/{file}.log")));
        files.filter(|file| !fs::read_to_string(path.join(file)).unwrap().contains(VISA)).count()
    };
    let mut seen = 0;
    for blocks in [12, 100, 101, 102, 103, 300, 600] {
        killed_beyond(path, blocks, &stateful);
        assert_eq!(fs::metadata(&state).unwrap().len(), blocks * 512);
        let now = redacted();
        // Where a line ends within the last block, the next run gets no further than to another part of it.
        assert!(now >= seen && now > 0 && now < FILES - 1, "{blocks}: {seen}, then {now}");
        seen = now;
    }
    assert!(seen > 100, "{seen}");
    // Cut off when all is done, but not told.
    let lost = [&stateful[..], &["--report", "no/such/folder/report.json"]].concat();
    scan(path, &lost).ends(1).says(&["No such file"]);
    assert_eq!(redacted(), FILES - 1);
    // What stood in the redacted files, the journal tells; also where it was cut off between a file's new name and the line
    // that it is finished.
    let journal = fs::read_to_string(&state).unwrap();
    let begun: String =
        journal.split_inclusive('\n').filter(|line| !line.starts_with("{\"finished\"")).collect();
    assert!(begun.lines().filter(|line| line.starts_with("{\"redacting\"")).count() >= FILES - 1);
    let inodes =
        || (0..20).map(|folder| fs::metadata(path.join(format!("tree/{folder}/1.log"))).unwrap().ino());
    let before: Vec<u64> = inodes().collect();
    for text in [&journal, &begun] {
        fs::write(&state, text).unwrap();
        assert_eq!(without_time(report(path, &stateful)), whole);
        assert!(inodes().eq(before.iter().copied()), "files were written again");
        assert!(!fs::read_to_string(&state).unwrap().contains(VISA));
    }
    // All is told: the next run is another one, and says what is there now.
    let again = report(path, &stateful);
    assert_eq!(again["redacted"], serde_json::json!([]));
    assert_eq!(again["totals"]["files_with_finds"], 2);
    fs::remove_file(path.join("tree/other-name")).unwrap();
    assert_eq!(report(path, &stateful)["redacted"], serde_json::json!(["tree/0/0.log"]));
    scan(path, &stateful).ends(0);
    // Other ways to redact are other runs.
    scan(path, [&stateful[..], &["--keep-length"]].concat()).ends(2).says(&["other options"]);
    scan(path, ["tree", "--state", "state"]).ends(2).says(&["other options"]);
    scan(path, ["tree", "--redact", "--out", "out", "--state", "other"]).ends(2);
}

#[test]
fn a_state_that_cannot_be_written_ends_the_scan() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("tree")).unwrap();
    for file in 0..1000 {
        fs::write(path.join(format!("tree/{file}.log")), VISA).unwrap();
    }
    // No file may become larger than 8 KiB.
    let line = "trap '' XFSZ; ulimit -f 16; exec \"$0\" scan . --state ../state --threads 2";
    let mut command = Command::new("sh");
    command.args(["-c", line, env!("CARGO_BIN_EXE_panveil")]).current_dir(path.join("tree"));
    let ran = silent(Ran::of(command.output().unwrap())).ends(1).says(&["state", "too large"]);
    assert_eq!(ran.stdout, "");
    assert_eq!(report(&path.join("tree"), [".", "--state", "../state"])["totals"]["finds"], 1000);
}
