//! A vault for a test, and the people and services who ask of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use panveil::audit::{Report, VaultKey, verify};
use panveil::card::Pan;
use panveil::card::id::{Application, FieldName, RecordId};
use panveil::clock::{Clock, Now, Timestamp};
use panveil::error::Error;
use panveil::keys::keyring::Environment;
use panveil::protect::LayoutChoice;
use panveil::reveal::gate::Gate;
use panveil::reveal::request::RevealRequest;
use panveil::reveal::session::Session;
use panveil::vault::{CreateOptions, OpenOptions, Problem, SystemClock, Unlock, Vault, create};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Opens every vault of these tests.
pub(crate) const PASSPHRASE: &str = "seven wet herons by the lock gate";

/// Card numbers that no bank issues (published test numbers).
pub(crate) const CARDS: [&str; 8] = [
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "3530111333300000",
    "6011111111111117",
    "4012888888881881",
    "5105105105105100",
    "30569309025904",
];

pub(crate) const ORIGIN: &str = "10.0.0.5";

/// Where the desk and the services of the test may do what.
pub(crate) const POLICY: &str = r#"
version = 1

[[rule]]
name = "chargeback desk"
kind = "person"
roles = ["chargeback"]
purposes = ["chargeback"]
fields = ["pan", "name"]
case = "CB-[0-9]+"
budget = { handles = 20, window = "10m" }

[[rule]]
name = "payments"
kind = "service"
roles = ["payments"]
purposes = ["authorization"]
fields = ["pan", "name"]
budget = { calls = 1000000, window = "1h" }

[[rule]]
name = "settlement"
kind = "service"
roles = ["settlement"]
purposes = ["settlement"]
fields = ["pan"]
budget = { calls = 1000, window = "1h" }

[[admin]]
operation = "config-apply"
roles = ["security"]
"#;

/// A vault directory of its own.
pub(crate) struct Lab {
    folder: TempDir,
}

impl Lab {
    pub(crate) fn dev() -> Self {
        Self::with(Environment::Dev, POLICY)
    }

    pub(crate) fn production() -> Self {
        Self::with(Environment::Production, POLICY)
    }

    pub(crate) fn with(environment: Environment, policy: &str) -> Self {
        let folder = folder();
        let given = folder.path().join("given");
        write_configuration(&given, environment, policy);
        let options = CreateOptions { environment, configuration: Some(given) };
        let key = create(&folder.path().join("vault"), unlock(), &options).unwrap();
        assert_eq!(key.to_string(), vault_key(&folder.path().join("vault")).to_string());
        Self { folder }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// A place beside the vault.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn open(&self) -> Vault {
        self.open_at(Arc::new(SystemClock::new()))
    }

    pub(crate) fn open_at(&self, clock: Arc<dyn Clock>) -> Vault {
        self.try_open(clock).unwrap()
    }

    pub(crate) fn try_open(&self, clock: Arc<dyn Clock>) -> Result<Vault, Problem> {
        Vault::open(&self.dir(), unlock(), options("app-1", clock))
    }

    /// Why it does not open.
    pub(crate) fn refusal(&self) -> Problem {
        self.try_open(Arc::new(SystemClock::new())).expect_err("the vault opened")
    }

    /// A whole copy of the vault as it stands.
    pub(crate) fn keep(&self, name: &str) -> PathBuf {
        let kept = self.beside(name);
        copy_tree(&self.dir(), &kept);
        kept
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        records(&self.dir())
    }

    pub(crate) fn assert_verifies(&self) {
        assert_verifies(&self.dir());
    }
}

impl Drop for Lab {
    /// Whatever a test did with the vault, nothing secret may lie in it or beside it (AC-43).
    fn drop(&mut self) {
        if !std::thread::panicking() {
            super::traces::assert_none(self.folder.path());
        }
    }
}

/// In memory where the system has a place for it: the files are the same, and 20,000 recorded denials do not wait
/// for a disk. A killed process leaves behind what it wrote there as well; real disks are the matter of the tests of
/// store and log.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

pub(crate) fn unlock() -> Unlock {
    Unlock::passphrase(PASSPHRASE)
}

pub(crate) fn options(name: &str, clock: Arc<dyn Clock>) -> OpenOptions {
    OpenOptions { clock, ..OpenOptions::application(name).unwrap() }
}

