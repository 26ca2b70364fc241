//! `panveil protect`.

use indicatif::{ProgressBar, ProgressStyle};
use panveil::Error;
use panveil::card::id::{Application, FieldName};
use panveil::protect::{LayoutChoice, Sealer};
use panveil::vault::{OpenOptions, Unlock, Vault};

use super::cards::Cards;
use super::tokens::{Maker, Wanted};
use super::{Outcome, Result};
use crate::args::ProtectArgs;
use crate::failure::Failure;
use crate::table::{
    Ask, Encoding, Existing, Input, Job, Progress, Separator, Settings, Summary, Warning, protect_file,
    rejects_path,
};
use crate::terminal::{Terminal, grouped};

pub(crate) fn run(args: &ProtectArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let job = job(args)?;
    // What is wrong with the arguments is said before the vault is opened.
    Wanted::named(&args.tokens, args.layout.as_deref(), LayoutChoice::Auto)?;
    let vault = Vault::open(&args.dir, unlock, OpenOptions::command()?)?;
    let mut remarks = Remarks { terminal, said: Vec::new() };
    for warning in vault.warnings() {
        remarks.say(warning);
    }
    let wanted = Wanted::named(&args.tokens, args.layout.as_deref(), vault.config().layout())?;
    let outcome = protect(args, &job, &vault, wanted, &mut remarks);
    let closed = vault.close();
    let summary = outcome?;
    closed?;
    if summary.rejected.contains_key(Error::LayoutRefused.name()) {
        remarks
            .say("the layout hides too little of card numbers of some lengths: --layout auto takes them all");
    }
    if summary.protected > 0 {
        remarks.say(LEADING_ZEROS);
    }
    let rejected = summary.rejected_rows() > 0;
    let rejects = rejected.then(|| rejects_path(&args.output).display().to_string());
    let text = sentence(&summary, rejects.as_deref());
    let mut value = serde_json::to_value(&summary).map_err(|_| Error::Internal)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("rows_per_second".into(), summary.rows_per_second().into());
        fields.insert("output".into(), args.output.display().to_string().into());
        fields.insert("rejects".into(), rejects.into());
        fields.insert("warnings".into(), remarks.said.into());
    }
    terminal.result(&value, &text);
    Ok(if rejected { Outcome::Refused } else { Outcome::Done })
}

const LEADING_ZEROS: &str =
    "tokens are digits that can begin with zero: keep them in text columns, not in numbers";

/// What people read while the command runs, kept for those who read JSON at its end.
struct Remarks {
    terminal: Terminal,
    said: Vec<String>,
}

impl Remarks {
    fn say(&mut self, text: &str) {
        self.terminal.remark(text);
        self.said.push(text.to_owned());
    }
}

fn protect(
    args: &ProtectArgs,
    job: &Job,
    vault: &Vault,
    wanted: Wanted,
    remarks: &mut Remarks,
) -> core::result::Result<Summary, Failure> {
    let caller = Application::new("protect")?;
    let sealer = if args.seal { Some(vault.sealer(caller.clone(), FieldName::new("pan")?)?) } else { None };
    let work = Cards { maker: Maker::new(vault, caller, wanted)?, sealer };
    let bar = progress_bar(job, remarks.terminal);
    let outcome = protect_file(
        job,
        &work,
        &mut |table| {
            for warning in table.warnings() {
                bar.suspend(|| remarks.say(&remark(warning)));
            }
            Ok(())
        },
        &mut |progress: Progress| {
            bar.set_position(progress.bytes);
            bar.set_message(format!("{} rows", grouped(progress.rows)));
        },
    );
    bar.finish_and_clear();
    // What was leased and not used would be lost to the key's message limit.
    let closed = work.sealer.map_or(Ok(()), Sealer::close);
    let summary = outcome.map_err(|error| Failure::of((&error).into(), error.to_string()))?;
    closed?;
    Ok(summary)
}

fn job(args: &ProtectArgs) -> core::result::Result<Job, Failure> {
    let encoding = match &args.encoding {
        None => None,
        Some(name) => Some(Encoding::named(name).ok_or_else(|| {
            Failure::new(format!("--encoding {name}: known are utf-8, shift_jis, euc-jp, windows-1252"))
        })?),
    };
    let separator = match &args.separator {
        None => None,
        Some(name) => Some(separator_named(name).ok_or_else(|| {
            Failure::new(format!("--separator {name}: known are comma, semicolon, tab, pipe"))
        })?),
    };
    Ok(Job {
        input: Input::named(&args.input.to_string_lossy()),
        output: args.output.clone(),
        existing: if args.force { Existing::Replace } else { Existing::Refuse },
        ask: Ask {
            pan: args.pan_column.clone(),
            record: args.record_column.clone(),
            seal: args.seal,
            drop: args.drop.clone(),
            allow: args.allow.clone(),
        },
        settings: Settings {
            separator,
            encoding,
            workers: args.threads.map(Into::into),
            ..Settings::default()
        },
    })
}

fn remark(warning: &Warning) -> String {
    match warning {
        Warning::SadDropped(name) => {
            format!("the column {name} says sensitive authentication data: it is dropped (PCI DSS 3.3.1)")
        }
        Warning::SadAllowed(name) => {
            format!("the column {name} may hold PINs; it is kept because it was allowed")
        }
    }
}

fn separator_named(name: &str) -> Option<Separator> {
    match name {
        "comma" | "," => Some(Separator::Comma),
        "semicolon" | ";" => Some(Separator::Semicolon),
        "tab" | "\t" => Some(Separator::Tab),
        "pipe" | "|" => Some(Separator::Pipe),
        _ => None,
    }
}

fn progress_bar(job: &Job, terminal: Terminal) -> ProgressBar {
    // indicatif draws on standard error, and draws nothing when that is no terminal.
    if terminal.is_json() {
        return ProgressBar::hidden();
    }
    let template = "{bar:30} {percent:>3}%  {bytes}/{total_bytes}  {msg}  {eta} left";
    match job.input.size() {
        Some(size) => {
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(size).with_style(style)
        }
        // A pipe has no known end.
        None => {
            let style = ProgressStyle::with_template("{spinner} {bytes}  {msg}  {elapsed}");
            ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        }
    }
}

/// The one line at the end.
fn sentence(summary: &Summary, rejects: Option<&str>) -> String {
    let mut text = format!(
        "{} rows in {:.1} s ({} rows/s): {} protected, {} without card, {} rejected",
        grouped(summary.rows),
        summary.elapsed.as_secs_f64(),
        grouped(summary.rows_per_second()),
        grouped(summary.protected),
        grouped(summary.empty),
        grouped(summary.rejected_rows()),
    );
    if let Some(rejects) = rejects {
        let reasons: Vec<String> =
            summary.rejected.iter().map(|(reason, count)| format!("{reason} {}", grouped(*count))).collect();
        text.push_str(&format!(" ({}; see {rejects})", reasons.join(", ")));
    }
    for column in &summary.dropped {
        text.push_str(&format!("; dropped {} cells of {}", grouped(column.cells), column.name));
    }
    text
}
