//! What a person is told when a vault does not open: which file, and what to do.

use std::fs;
use std::path::Path;

use panveil::card::id::StreamName;
use panveil::error::Error;
use panveil::keys::keyring::Environment;
use panveil::vault::{CreateOptions, OpenOptions, Unlock, Vault, create};

use super::lab::{CARDS, Lab, ask, now, person, reveal, token, unlock};

#[test]
fn a_wrong_passphrase_is_said_and_changes_nothing() {
    let lab = Lab::dev();
    let before = super::lab::files(&lab.dir());
    for wrong in ["x", "Seven wet herons by the lock gate"] {
        let options = OpenOptions::application("app-1").unwrap();
        let problem = Vault::open(&lab.dir(), Unlock::passphrase(wrong), options).unwrap_err();
        assert_eq!(problem.error(), Error::WrongKek);
        assert!(problem.to_string().contains("keyring.pvk") && problem.to_string().contains("passphrase"));
    }
    let after = super::lab::files(&lab.dir());
    assert!(before == after, "the vault was written to");
}

#[test]
fn damaged_and_missing_files_are_named_with_what_to_do() {
    let zeros: fn(&Path) = |path| {
        let length = fs::metadata(path).unwrap().len() as usize;
        fs::write(path, vec![0; length]).unwrap();
    };
    let half: fn(&Path) = |path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    };
    let empty: fn(&Path) = |path| fs::write(path, b"").unwrap();
    let gone: fn(&Path) = |path| match path.is_dir() {
        true => fs::remove_dir_all(path).unwrap(),
        false => fs::remove_file(path).unwrap(),
    };
    let file: fn(&Path) = |path| {
        fs::remove_dir_all(path).unwrap();
        fs::write(path, b"").unwrap();
    };
    let binary: fn(&Path) = |path| fs::write(path, [0xff, 0xfe, 0x00]).unwrap();
    let huge: fn(&Path) = |path| fs::write(path, vec![b'#'; 2 << 20]).unwrap();
    type Row = (&'static str, fn(&Path), Error, &'static str);
    let rows: [Row; 27] = [
        ("keyring.pvk", zeros, Error::KeyringDamaged, "restore it from a backup"),
        ("keyring.pvk", half, Error::KeyringDamaged, "restore it from a backup"),
        ("keyring.pvk", empty, Error::KeyringDamaged, "restore it from a backup"),
        ("keyring.pvk", gone, Error::KeyringDamaged, "restore it from a backup"),
        ("state.db", zeros, Error::StoreDamaged, "restore it from a backup"),
        ("state.db", half, Error::StoreDamaged, "restore it from a backup"),
        ("state.db", empty, Error::StoreDamaged, "restore it from a backup"),
        ("state.db", gone, Error::StoreDamaged, "restore it from a backup"),
        ("manifest", zeros, Error::ManifestDamaged, "restore it from a backup"),
        ("manifest", half, Error::ManifestDamaged, "restore it from a backup"),
        ("manifest", gone, Error::ManifestDamaged, "restore it from a backup"),
        ("panveil.toml", empty, Error::ConfigInvalid, "version"),
        ("panveil.toml", binary, Error::ConfigInvalid, "UTF-8"),
        ("panveil.toml", huge, Error::ConfigInvalid, "1 MiB"),
        ("panveil.toml", gone, Error::Io, "No such file"),
        ("policy.toml", binary, Error::ConfigInvalid, "UTF-8"),
        ("policy.toml", gone, Error::Io, "No such file"),
        ("trust/idp.jwks.json", empty, Error::JwksInvalid, "not valid"),
        ("trust/idp.jwks.json", gone, Error::JwksInvalid, "not there"),
        ("trust", gone, Error::Io, "No such file"),
        ("trust", file, Error::Io, "directory"),
        ("audit/app-1.jsonl", zeros, Error::AuditDamaged, "damaged"),
        ("audit/streams", half, Error::AuditDamaged, "damaged"),
        ("audit/streams", gone, Error::AuditDamaged, "damaged"),
        ("audit/app-1.checkpoint", zeros, Error::AuditDamaged, "damaged"),
        ("audit", gone, Error::AuditDamaged, "damaged"),
        ("audit", file, Error::Io, "audit"),
    ];
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    reveal(&gate, &person(&gate, "alice", now()), ask(&token(&vault, CARDS[0]))).unwrap();
    drop(gate);
    vault.close().unwrap();
    let kept = lab.keep("kept");
    let mut wrong = Vec::new();
    for (number, (name, harm, expected, remedy)) in rows.into_iter().enumerate() {
        harm(&lab.file(name));
        match lab.try_open(std::sync::Arc::new(panveil::vault::SystemClock::new())) {
            Ok(_) => wrong.push(format!("{number} {name}: opened")),
            Err(problem) => {
                let text = problem.to_string();
                let file = name.split('/').next().unwrap();
                if problem.error() != expected || !text.contains(file) || !text.contains(remedy) {
                    wrong.push(format!("{number} {name}: {text}"));
                }
            }
        }
        fs::remove_dir_all(lab.dir()).unwrap();
        super::lab::copy_tree(&kept, &lab.dir());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    lab.open().close().unwrap();
}