pub(crate) fn write_configuration(folder: &Path, environment: Environment, policy: &str) {
    fs::create_dir_all(folder.join("trust")).unwrap();
    let config = format!(
        "version = 1\nenvironment = \"{}\"\ntenant = \"shop\"\n[kek]\nprovider = \"passphrase\"\n\
         [store]\nengine = \"sqlite\"\n\
         [[issuer]]\niss = \"{ISSUER}\"\naud = \"panveil\"\njwks = \"idp.jwks.json\"\nkind = \"person\"\n\
         person_claim = \"employee\"\n\
         [[issuer]]\niss = \"{ISSUER}\"\naud = \"panveil-services\"\njwks = \"idp.jwks.json\"\nkind = \"service\"\n",
        environment.name()
    );
    fs::write(folder.join("panveil.toml"), config).unwrap();
    fs::write(folder.join("policy.toml"), policy).unwrap();
    fs::write(folder.join("trust/idp.jwks.json"), Idp::new().jwks()).unwrap();
}

pub(crate) const ISSUER: &str = "https://login.shop.example";

/// The host's identity provider. Its key is the same in every process of a test.
pub(crate) struct Idp(SigningKey);

impl Idp {
    pub(crate) fn new() -> Self {
        Self(SigningKey::from_bytes(&[0x21; 32]))
    }

    /// One with another key and the same names.
    pub(crate) fn stranger() -> Self {
        Self(SigningKey::from_bytes(&[0x22; 32]))
    }

    pub(crate) fn jwks(&self) -> String {
        let x = Base64UrlUnpadded::encode_string(self.0.verifying_key().as_bytes());
        json!({"keys": [{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"k1","x":x}]})
            .to_string()
    }

    /// What the provider says of a person who just authenticated with a second factor.
    pub(crate) fn person_claims(sub: &str, roles: &[&str], at: Timestamp) -> Value {
        let now = at.as_seconds();
        json!({
            "iss": ISSUER, "aud": "panveil", "sub": sub, "employee": format!("E-{sub}"), "roles": roles,
            "amr": ["pwd", "mfa"], "iat": now, "auth_time": now, "exp": now + 600, "jti": fresh_id(),
        })
    }

    pub(crate) fn service_claims(sub: &str, roles: &[&str], at: Timestamp) -> Value {
        let now = at.as_seconds();
        json!({
            "iss": ISSUER, "aud": "panveil-services", "sub": sub, "employee": sub, "roles": roles,
            "iat": now, "exp": now + 3600, "jti": fresh_id(),
        })
    }

    pub(crate) fn person(&self, sub: &str, roles: &[&str], at: Timestamp) -> String {
        self.sign(&Self::person_claims(sub, roles, at))
    }

    pub(crate) fn service(&self, sub: &str, roles: &[&str], at: Timestamp) -> String {
        self.sign(&Self::service_claims(sub, roles, at))
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_with(&json!({"alg": "EdDSA", "typ": "JWT", "kid": "k1"}), claims)
    }

    pub(crate) fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes()))
    }
}

fn fresh_id() -> String {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A clock that moves when the test says so. It starts now, as keys are made now.
pub(crate) struct Simulated {
    start: Now,
    passed_ms: AtomicI64,
}

impl Simulated {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: SystemClock::new().now(), passed_ms: AtomicI64::new(0) })
    }

    pub(crate) fn at(wall: Timestamp) -> Arc<Self> {
        let start = Now { wall, ..SystemClock::new().now() };
        Arc::new(Self { start, passed_ms: AtomicI64::new(0) })
    }

    pub(crate) fn advance_ms(&self, ms: i64) {
        self.passed_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn wall(&self) -> Timestamp {
        self.now().wall
    }
}

impl Clock for Simulated {
    fn now(&self) -> Now {
        let passed = self.passed_ms.load(Ordering::SeqCst);
        Now {
            wall: self.start.wall.plus_millis(passed),
            since_boot_ms: self.start.since_boot_ms.saturating_add_signed(passed),
            boot: self.start.boot,
        }
    }
}

pub(crate) fn now() -> Timestamp {
    SystemClock::new().now().wall
}

// ---------------------------------------------------------------- the road in

pub(crate) fn pan(digits: &str) -> Pan {
    Pan::parse(digits.as_bytes()).unwrap()
}

