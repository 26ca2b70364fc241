//! Finds card numbers in files, archives and databases, reports where they lie, and takes them out of text.

mod allow;
pub mod args;
mod baseline;
mod budget;
mod database;
mod find;
mod format;
mod identity;
mod journal;
mod look;
mod progress;
mod redact;
mod report;
mod run;
mod shown;
mod tally;
mod tar;
mod text;
mod walk;
mod zstd;

pub(crate) use allow::Allow;
pub(crate) use baseline::Baseline;
pub(crate) use journal::{Earlier, FORMAT as JOURNAL, Journal, Options, Redacting, Unusable};
pub(crate) use look::Search;
pub(crate) use progress::Progress;
pub(crate) use redact::{Mirror, Replace, Rewriter, Target, Unfinished};
pub(crate) use report::{Format, Report, Settings};
pub(crate) use run::{Gathered, Task};
pub(crate) use shown::path as shown_path;
pub(crate) use walk::Walk;
