//! `panveil protect`.

use indicatif::{ProgressBar, ProgressStyle};
use panveil::card::id::{Application, FieldName, RecordId};
use panveil::card::{Masked, PanRules, spot};
use panveil::protect::{LayoutChoice, Sealer, Tokenizer};
use panveil::vault::{OpenOptions, Unlock, Vault};
use panveil::{Error, Result as Protection};

use super::{Outcome, Result};
use crate::args::ProtectArgs;
use crate::failure::Failure;
use crate::table::{
    Ask, CardWork, Encoding, Existing, Input, Job, Progress, Protected, Reason, Separator, Settings, Summary,
    TableError, Warning, protect_file,
};
use crate::terminal::Terminal;

pub(crate) fn run(args: &ProtectArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let job = job(args)?;
    let vault = Vault::open(&args.dir, unlock, OpenOptions::command()?)?;
    for warning in vault.warnings() {
        terminal.remark(warning);
    }
    let outcome = protect(args, &job, &vault, terminal);
    let closed = vault.close();
    let summary = outcome?;
    closed?;
    let rejects = format!("{}.rejects.csv", args.output.display());
    let text = sentence(&summary, &rejects);
    let mut value = serde_json::to_value(&summary).map_err(|_| Error::Internal)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("rows_per_second".into(), summary.rows_per_second().into());
    }
    terminal.result(&value, &text);
    Ok(if summary.rejected_rows() == 0 { Outcome::Done } else { Outcome::Refused })
}

fn protect(
    args: &ProtectArgs,
    job: &Job,
    vault: &Vault,
    terminal: Terminal,
) -> core::result::Result<Summary, Failure> {
    let caller = Application::new("protect")?;
    let layout = match &args.layout {
        Some(text) => text.parse()?,
        None => vault.config().layout(),
    };
    let sealer = if args.seal { Some(vault.sealer(caller.clone(), FieldName::new("pan")?)?) } else { None };
    let work = Cards { tokenizer: vault.tokenizer(caller)?, sealer, layout, rules: PanRules::new() };
    let bar = progress_bar(job, terminal);
    let outcome = protect_file(
        job,
        &work,
        &mut |table| {
            for warning in table.warnings() {
                bar.suspend(|| terminal.remark(&remark(warning)));
            }
            Ok(())
        },
        &mut |progress: Progress| {
            bar.set_position(progress.bytes);
            bar.set_message(format!("{} rows", progress.rows));
        },
    );
    bar.finish_and_clear();
    outcome.map_err(|error| failure(&error))
}

/// Tokenizes, masks and seals one card.
struct Cards {
    tokenizer: Tokenizer,
    sealer: Option<Sealer>,
    layout: LayoutChoice,
    rules: PanRules,
}

impl CardWork for Cards {
    fn protect(
        &self,
        pan_cell: &[u8],
        record_cell: Option<&[u8]>,
        out: &mut Protected,
    ) -> core::result::Result<(), Reason> {
        let pan = self.rules.parse_normalized(pan_cell)?;
        let token = self.tokenizer.tokenize(&pan, self.layout)?;
        out.token.extend_from_slice(token.as_str().as_bytes());
        out.token_format.extend_from_slice(token.format().to_string().as_bytes());
        out.masked.extend_from_slice(Masked::last4(&pan).as_str().as_bytes());
        if let Some(sealer) = &self.sealer {
            let record = record_id(record_cell)?;
            let sealed = sealer.seal_pan(&pan, &record)?;
            out.record_id.extend_from_slice(record.as_bytes());
            out.sealed.extend_from_slice(sealed.to_text().as_bytes());
        }
        Ok(())
    }

    fn is_card_number(&self, digits: &[u8]) -> bool {
        spot::is_card_number(digits)
    }
}

/// The record id of the column, or 128 random bits. One that holds a card number is refused.
fn record_id(cell: Option<&[u8]>) -> Protection<RecordId> {
    let Some(cell) = cell else {
        let mut random = [0u8; 16];
        getrandom::fill(&mut random).map_err(|_| Error::Random)?;
        let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        return RecordId::new(&text);
    };
    if spot::holds_card_number(cell) {
        return Err(Error::HoldsPan);
    }
    RecordId::new(core::str::from_utf8(cell).map_err(|_| Error::IdFormat)?)
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
    let template = "{bar:30} {bytes}/{total_bytes} {msg} {elapsed}, {eta} left";
    match job.input.size() {
        Some(size) => {
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(size).with_style(style)
        }
        None => ProgressBar::new_spinner(),
    }
}

fn sentence(summary: &Summary, rejects: &str) -> String {
    let mut text = format!(
        "{} rows in {:.1} s ({} rows/s): {} protected, {} without card, {} rejected",
        summary.rows,
        summary.elapsed.as_secs_f64(),
        summary.rows_per_second(),
        summary.protected,
        summary.empty,
        summary.rejected_rows(),
    );
    if summary.rejected_rows() > 0 {
        let reasons: Vec<String> =
            summary.rejected.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        text.push_str(&format!(" ({}; see {rejects})", reasons.join(", ")));
    }
    for column in &summary.dropped {
        text.push_str(&format!("; dropped {} cells of {}", column.cells, column.name));
    }
    text
}

fn failure(error: &TableError) -> Failure {
    match error {
        TableError::Stopped(error) => (*error).into(),
        other => Failure::new(other.to_string()),
    }
}
