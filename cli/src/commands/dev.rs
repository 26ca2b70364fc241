//! `panveil dev`.

use panveil::vault::{OpenOptions, TestIdentity, Unlock, Vault};
use serde_json::json;

use super::{Outcome, Result};
use crate::args::{DevAction, DevArgs};
use crate::terminal::Terminal;

pub(crate) fn run(args: &DevArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let DevAction::Identity { sub, role, mfa, auth_age } = &args.action;
    let vault = Vault::open(&args.dir, unlock, OpenOptions::command()?)?;
    let identity = TestIdentity {
        subject: sub.clone(),
        roles: role.clone(),
        mfa: *mfa,
        auth_age_s: i64::from(*auth_age),
    };
    let token = vault.test_identity(&identity)?;
    terminal.result(&json!({ "identity": token }), &token);
    vault.close()?;
    Ok(Outcome::Done)
}