/// A card number by its place in a row of made-up ones.
pub(crate) fn card(number: u32) -> String {
    let mut digits = format!("400000{number:09}");
    let check = panveil::card::luhn::check_digit(digits.as_bytes());
    digits.push(char::from(b'0' + check));
    digits
}

pub(crate) fn caller() -> Application {
    Application::new("shop-front").unwrap()
}

/// The handle of a card.
pub(crate) fn token(vault: &Vault, digits: &str) -> String {
    vault.tokenizer(caller()).unwrap().tokenize(&pan(digits), LayoutChoice::Auto).unwrap().to_string()
}

/// A card, sealed for a record.
pub(crate) fn sealed(vault: &Vault, digits: &str, record: &str) -> String {
    let sealer = vault.sealer(caller(), FieldName::new("pan").unwrap()).unwrap();
    sealer.seal_pan(&pan(digits), &RecordId::new(record).unwrap()).unwrap().to_text()
}

// ---------------------------------------------------------------- the road out

pub(crate) fn person(gate: &Gate, sub: &str, at: Timestamp) -> Session {
    gate.session(&Idp::new().person(sub, &["chargeback"], at), ORIGIN).unwrap()
}

pub(crate) fn service(gate: &Gate, sub: &str, role: &str, at: Timestamp) -> Session {
    gate.session(&Idp::new().service(sub, &[role], at), ORIGIN).unwrap()
}

/// What a person at the desk asks.
pub(crate) fn ask(handle: &str) -> RevealRequest {
    RevealRequest::new(handle, None).purpose("chargeback").case("CB-1042").origin(ORIGIN)
}

pub(crate) fn ask_sealed(record_text: &str, record: &str) -> RevealRequest {
    RevealRequest::new(record_text, Some(record)).purpose("chargeback").case("CB-1042").origin(ORIGIN)
}

/// What a service asks.
pub(crate) fn ask_for(handle: &str, purpose: &str) -> RevealRequest {
    RevealRequest::new(handle, None).purpose(purpose).case("ORDER-7").origin(ORIGIN)
}

/// The digits, or why not.
pub(crate) fn reveal(gate: &Gate, session: &Session, request: RevealRequest) -> Result<String, Error> {
    gate.reveal_with(session, request, |revealed| String::from_utf8(revealed.expose().to_vec()).unwrap())
}

// ---------------------------------------------------------------- what is on disk

/// One line of the audit log.
pub(crate) struct Record(pub(crate) Value);

impl Record {
    pub(crate) fn own(&self, name: &str) -> &Value {
        &self.0["unmapped"]["panveil"][name]
    }

    pub(crate) fn kind(&self) -> &str {
        self.own("type").as_str().unwrap()
    }

    pub(crate) fn reason(&self) -> &str {
        self.own("reason")["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn handle(&self) -> &str {
        self.0["databucket"]["uid"].as_str().unwrap_or_default()
    }

    pub(crate) fn actor(&self) -> &str {
        self.0["actor"]["user"]["uid"].as_str().unwrap_or_default()
    }
}

/// All records of all streams; within a stream in their order.
pub(crate) fn records(dir: &Path) -> Vec<Record> {
    let mut files: Vec<_> =
        fs::read_dir(dir.join("audit")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let bytes = fs::read(path).unwrap();
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let whole = bytes[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines = bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        found.extend(lines.map(|line| Record(serde_json::from_slice(line).unwrap())));
    }
    found
}

pub(crate) fn vault_key(dir: &Path) -> VaultKey {
    fs::read_to_string(dir.join("audit/vault.vkey")).unwrap().trim_end().parse().unwrap()
}

pub(crate) fn report(dir: &Path) -> Report {
    verify(dir, &vault_key(dir), &[]).unwrap()
}

pub(crate) fn assert_verifies(dir: &Path) {
    let report = report(dir);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

/// Every file below a directory, with its bytes.
pub(crate) fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found
}

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

// ---------------------------------------------------------------- other processes

/// This test program again, running one of its ignored tests, with these variables set.
pub(crate) fn child(test: &str, variables: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "--test-threads=1", test])
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The vault directory that a child was given.
pub(crate) fn given_dir() -> PathBuf {
    std::env::var_os("PANVEIL_TEST_DIR").expect("run by its parent").into()
}

pub(crate) fn dir_variable(dir: &Path) -> (&'static str, &str) {
    ("PANVEIL_TEST_DIR", dir.to_str().unwrap())
}
