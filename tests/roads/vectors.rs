//! What the first release wrote opens for ever; what a later one writes is refused by this one (AC-28).

use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use panveil::clock::Timestamp;
use panveil::crypto::secret::SecretBytes;
use panveil::error::Error;
use panveil::keys::keyring::WrappedKeyring;
use panveil::keys::passphrase::PassphraseKek;
use panveil::keys::purpose::KeyPurpose;
use panveil::protect::Sealed;
use panveil::reveal::request::RevealRequest;
use panveil::vault::{TestIdentity, Unlock, Vault};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::lab::{Lab, ORIGIN, Simulated, assert_verifies, copy_tree, options, reveal, vault_key};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/vault_v1");

fn described() -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{GOLDEN}.json")).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

/// Lets everybody at the desk have names too, without a budget that the vectors would exhaust.
const POLICY: &str = "version = 1\n[[rule]]\nname = \"all\"\nkind = \"person\"\nroles = [\"chargeback\"]\n\
                      purposes = [\"chargeback\"]\nfields = [\"pan\", \"name\"]\nbudget = { handles = 1000, window = \"10m\" }\n";

#[test]
fn ac_28_the_vault_of_version_1_opens_for_ever() {
    let described = described();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("vault");
    copy_tree(Path::new(GOLDEN), &dir);
    assert_verifies(&dir);
    assert_eq!(vault_key(&dir).to_string(), text(&described, "audit_key"));

    fs::write(dir.join("policy.toml"), POLICY).unwrap();
    // A year of the keys' time must not pass in the world: the clock stands still, a minute later.
    let made_at = Timestamp::from_rfc3339(text(&described, "made_at")).unwrap();
    let clock = Simulated::at(made_at.plus_millis(60_000));
    let unlock = Unlock::passphrase(text(&described, "passphrase"));
    let vault = Vault::open(&dir, unlock, options("app-1", clock)).unwrap();
    assert_eq!(vault.keyring_generation(), 3);
    vault.check_store().unwrap();
    let gate = vault.gate().unwrap();
    let alice =
        TestIdentity { subject: "alice".into(), roles: vec!["chargeback".into()], mfa: true, auth_age_s: 0 };
    let session = gate.session(&vault.test_identity(&alice).unwrap(), ORIGIN).unwrap();
    let protected = described["protected"].as_array().unwrap();
    for row in protected {
        let request = RevealRequest::new(text(row, "handle"), row["record"].as_str())
            .field(text(row, "field"))
            .purpose("chargeback")
            .case("CB-1")
            .origin(ORIGIN);
        assert_eq!(reveal(&gate, &session, request).as_deref(), Ok(text(row, "value")), "{row}");
    }
    assert_eq!(protected.len(), 40);
    drop(gate);
    vault.close().unwrap();
    assert_verifies(&dir);
}

#[test]
fn ac_28_the_keyring_of_version_1_opens_for_ever() {
    let described = described();
    let file = fs::read(Path::new(GOLDEN).with_file_name("keyring_v1.pvk")).unwrap();
    let wrapped = WrappedKeyring::parse(&file).unwrap();
    let passphrase = SecretBytes::from(text(&described, "passphrase").as_bytes());
    let kek = PassphraseKek::open(&passphrase, wrapped.kek()).unwrap();
    let keyring = wrapped.unwrap_with(&kek).unwrap();
    let versions = |purpose| keyring.versions(purpose).count();
    for purpose in KeyPurpose::ALL {
        let expected = if matches!(purpose, KeyPurpose::Token | KeyPurpose::Seal) { 2 } else { 1 };
        assert_eq!(versions(purpose), expected, "{purpose:?}");
    }
}

#[test]
fn ac_28_later_formats_are_refused_by_name() {
    // Sealed record.
    let mut record = vec![b'P', b'V', 2, 1];
    record.resize(84, 7);
    assert_eq!(Sealed::from_bytes(&record).err(), Some(Error::SealedVersion));
    (record[2], record[3]) = (1, 9);
    assert_eq!(Sealed::from_bytes(&record).err(), Some(Error::SealedSuite));

    // Keyring: a whole document of a later version, with fields that this build does not know.
    let document = "{\"format\": \"panveil keyring\", \"version\": 2, \"new\": {}}\n";
    let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(document));
    let file = format!("{document}sha256 {digest}\nhmac {}\n", "A".repeat(43));
    assert_eq!(WrappedKeyring::parse(file.as_bytes()).err(), Some(Error::KeyringVersion));

    // Store, configuration and policy, in a vault.
    let lab = Lab::dev();
    let kept = lab.keep("kept");
    let opened = || lab.try_open(Arc::new(panveil::vault::SystemClock::new())).map(|_| ());
    let db = rusqlite::Connection::open(lab.file("state.db")).unwrap();
    db.execute_batch("PRAGMA user_version = 2").unwrap();
    drop(db);
    assert_eq!(opened().unwrap_err().error(), Error::StoreVersion);
    fs::copy(kept.join("state.db"), lab.file("state.db")).unwrap();
    for (name, expected) in [("panveil.toml", Error::ConfigInvalid), ("policy.toml", Error::PolicyInvalid)] {
        let path = lab.file(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("version = 1", "version = 2", 1)).unwrap();
        let problem = opened().unwrap_err();
        assert_eq!(problem.error(), expected, "{problem}");
        assert!(problem.to_string().contains("version"), "{problem}");
        fs::copy(kept.join(name), path).unwrap();
    }
    opened().unwrap();
}
