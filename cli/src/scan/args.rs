//! The arguments of `panveil scan`.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use panveil::scan::Confidence;

use super::redact::Replace;
use super::report::Format;

/// `panveil scan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Reads text, gzip, Zstandard, zip and tar, one in another, and SQLite files. Needs no vault, except for --redact token.\n\
    Exit status: 0 nothing found; 1 something found, unreadable or not looked into; 2 usage.\n\n\
    Examples:\n  panveil scan logs dump.sql.gz --report report.html --report report.json\n  \
    panveil scan . --gitignore --allow allow.toml --report scan.sarif\n  \
    panveil scan logs --baseline last.json --new-only\n  panveil scan logs --redact --in-place"
)]
pub struct ScanArgs {
    /// Files and folders; `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The least confidence of what is reported.
    #[arg(long, value_enum, default_value_t = Least::Medium)]
    pub min_confidence: Least,
    /// Look into base64 too.
    #[arg(long)]
    pub base64: bool,
    /// Leave out what .gitignore files say, and .git.
    #[arg(long)]
    pub gitignore: bool,
    /// Files that are read at the same time (default: all cores).
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Write a report; the ending decides: .json, .html or .sarif. May be given several times.
    #[arg(long, value_name = "FILE", value_parser = report_path)]
    pub report: Vec<(Format, PathBuf)>,
    /// List at most so many finds of a file; the counts stay exact.
    #[arg(long, value_name = "N", default_value = "1000")]
    pub max_hits_per_file: NonZeroU64,
    /// What is known and allowed, with reasons (TOML).
    #[arg(long, value_name = "FILE")]
    pub allow: Option<PathBuf>,
    /// Compare with the JSON report of an earlier scan.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Let only what is new against the baseline count for the exit status.
    #[arg(long, requires = "baseline")]
    pub new_only: bool,
    /// Keep in FILE what is finished; a run that was cut off goes on from there.
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    pub state: Option<PathBuf>,
    /// Replace what is found: mask, token, or fixed:[TEXT], a text in square brackets.
    #[arg(long, value_name = "HOW", num_args = 0..=1, default_missing_value = "mask", require_equals = true)]
    pub redact: Option<Replace>,
    /// Replace it in the files themselves.
    #[arg(long, requires = "redact", conflicts_with = "out")]
    pub in_place: bool,
    /// Write the files, redacted, into this folder, which must be new or empty.
    #[arg(long, value_name = "FOLDER", requires = "redact")]
    pub out: Option<PathBuf>,
    /// Keep the length of what is replaced.
    #[arg(long, requires = "redact")]
    pub keep_length: bool,
    /// The vault directory whose tokens replace card numbers.
    #[arg(long, value_name = "DIR", requires = "redact")]
    pub vault: Option<PathBuf>,
    /// The digits of a token that stay: auto, 0+4, 6+4 or 8+0 (default: the vault's).
    #[arg(long, requires = "vault")]
    pub layout: Option<String>,
}

/// The least confidence of what is reported.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Least {
    /// Also what looks like another number.
    Low,
    /// What fits a card number, and nothing speaks against it.
    Medium,
    /// What a name, the grouping or track data confirms.
    High,
}

impl From<Least> for Confidence {
    fn from(least: Least) -> Self {
        match least {
            Least::Low => Self::Low,
            Least::Medium => Self::Medium,
            Least::High => Self::High,
        }
    }
}

fn report_path(text: &str) -> Result<(Format, PathBuf), String> {
    let path = PathBuf::from(text);
    let format = Format::of(&path).ok_or("a report ends in .json, .html or .sarif")?;
    Ok((format, path))
}
