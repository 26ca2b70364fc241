//! Opening, sharing and closing a vault.

use std::io::{BufRead, BufReader, Write};
use std::sync::Arc;

use panveil::card::id::StreamName;
use panveil::error::Error;
use panveil::keys::keyring::Environment;
use panveil::keys::purpose::KeyPurpose;
use panveil::vault::{CreateOptions, OpenOptions, Stream, SystemClock, TestIdentity, Vault, create, rotate};

use super::lab::{
    CARDS, Lab, ORIGIN, ask, ask_sealed, child, dir_variable, given_dir, now, options, person, reveal,
    sealed, service, token, unlock,
};

#[test]
fn a_stream_has_one_process_and_a_vault_has_many() {
    let lab = Lab::dev();
    let mut process = child("lifecycle::child_holds_the_vault", &[dir_variable(&lab.dir())]);
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "open"));

    let problem = lab.refusal();
    assert_eq!(problem.error(), Error::AuditLocked);
    assert!(problem.to_string().contains("audit"), "{problem}");
    // Another stream is free, and the first free one is found.
    let second = Vault::open(&lab.dir(), unlock(), options("app-2", Arc::new(SystemClock::new()))).unwrap();
    let free = OpenOptions {
        stream: Stream::FirstFree(StreamName::new("app-1").unwrap()),
        ..OpenOptions::application("app-1").unwrap()
    };
    let third = Vault::open(&lab.dir(), unlock(), free).unwrap();
    // All three work, and what one counts the others see.
    let handle = token(&second, CARDS[0]);
    assert_eq!(token(&third, CARDS[0]), handle);
    for vault in [&second, &third] {
        let gate = vault.gate().unwrap();
        let session = service(&gate, "checkout", "payments", now());
        let request = super::lab::ask_for(&handle, "authorization");
        assert_eq!(reveal(&gate, &session, request).as_deref(), Ok(CARDS[0]));
    }
    process.stdin.take().unwrap().write_all(b"close\n").unwrap();
    assert!(process.wait().unwrap().success());
    let first = lab.open();
    for vault in [first, second, third] {
        vault.close().unwrap();
    }
    let streams: std::collections::BTreeSet<_> =
        lab.records().iter().map(|record| record.own("stream").as_str().unwrap().to_owned()).collect();
    assert_eq!(streams.into_iter().collect::<Vec<_>>(), ["app-1", "app-1-2", "app-2", "cli"]);
    lab.assert_verifies();
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_holds_the_vault() {
    let vault = Vault::open(&given_dir(), unlock(), options("app-1", Arc::new(SystemClock::new()))).unwrap();
    println!("\nopen");
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    vault.close().unwrap();
}

#[test]
fn a_vault_whose_gate_is_held_does_not_say_that_it_closed() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    let handle = token(&vault, CARDS[0]);
    assert_eq!(vault.close(), Err(Error::AuditLocked));
    // The gate goes on working, and holds the stream until it is dropped.
    assert_eq!(reveal(&gate, &alice, ask(&handle)).as_deref(), Ok(CARDS[0]));
    assert_eq!(lab.refusal().error(), Error::AuditLocked);
    drop(gate);
    let vault = lab.open();
    vault.close().unwrap();
    lab.assert_verifies();
}

#[test]
fn a_dropped_vault_leaves_a_log_that_verifies() {
    let lab = Lab::dev();
    drop(lab.open());
    lab.assert_verifies();
    let last = lab.records();
    assert!(last.iter().any(|record| record.kind() == "log.stop"));
}

#[test]
fn what_was_protected_before_a_rotation_opens_after_it() {
    let lab = Lab::production();
    let vault = lab.open();
    let (old_token, old_record) = (token(&vault, CARDS[0]), sealed(&vault, CARDS[0], "C1"));
    vault.close().unwrap();
    for (purpose, version) in [(KeyPurpose::Token, 2), (KeyPurpose::Seal, 2), (KeyPurpose::Token, 3)] {
        let made = rotate(&lab.dir(), unlock(), purpose, OpenOptions::command().unwrap()).unwrap();
        assert_eq!(made, version);
    }
    for purpose in [KeyPurpose::Store, KeyPurpose::Config, KeyPurpose::Audit] {
        let problem = rotate(&lab.dir(), unlock(), purpose, OpenOptions::command().unwrap()).unwrap_err();
        assert_eq!(problem.error(), Error::KeyState);
    }
    let vault = lab.open();
    assert_eq!(vault.keyring_generation(), 4);
    let (new_token, new_record) = (token(&vault, CARDS[0]), sealed(&vault, CARDS[0], "C1"));
    assert!(old_token.starts_with("f1.") && new_token.starts_with("f3."));
    assert_ne!(old_record[..50], new_record[..50], "the key id is another");
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    for request in
        [ask(&old_token), ask(&new_token), ask_sealed(&old_record, "C1"), ask_sealed(&new_record, "C1")]
    {
        assert_eq!(reveal(&gate, &alice, request).as_deref(), Ok(CARDS[0]));
    }
    drop(gate);
    vault.close().unwrap();
    let rotated = lab.records().iter().filter(|record| record.kind() == "key.rotated").count();
    assert_eq!(rotated, 3);
    lab.assert_verifies();
}

#[test]
fn a_dev_vault_as_it_is_shipped_works_and_production_has_no_test_issuer() {
    let folder = tempfile::tempdir().unwrap();
    let identity = || TestIdentity {
        subject: "alice".into(),
        roles: vec!["chargeback".into()],
        mfa: true,
        auth_age_s: 0,
    };
    let dev = folder.path().join("dev");
    create(&dev, unlock(), &CreateOptions { environment: Environment::Dev, configuration: None }).unwrap();
    let vault = Vault::open(&dev, unlock(), OpenOptions::command().unwrap()).unwrap();
    let gate = vault.gate().unwrap();
    let jwt = vault.test_identity(&identity()).unwrap();
    let alice = gate.session(&jwt, ORIGIN).unwrap();
    assert_eq!(reveal(&gate, &alice, ask(&token(&vault, CARDS[0]))).as_deref(), Ok(CARDS[0]));
    drop(gate);
    vault.close().unwrap();

    let live = folder.path().join("live");
    let options = CreateOptions { environment: Environment::Production, configuration: None };
    create(&live, unlock(), &options).unwrap();
    let vault = Vault::open(&live, unlock(), OpenOptions::command().unwrap()).unwrap();
    assert_eq!(vault.test_identity(&identity()).map(|_| ()), Err(Error::EnvironmentMismatch));
    let gate = vault.gate().unwrap();
    assert_eq!(gate.session(&jwt, ORIGIN).map(|_| ()), Err(Error::IdentityRefused));
    drop(gate);
    vault.close().unwrap();
}
