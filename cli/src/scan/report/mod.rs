//! What a scan found, put together for reports.

mod html;
mod sarif;
mod table;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::allow::Allow;
use super::baseline::{Baseline, Comparison};
use super::find::{Count, Fault, Find, Looked, Redacted, Word};
use super::run::Gathered;

/// The number of this format of reports; a change that breaks readers gets the next one.
pub(crate) const FORMAT: u32 = 1;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// All of it, for programs.
    Json,
    /// One page, for people.
    Html,
    /// SARIF 2.1.0, for code hosting and analysis tools.
    Sarif,
}

impl Format {
    /// The format that the ending of a name says.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "html" | "htm" => Some(Self::Html),
            "sarif" => Some(Self::Sarif),
            _ => None,
        }
    }
}

/// All that is told of a scan.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    format: u32,
    tool: Tool,
    scanned_at: String,
    settings: Settings,
    totals: Totals,
    /// What was found and is not allowed, by file or member of an archive.
    files: Vec<FileReport>,
    allowed: Vec<Allowed>,
    /// Entries of the allow-list that allowed nothing.
    unused_allowances: Vec<Unused>,
    not_looked_into: Vec<Fault>,
    unreadable: Vec<Fault>,
    skipped: Vec<Fault>,
    redacted: Vec<String>,
    not_redacted: Vec<Fault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Comparison>,
}

#[derive(Debug, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// What was looked for, and where.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Settings {
    pub(crate) paths: Vec<String>,
    pub(crate) min_confidence: &'static str,
    pub(crate) base64: bool,
    pub(crate) gitignore: bool,
    pub(crate) max_hits_per_file: u64,
}

#[derive(Debug, Default, Serialize)]
struct Totals {
    files: u64,
    bytes: u64,
    files_with_finds: u64,
    finds: u64,
    allowed: u64,
    by_kind: BTreeMap<Word, u64>,
    by_confidence: BTreeMap<Word, u64>,
}

/// What was found in one file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FileReport {
    pub(crate) path: String,
    count: u64,
    /// How often each mask was found.
    pub(crate) counts: Vec<Count>,
    /// Where: the first finds.
    finds: Vec<Find>,
    /// Finds that are counted, but not listed.
    left_out: u64,
}

#[derive(Debug, Serialize)]
struct Allowed {
    path: String,
    kind: Word,
    mask: Option<String>,
    count: u64,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Unused {
    /// Which entry of the file, from 1.
    entry: u64,
    reason: String,
    /// Its last day is over.
    over: bool,
}

impl Report {
    /// Puts together what was gathered. `scanned_at` is a time as RFC 3339 has it.
    pub(crate) fn new(
        gathered: Gathered,
        settings: Settings,
        allow: &Allow,
        baseline: Option<&Baseline>,
        scanned_at: String,
    ) -> Self {
        let mut report = Self {
            format: FORMAT,
            tool: Tool { name: "panveil", version: env!("CARGO_PKG_VERSION") },
            scanned_at,
            settings,
            totals: Totals { files: gathered.files, bytes: gathered.bytes, ..Totals::default() },
            files: Vec::new(),
            allowed: Vec::new(),
            unused_allowances: Vec::new(),
            not_looked_into: Vec::new(),
            unreadable: gathered.unreadable,
            skipped: gathered.skipped,
            redacted: Vec::new(),
            not_redacted: Vec::new(),
            baseline: None,
        };
        let mut used = vec![false; allow.entries().count()];
        let mut files = BTreeMap::new();
        for looked in gathered.looked {
            report.take(looked, allow, &mut used, &mut files);
        }
        report.files = files.into_values().collect();
        for file in &mut report.files {
            file.left_out = file.count.saturating_sub(file.finds.len() as u64);
        }
        report.totals.files_with_finds = report.files.len() as u64;
        for (at, entry) in allow.entries().enumerate() {
            if !used.get(at).copied().unwrap_or_default() {
                let entry_number = (at as u64).saturating_add(1);
                let over = allow.is_over(entry);
                report.unused_allowances.push(Unused {
                    entry: entry_number,
                    reason: entry.reason.clone(),
                    over,
                });
            }
        }
        report.baseline = baseline.map(|baseline| baseline.compare(&report.files));
        report
    }

