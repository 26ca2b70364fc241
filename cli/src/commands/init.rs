//! `panveil init`.

use panveil::keys::keyring::Environment;
use panveil::vault::{CreateOptions, Unlock, create};
use serde_json::json;

use super::{Outcome, Result};
use crate::args::{InitArgs, Profile};
use crate::terminal::Terminal;

pub(crate) fn run(args: &InitArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let environment = match args.profile {
        Profile::Dev => Environment::Dev,
        Profile::Production => Environment::Production,
    };
    let options = CreateOptions { environment, configuration: args.from.clone() };
    let key = create(&args.dir, unlock, &options)?;
    let next = match (environment, &args.from) {
        (Environment::Dev, _) => "a dev vault: for trying out, not for live cards",
        (Environment::Production, Some(_)) => "a production vault with the configuration given",
        (Environment::Production, None) => {
            "a production vault that trusts nobody and allows nothing; a change needs two people whom it \
             trusts, so make it anew with --from FOLDER, where its configuration lies"
        }
    };
    terminal.result(
        &json!({ "vault": args.dir, "environment": environment.name(), "audit_key": key.to_string() }),
        &format!(
            "{} is {next}\naudit key: {key}\nKeep the audit key elsewhere; `audit verify --vault-key` proves more with it.",
            args.dir.display()
        ),
    );
    Ok(Outcome::Done)
}
