#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]
//! The parts of the panveil command.

pub mod args;
mod commands;
mod failure;
pub mod legacy;
mod passphrase;
pub mod scan;
pub mod table;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, directory_first};
use commands::Outcome;
use terminal::Terminal;

/// Runs the command with these arguments, the program's name first. Returns its exit status: 0 done; 1 refused,
/// failed, or rows rejected; 2 usage.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(directory_first(arguments)) {
        Ok(cli) => cli,
        Err(error) => {
            Terminal::usage(&error);
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let terminal = Terminal::new(cli.json);
    match dispatch(&cli, terminal) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::from(1),
        Err(failure) => {
            terminal.failure(&failure);
            ExitCode::from(failure.status())
        }
    }
}

fn dispatch(cli: &Cli, terminal: Terminal) -> commands::Result {
    let unlock = || passphrase::unlock(cli.passphrase_file.as_deref());
    match &cli.command {
        Command::Init(args) => commands::init::run(args, unlock()?, terminal),
        Command::Protect(args) => commands::protect::run(args, unlock()?, terminal),
        Command::Reveal(args) => commands::reveal::run(args, unlock()?, terminal),
        Command::Policy(args) => commands::policy::run(args, unlock()?, terminal),
        Command::Config(args) => commands::config::run(args, unlock()?, terminal),
        Command::Keys(args) => commands::keys::run(args, unlock()?, terminal),
        Command::Lock(args) => commands::lock::run(args, unlock()?, terminal),
        Command::Audit(args) => commands::audit::run(args, &unlock, terminal),
        Command::Doctor(args) => commands::doctor::run(args, unlock()?, terminal),
        Command::Scan(args) => commands::scan::run(args, &unlock, terminal),
        Command::Dev(args) => commands::dev::run(args, unlock()?, terminal),
    }
}
