//! The command line, as DESIGN of the command has it: the directory comes first.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::scan::args::ScanArgs;

/// Protects card numbers: tokens, masks and sealed records in; single reveals through an audited gate out.
#[derive(Debug, Parser)]
#[command(name = "panveil", version, max_term_width = 110, arg_required_else_help = true)]
#[command(after_help = "The passphrase comes from PANVEIL_PASSPHRASE or --passphrase-file.\n\
    A long argument can be read from a file: --identity @FILE.\n\
    Exit status: 0 done; 1 refused, failed, rows rejected, or something found; 2 usage.")]
pub struct Cli {
    /// Print results and errors as JSON.
    #[arg(long, global = true, display_order = 100)]
    pub json: bool,

    /// Read the passphrase from the first line of this file.
    #[arg(long, global = true, value_name = "FILE", display_order = 101)]
    pub passphrase_file: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a vault in DIR.
    Init(InitArgs),
    /// Replace the card numbers of a CSV table by tokens, masks and sealed records.
    Protect(ProtectArgs),
    /// Reveal one value through the gate; prints the value and a newline.
    Reveal(RevealArgs),
    /// Check the policy, or explain what it decides.
    Policy(PolicyArgs),
    /// Put a changed configuration into force, or show what changed.
    Config(ConfigArgs),
    /// List keys, or make a new version.
    Keys(KeysArgs),
    /// List locked actors.
    Lock(LockArgs),
    /// Verify or read the audit log.
    Audit(AuditArgs),
    /// Find card numbers in files, archives and databases, and take them out of text.
    Scan(ScanArgs),
    /// Check a vault from all sides.
    Doctor(DirArgs),
    /// Tools of dev vaults.
    Dev(DevArgs),
}

/// Only a directory.
#[derive(Debug, Args)]
pub struct DirArgs {
    /// The vault directory.
    pub dir: PathBuf,
}

/// `panveil init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The vault directory; it must be empty or not exist.
    pub dir: PathBuf,
    /// What the vault is for.
    #[arg(long, value_enum, default_value_t = Profile::Production)]
    pub profile: Profile,
    /// Begin with panveil.toml, policy.toml and trust/ of this folder.
    #[arg(long, value_name = "FOLDER")]
    pub from: Option<PathBuf>,
}

/// What a vault is for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Profile {
    /// Trying out: a test issuer is built in, configuration changes are applied with a warning.
    Dev,
    /// Live cards.
    Production,
}

/// `panveil protect`.
#[derive(Debug, Args)]
#[command(
    after_help = "Writes token, token_format and masked in place of the card column, and record_id and sealed \
    with --seal.\nColumns of security codes, PINs and track data are dropped. Rows that cannot be taken stand in \
    FILE.rejects.csv as line, column and reason; then the exit status is 1.\n\n\
    Example:\n  panveil protect DIR --in legacy.csv --out protected.csv --pan-column card_number --seal --record-column id"
)]
pub struct ProtectArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// The table to read; `-` for standard input.
    #[arg(long = "in", value_name = "FILE")]
    pub input: PathBuf,
    /// The table to write; it appears when it is complete.
    #[arg(long = "out", value_name = "FILE")]
    pub output: PathBuf,
    /// The column that holds the card number.
    #[arg(long, value_name = "COLUMN")]
    pub pan_column: String,
    /// What makes the tokens: ff1 (from the card number and a key), random (drawn, and kept in the vault's store; a
    /// card has one for each layout) or opaque (drawn for each row, 26 letters and digits that hold nothing of the card).
    #[arg(long, value_name = "KIND", default_value = "ff1", value_parser = ["ff1", "random", "opaque"])]
    pub tokens: String,
    /// The digits that stay: auto, 0+4, 6+4 or 8+0, with random tokens also 8+4 (default: the vault's).
    #[arg(long)]
    pub layout: Option<String>,
    /// Also seal each card number: adds the columns record_id and sealed.
    #[arg(long)]
    pub seal: bool,
    /// The column with the record id for sealing (default: 128 random bits for each row).
    #[arg(long, value_name = "COLUMN", requires = "seal")]
    pub record_column: Option<String>,
    /// Leave this column out.
    #[arg(long, value_name = "COLUMN")]
    pub drop: Vec<String>,
    /// Keep this column although it looks like card data.
    #[arg(long, value_name = "COLUMN")]
    pub allow: Vec<String>,
    /// Replace an output file that exists.
    #[arg(long)]
    pub force: bool,
    /// Worker threads (default: all cores).
    #[arg(long)]
    pub threads: Option<std::num::NonZeroUsize>,
    /// The encoding of the table: utf-8, shift_jis, euc-jp or windows-1252 (default: found out).
    #[arg(long)]
    pub encoding: Option<String>,
    /// The separator of the table: comma, semicolon, tab or pipe (default: found out).
    #[arg(long)]
    pub separator: Option<String>,
}

/// `panveil reveal`.
#[derive(Debug, Args)]
#[command(after_help = "The policy decides; every request is recorded before anything is opened.\n\n\
    Examples:\n  panveil reveal DIR --handle f1.6-4:TOKEN --identity @jwt --purpose chargeback --case CB-1042 --origin 10.0.0.5\n  \
    panveil reveal DIR --handle UFYB... --record C00000017 --identity @jwt --purpose chargeback --case CB-1042 --origin 10.0.0.5")]
