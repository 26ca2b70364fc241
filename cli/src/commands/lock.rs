//! `panveil lock`.

use panveil::vault::{OpenOptions, Unlock, Vault};
use serde_json::json;

use super::{Outcome, Result};
use crate::args::{LockAction, LockArgs};
use crate::terminal::{Terminal, table};

pub(crate) fn run(args: &LockArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let LockAction::List = args.action;
    let vault = Vault::open(&args.dir, unlock, OpenOptions::command()?)?;
    let mut values = Vec::new();
    let mut rows = Vec::new();
    for lock in vault.locks()? {
        let since = lock.at.to_rfc3339()?;
        let reason = serde_json::to_value(lock.reason).map_err(|_| panveil::Error::Internal)?;
        rows.push(vec![
            lock.actor.to_string(),
            reason.as_str().unwrap_or_default().to_owned(),
            since.clone(),
        ]);
        values.push(json!({ "actor": lock.actor.as_str(), "reason": reason, "since": since }));
    }
    let text = if rows.is_empty() {
        "nobody is locked".to_owned()
    } else {
        table(&["actor", "reason", "since"], &rows)
    };
    terminal.result(&json!({ "locked": values }), &text);
    vault.close()?;
    Ok(Outcome::Done)
}
