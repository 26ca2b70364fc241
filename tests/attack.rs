//! What a hostile reviewer tried against a whole vault. Each test is an attack that once worked.
#![cfg(feature = "vault")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use panveil::audit::{VaultKey, verify};
use panveil::card::Pan;
use panveil::card::id::Application;
use panveil::clock::{Clock, Now, Timestamp};
use panveil::error::Error;
use panveil::keys::keyring::Environment;
use panveil::protect::LayoutChoice;
use panveil::reveal::request::RevealRequest;
use panveil::vault::{
    CreateOptions, OpenOptions, SystemClock, TestIdentity, Unlock, Vault, apply_config, config_status, create,
};
use sha2::{Digest, Sha256};

const ORIGIN: &str = "10.0.0.5";

fn unlock() -> Unlock {
    Unlock::passphrase("a passphrase of tests")
}

fn dev_vault(dir: &Path) {
    create(dir, unlock(), &CreateOptions { environment: Environment::Dev, configuration: None }).unwrap();
}

fn open(dir: &Path) -> Vault {
    Vault::open(dir, unlock(), OpenOptions::command().unwrap()).unwrap()
}

fn open_error(dir: &Path) -> Option<Error> {
    Vault::open(dir, unlock(), OpenOptions::command().unwrap()).err().map(|problem| problem.error())
}

fn alice(vault: &Vault) -> String {
    let identity =
        TestIdentity { subject: "alice".into(), roles: vec!["chargeback".into()], mfa: true, auth_age_s: 0 };
    vault.test_identity(&identity).unwrap()
}

/// The handle of the `n`th card, all of one BIN.
fn handle(vault: &Vault, n: u32) -> String {
    let pan = (0..10).find_map(|check| Pan::parse(format!("411111{n:09}{check}").as_bytes()).ok()).unwrap();
    let tokenizer = vault.tokenizer(Application::new("test").unwrap()).unwrap();
    tokenizer.tokenize(&pan, LayoutChoice::Auto).unwrap().to_string()
}

fn request(handle: &str) -> RevealRequest {
    RevealRequest::new(handle, None).purpose("chargeback").case("CB-1").origin(ORIGIN)
}

fn reveal_one(vault: &Vault, n: u32) -> Result<(), Error> {
    let gate = vault.gate().unwrap();
    let session = gate.session(&alice(vault), ORIGIN).unwrap();
    gate.reveal(&session, request(&handle(vault, n))).map(|_| ())
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

// --- the store ---------------------------------------------------------------------------------------------

#[test]
fn ac_57_a_store_put_back_from_before_the_last_reveals_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("vault");
    dev_vault(&dir);
    open(&dir).close().unwrap();
    let copy = fs::read(dir.join("state.db")).unwrap();
    let vault = open(&dir);
    reveal_one(&vault, 1).unwrap();
    vault.close().unwrap();
    assert!(!dir.join("state.db-wal").exists(), "all of the store is in its file");
    // The budget that was spent is put back.
    fs::write(dir.join("state.db"), copy).unwrap();
    assert_eq!(open_error(&dir), Some(Error::StoreRollback));
}

#[test]
fn ac_57_removing_the_checkpoint_that_knows_better_does_not_help() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("vault");
    dev_vault(&dir);
    let as_application = || Vault::open(&dir, unlock(), OpenOptions::application("shop").unwrap()).unwrap();
    as_application().close().unwrap();
    let copy = fs::read(dir.join("state.db")).unwrap();
    let vault = as_application();
    reveal_one(&vault, 1).unwrap();
    vault.close().unwrap();
    fs::write(dir.join("state.db"), copy).unwrap();
    fs::remove_file(dir.join("audit/shop.checkpoint")).unwrap();
    assert_eq!(open_error(&dir), Some(Error::AuditDamaged));
}

// --- sessions ----------------------------------------------------------------------------------------------

#[test]
fn ac_32_a_session_of_another_vault_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let (here, there) = (home.path().join("here"), home.path().join("there"));
    dev_vault(&here);
    dev_vault(&there);
    let (here, there) = (open(&here), open(&there));
    let session = there.gate().unwrap().session(&alice(&there), ORIGIN).unwrap();
    let gate = here.gate().unwrap();
    let revealed = gate.reveal(&session, request(&handle(&here, 1)));
    assert_eq!(revealed.err(), Some(Error::IdentityRefused));
    // A second gate of the same vault is as good as the first.
    let session = gate.session(&alice(&here), ORIGIN).unwrap();
    assert!(here.gate().unwrap().reveal(&session, request(&handle(&here, 1))).is_ok());
}

