//! The report on a terminal.

use super::{FileReport, Report, counted, grouped, size};
use crate::scan::find::Fault;
use crate::terminal::table;

/// Rows that a terminal shows of each table; reports have all.
const ROWS: usize = 200;

/// By file and kind: how many, and the first of them; then what was not done, and the sum.
pub(super) fn text(report: &Report) -> String {
    let mut blocks = Vec::new();
    if !report.files.is_empty() {
        blocks.push(finds(&report.files));
    }
    if let Some(comparison) = &report.baseline {
        let sum = |changes: &[crate::scan::baseline::Change]| {
            grouped(changes.iter().fold(0, |sum: u64, change| sum.saturating_add(change.count)))
        };
        blocks.push(format!(
            "against {}: {} new, {} gone, {} stay",
            comparison.with,
            sum(&comparison.new),
            sum(&comparison.gone),
            sum(&comparison.stays)
        ));
        let rows: Vec<Vec<String>> = comparison
            .new
            .iter()
            .map(|new| {
                vec![
                    "new".into(),
                    new.path.clone(),
                    new.kind.to_string(),
                    grouped(new.count),
                    new.mask.clone().unwrap_or_default(),
                ]
            })
            .collect();
        if !rows.is_empty() {
            blocks.push(shortened(&["", "file", "kind", "count", "mask"], rows));
        }
    }
    if !report.allowed.is_empty() {
        let rows = report.allowed.iter().map(|allowed| {
            let mask = allowed.mask.clone().unwrap_or_default();
            vec![
                allowed.path.clone(),
                allowed.kind.to_string(),
                grouped(allowed.count),
                mask,
                allowed.reason.clone(),
            ]
        });
        blocks.push(shortened(&["allowed", "kind", "count", "mask", "reason"], rows.collect()));
    }
    for (title, faults) in [
        ("not looked into", &report.not_looked_into),
        ("unreadable", &report.unreadable),
        ("skipped", &report.skipped),
        ("not redacted", &report.not_redacted),
    ] {
        if !faults.is_empty() {
            blocks.push(shortened(&[title, "reason"], faults.iter().map(row_of).collect()));
        }
    }
    blocks.push(summary(report));
    blocks.join("\n\n")
}

fn finds(files: &[FileReport]) -> String {
    let mut rows = Vec::new();
    for file in files {
        let mut kinds: Vec<&str> = file.counts.iter().map(|count| count.kind.as_ref()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let of_kind = file.counts.iter().filter(|count| count.kind == kind);
            let count = of_kind.fold(0u64, |sum, count| sum.saturating_add(count.count));
            let first = file.finds.iter().find(|find| find.kind == kind);
            let told = |told: Option<String>| told.unwrap_or_default();
            rows.push(vec![
                file.path.clone(),
                kind.to_owned(),
                grouped(count),
                told(first.map(|find| find.place.to_string())),
                told(first.and_then(|find| find.brand.as_ref()).map(ToString::to_string)),
                told(first.map(|find| find.confidence.to_string())),
                told(first.and_then(|find| find.mask.clone())),
            ]);
        }
    }
    shortened(&["file", "kind", "count", "first", "brand", "confidence", "mask"], rows)
}

fn row_of(fault: &Fault) -> Vec<String> {
    vec![fault.path.clone(), fault.reason.clone()]
}

fn shortened(header: &[&str], mut rows: Vec<Vec<String>>) -> String {
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    let mut text = table(header, &rows);
    if more > 0 {
        text.push_str(&format!("\n... and {} more: see --report", grouped(more as u64)));
    }
    text
}

fn summary(report: &Report) -> String {
    let totals = &report.totals;
    let scanned = format!("{} in {}", size(totals.bytes), counted(totals.files, "file", "files"));
    let mut parts = vec![if totals.finds == 0 {
        format!("{scanned}: nothing found")
    } else {
        let kinds: Vec<String> =
            totals.by_kind.iter().map(|(kind, count)| format!("{kind} {}", grouped(*count))).collect();
        let finds = counted(totals.finds, "find", "finds");
        let files = counted(totals.files_with_finds, "file", "files");
        format!("{scanned}: {finds} in {files} ({})", kinds.join(", "))
    }];
    for (count, what) in [
        (totals.allowed, "allowed"),
        (report.not_looked_into.len() as u64, "not looked into"),
        (report.unreadable.len() as u64, "unreadable"),
        (report.skipped.len() as u64, "skipped"),
        (report.redacted.len() as u64, "written anew"),
        (report.not_redacted.len() as u64, "not redacted"),
    ] {
        if count > 0 {
            parts.push(format!("{} {what}", grouped(count)));
        }
    }
    parts.join("; ")
}
