//! `panveil scan`.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use panveil::card::id::Application;
use panveil::card::mask::Shown;
use panveil::scan::{Confidence, Finder, Redaction, Replacement};
use panveil::vault::{OpenOptions, Unlock, Vault};
use rustix::termios::tcgetwinsize;

use super::tokens::Wanted;
use super::{Outcome, Result};
use crate::failure::Failure;
use crate::scan::args::ScanArgs;
use crate::scan::{
    Allow, Baseline, Earlier, Format, Gathered, JOURNAL, Journal, Mirror, Options, Progress, Redacting,
    Replace, Report, Rewriter, Search, Settings, Target, Task, Unfinished, Unusable, Walk, shown_path,
};
use crate::terminal::Terminal;

pub(crate) fn run(
    args: &ScanArgs,
    unlock: &dyn Fn() -> core::result::Result<Unlock, Failure>,
    terminal: Terminal,
) -> Result {
    usage(args)?;
    let now = Timestamp::now().round(Unit::Second).map_err(|_| panveil::Error::Internal)?;
    let allow = match &args.allow {
        None => Allow::default(),
        Some(path) => {
            let today = now.to_zoned(TimeZone::UTC).date();
            Allow::read(path, today).map_err(|fault| about("--allow", path, &fault))?
        }
    };
    let baseline = match &args.baseline {
        None => None,
        Some(path) => Some(Baseline::read(path).map_err(|fault| about("--baseline", path, &fault))?),
    };
    let walk = Walk::new(&args.paths, args.gitignore);
    let finder = finder(args);
    let target = target(args, &walk)?;
    // Only tokens need a vault, and it stays open until the last of them is made.
    let vault = match (&args.redact, &args.vault) {
        (Some(Replace::Token), Some(dir)) => Some(Vault::open(dir, unlock()?, OpenOptions::command()?)?),
        _ => None,
    };
    for warning in vault.iter().flat_map(|vault| vault.warnings()) {
        terminal.remark(warning);
    }
    let replacement = match &args.redact {
        None => None,
        Some(how) => Some(replacement(how, args, vault.as_ref())?),
    };
    let rewriter = target.zip(replacement.as_ref()).map(|(target, replacement)| Rewriter {
        finder,
        replacement,
        keep_length: args.keep_length,
        target,
    });
    let gathered = gather(args, &walk, finder, &allow, rewriter, terminal);
    drop(replacement);
    let closed = vault.map_or(Ok(()), Vault::close);
    let (gathered, journal) = gathered?;
    closed?;

    if gathered.removed > 0 {
        terminal.remark(&format!("removed {} files that a killed redaction had left", gathered.removed));
    }
    let settings = settings(args);
    let report = Report::new(gathered, settings, &allow, baseline.as_ref(), now.to_string());
    for remark in report.remarks() {
        terminal.remark(&remark);
    }
    for (format, path) in &args.report {
        write_report(&report, *format, path).map_err(|error| Failure::at(path, &error))?;
    }
    print(&report, terminal).map_err(|error| Failure::at(Path::new("standard output"), &error))?;
    // Only now: what was redacted is told again by a run that was cut off before.
    if let (Some(mut journal), Some(_), Some(path)) = (journal, &args.redact, &args.state) {
        journal.over().map_err(|error| Failure::at(path, &error))?;
    }
    Ok(if report.is_clean(args.new_only) { Outcome::Done } else { Outcome::Refused })
}

/// What clap cannot say of options that belong together.
fn usage(args: &ScanArgs) -> core::result::Result<(), Failure> {
    let stdin = args.paths.iter().any(|path| path == Path::new("-"));
    let fault = match &args.redact {
        Some(_) if !args.in_place && args.out.is_none() => "--redact needs --in-place or --out FOLDER",
        Some(_) if stdin => "standard input has no place to be redacted in",
        Some(Replace::Token) if args.vault.is_none() => "--redact=token needs --vault DIR",
        Some(Replace::Mask | Replace::Fixed(_)) if args.vault.is_some() => {
            "--vault serves --redact=token only"
        }
        Some(Replace::Fixed(_)) if args.keep_length => "--redact=fixed:[TEXT] cannot keep the length",
        _ => return Ok(()),
    };
    Err(Failure::usage(fault))
}

fn about(option: &str, path: &Path, fault: &str) -> Failure {
    Failure::usage(format!("{option} {}: {fault}", shown_path(path)))
}

fn finder(args: &ScanArgs) -> Finder {
    let finder = Finder::new().at_least(args.min_confidence.into());
    if args.base64 { finder.with_base64() } else { finder }
}

