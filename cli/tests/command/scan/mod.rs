//! `panveil scan`, from outside.

mod charsets;
mod killed;
mod names;
mod progress;
mod redact;
mod reports;
mod sources;
mod unseen;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Ran, panveil, skipped};

/// Well-known test numbers.
pub(crate) const VISA: &str = "4111111111111111";
pub(crate) const MASTERCARD: &str = "5500000000000004";
pub(crate) const AMEX: &str = "378282246310005";

/// Runs `panveil scan` in a folder; it never says a number.
#[track_caller]
pub(crate) fn scan<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Ran {
    let mut command = panveil();
    command.current_dir(folder).arg("scan").args(arguments).stdin(Stdio::null());
    silent(Ran::of(command.output().unwrap()))
}

/// What was said must hold no number.
#[track_caller]
pub(crate) fn silent(ran: Ran) -> Ran {
    for number in [VISA, MASTERCARD, AMEX] {
        assert!(!ran.stdout.contains(number) && !ran.stderr.contains(number), "{ran:#?}");
    }
    ran
}

/// The report of a scan that found something.
#[track_caller]
pub(crate) fn report<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Value {
    let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned());
    scan(folder, arguments.chain([OsStr::new("--json").to_owned()])).ends(1).json()
}

/// The finds of a report as `PATH KIND MASK PLACE`.
pub(crate) fn finds(report: &Value) -> Vec<String> {
    let mut finds = Vec::new();
    for file in report["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        for find in file["finds"].as_array().unwrap() {
            let place = &find["place"];
            let place = match place["in"].as_str().unwrap() {
                "text" => format!("{}:{}", place["line"], place["offset"]),
                "cell" => format!(
                    "{}.{}[{}]",
                    place["table"].as_str().unwrap(),
                    place["column"].as_str().unwrap(),
                    place["row"]
                ),
                other => other.to_owned(),
            };
            let mask = find["mask"].as_str().unwrap_or("-").trim_start_matches('*');
            finds.push(format!("{path} {} {mask} {place}", find["kind"].as_str().unwrap()));
        }
    }
    finds
}

/// The paths and reasons of one list of a report.
pub(crate) fn faults(report: &Value, list: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let faults = report[list].as_array().unwrap();
    faults.iter().map(|fault| (text(&fault["path"]), text(&fault["reason"]))).collect()
}

/// Runs a tool of the system in a folder; `false` where there is none.
pub(crate) fn tool(folder: &Path, line: &str) -> bool {
    let name = line.split(' ').next().unwrap();
    let there = Command::new("sh").args(["-c", &format!("command -v {name}")]).output().unwrap();
    if !there.status.success() {
        skipped(name, "this machine has none");
        return false;
    }
    let ran = Command::new("sh").args(["-ec", line]).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    true
}
