//! `panveil keys`.

use std::path::Path;

use panveil::keys::purpose::KeyPurpose;
use panveil::vault::{OpenOptions, Unlock, Vault, rotate};
use serde_json::json;

use super::{Outcome, Result};
use crate::args::{KeysAction, KeysArgs};
use crate::failure::Failure;
use crate::terminal::{Terminal, table};

pub(crate) fn run(args: &KeysArgs, unlock: Unlock, terminal: Terminal) -> Result {
    match &args.action {
        KeysAction::List => list(&args.dir, unlock, terminal),
        KeysAction::Rotate { purpose } => make_new_version(&args.dir, purpose, unlock, terminal),
    }
}

fn list(dir: &Path, unlock: Unlock, terminal: Terminal) -> Result {
    let vault = Vault::open(dir, unlock, OpenOptions::command()?)?;
    let mut values = Vec::new();
    let mut rows = Vec::new();
    for key in vault.keys() {
        let (protect, process) = (key.protect_until.to_rfc3339()?, key.process_until.to_rfc3339()?);
        let day = |text: &str| text.get(..10).unwrap_or_default().to_owned();
        rows.push(vec![
            key.purpose.to_string(),
            key.version.to_string(),
            key.state.to_string(),
            day(&protect),
            day(&process),
            key.id.clone(),
        ]);
        values.push(json!({
            "purpose": key.purpose.name(),
            "version": key.version,
            "id": key.id,
            "state": key.state.name(),
            "created": key.created.to_rfc3339()?,
            "protect_until": protect,
            "process_until": process,
        }));
    }
    let header = ["purpose", "version", "state", "protects until", "opens until", "id"];
    terminal
        .result(&json!({ "generation": vault.keyring_generation(), "keys": values }), &table(&header, &rows));
    vault.close()?;
    Ok(Outcome::Done)
}

fn make_new_version(dir: &Path, name: &str, unlock: Unlock, terminal: Terminal) -> Result {
    let known: Vec<_> = KeyPurpose::ALL.into_iter().filter(|purpose| purpose.rotates()).collect();
    let Some(purpose) = known.iter().copied().find(|purpose| purpose.name() == name) else {
        let names: Vec<_> = known.iter().map(|purpose| purpose.name()).collect();
        let text = format!("{name}: the keys that can be rotated are {}", names.join(", "));
        return Err(Failure::of(panveil::Error::Argument, text));
    };
    let version = rotate(dir, unlock, purpose, OpenOptions::command()?)?;
    terminal.result(
        &json!({ "purpose": name, "version": version }),
        &format!("{name} key version {version} is active; older versions open what they protected"),
    );
    Ok(Outcome::Done)
}