fn target(args: &ScanArgs, walk: &Walk) -> core::result::Result<Option<Target>, Failure> {
    match &args.out {
        _ if args.redact.is_none() => Ok(None),
        None => Ok(Some(Target::InPlace)),
        Some(folder) => {
            let mirror =
                Mirror::create(folder, walk.roots()).map_err(|fault| about("--out", folder, &fault))?;
            Ok(Some(Target::Into(mirror)))
        }
    }
}

fn replacement(
    how: &Replace,
    args: &ScanArgs,
    vault: Option<&Vault>,
) -> core::result::Result<Replacement, Failure> {
    let replacement = match (how, vault) {
        (Replace::Token, Some(vault)) => {
            let usual = vault.config().layout();
            let Wanted::Ff1(layout) = Wanted::named("ff1", args.layout.as_deref(), usual)? else {
                return Err(panveil::Error::Internal.into());
            };
            Replacement::Token(Arc::new(vault.tokenizer(Application::new("scan")?)?), layout)
        }
        (Replace::Fixed(text), _) => Replacement::Fixed(text.clone()),
        _ => Replacement::Mask(Shown::LAST4),
    };
    // The engine knows which texts can make a number with what stands beside them.
    Redaction::new(Finder::new(), replacement.clone()).map_err(|_| {
        Failure::usage("--redact=fixed:[TEXT]: a text in square brackets, at most 100 bytes, without digits, stars and control characters")
    })?;
    Ok(replacement)
}

fn gather(
    args: &ScanArgs,
    walk: &Walk,
    finder: Finder,
    allow: &Allow,
    rewriter: Option<Rewriter<'_>>,
    terminal: Terminal,
) -> core::result::Result<(Gathered, Option<Journal>), Failure> {
    let (journal, earlier) = match &args.state {
        None => (None, Earlier::default()),
        Some(path) => {
            let (journal, earlier) =
                Journal::open(path, &options(args, allow)).map_err(|fault| unusable(path, fault))?;
            (Some(Mutex::new(journal)), earlier)
        }
    };
    let progress = Progress::new(walk, !terminal.is_json());
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    let task = Task {
        walk,
        search: Search { finder, base64: args.base64, allow, most: args.max_hits_per_file.get() },
        threads: args.threads.map_or(cores, Into::into),
        earlier,
        journal,
        rewriter,
        progress: &progress,
    };
    let gathered = task.run();
    progress.end();
    let gathered =
        gathered.map_err(|error| Failure::at(args.state.as_deref().unwrap_or(Path::new("-")), &error))?;
    let journal = task.journal.map(|journal| journal.into_inner().unwrap_or_else(PoisonError::into_inner));
    Ok((gathered, journal))
}

fn unusable(path: &Path, fault: Unusable) -> Failure {
    match fault {
        Unusable::OtherOptions => about(
            "--state",
            path,
            "was made with other options or by another program: remove it, or give those",
        ),
        Unusable::InUse => about("--state", path, "another scan is using it"),
        Unusable::Io(error) => Failure::at(path, &error),
    }
}

fn settings(args: &ScanArgs) -> Settings {
    Settings {
        paths: args.paths.iter().map(|path| shown_path(path)).collect(),
        min_confidence: Confidence::from(args.min_confidence).name(),
        base64: args.base64,
        gitignore: args.gitignore,
        max_hits_per_file: args.max_hits_per_file.get(),
    }
}

fn options(args: &ScanArgs, allow: &Allow) -> Options {
    let settings = settings(args);
    Options {
        journal: JOURNAL,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        paths: settings.paths,
        min_confidence: settings.min_confidence.to_owned(),
        base64: settings.base64,
        gitignore: settings.gitignore,
        max_hits_per_file: settings.max_hits_per_file,
        allow: allow.entries().map(|entry| (entry.clone(), allow.is_over(entry))).collect(),
        redacting: args.redact.as_ref().map(|how| Redacting {
            with: match how {
                Replace::Mask => "mask".to_owned(),
                Replace::Token => "token".to_owned(),
                Replace::Fixed(text) => format!("fixed:{text}"),
            },
            keep_length: args.keep_length,
            vault: args.vault.as_deref().map(shown_path),
            layout: args.layout.clone(),
        }),
    }
}

/// A report appears when it is complete.
fn write_report(report: &Report, format: Format, path: &Path) -> io::Result<()> {
    let mut file = Unfinished::create(path)?;
    let mut writer = BufWriter::new(file.file());
    report.write(format, &mut writer)?;
    writer.flush()?;
    drop(writer);
    file.publish(|_| Ok::<_, io::Error>(()))?;
    Ok(())
}

fn print(report: &Report, terminal: Terminal) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if terminal.is_json() {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}", report.text(columns()))?;
    }
    out.flush()
}

/// The width of the terminal that the report goes to, if it goes to one.
fn columns() -> Option<usize> {
    let stdout = io::stdout();
    let size = stdout.is_terminal().then(|| tcgetwinsize(&stdout).ok()).flatten()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}
