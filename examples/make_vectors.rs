//! Makes the golden vault directory of a release: what it protects must open for ever (`tests/roads/vectors.rs`).
//! It is made once for each format version and never again.
//!
//! ```text
//! cargo run --features vault --example make_vectors -- vectors/vault_v1
//! ```

#![allow(clippy::print_stderr, reason = "a command-line program")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use panveil::card::Pan;
use panveil::card::id::{Application, FieldName, RecordId};
use panveil::keys::keyring::Environment;
use panveil::keys::purpose::KeyPurpose;
use panveil::protect::LayoutChoice;
use panveil::reveal::request::RevealRequest;
use panveil::vault::{CreateOptions, OpenOptions, SystemClock, TestIdentity, Unlock, Vault, create, rotate};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Not secret: the vault holds published test numbers only.
const PASSPHRASE: &str = "golden vault, version 1";
const CARDS: [&str; 5] =
    ["4111111111111111", "5555555555554444", "378282246310005", "30569309025904", "3530111333300000"];

fn main() -> ExitCode {
    let Some(directory) = std::env::args().nth(1).map(PathBuf::from) else {
        eprintln!("make_vectors DIR: makes DIR, and DIR.json and keyring_v1.pvk beside it");
        return ExitCode::from(2);
    };
    match make(&directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("make_vectors: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(directory: &Path) -> Outcome<()> {
    let options = CreateOptions { environment: Environment::Dev, configuration: None };
    let key = create(directory, unlock(), &options)?;
    let mut protected = Vec::new();
    // Under the first keys and, after a rotation, under the second: both must open.
    protect(directory, 0, &mut protected)?;
    rotate(directory, unlock(), KeyPurpose::Token, OpenOptions::command()?)?;
    rotate(directory, unlock(), KeyPurpose::Seal, OpenOptions::command()?)?;
    protect(directory, 100, &mut protected)?;
    let described = json!({
        "passphrase": PASSPHRASE,
        "made_at": panveil::clock::Clock::now(&SystemClock::new()).wall.to_rfc3339()?,
        "audit_key": key.to_string(),
        "protected": protected,
    });
    std::fs::write(directory.with_extension("json"), format!("{described:#}\n"))?;
    std::fs::copy(directory.join("keyring.pvk"), directory.with_file_name("keyring_v1.pvk"))?;
    Ok(())
}

/// Tokens and sealed records of every card, and one reveal, so that the log and the budgets hold something.
fn protect(directory: &Path, first: usize, protected: &mut Vec<Value>) -> Outcome<()> {
    let caller = Application::new("make-vectors")?;
    let vault = Vault::open(directory, unlock(), OpenOptions::application("app-1")?)?;
    let tokenizer = vault.tokenizer(caller.clone())?;
    let pans = vault.sealer(caller.clone(), FieldName::new("pan")?)?;
    let names = vault.sealer(caller, FieldName::new("name")?)?;
    for (number, digits) in CARDS.iter().enumerate() {
        let pan = Pan::parse(digits.as_bytes())?;
        for layout in [LayoutChoice::Auto, "0+4".parse()?] {
            let handle = tokenizer.tokenize(&pan, layout)?.to_string();
            protected.push(json!({"field": "pan", "value": digits, "handle": handle}));
        }
        let id = format!("C{:08}", first + number);
        let record = RecordId::new(&id)?;
        let sealed = pans.seal_pan(&pan, &record)?.to_text();
        protected.push(json!({"field": "pan", "value": digits, "handle": sealed, "record": id}));
        let name = format!("CUSTOMER {number}");
        let sealed = names.seal(name.as_bytes(), &record)?.to_text();
        protected.push(json!({"field": "name", "value": name, "handle": sealed, "record": id}));
    }
    let gate = vault.gate()?;
    let alice =
        TestIdentity { subject: "alice".into(), roles: vec!["chargeback".into()], mfa: true, auth_age_s: 0 };
    let session = gate.session(&vault.test_identity(&alice)?, "10.0.0.5")?;
    let handle = tokenizer.tokenize(&Pan::parse(CARDS[0].as_bytes())?, LayoutChoice::Auto)?.to_string();
    let request = RevealRequest::new(&handle, None).purpose("chargeback").case("CB-1").origin("10.0.0.5");
    gate.reveal_with(&session, request, |revealed| assert_eq!(revealed.expose(), CARDS[0].as_bytes()))?;
    drop(gate);
    vault.close()?;
    Ok(())
}

fn unlock() -> Unlock {
    Unlock::passphrase(PASSPHRASE)
}
