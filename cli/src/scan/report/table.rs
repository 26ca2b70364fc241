//! The report on a terminal.

use super::{FileReport, Report, counted, grouped, size};
use crate::scan::find::Fault;
use crate::terminal::table;

/// Rows that a terminal shows of each table; reports have all.
const ROWS: usize = 200;

/// By file and kind: how many, and the first of them; then what was not done, and the sum.
pub(super) fn text(report: &Report, columns: Option<usize>) -> String {
    let mut blocks = Vec::new();
    if !report.files.is_empty() {
        blocks.push(finds(&report.files, columns));
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
                    new.path.clone(),
                    new.kind.to_string(),
                    grouped(new.count),
                    new.mask.clone().unwrap_or_default(),
                ]
            })
            .collect();
        if !rows.is_empty() {
            blocks.push(shortened(&["new", "kind", "count", "mask"], rows, columns));
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
        blocks.push(shortened(&["allowed", "kind", "count", "mask", "reason"], rows.collect(), columns));
    }
    for (title, faults) in [
        ("not looked into", &report.not_looked_into),
        ("unreadable", &report.unreadable),
        ("skipped", &report.skipped),
        ("not redacted", &report.not_redacted),
    ] {
        if !faults.is_empty() {
            blocks.push(shortened(&[title, "reason"], faults.iter().map(row_of).collect(), columns));
        }
    }
    blocks.push(summary(report));
    blocks.join("\n\n")
}

fn finds(files: &[FileReport], columns: Option<usize>) -> String {
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
    shortened(&["file", "kind", "count", "first", "brand", "confidence", "mask"], rows, columns)
}

fn row_of(fault: &Fault) -> Vec<String> {
    vec![fault.path.clone(), fault.reason.clone()]
}

/// A table of the first rows. Where a line would be too long, what every report has as well is left out, and the paths, which
/// stand first, are cut in their middle.
fn shortened(header: &[&str], mut rows: Vec<Vec<String>>, columns: Option<usize>) -> String {
    let more = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    let mut header = header.to_vec();
    if let Some(columns) = columns {
        let room = |header: &[&str], rows: &[Vec<String>]| {
            let others = (1..header.len()).map(|column| width(header, rows, column).saturating_add(2));
            columns.saturating_sub(others.sum())
        };
        for dispensable in ["brand", "confidence"] {
            if room(&header, &rows) >= SHORTEST_PATH {
                break;
            }
            if let Some(column) = header.iter().position(|name| *name == dispensable) {
                header.remove(column);
                rows.iter_mut().filter(|row| column < row.len()).for_each(|row| drop(row.remove(column)));
            }
        }
        let room = room(&header, &rows).max(SHORTEST_PATH);
        for path in rows.iter_mut().filter_map(|row| row.first_mut()) {
            cut_middle(path, room);
        }
    }
    let mut text = table(&header, &rows);
    if more > 0 {
        text.push_str(&format!("\n... and {} more: see --report", grouped(more as u64)));
    }
    text
}

/// So much of a path is shown on any terminal, in characters.
const SHORTEST_PATH: usize = 20;

fn width(header: &[&str], rows: &[Vec<String>], column: usize) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
    cells.chain(header.get(column).copied()).map(|cell| cell.chars().count()).max().unwrap_or_default()
}

/// Puts an ellipsis in place of what is too much: names differ most at their end.
fn cut_middle(text: &mut String, most: usize) {
    let length = text.chars().count();
    if length > most {
        let begin: String = text.chars().take(most / 3).collect();
        let end = text.chars().skip(length.saturating_sub(most.saturating_sub(most / 3).saturating_sub(1)));
        *text = begin + "…" + &end.collect::<String>();
    }
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

#[cfg(test)]
mod tests {
    use super::{cut_middle, shortened};

    #[test]
    fn long_paths_are_cut_in_their_middle_where_the_line_is_too_short() {
        for (text, most, cut) in [
            ("logs/a.log", 10, "logs/a.log"),
            ("logs/ab.log", 10, "log…ab.log"),
            ("ログ/とても長い名前.log", 10, "ログ/…名前.log"),
        ] {
            let mut path = text.to_owned();
            cut_middle(&mut path, most);
            assert_eq!(path, cut);
            assert!(path.chars().count() <= most);
        }
        let path = "some/folder/with/a/very/long/path/to/a/file.log".to_owned();
        let rows = vec![vec![path.clone(), "pan".to_owned(), "1".to_owned()]];
        let header = ["file", "kind", "count"];
        assert!(shortened(&header, rows.clone(), None).contains(&path));
        assert!(shortened(&header, rows.clone(), Some(80)).contains(&path));
        let text = shortened(&header, rows, Some(40));
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(text.contains("to/a/file.log"), "{text}");
    }
}
