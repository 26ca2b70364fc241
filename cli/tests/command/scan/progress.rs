//! What a person sees: on a terminal how far the scan is, how fast, and how long it will take; elsewhere nothing of it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{VISA, report, scan, silent};
use crate::support::{Ran, skipped};

/// What a terminal of so many columns got from a command line; `$0` is the command under test. The terminal is one that
/// `script` of util-linux opens.
fn on_a_terminal(folder: &Path, columns: usize, line: &str) -> Option<String> {
    let there = Command::new("sh").args(["-c", "command -v script"]).output().unwrap();
    if !there.status.success() {
        skipped("a terminal", "this machine has no script(1)");
        return None;
    }
    let line = format!("stty cols {columns} rows 24; {}", line.replace("$0", env!("CARGO_BIN_EXE_panveil")));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(folder).env("TERM", "xterm");
    let ran = silent(Ran::of(command.stdin(Stdio::null()).output().unwrap())).ends(1);
    Some(ran.stdout)
}

/// The bars in a terminal's output, each as it stood there.
fn bars(output: &str) -> Vec<String> {
    let lines = output.split(['\r', '\n']);
    let visible = lines.map(|line| line.trim_start_matches("\u{1b}[2K").trim_start_matches("\u{1b}[1A"));
    visible.filter(|line| line.contains("/s")).map(str::to_owned).collect()
}

fn tree(path: &Path) {
    fs::create_dir(path.join("logs")).unwrap();
    let line = "a line of a log without anything in it, and yet some more of it\n";
    let long = "long-name-".repeat(20);
    for name in ["a.log", &format!("paid-{VISA}.log"), &format!("{long}{VISA}.log")] {
        fs::write(path.join("logs").join(name), line.repeat(10_000)).unwrap();
    }
    fs::write(path.join("logs/\u{1b}[31mfound\u{7}"), format!("{VISA}\n")).unwrap();
}

#[test]
fn a_terminal_shows_how_far_how_fast_and_how_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    tree(path);
    for columns in [80, 120] {
        let Some(output) = on_a_terminal(path, columns, "$0 scan logs --threads 1") else { return };
        let bars = bars(&output);
        assert!(!bars.is_empty(), "{output:?}");
        for bar in &bars {
            // A longer line would be broken, and remains of it left.
            assert!(bar.chars().count() <= columns, "{bar:?}");
            for part in ["%  ", "B of 1.83 MiB  ", "B/s  ", " left  "] {
                assert!(bar.contains(part), "no {part:?} in {bar:?}");
            }
        }
        // The bar is taken away; then the report stands there, no line of it broken.
        let (_, report) = output.rsplit_once("\u{1b}[2K").unwrap();
        let lines: Vec<&str> = report.lines().collect();
        assert!(lines[0].trim_start().starts_with("file "), "{report}");
        assert!(lines.iter().all(|line| line.trim_end().chars().count() <= columns), "{report}");
        assert!(report.contains("logs/?[31mfound? "), "{report}");
        let long = if columns == 80 { "…" } else { "logs/paid-************1111.log " };
        assert!(report.contains(long) && report.contains("*1111.log"), "{report}");
        assert!(!report.contains(['\u{1b}', '\u{7}']), "{report:?}");
    }
}

#[test]
fn standard_input_has_no_end_that_anybody_knows() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    let Some(output) = on_a_terminal(folder.path(), 80, "cat logs/* | $0 scan -") else { return };
    let bars = bars(&output);
    assert!(!bars.is_empty(), "{output:?}");
    assert!(bars.iter().all(|bar| bar.contains(" for ") && !bar.contains("left")), "{bars:?}");
}

#[test]
fn what_is_no_terminal_gets_no_bar() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    tree(path);
    assert_eq!(scan(path, ["logs"]).ends(1).stderr, "");
    assert_eq!(scan(path, ["logs", "--json"]).ends(1).stderr, "");
    // Only the report goes to the terminal: a file in which bars stand is of use to nobody.
    let Some(output) = on_a_terminal(path, 80, "$0 scan logs 2>said") else { return };
    assert!(bars(&output).is_empty() && !output.contains('\u{1b}'), "{output:?}");
    assert_eq!(fs::read_to_string(path.join("said")).unwrap(), "");
    // With --json there is none on a terminal either: the output may be read by a program behind it.
    let output = on_a_terminal(path, 80, "$0 scan logs --json").unwrap();
    let said: serde_json::Value = serde_json::from_str(output.trim()).unwrap();
    assert_eq!(said["totals"], report(path, ["logs"])["totals"]);
    // A bar, but the report goes into a file, where paths are whole.
    let output = on_a_terminal(path, 80, "$0 scan logs >table").unwrap();
    assert!(!bars(&output).is_empty());
    let mut table = String::new();
    std::io::Read::read_to_string(&mut File::open(path.join("table")).unwrap(), &mut table).unwrap();
    assert!(table.contains(&format!("{}************1111.log", "long-name-".repeat(20))), "{table}");
    assert!(!table.contains('…') && !table.contains('\u{1b}'), "{table}");
}
