//! `panveil audit`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use panveil::audit::{Report, VaultKey, verify};
use panveil::vault::{OpenOptions, Unlock, Vault};
use serde_json::{Value, json};

use super::{Outcome, Result};
use crate::args::{AuditAction, AuditArgs};
use crate::failure::Failure;
use crate::terminal::{Terminal, plain, table};

pub(crate) fn run(
    args: &AuditArgs,
    unlock: &dyn Fn() -> core::result::Result<Unlock, Failure>,
    terminal: Terminal,
) -> Result {
    match &args.action {
        AuditAction::Verify { vault_key, checkpoint } => {
            check(&args.dir, vault_key.as_deref(), checkpoint, terminal)
        }
        AuditAction::Tail { lines, stream } => {
            tail(&args.dir, *lines, stream.as_deref(), unlock()?, terminal)
        }
    }
}

fn check(dir: &Path, key: Option<&str>, checkpoints: &[PathBuf], terminal: Terminal) -> Result {
    let given = key.is_some();
    let key: VaultKey = match key {
        Some(text) => text.trim().parse()?,
        None => {
            let path = dir.join("audit").join("vault.vkey");
            let text = std::fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
            text.trim().parse().map_err(|_| Failure::new(format!("{}: not an audit key", path.display())))?
        }
    };
    let mut external = Vec::new();
    for path in checkpoints {
        external.push(std::fs::read_to_string(path).map_err(|error| Failure::at(path, &error))?);
    }
    let external: Vec<&str> = external.iter().map(String::as_str).collect();
    let report = verify(dir, &key, &external)?;
    let mut value = as_json(&report);
    if let Some(members) = value.as_object_mut() {
        members.insert("vault_key_given".into(), given.into());
        members.insert("checkpoints_given".into(), external.len().into());
    }
    terminal.result(&value, &as_text(&report));
    if !given {
        terminal.remark(
            "checked with the key that lies beside the log: who can write the directory can have replaced both; \
             give --vault-key, and --checkpoint for the end of the log",
        );
    }
    Ok(if report.is_whole() { Outcome::Done } else { Outcome::Refused })
}

fn as_text(report: &Report) -> String {
    let header =
        ["stream", "records", "signed", "segments", "open intents", "recoveries", "clock steps", "silences"];
    let rows: Vec<Vec<String>> = report
        .streams
        .iter()
        .map(|stream| {
            let numbers = [
                stream.records,
                stream.covered,
                stream.segments,
                stream.open_intents,
                stream.recoveries,
                stream.clock_steps,
                stream.silences,
            ];
            std::iter::once(stream.stream.clone()).chain(numbers.iter().map(u64::to_string)).collect()
        })
        .collect();
    let mut text = table(&header, &rows);
    for finding in &report.findings {
        text.push_str(&format!("\nBAD  {finding}"));
    }
    if report.is_whole() {
        text.push_str("\nthe log is whole");
    }
    text
}

fn as_json(report: &Report) -> Value {
    let streams: Vec<Value> = report
        .streams
        .iter()
        .map(|stream| {
            json!({
                "stream": stream.stream,
                "records": stream.records,
                "signed": stream.covered,
                "segments": stream.segments,
                "open_intents": stream.open_intents,
                "recoveries": stream.recoveries,
                "clock_steps": stream.clock_steps,
                "silences": stream.silences,
                "unfinished_bytes": stream.unfinished_bytes,
            })
        })
        .collect();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "stream": finding.stream,
                "record": finding.at,
                "until": finding.until,
                "fault": format!("{:?}", finding.fault),
                "text": finding.fault.as_str(),
            })
        })
        .collect();
    json!({ "whole": report.is_whole(), "streams": streams, "findings": findings })
}

/// The last records of the streams' current segments, in the order of their time.
fn tail(dir: &Path, lines: usize, stream: Option<&str>, unlock: Unlock, terminal: Terminal) -> Result {
    let vault = Vault::open(dir, unlock, OpenOptions::command()?)?;
    // Recorded before it is shown (PCI DSS 10.2.1.3).
    vault.record_log_read()?;
    let audit = dir.join("audit");
    let mut records: Vec<Value> = Vec::new();
    for entry in std::fs::read_dir(&audit).map_err(|error| Failure::at(&audit, &error))? {
        let path = entry.map_err(|error| Failure::at(&audit, &error))?.path();
        let wanted = stream.is_none_or(|name| path.file_stem().is_some_and(|stem| stem == name));
        if wanted && path.extension().is_some_and(|ending| ending == "jsonl") {
            records.extend(last_records(&path, lines)?);
        }
    }
    records.sort_by_key(|record| record.get("time").and_then(Value::as_i64));
    let shown = records.split_off(records.len().saturating_sub(lines));
    let rows: Vec<Vec<String>> = shown.iter().map(row).collect();
    let header = ["time (UTC)", "stream", "seq", "event", "actor", "purpose", "case", "card", "reason"];
    terminal.result(&Value::Array(shown), &table(&header, &rows));
    vault.close()?;
    Ok(Outcome::Done)
}

fn last_records(path: &Path, lines: usize) -> core::result::Result<Vec<Value>, Failure> {
    let file = std::fs::File::open(path).map_err(|error| Failure::at(path, &error))?;
    let mut last = std::collections::VecDeque::new();
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(|error| Failure::at(path, &error))?;
        if line.first().is_none_or(|byte| *byte == 0) {
            break;
        }
        last.push_back(line);
        if last.len() > lines {
            last.pop_front();
        }
    }
    Ok(last.iter().filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

fn row(record: &Value) -> Vec<String> {
    let text = |pointer: &str| match record.pointer(pointer) {
        Some(Value::String(text)) => plain(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let time = record.pointer("/time").and_then(Value::as_i64).unwrap_or_default();
    let time = panveil::clock::Timestamp::from_millis(time).to_rfc3339().unwrap_or_default();
    vec![
        time.replace('T', " ").trim_end_matches('Z').to_owned(),
        text("/unmapped/panveil/stream"),
        text("/unmapped/panveil/seq"),
        text("/unmapped/panveil/type"),
        text("/actor/user/uid"),
        text("/unmapped/panveil/purpose"),
        text("/unmapped/panveil/case"),
        text("/databucket/uid"),
        text("/unmapped/panveil/reason/code"),
    ]
}
