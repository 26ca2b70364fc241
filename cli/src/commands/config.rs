//! `panveil config`.

use panveil::vault::{OpenOptions, Unlock, apply_config, config_status};
use serde_json::json;

use super::{Outcome, Result};
use crate::args::{ConfigAction, ConfigArgs};
use crate::terminal::Terminal;

pub(crate) fn run(args: &ConfigArgs, unlock: Unlock, terminal: Terminal) -> Result {
    match &args.action {
        ConfigAction::Apply { identity } => {
            let identities: Vec<&str> = identity.iter().map(String::as_str).collect();
            let generation = apply_config(&args.dir, unlock, &identities, OpenOptions::command()?)?;
            terminal.result(
                &json!({ "generation": generation }),
                &format!("the configuration of generation {generation} is in force"),
            );
            Ok(Outcome::Done)
        }
        ConfigAction::Status => {
            let status = config_status(&args.dir, unlock)?;
            let differences: Vec<String> = status.differences.iter().map(ToString::to_string).collect();
            let text = if differences.is_empty() {
                format!("the files are those of generation {}", status.generation)
            } else {
                format!(
                    "the files differ from generation {}:\n  {}",
                    status.generation,
                    differences.join("\n  ")
                )
            };
            terminal.result(
                &json!({
                    "generation": status.generation,
                    "environment": status.environment.name(),
                    "differences": differences,
                }),
                &text,
            );
            Ok(if differences.is_empty() { Outcome::Done } else { Outcome::Refused })
        }
    }
}