pub struct RevealArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// A token with its format (f1.6-4:TOKEN, r1.6-4:TOKEN, o1:TOKEN) or a sealed record (UFYB...).
    #[arg(long, value_parser = text_or_file)]
    pub handle: String,
    /// The record id of a sealed handle.
    #[arg(long)]
    pub record: Option<String>,
    /// Another tenant than the vault's own.
    #[arg(long)]
    pub tenant: Option<String>,
    /// Another field than pan.
    #[arg(long)]
    pub field: Option<String>,
    /// The identity token of who asks, or @FILE.
    #[arg(long, value_name = "JWT", value_parser = text_or_file, default_value = "", hide_default_value = true)]
    pub identity: String,
    /// What it is for.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub purpose: String,
    /// The case it belongs to.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub case: String,
    /// Where the request comes from.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub origin: String,
}

/// `panveil policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub action: PolicyAction,
}

/// What to do with the policy.
#[derive(Debug, Subcommand)]
pub enum PolicyAction {
    /// Check policy.toml and list its rules.
    Check,
    /// Show what the policy decides for a request, rule by rule.
    Explain(ExplainArgs),
}

/// `panveil policy explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A role of who asks.
    #[arg(long)]
    pub role: Vec<String>,
    /// What it is for.
    #[arg(long)]
    pub purpose: Option<String>,
    /// The case it belongs to.
    #[arg(long)]
    pub case: Option<String>,
    /// Where the request comes from.
    #[arg(long)]
    pub origin: Option<String>,
    /// The field.
    #[arg(long, default_value = "pan")]
    pub field: String,
    /// The subject of the identity.
    #[arg(long, default_value = "somebody")]
    pub sub: String,
    /// A service asks, not a person.
    #[arg(long)]
    pub service: bool,
    /// Without a second factor.
    #[arg(long)]
    pub no_mfa: bool,
    /// Seconds since the person authenticated.
    #[arg(long, default_value_t = 0)]
    pub auth_age: u32,
}

/// `panveil config`.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Put the files on disk into force.
    Apply {
        /// An identity token of a person who stands behind the change; a production vault needs two.
        #[arg(long, value_parser = text_or_file)]
        identity: Vec<String>,
    },
    /// Show how the files on disk stand to the manifest.
    Status,
}

/// `panveil keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub action: KeysAction,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysAction {
    /// List all keys with state and dates.
    List,
    /// Make a new version of the keys of a purpose.
    Rotate {
        /// token, seal, fingerprint, lookup, index, canary, approval or intake.
        purpose: String,
    },
}

/// `panveil lock`.
#[derive(Debug, Args)]
pub struct LockArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub action: LockAction,
}

/// What to do with locks.
#[derive(Debug, Subcommand)]
pub enum LockAction {
    /// List locked actors.
    List,
}

/// `panveil audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub action: AuditAction,
}

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditAction {
    /// Check every record of every stream; needs public keys only.
    Verify {
        /// The vault's audit key, as init printed it (default: the one in DIR/audit, which proves less).
        #[arg(long, value_name = "KEY")]
        vault_key: Option<String>,
        /// A checkpoint that was kept elsewhere; may be given several times.
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
    /// Show the last records; the reading is recorded.
    Tail {
        /// How many.
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: usize,
        /// Only this stream.
        #[arg(long)]
        stream: Option<String>,
    },
}

/// `panveil dev`.
#[derive(Debug, Args)]
pub struct DevArgs {
    /// The vault directory.
    pub dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub action: DevAction,
}

/// Tools of dev vaults.
#[derive(Debug, Subcommand)]
pub enum DevAction {
    /// Print an identity token of the built-in test issuer; it lives ten minutes.
    Identity {
        /// Who.
        #[arg(long)]
        sub: String,
        /// A role; may be given several times.
        #[arg(long)]
        role: Vec<String>,
        /// With a second factor.
        #[arg(long)]
        mfa: bool,
        /// Seconds since the person authenticated.
        #[arg(long, default_value_t = 0)]
        auth_age: u32,
    },
}

/// Groups whose action may stand before or after the directory.
const GROUPS: [(&str, &[&str]); 6] = [
    ("policy", &["check", "explain"]),
    ("config", &["apply", "status"]),
    ("keys", &["list", "rotate"]),
    ("lock", &["list"]),
    ("audit", &["verify", "tail"]),
    ("dev", &["identity"]),
];

/// Puts the directory before the action where people wrote `panveil audit verify DIR`.
pub fn directory_first(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let found = arguments.iter().enumerate().skip(1).find_map(|(at, word)| {
        let (_, actions) = GROUPS.iter().find(|(group, _)| word == *group)?;
        Some((at, *actions))
    });
    let Some((at, actions)) = found else { return arguments };
    let (action, directory) = (at.saturating_add(1), at.saturating_add(2));
    let is_action = arguments.get(action).is_some_and(|word| actions.iter().any(|known| word == *known));
    let is_directory = arguments.get(directory).is_some_and(|word| !word.to_string_lossy().starts_with('-'));
    if is_action && is_directory {
        arguments.swap(action, directory);
    }
    arguments
}

fn text_or_file(text: &str) -> Result<String, String> {
    match text.strip_prefix('@') {
        None => Ok(text.to_owned()),
        Some(path) => std::fs::read_to_string(path)
            .map(|content| content.trim().to_owned())
            .map_err(|error| format!("{path}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cli, directory_first};
    use clap::{CommandFactory, Parser};
    use std::ffi::OsString;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_action_may_stand_before_the_directory() {
        for line in [
            "panveil audit verify DIR",
            "panveil audit DIR verify",
            "panveil --json audit verify DIR",
            "panveil keys rotate DIR seal",
            "panveil keys DIR rotate seal",
            "panveil dev DIR identity --sub alice --role chargeback --mfa",
            "panveil config status DIR",
            "panveil policy check DIR --json",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let parsed = Cli::try_parse_from(directory_first(words));
            assert!(parsed.is_ok(), "{line}: {parsed:?}");
        }
    }
}
