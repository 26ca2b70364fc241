//! Edited, swapped and rolled-back files are refused (AC-57).

use std::fs;
use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding};
use panveil::error::Error;
use panveil::keys::purpose::KeyPurpose;
use panveil::vault::{OpenOptions, Problem, Vault, apply_config, config_status, rotate};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::lab::{
    CARDS, ISSUER, Idp, Lab, ORIGIN, POLICY, Simulated, ask, card, now, person, reveal, token, unlock,
};

fn command() -> OpenOptions {
    OpenOptions::command().unwrap()
}

fn assert_refused(problem: &Problem, error: Error, file: &str) {
    assert_eq!(problem.error(), error, "{problem}");
    assert!(problem.to_string().contains(file), "{problem} does not name {file}");
}

/// Replaces files of the vault by those of a kept copy; the store with its journal.
fn put_back(lab: &Lab, kept: &Path, names: &[&str]) {
    for name in names {
        if *name == "state.db" {
            for journal in ["state.db-wal", "state.db-shm"] {
                let _ = fs::remove_file(lab.file(journal));
            }
        }
        let (from, to) = (kept.join(name), lab.file(name));
        if from.is_dir() {
            fs::remove_dir_all(&to).unwrap();
            super::lab::copy_tree(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    let edited = text.replacen(from, to, 1);
    assert_ne!(text, edited, "{from} is not in {}", path.display());
    fs::write(path, edited).unwrap();
}

/// A keyring with something changed and its digest made right again, as whoever can write the file would do.
fn mend_digest(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let (document, trailer) = text.split_at(text.rfind("sha256 ").unwrap());
    let (_, mac) = trailer.split_once('\n').unwrap();
    let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(document.as_bytes()));
    fs::write(path, format!("{document}sha256 {digest}\n{mac}")).unwrap();
}

#[test]
fn ac_57_an_edited_keyring_is_refused() {
    let lab = Lab::production();
    let kept = lab.keep("kept");
    let path = lab.file("keyring.pvk");
    for (from, to) in [
        ("\"production\"", "\"dev\""),
        ("\"generation\": 1", "\"generation\": 9"),
        ("\"active\"", "\"suspended\""),
        ("\"purpose\": \"seal\"", "\"purpose\": \"index\""),
        ("\"vault\": \"", "\"vault\": \"0"),
    ] {
        edit(&path, from, to);
        assert_refused(&lab.refusal(), Error::KeyringDamaged, "keyring.pvk");
        mend_digest(&path);
        assert_refused(&lab.refusal(), Error::KeyringDamaged, "keyring.pvk");
        put_back(&lab, &kept, &["keyring.pvk"]);
    }
    // Weaker parameters than this library makes are refused before a passphrase is tried.
    edit(&path, "\"passes\": 3", "\"passes\": 1");
    mend_digest(&path);
    assert_refused(&lab.refusal(), Error::KekTooWeak, "keyring.pvk");
    put_back(&lab, &kept, &["keyring.pvk"]);
    lab.open().close().unwrap();
}

#[test]
fn ac_57_swapped_keys_and_keyrings_are_refused() {
    let (lab, other) = (Lab::production(), Lab::production());
    let kept = lab.keep("kept");
    let path = lab.file("keyring.pvk");
    let wrapped = |text: &str| -> Vec<String> {
        let keys = text.lines().filter_map(|line| line.trim().strip_prefix("\"wrapped\": \""));
        keys.map(|key| key.trim_end_matches('"').to_owned()).collect()
    };
    let (mine, theirs) = (
        wrapped(&fs::read_to_string(&path).unwrap()),
        wrapped(&fs::read_to_string(other.file("keyring.pvk")).unwrap()),
    );
    // A key of the other vault in the place of ours; the key of another purpose in its place.
    for (from, to) in [(&mine[0], &theirs[0]), (&mine[0], &mine[1])] {
        edit(&path, from, to);
        mend_digest(&path);
        assert_refused(&lab.refusal(), Error::KeyringDamaged, "keyring.pvk");
        put_back(&lab, &kept, &["keyring.pvk"]);
    }
    // The whole keyring of the other vault, of the same passphrase even: nothing here was made with it.
    fs::copy(other.file("keyring.pvk"), &path).unwrap();
    assert_refused(&lab.refusal(), Error::AuditDamaged, "audit");
    // Its log as well: then the store is not of that keyring; its store too: then the manifest is not.
    put_back(&lab, &other.dir(), &["audit"]);
    assert_refused(&lab.refusal(), Error::StoreDamaged, "state.db");
    put_back(&lab, &other.dir(), &["state.db"]);
    assert_refused(&lab.refusal(), Error::ManifestDamaged, "manifest");
}

#[test]
fn ac_57_keys_of_one_environment_do_not_open_the_other() {
    for (lab, stranger) in [(Lab::dev(), Lab::production()), (Lab::production(), Lab::dev())] {
        let before = lab.keep("before");
        for files in [&["keyring.pvk"][..], &["keyring.pvk", "audit", "state.db", "manifest"]] {
            put_back(&lab, &stranger.dir(), files);
            let error = lab.refusal().error();
            let expected = if files.len() == 1 { Error::AuditDamaged } else { environment_error(&stranger) };
            assert_eq!(error, expected);
            put_back(&lab, &before, files);
        }
        lab.open().close().unwrap();
    }
}

/// What a whole vault says whose configuration files are those of another environment.
fn environment_error(keys_of: &Lab) -> Error {
    let production = fs::read_to_string(keys_of.file("keyring.pvk")).unwrap().contains("\"production\"");
    if production { Error::ConfigChanged } else { Error::EnvironmentMismatch }
}

#[test]
fn ac_57_rolled_back_files_are_refused() {
    let lab = Lab::dev();
    let kept = lab.keep("kept");
    // Time goes by: a new key, a changed policy, a used budget, a lock.
    rotate(&lab.dir(), unlock(), KeyPurpose::Token, command()).unwrap();
    fs::write(lab.file("policy.toml"), format!("{POLICY}\n# tighter")).unwrap();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    for number in 0..21 {
        let outcome = reveal(&gate, &alice, ask(&token(&vault, &card(number))));
        assert_eq!(outcome.is_ok(), number < 20);
    }
    drop(gate);
    vault.close().unwrap();
    let latest = lab.keep("latest");
    let configuration = ["manifest", "panveil.toml", "policy.toml", "trust"];
    let rows: [(&str, &[&str], Error, &str); 6] = [
        ("keyring", &["keyring.pvk"], Error::KeyringRollback, "keyring.pvk"),
        ("store", &["state.db"], Error::StoreRollback, "state.db"),
        ("configuration", &configuration, Error::ConfigRollback, "manifest"),
        ("manifest", &["manifest"], Error::ConfigRollback, "manifest"),
        ("store and keyring", &["state.db", "keyring.pvk"], Error::StoreRollback, "state.db"),
        (
            "all but the log",
            &["state.db", "keyring.pvk", "manifest", "policy.toml"],
            Error::StoreRollback,
            "state.db",
        ),
    ];
    for (name, files, error, place) in rows {
        put_back(&lab, &kept, files);
        let problem = lab.refusal();
        assert_eq!(problem.error(), error, "{name}: {problem}");
        assert!(problem.to_string().contains(place), "{name}: {problem}");
        put_back(
            &lab,
            &latest,
            &["keyring.pvk", "state.db", "manifest", "panveil.toml", "policy.toml", "trust"],
        );
    }
    lab.open().close().unwrap();
    lab.assert_verifies();
}

#[test]
fn ac_57_a_store_from_the_beginning_of_the_last_process_unlocks_nobody() {
    let lab = Lab::production();
    lab.open().close().unwrap();
    let kept = lab.keep("kept");
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let mallory = person(&gate, "mallory", now());
    for number in 0..21 {
        let _ = reveal(&gate, &mallory, ask(&token(&vault, &card(number))));
    }
    assert_eq!(vault.locks().unwrap().len(), 1);
    drop(gate);
    vault.close().unwrap();
    put_back(&lab, &kept, &["state.db"]);
    assert_refused(&lab.refusal(), Error::StoreRollback, "state.db");
}

#[test]
fn ac_57_a_log_that_was_removed_does_not_begin_anew() {
    let lab = Lab::production();
    lab.open().close().unwrap();
    let kept = lab.keep("kept");
    let rows: [(&[&str], &str); 3] = [
        (&["audit"], "streams"),
        (&["audit/streams"], "streams"),
        (&["audit/app-1.jsonl", "audit/app-1.checkpoint"], "audit"),
    ];
    for (gone, named) in rows {
        for name in gone {
            match lab.file(name) {
                place if place.is_dir() => fs::remove_dir_all(place).unwrap(),
                place => fs::remove_file(place).unwrap(),
            }
        }
        assert_refused(&lab.refusal(), Error::AuditDamaged, named);
        let _ = fs::remove_dir_all(lab.file("audit"));
        super::lab::copy_tree(&kept.join("audit"), &lab.file("audit"));
    }
    lab.open().close().unwrap();
    lab.assert_verifies();
}

#[test]
fn ac_57_a_changed_configuration_does_not_open_in_production() {
    type Change = (&'static str, fn(&Lab), &'static str);
    let changes: [Change; 7] = [
        ("policy", |lab| edit(&lab.file("policy.toml"), "handles = 20", "handles = 20000"), "policy.toml"),
        ("a comment", |lab| edit(&lab.file("panveil.toml"), "version", "# x\nversion"), "panveil.toml"),
        (
            "key set",
            |lab| fs::write(lab.file("trust/idp.jwks.json"), Idp::stranger().jwks()).unwrap(),
            "idp.jwks",
        ),
        (
            "another trust file",
            |lab| fs::write(lab.file("trust/more.json"), "{}").unwrap(),
            "trust/more.json",
        ),
        ("no policy", |lab| fs::write(lab.file("policy.toml"), "").unwrap(), "policy.toml"),
        ("no key set", |lab| fs::remove_file(lab.file("trust/idp.jwks.json")).unwrap(), "idp.jwks"),
        ("environment", |lab| edit(&lab.file("panveil.toml"), "production", "dev"), "panveil.toml"),
    ];
    let lab = Lab::production();
    let kept = lab.keep("kept");
    for (name, change, file) in changes {
        change(&lab);
        let problem = lab.refusal();
        assert_eq!(problem.error(), Error::ConfigChanged, "{name}: {problem}");
        assert!(problem.to_string().contains(file), "{name}: {problem}");
        put_back(&lab, &kept, &["panveil.toml", "policy.toml", "trust"]);
    }
    // The manifest itself.
    for (from, to) in [("generation 1", "generation 2"), ("production", "dev")] {
        edit(&lab.file("manifest"), from, to);
        assert_refused(&lab.refusal(), Error::ManifestDamaged, "manifest");
        put_back(&lab, &kept, &["manifest"]);
    }
    lab.open().close().unwrap();
}

#[test]
fn ac_57_a_dev_vault_warns_of_a_change_and_applies_it() {
    let lab = Lab::dev();
    edit(&lab.file("policy.toml"), "handles = 20", "handles = 1");
    fs::write(lab.file("trust/more.json"), "{}").unwrap();
    let vault = lab.open();
    let warning = vault.warnings().join(" ");
    assert!(warning.contains("policy.toml") && warning.contains("trust/more.json"), "{warning}");
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    assert!(reveal(&gate, &alice, ask(&token(&vault, CARDS[0]))).is_ok());
    assert_eq!(reveal(&gate, &alice, ask(&token(&vault, CARDS[1]))), Err(Error::BudgetExceeded));
    drop(gate);
    vault.close().unwrap();
    assert_eq!(lab.records().iter().filter(|record| record.kind() == "config.changed").count(), 1);
    let again = lab.open();
    assert!(again.warnings().is_empty());
    again.close().unwrap();
}

#[test]
fn ac_57_edited_rows_of_the_store_are_refused() {
    let rows = [
        ("a lock deleted", "DELETE FROM rows WHERE tbl = 'lock'"),
        ("a lock edited", "UPDATE rows SET value = CAST(value || x'00' AS BLOB) WHERE tbl = 'lock'"),
        (
            "a lock of another",
            "UPDATE rows SET key = CAST('https://login.shop.example|bob' AS BLOB) WHERE tbl = 'lock'",
        ),
        ("budgets deleted", "DELETE FROM rows WHERE tbl = 'window'"),
        ("marks deleted", "DELETE FROM rows WHERE tbl = 'mark'"),
        ("everything deleted", "DELETE FROM rows"),
        ("a trigger", "CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM rows WHERE tbl = 'lock'; END"),
        ("a later format", "PRAGMA user_version = 2"),
    ];
    let lab = Lab::production();
    let clock = Simulated::new();
    let vault = lab.open_at(clock.clone());
    let gate = vault.gate().unwrap();
    let session = gate.session(&Idp::new().person("mallory", &["chargeback"], clock.wall()), ORIGIN).unwrap();
    for number in 0..21 {
        let _ = reveal(&gate, &session, ask(&token(&vault, &card(number))));
    }
    assert_eq!(vault.locks().unwrap().len(), 1);
    // Under the eyes of the open vault.
    let kept = lab.keep("kept");
    let tables = |lab: &Lab| -> Vec<String> {
        let db = rusqlite::Connection::open(lab.file("state.db")).unwrap();
        let mut statement = db.prepare("SELECT DISTINCT tbl FROM rows").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    };
    let names = tables(&lab);
    for table in ["lock", "mark"] {
        assert!(names.iter().any(|name| name == table), "{names:?}");
    }
    sql(&lab, "DELETE FROM rows WHERE tbl = 'lock'");
    assert!(vault.locks().is_err());
    assert_eq!(reveal(&gate, &session, ask(&token(&vault, CARDS[0]))), Err(Error::StoreDamaged));
    drop(gate);
    vault.close().unwrap();
    for (name, statement) in rows {
        put_back(&lab, &kept, &["state.db"]);
        fs::copy(kept.join("state.db-wal"), lab.file("state.db-wal")).unwrap();
        let changed = sql(&lab, statement);
        if name == "budgets deleted" && changed == 0 {
            panic!("no such rows: {names:?}");
        }
        let problem = lab.refusal();
        let expected = if name == "a later format" { Error::StoreVersion } else { Error::StoreDamaged };
        assert_eq!(problem.error(), expected, "{name}: {problem}");
        assert!(problem.to_string().contains("state.db"), "{name}: {problem}");
    }
}

fn sql(lab: &Lab, statement: &str) -> u64 {
    let db = rusqlite::Connection::open(lab.file("state.db")).unwrap();
    db.execute_batch(statement).unwrap();
    db.changes()
}

// ---------------------------------------------------------------- config apply

#[test]
fn ac_57_a_production_configuration_is_changed_by_two_people() {
    let lab = Lab::production();
    let generation = |lab: &Lab| config_status(&lab.dir(), unlock()).unwrap().generation;
    let idp = Idp::new();
    let by = |sub: &str, roles: &[&str]| idp.person(sub, roles, now());
    let of = |name: &str, value: serde_json::Value| {
        let mut claims = Idp::person_claims("bob", &["security"], now());
        claims[name] = value;
        idp.sign(&claims)
    };
    let alice = by("alice", &["security"]);
    let seconds = now().as_seconds();
    let mut expired = Idp::person_claims("bob", &["security"], now());
    (expired["iat"], expired["auth_time"], expired["exp"]) =
        (json!(seconds - 700), json!(seconds - 700), json!(seconds - 100));
    edit(&lab.file("policy.toml"), "handles = 20", "handles = 10");
    assert_eq!(config_status(&lab.dir(), unlock()).unwrap().differences.len(), 1);
    let rows: [(&str, Vec<String>, Error); 12] = [
        ("nobody", vec![], Error::ApprovalNeeded),
        ("one person", vec![alice.clone()], Error::ApprovalNeeded),
        ("one token twice", vec![alice.clone(), alice.clone()], Error::ApprovalNeeded),
        ("one person twice", vec![alice.clone(), by("alice", &["security"])], Error::ApprovalNeeded),
        (
            "one human, two accounts",
            vec![alice.clone(), of("employee", json!("e-ALICE"))],
            Error::ApprovalNeeded,
        ),
        ("no such role", vec![alice.clone(), by("bob", &["chargeback"])], Error::OperationDenied),
        ("expired", vec![alice.clone(), idp.sign(&expired)], Error::IdentityExpired),
        ("one factor", vec![alice.clone(), of("amr", json!(["pwd"]))], Error::StepUpNeeded),
        ("long ago", vec![alice.clone(), of("auth_time", json!(seconds - 1000))], Error::StepUpNeeded),
        ("a shared id", vec![alice.clone(), by("admin", &["security"])], Error::SharedIdentity),
        (
            "wrong key",
            vec![alice.clone(), Idp::stranger().person("bob", &["security"], now())],
            Error::IdentityRefused,
        ),
        ("a service", vec![alice.clone(), idp.service("bob", &["security"], now())], Error::OperationDenied),
    ];
    for (name, people, expected) in &rows {
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let problem = apply_config(&lab.dir(), unlock(), &people, command()).unwrap_err();
        assert_eq!(problem.error(), *expected, "{name}: {problem}");
        assert_eq!(generation(&lab), 1, "{name}");
        assert_refused(&lab.refusal(), Error::ConfigChanged, "policy.toml");
    }
    let bob = by("bob", &["security"]);
    assert_eq!(apply_config(&lab.dir(), unlock(), &[&alice, &bob], command()).unwrap(), 2);
    // Nothing to do the second time.
    assert_eq!(apply_config(&lab.dir(), unlock(), &[], command()).unwrap(), 2);
    lab.open().close().unwrap();
    let records = lab.records();
    let asked = || records.iter().filter(|record| record.kind() == "config.applied");
    assert_eq!(asked().filter(|record| !record.reason().is_empty()).count(), rows.len());
    let applied: Vec<_> = asked().filter(|record| record.reason().is_empty()).collect();
    assert_eq!(applied.len(), 1);
    let names = applied[0].own("approvals").to_string();
    assert!(names.contains("|alice") && names.contains("|bob"), "{names}");
    lab.assert_verifies();
}

#[test]
fn ac_57_a_changed_key_set_does_not_vouch_for_itself() {
    // Whoever can write the files adds a key set and a role for themselves, and signs with the new keys.
    let lab = Lab::production();
    fs::write(lab.file("trust/idp.jwks.json"), Idp::stranger().jwks()).unwrap();
    edit(&lab.file("policy.toml"), "[\"security\"]", "[\"security\", \"thief\"]");
    let thieves = |idp: Idp| ["t1", "t2"].map(|sub| idp.person(sub, &["thief"], now()));
    for (tokens, expected) in
        [(thieves(Idp::stranger()), Error::IdentityRefused), (thieves(Idp::new()), Error::OperationDenied)]
    {
        let tokens = [tokens[0].as_str(), tokens[1].as_str()];
        let problem = apply_config(&lab.dir(), unlock(), &tokens, command()).unwrap_err();
        assert_eq!(problem.error(), expected, "{problem} {ISSUER}");
    }
}

#[test]
fn ac_57_a_rolled_back_configuration_is_not_applied_either() {
    let lab = Lab::dev();
    let kept = lab.keep("kept");
    edit(&lab.file("policy.toml"), "handles = 20", "handles = 10");
    lab.open().close().unwrap();
    put_back(&lab, &kept, &["manifest", "policy.toml"]);
    edit(&lab.file("policy.toml"), "handles = 20", "handles = 30");
    let before = fs::read(lab.file("manifest")).unwrap();
    let problem = apply_config(&lab.dir(), unlock(), &[], command()).unwrap_err();
    assert_refused(&problem, Error::ConfigRollback, "manifest");
    assert_eq!(fs::read(lab.file("manifest")).unwrap(), before, "a refusal changes nothing");
}

#[test]
fn an_invalid_configuration_is_not_applied() {
    let lab = Lab::production();
    let people = ["alice", "bob"].map(|sub| Idp::new().person(sub, &["security"], now()));
    let people = [people[0].as_str(), people[1].as_str()];
    let kept = lab.keep("kept");
    let rows = [
        ("policy.toml", "version = 1", "version = 1\nunknown = 2", Error::PolicyInvalid),
        ("panveil.toml", "tenant", "tenent", Error::ConfigInvalid),
        ("panveil.toml", "environment = \"production\"", "environment = \"dev\"", Error::EnvironmentMismatch),
        ("trust/idp.jwks.json", "keys", "kees", Error::JwksInvalid),
    ];
    for (file, from, to, expected) in rows {
        edit(&lab.file(file), from, to);
        let problem = apply_config(&lab.dir(), unlock(), &people, command()).unwrap_err();
        assert_refused(&problem, expected, file);
        put_back(&lab, &kept, &["panveil.toml", "policy.toml", "trust"]);
        Vault::open(&lab.dir(), unlock(), command()).unwrap().close().unwrap();
    }
}
