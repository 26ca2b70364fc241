//! The gate of a real vault: any text as handle, record, purpose, case, origin, tenant, and field.

use panveil::Error;
use panveil::card::Pan;
use panveil::card::id::{Application, FieldName, RecordId};
use panveil::keys::keyring::Environment;
use panveil::protect::LayoutChoice;
use panveil::reveal::gate::Gate;
use panveil::reveal::request::RevealRequest;
use panveil::reveal::session::Session;
use panveil::vault::{CreateOptions, OpenOptions, Unlock, Vault, create};
use tempfile::TempDir;

use crate::keyring::FixedKek;
use crate::provider;

const PAN: &[u8] = b"4111111111111111";
const RECORD: &str = "C00000017";

/// Only a handle that this vault made opens, and then to what it was made of; each refusal is a typed error.
///
/// The text is up to seven lines: handle, record, purpose, case, origin, tenant, field. `TOKEN` and `SEALED` stand
/// for the two handles the vault made; what is missing is as in a good request.
pub fn gate(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    FIXTURE.with(|fixture| fixture.ask(text));
}

thread_local! {
    static FIXTURE: Fixture = Fixture::new();
}

struct Fixture {
    token: String,
    sealed: String,
    session: Session,
    gate: Gate,
    _vault: Vault,
    _directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (given, place) = (directory.path().join("given"), directory.path().join("vault"));
        std::fs::create_dir_all(given.join("trust")).expect("a directory");
        for (name, content) in [
            ("panveil.toml", config()),
            ("policy.toml", POLICY.into()),
            ("trust/idp.jwks.json", provider::jwks()),
        ] {
            std::fs::write(given.join(name), content).expect("a file");
        }
        let options = CreateOptions { environment: Environment::Dev, configuration: Some(given) };
        create(&place, unlock(), &options).expect("a vault");
        let open = OpenOptions::command().expect("options");
        let vault = Vault::open(&place, unlock(), open).expect("the vault");

        let pan = Pan::parse(PAN).expect("a test number");
        let caller = || Application::new("fuzz").expect("an id");
        let tokenizer = vault.tokenizer(caller()).expect("a tokenizer");
        let token = tokenizer.tokenize(&pan, LayoutChoice::Auto).expect("a token").to_string();
        let sealer = vault.sealer(caller(), FieldName::new("pan").expect("an id")).expect("a sealer");
        let record = RecordId::new(RECORD).expect("an id");
        let sealed = sealer.seal_pan(&pan, &record).expect("a sealed record").to_text();
        let gate = vault.gate().expect("a gate");
        let session = gate.session(&service_token(), "10.0.0.5").expect("a session");
        Self { token, sealed, session, gate, _vault: vault, _directory: directory }
    }

    fn ask(&self, text: &str) {
        let mut lines = text.split('\n');
        let mut next =
            |default: &str| lines.next().filter(|line| !line.is_empty()).unwrap_or(default).to_owned();
        let named = next("TOKEN");
        let handle = match named.as_str() {
            "TOKEN" => &self.token,
            "SEALED" => &self.sealed,
            _ => &named,
        };
        let record = next("-");
        let record = (record != "-").then_some(record.as_str());
        let mut request = RevealRequest::new(handle, record)
            .purpose(&next("settlement"))
            .case(&next("S-1"))
            .origin(&next("10.0.0.5"));
        let (tenant, field) = (next("-"), next("-"));
        if tenant != "-" {
            request = request.tenant(&tenant);
        }
        if field != "-" {
            request = request.field(&field);
        }
        let explained = self.gate.explain(&self.session, &request);
        let decided = self.gate.decide(&self.session, &request);
        assert_eq!(explained.as_ref().map(|e| e.decision.clone()).map_err(|e| *e), decided);
        match self.gate.reveal(&self.session, request) {
            Ok(revealed) => {
                let made_here = *handle == self.token || (*handle == self.sealed && record == Some(RECORD));
                if made_here && (tenant == "-" || tenant == "main") {
                    assert_eq!(revealed.expose(), PAN);
                }
                // One made-up token in nine leads to a number nobody stored; it still is one.
                let pan = revealed.pan().expect("the field is the card number");
                assert!(pan.passes_luhn());
                assert!(handle.starts_with('f') || made_here, "a record opened that was not sealed here");
                assert!(
                    decided.is_ok_and(|decision| decision.is_allow()),
                    "revealed without an allowing rule"
                );
            }
            Err(error) => assert!(!matches!(error, Error::Internal | Error::Locked), "{error:?}"),
        }
    }
}

fn unlock() -> Unlock {
    Unlock::Kek(Box::new(FixedKek::new()))
}

fn service_token() -> String {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let claims = serde_json::json!({
        "iss": "https://services.example", "aud": "panveil", "sub": "settlement", "roles": ["settlement"],
        "iat": now, "exp": now + 3_600, "jti": "j1",
    });
    provider::token(provider::HEADER.as_bytes(), claims.to_string().as_bytes())
}

fn config() -> String {
    format!(
        "version = 1\nenvironment = \"dev\"\ntenant = \"main\"\nkek = {{ provider = \"passphrase\" }}\n\
         store = {{ engine = \"sqlite\" }}\n[[issuer]]\n{}",
        provider::SERVICES
    )
}

const POLICY: &str = r#"
version = 1

[[rule]]
name = "settlement"
kind = "service"
roles = ["settlement"]
purposes = ["settlement"]
fields = ["pan"]
case = "S-[0-9]+"
budget = { calls = 4294967295, window = "31d" }
"#;