/// A clock that the attacker sets.
struct SetClock(Mutex<Now>);

impl SetClock {
    fn move_by(&self, wall_ms: i64, boot_ms: u64) {
        let mut now = self.0.lock().unwrap();
        now.wall = now.wall.plus_millis(wall_ms);
        now.since_boot_ms += boot_ms;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Now {
        *self.0.lock().unwrap()
    }
}

#[test]
fn ac_32_a_wall_clock_set_back_does_not_prolong_a_session() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("vault");
    dev_vault(&dir);
    let clock = Arc::new(SetClock(Mutex::new(SystemClock::new().now())));
    let options =
        OpenOptions { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..OpenOptions::command().unwrap() };
    let vault = Vault::open(&dir, unlock(), options).unwrap();
    let gate = vault.gate().unwrap();
    let session = gate.session(&alice(&vault), ORIGIN).unwrap();
    let handle = handle(&vault, 1);
    clock.move_by(595_000, 595_000);
    assert!(gate.reveal(&session, request(&handle)).is_ok(), "it lives ten minutes");
    // The token has expired; the wall is set to when it had not.
    clock.move_by(-300_000, 10_000);
    assert_eq!(gate.reveal(&session, request(&handle)).err(), Some(Error::SessionEnded));
}

#[test]
fn ac_38_nobody_is_locked_for_what_a_failed_log_refused() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("vault");
    dev_vault(&dir);
    let vault = open(&dir);
    let gate = vault.gate().unwrap();
    let session = gate.session(&alice(&vault), ORIGIN).unwrap();
    fs::remove_file(dir.join("audit/cli.jsonl")).unwrap();
    for n in 0..25 {
        let error = gate.reveal(&session, request(&handle(&vault, n))).err();
        let expected = if n == 0 { Error::AuditReplaced } else { Error::AuditUnavailable };
        assert_eq!(error, Some(expected), "{n}");
    }
    assert_eq!(vault.locks().unwrap(), []);
}

// --- the log -----------------------------------------------------------------------------------------------

/// Adds a record to a closed log, as somebody does who can write the file and has no key.
fn forge_record(log: &Path) {
    let mut bytes = fs::read(log).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let member = |line: &str, name: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value["unmapped"]["panveil"][name].clone()
    };
    let (start, last) = (lines[1], lines[lines.len() - 1]);
    assert_eq!(member(last, "type"), "log.stop");
    let leaf = Sha256::new().chain_update([0]).chain_update(last.as_bytes()).finalize();
    let forged = start
        .replace(member(start, "prev").as_str().unwrap(), &Base64::encode_string(&leaf))
        .replace(&format!("\"seq\":{}", member(start, "seq")), &format!("\"seq\":{}", lines.len()))
        .replace("\"type\":\"log.start\"", "\"type\":\"reveal.ok\"");
    bytes.extend_from_slice(forged.as_bytes());
    bytes.push(b'\n');
    fs::write(log, bytes).unwrap();
}

#[test]
fn ac_44_a_record_added_to_a_closed_log_is_not_signed_by_the_next_opening() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("vault");
    dev_vault(&dir);
    open(&dir).close().unwrap();
    forge_record(&dir.join("audit/cli.jsonl"));
    let key: VaultKey = fs::read_to_string(dir.join("audit/vault.vkey")).unwrap().trim().parse().unwrap();
    assert!(!verify(&dir, &key, &[]).unwrap().is_whole());
    assert_eq!(open_error(&dir), Some(Error::AuditDamaged));
}

// --- the configuration -------------------------------------------------------------------------------------

/// A production vault with an identity provider of its own.
struct Production {
    home: tempfile::TempDir,
    provider: SigningKey,
}

const POLICY: &str = r#"
version = 1
[[rule]]
name = "desk"
kind = "person"
roles = ["chargeback"]
purposes = ["chargeback"]
fields = ["pan"]
budget = { handles = 1, window = "10m" }
[[admin]]
operation = "config-apply"
roles = ["security"]
"#;