#[test]
fn a_log_that_cannot_be_written_stops_reveals_and_nothing_else() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    let handle = token(&vault, CARDS[0]);
    assert!(reveal(&gate, &alice, ask(&handle)).is_ok());
    fs::remove_file(lab.file("audit/app-1.jsonl")).unwrap();
    let refusal = reveal(&gate, &alice, ask(&handle)).unwrap_err();
    assert!((600..700).contains(&refusal.number()), "{refusal:?}");
    assert!(reveal(&gate, &alice, ask(&handle)).is_err());
    // A denial that cannot be recorded is a refusal too, and says that the log is the trouble.
    let denied = reveal(&gate, &alice, ask(&handle).purpose("marketing")).unwrap_err();
    assert!((600..700).contains(&denied.number()), "{denied:?}");
    // The road in goes on.
    assert_eq!(token(&vault, CARDS[0]), handle);
    assert!(!super::lab::sealed(&vault, CARDS[1], "C1").is_empty());
    drop(gate);
    assert!(vault.close().is_err());
}

#[test]
fn a_store_that_cannot_be_read_stops_reveals() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    let handle = token(&vault, CARDS[0]);
    fs::rename(lab.file("state.db"), lab.beside("state.db")).unwrap();
    let refusal = reveal(&gate, &alice, ask(&handle)).unwrap_err();
    assert_eq!(refusal, Error::StoreDamaged);
    assert_eq!(token(&vault, CARDS[0]), handle);
    drop(gate);
    vault.close().unwrap();
    let last = lab.records().into_iter().rev().find(|record| record.kind() == "reveal.denied").unwrap();
    assert_eq!(last.reason(), "StoreDamaged");
}

#[test]
fn what_is_no_vault_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nothing")] {
        let options = OpenOptions::application("app-1").unwrap();
        let problem = Vault::open(&path, unlock(), options).unwrap_err();
        assert_eq!(problem.error(), Error::NotAVault);
        assert!(problem.to_string().contains("run init"));
    }
}

#[test]
fn a_vault_is_made_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("vault");
    let bad = folder.path().join("bad");
    super::lab::write_configuration(&bad, Environment::Production, "version = 1\n[[rule]]\n");
    let options = CreateOptions { environment: Environment::Production, configuration: Some(bad.clone()) };
    let problem = create(&place, unlock(), &options).unwrap_err();
    assert_eq!(problem.error(), Error::PolicyInvalid);
    super::lab::write_configuration(&bad, Environment::Dev, "version = 1\n");
    assert_eq!(create(&place, unlock(), &options).unwrap_err().error(), Error::EnvironmentMismatch);
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["bad"], "nothing half made is left");
    // What is there already stays.
    fs::create_dir(&place).unwrap();
    fs::write(place.join("precious"), b"data").unwrap();
    let dev = CreateOptions { environment: Environment::Dev, configuration: None };
    assert_eq!(create(&place, unlock(), &dev).unwrap_err().error(), Error::VaultExists);
    assert_eq!(fs::read(place.join("precious")).unwrap(), b"data");
    fs::remove_file(place.join("precious")).unwrap();
    create(&place, unlock(), &dev).unwrap();
    assert_eq!(create(&place, unlock(), &dev).unwrap_err().error(), Error::VaultExists);
    assert!(StreamName::new("cli").is_ok());
}

#[test]
fn a_production_vault_takes_no_short_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("vault");
    let options = CreateOptions { environment: Environment::Production, configuration: None };
    let problem = create(&dir, Unlock::passphrase("eleven char"), &options).unwrap_err();
    assert_eq!(problem.error(), Error::KekTooWeak);
    assert!(problem.to_string().contains("12 bytes"), "{problem}");
    assert!(!dir.exists());
    create(&dir, Unlock::passphrase("twelve chars"), &options).unwrap();
}
