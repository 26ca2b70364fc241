//! `panveil reveal`.

use panveil::reveal::request::RevealRequest;
use panveil::vault::{OpenOptions, Unlock, Vault};

use super::{Outcome, Result};
use crate::args::RevealArgs;
use crate::failure::Failure;
use crate::terminal::Terminal;

pub(crate) fn run(args: &RevealArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let vault = Vault::open(&args.dir, unlock, OpenOptions::command()?)?;
    for warning in vault.warnings() {
        terminal.remark(warning);
    }
    let outcome = reveal(args, &vault, terminal);
    // The end of the log is told even when the reveal failed; its own failure comes second.
    let closed = vault.close();
    outcome?;
    closed?;
    Ok(Outcome::Done)
}

fn reveal(args: &RevealArgs, vault: &Vault, terminal: Terminal) -> core::result::Result<(), Failure> {
    let gate = vault.gate()?;
    let session = gate.session(&args.identity, &args.origin)?;
    let mut request = RevealRequest::new(&args.handle, args.record.as_deref())
        .purpose(&args.purpose)
        .case(&args.case)
        .origin(&args.origin);
    if let Some(tenant) = &args.tenant {
        request = request.tenant(tenant);
    }
    if let Some(field) = &args.field {
        request = request.field(field);
    }
    let revealed = gate.reveal(&session, request)?;
    let written = if terminal.is_json() {
        terminal.json_value(revealed.field().as_str(), revealed.expose())
    } else {
        terminal.value(revealed.expose())
    };
    written.map_err(|error| Failure::new(format!("the value could not be printed: {error}")))
}