impl Production {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let provider = SigningKey::from_bytes(&[7; 32]);
        let from = home.path().join("from");
        fs::create_dir_all(from.join("trust")).unwrap();
        let x = Base64UrlUnpadded::encode_string(provider.verifying_key().as_bytes());
        let jwks = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}]}}"#);
        fs::write(from.join("trust/idp.json"), jwks).unwrap();
        let config = "version = 1\nenvironment = \"production\"\ntenant = \"main\"\n\
            [kek]\nprovider = \"passphrase\"\n[store]\nengine = \"sqlite\"\n\
            [[issuer]]\niss = \"https://idp\"\naud = \"panveil\"\njwks = \"idp.json\"\nkind = \"person\"\n";
        fs::write(from.join("panveil.toml"), config).unwrap();
        fs::write(from.join("policy.toml"), POLICY).unwrap();
        let options = CreateOptions { environment: Environment::Production, configuration: Some(from) };
        create(&home.path().join("vault"), unlock(), &options).unwrap();
        Self { home, provider }
    }

    fn dir(&self) -> std::path::PathBuf {
        self.home.path().join("vault")
    }

    fn identity(&self, sub: &str, roles: &[&str]) -> String {
        let now = SystemClock::new().now().wall.as_seconds();
        let part = |value: serde_json::Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!(
            "{}.{}",
            part(serde_json::json!({"alg": "EdDSA"})),
            part(serde_json::json!({
                "iss": "https://idp", "aud": "panveil", "sub": sub, "roles": roles, "amr": ["mfa"],
                "iat": now, "auth_time": now, "exp": now + 600, "jti": format!("{sub} {roles:?}"),
            }))
        );
        let signature = self.provider.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
    }

    fn edit(&self, from: &str, to: &str) {
        let path = self.dir().join("policy.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn apply(&self, identities: &[&str]) -> Result<u64, Error> {
        let options = OpenOptions::command().unwrap();
        apply_config(&self.dir(), unlock(), identities, options).map_err(|problem| problem.error())
    }

    fn generation(&self) -> u64 {
        config_status(&self.dir(), unlock()).unwrap().generation
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir().join("audit/cli.jsonl")).unwrap()
    }
}

#[test]
fn a_locked_person_does_not_stand_behind_a_change() {
    let vault = Production::new();
    let both = ["chargeback", "security"];
    {
        let open = open(&vault.dir());
        let gate = open.gate().unwrap();
        let session = gate.session(&vault.identity("mallory", &both), ORIGIN).unwrap();
        assert!(gate.reveal(&session, request(&handle(&open, 1))).is_ok());
        let over = gate.reveal(&session, request(&handle(&open, 2)));
        assert_eq!(over.err(), Some(Error::BudgetExceeded));
    }
    vault.edit("handles = 1", "handles = 1000");
    let (mallory, bob) = (vault.identity("mallory", &["security"]), vault.identity("bob", &["security"]));
    assert_eq!(vault.apply(&[&mallory, &bob]), Err(Error::Locked));
    let carol = vault.identity("carol", &["security"]);
    assert_eq!(vault.apply(&[&carol, &bob]), Ok(2));
}

#[test]
fn ac_42_a_refused_change_is_on_record() {
    let vault = Production::new();
    vault.edit("handles = 1", "handles = 1000");
    let (bob, eve) = (vault.identity("bob", &["security"]), vault.identity("eve", &["chargeback"]));
    assert_eq!(vault.apply(&[]), Err(Error::ApprovalNeeded));
    assert_eq!(vault.apply(&[&bob, &bob]), Err(Error::ApprovalNeeded));
    assert_eq!(vault.apply(&[&bob, &eve]), Err(Error::OperationDenied));
    assert_eq!(vault.apply(&[&bob, "forged"]), Err(Error::IdentityRefused));
    for (reason, times) in [("ApprovalNeeded", 2), ("OperationDenied", 1), ("IdentityRefused", 1)] {
        let refused = format!("\"reason\":{{\"code\":\"{reason}\"");
        assert_eq!(vault.log().matches(&refused).count(), times, "{reason}");
    }
}

#[test]
fn ac_57_a_change_that_cannot_be_recorded_is_not_made() {
    let vault = Production::new();
    vault.edit("handles = 1", "handles = 1000");
    let (bob, carol) = (vault.identity("bob", &["security"]), vault.identity("carol", &["security"]));
    let log = vault.dir().join("audit/cli.jsonl");
    let good = fs::read(&log).unwrap();
    fs::write(&log, [good.as_slice(), b"no record\n"].concat()).unwrap();
    assert_eq!(vault.apply(&[&bob, &carol]), Err(Error::AuditDamaged));
    assert_eq!(vault.generation(), 1);
    fs::write(&log, good).unwrap();
    assert_eq!(vault.apply(&[&bob, &carol]), Ok(2));
    assert!(vault.log().contains("https://idp|bob"), "who stood behind it is on record");
}

