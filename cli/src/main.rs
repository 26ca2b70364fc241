//! The panveil command.

use std::process::ExitCode;

fn main() -> ExitCode {
    panveil_cli::run(std::env::args_os().collect())
}