    fn take(
        &mut self,
        looked: Looked,
        allow: &Allow,
        used: &mut [bool],
        files: &mut BTreeMap<String, FileReport>,
    ) {
        let mut reason_of = |entry: usize| {
            if let Some(used) = used.get_mut(entry) {
                *used = true;
            }
            allow.entries().nth(entry).map(|entry| entry.reason.clone()).unwrap_or_default()
        };
        for part in looked.parts {
            let (allowed, counts): (Vec<Count>, Vec<Count>) =
                part.counts.into_iter().partition(|count| count.allowed.is_some());
            for Count { kind, mask, count, allowed, .. } in allowed {
                let reason = allowed.map(&mut reason_of).unwrap_or_default();
                add(&mut self.totals.allowed, count);
                self.allowed.push(Allowed { path: part.path.clone(), kind, mask, count, reason });
            }
            if counts.is_empty() {
                continue;
            }
            let file = files.entry(part.path.clone()).or_default();
            file.path = part.path;
            for count in counts {
                add(&mut file.count, count.count);
                add(&mut self.totals.finds, count.count);
                add(self.totals.by_kind.entry(count.kind.clone()).or_default(), count.count);
                add(self.totals.by_confidence.entry(count.confidence.clone()).or_default(), count.count);
                file.counts.push(count);
            }
            file.finds.extend(part.finds);
        }
        for fault in looked.not_looked_into {
            match allow.covering(&fault.path).unseen() {
                Some(entry) => self.allowed.push(Allowed {
                    reason: reason_of(entry),
                    path: fault.path,
                    kind: "not_looked_into".into(),
                    mask: None,
                    count: 1,
                }),
                None => self.not_looked_into.push(fault),
            }
        }
        match looked.redaction {
            None => {}
            Some(Redacted::Yes) => self.redacted.push(looked.path),
            Some(Redacted::No(reason)) => self.not_redacted.push(Fault { path: looked.path, reason }),
        }
    }

    /// Whether everything was read, and nothing found that is not allowed; with `new_only` nothing new.
    pub(crate) fn is_clean(&self, new_only: bool) -> bool {
        let found = match &self.baseline {
            Some(comparison) if new_only => !comparison.new.is_empty(),
            _ => !self.files.is_empty(),
        };
        !found
            && self.not_looked_into.is_empty()
            && self.unreadable.is_empty()
            && self.not_redacted.is_empty()
    }

    /// What whoever keeps the allow-list should know.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let remark = |unused: &Unused| {
            let why = if unused.over { "its last day is over" } else { "it allowed nothing" };
            format!("entry {} of the allow-list ({}): {why}", unused.entry, unused.reason)
        };
        self.unused_allowances.iter().map(remark).collect()
    }

    /// Writes it.
    ///
    /// # Errors
    /// Those of the writer.
    pub(crate) fn write(&self, format: Format, to: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *to, self)?;
                writeln!(to)
            }
            Format::Html => html::write(self, to),
            Format::Sarif => {
                serde_json::to_writer_pretty(&mut *to, &sarif::log(self))?;
                writeln!(to)
            }
        }
    }

    /// What a terminal shows, of this many columns if it is known.
    pub(crate) fn text(&self, columns: Option<usize>) -> String {
        table::text(self, columns)
    }
}

fn add(sum: &mut u64, count: u64) {
    *sum = sum.saturating_add(count);
}

/// A noun with its number.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A count with its thousands apart.
fn grouped(count: u64) -> String {
    crate::terminal::grouped(count)
}

/// A size as people read it.
fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