#[test]
fn ac_57_a_change_killed_halfway_is_judged_by_what_is_in_force() {
    let vault = Production::new();
    let (dir, copy) = (vault.dir(), vault.home.path().join("copy"));
    open(&dir).close().unwrap();
    copy_folder(&dir.join("audit"), &copy);
    let state = fs::read(dir.join("state.db")).unwrap();
    vault.edit("[\"security\"]", "[\"board\"]");
    let (bob, carol) = (vault.identity("bob", &["security"]), vault.identity("carol", &["security"]));
    assert_eq!(vault.apply(&[&bob, &carol]), Ok(2));
    // As a kill right after the manifest was written leaves it: neither the store nor the log knows.
    fs::remove_dir_all(dir.join("audit")).unwrap();
    copy_folder(&copy, &dir.join("audit"));
    fs::write(dir.join("state.db"), state).unwrap();
    open(&dir).close().unwrap();
    // Role security has no say any more.
    vault.edit("handles = 1", "handles = 1000");
    assert_eq!(vault.apply(&[&bob, &carol]), Err(Error::OperationDenied));
    let (ann, dan) = (vault.identity("ann", &["board"]), vault.identity("dan", &["board"]));
    assert_eq!(vault.apply(&[&ann, &dan]), Ok(3));
}

#[test]
fn an_identity_token_used_for_a_reveal_applies_no_configuration() {
    let vault = Production::new();
    let both = ["chargeback", "security"];
    let (bob, carol) = (vault.identity("bob", &both), vault.identity("carol", &both));
    {
        let open = open(&vault.dir());
        let gate = open.gate().unwrap();
        let session = gate.session(&bob, ORIGIN).unwrap();
        assert!(gate.reveal(&session, request(&handle(&open, 1))).is_ok());
    }
    vault.edit("handles = 1", "handles = 1000");
    assert_eq!(vault.apply(&[&bob, &carol]), Err(Error::IdentityReplayed));
    assert_eq!(vault.apply(&[&vault.identity("bob", &["security"]), &carol]), Ok(2));
}

#[test]
fn a_file_too_large_for_the_store_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("vault");
    dev_vault(&dir);
    fs::write(dir.join("trust/large"), vec![b' '; 1 << 20]).unwrap();
    assert_eq!(open_error(&dir), Some(Error::ConfigInvalid));
    assert_eq!(
        config_status(&dir, unlock()).err().map(|problem| problem.error()),
        Some(Error::ConfigInvalid)
    );
    fs::remove_file(dir.join("trust/large")).unwrap();
    assert_eq!(config_status(&dir, unlock()).unwrap().generation, 1);
}

#[test]
fn expired_identities_stay_expired_whatever_their_numbers() {
    let vault = Production::new();
    let open = open(&vault.dir());
    let gate = open.gate().unwrap();
    assert!(gate.session(&vault.identity("bob", &["chargeback"]), ORIGIN).is_ok());
    let now = SystemClock::new().now().wall.as_seconds();
    for exp in ["1e99", "-1", "1.5", "null", "true", "\"9999999999\"", "99999999999999999999", "253402300800"]
    {
        let payload = format!(
            "{{\"iss\":\"https://idp\",\"aud\":\"panveil\",\"sub\":\"bob\",\"roles\":[\"chargeback\"],\
             \"amr\":[\"mfa\"],\"iat\":{now},\"auth_time\":{now},\"exp\":{exp},\"jti\":\"x\"}}"
        );
        let signed = format!(
            "{}.{}",
            Base64UrlUnpadded::encode_string(br#"{"alg":"EdDSA"}"#),
            Base64UrlUnpadded::encode_string(payload.as_bytes())
        );
        let signature = vault.provider.sign(signed.as_bytes()).to_bytes();
        let token = format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature));
        assert_eq!(gate.session(&token, ORIGIN).err(), Some(Error::IdentityRefused), "{exp}");
    }
    let _ = Timestamp::from_seconds(now);
}
