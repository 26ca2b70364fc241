//! Writes the first inputs of every corpus, and with `--fixtures` the signed files they are about.
//!
//! `cargo run --manifest-path fuzz/Cargo.toml --bin seeds`. Fixtures hold fresh keys, so what was kept in
//! `regressions/` for them is worth less afterwards: make them anew only when a format changes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use panveil::audit::{Correlation, Event, HandleRef, Kind, Opening, Options, Streams, VaultKey};
use panveil::card::id::{CaseRef, Origin, StreamName};
use panveil::clock::{Clock, Now, Timestamp};
use panveil::crypto::secret::Secret;
use panveil::keys::keyring::{Environment, Keyring};
use panveil_fuzz::keyring::FixedKek;
use panveil_fuzz::{audit, checkpoint, manifest, provider, sealed};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    if std::env::args().any(|argument| argument == "--fixtures") {
        return fixtures();
    }
    pan()?;
    scan()?;
    sealed_records()?;
    files()?;
    tokens()?;
    requests()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn seed(target: &str, name: &str, input: impl AsRef<[u8]>) -> Outcome {
    let directory = root().join("corpus").join(target);
    fs::create_dir_all(&directory)?;
    Ok(fs::write(directory.join(name), input)?)
}

fn seeds<T: AsRef<[u8]>>(target: &str, inputs: impl IntoIterator<Item = T>) -> Outcome {
    inputs.into_iter().enumerate().try_for_each(|(at, input)| seed(target, &format!("seed-{at:02}"), input))
}

/// Test numbers of the card brands, and how people write them.
fn pan() -> Outcome {
    seeds(
        "pan",
        [
            "4111111111111111",
            "4012888888881881",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "30569309025904",
            "6011111111111117",
            "3530111333300000",
            "6200000000000005",
            "6304000000000000",
            "6759649826438453",
            "2200000000000004",
            "4222222222222",
            "6212341111111111231",
            "4111111111111112",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "3782 822463 10005",
            "４１１１ １１１１ １１１１ １１１１",
            "4111.1111.1111.1111",
            "4111  1111",
            "20261122 4111111111111111 12/29",
            ";4111111111111111=29121010000012345678?",
            "%B4111111111111111^CARD/TEST^2912101000000000000?",
            "12/2029",
            "1229",
            "123",
        ],
    )
}

/// Card data as logs, forms, dumps and stripes have it, each with a choice of finder and replacement before it.
fn scan() -> Outcome {
    let texts: [&[u8]; 24] = [
        b"card 4111 1111 1111 1111, cvv=123",
        b"4111-1111-1111-1111 5555.5555.5555.4444 3782 822463 10005",
        b"{\"pan\":4111111111111111,\"cvc\":\"123\",\"order\":6212341111111111231}",
        b"<card>6212341111111111231</card><pin>1234</pin>",
        b"q=4111%201111%201111%201111&x=%34%31%31%31111111111111&y=4111+1111+1111+1111",
        "カード４１１１　１１１１　１１１１　１１１１です 暗証番号：１２３４".as_bytes(),
        "٤١١١١١١١١١١١١١١١ ۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱".as_bytes(),
        "4111\u{2013}1111\u{2013}1111\u{2013}1111 4111\u{a0}1111\u{a0}1111\u{a0}1111".as_bytes(),
        b"\x83\x4a\x81\x5b\x83\x68\x82\x53\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50",
        b"%B4111111111111111^DOE/JANE^29121010000000000000?;4111111111111111=29121010000012345678?",
        b"4111111111111111D29121010000012345678 pay 4111 1111\n1111 1111 ok",
        b"a line that is long enough for a program to wrap it somewhere: 41111111\r\n11111111 ok",
        b"4111 1111 1111 1111 1111 1111 1111 1111 1111 1111",
        b"4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 41 11 11 11 11 11 11 11",
        b"34313131313131313131313131313131 0x34 0x31",
        b"00000000  34 31 31 31 31 31 31 31  31 31 31 31 31 31 31 31  |4111111111111111|\n00000010",
        b"00000000: 7878 3431 3131 3131 3131 3131 3131 3131  xx41111111111111\n00000010: 3131 7878       11xx\n",
        b"payload: eyJwYW4iOiI0MTExMTExMTExMTExMTExIn0= x",
        b"550e8400-e29b-41d4-a716-446655440000 0.4111111111111111 4111111111111111.25",
        b"**** **** **** 1111 411111******1111 **4111 1111 1111 1111**",
        b"DE15 4306 3669 1869 3407 11 9400 5040 3932 6852 8353 92",
        b"order=4111111111111111 x4111111111111111x 4222222222222 501800000009",
        b"f1.6-4:4111110394821112 41111111111111111111111111111111111111",
        b"4000000000000002-4111111111111111=29121010000012345678 4111111111111111\n2026-11-26",
    ];
    for (at, text) in texts.iter().enumerate() {
        for (which, choice) in [[0, 0, 1], [6, 9, 2]].iter().enumerate() {
            seed("scan", &format!("seed-{at:02}-{which}"), [choice, *text].concat())?;
        }
    }
    Ok(())
}

fn sealed_records() -> Outcome {
    let genuine = sealed::genuine();
    seed("sealed", "genuine", &genuine)?;
    let text = panveil::protect::Sealed::from_bytes(&genuine)?.to_text();
    seed("sealed", "genuine-text", &text)?;
    seed("sealed", "body", genuine.get(36..).unwrap_or_default())?;
    seed("sealed", "cut", genuine.get(..64).unwrap_or_default())?;
    seed("sealed", "later-version", b"PV\x02\x01later")?;
    seed("sealed", "intake", b"PV\x01\x02later")?;
    seed("sealed", "later-version-text", "UFYCAQ")
}

/// Files of a vault directory: whole, and as scripts of edits.
fn files() -> Outcome {
    seed("keyring", "genuine", fs::read(root().join("fixtures/keyring.pvk"))?)?;
    seed("manifest", "genuine", manifest::genuine())?;
    seed("audit", "genuine", [b"\x01", audit::LOG].concat())?;
    seed("checkpoint", "genuine", audit::CHECKPOINT)?;
    seed("checkpoint", "key", audit::KEY.to_string())?;
    seed("checkpoint", "vault-key", vault().to_string())?;
    seed("checkpoint", "streams", checkpoint::STREAMS)?;
    seed("jwks", "genuine", provider::jwks())?;
    for (target, name, script) in [
        ("keyring", "later-version", &b"\x00\x23\x042"[..]),
        ("keyring", "one-byte", b"\x01\x00\x04x"),
        ("keyring", "cut", b"\x08\x00\x3e"),
        ("manifest", "one-byte", b"\x00\x20\x049"),
        ("manifest", "again", b"\x00\x30\x3f"),
        ("audit", "one-byte", b"\x03\x01\x00\x04x"),
        ("audit", "order", b"\x07\x00\x01\x02\x04\x03\x05\x06\x07\x08\x09\x0a\x0b"),
        ("audit", "cut-order", b"\x06\x00\x01\x02\x03\x04\x05"),
        ("checkpoint", "one-byte", b"\x00\x20\x049"),
        ("jwks", "one-byte", b"\x00\x20\x04x"),
    ] {
        seed(target, name, script)?;
    }
    let templates = root().join("../src/vault/templates");
    for kind in ["dev", "production"] {
        seed("config", kind, fs::read(templates.join(format!("panveil.{kind}.toml")))?)?;
        seed("policy", kind, fs::read(templates.join(format!("policy.{kind}.toml")))?)?;
    }
    seed("config", "issuers", ISSUERS)?;
    seed("config", "a-number-where-none-may-be", "version = 1\ntenant = 4111111111111111\n")?;
    seed("config", "wrong-version", "version = 4111111111\n")?;
    seeds("policy", [POLICY, "", "version = 1\n", "version = 1\nshared_ids = [\"frontdesk\"]\n"])?;
    seed(
        "rows",
        "plain",
        b"\x07id,card,memo,cvv\n1,4111111111111111,x,123\n2,,y,\n3,4111111111111112,z,9\n",
    )?;
    seed(
        "rows",
        "quoted",
        b"\x20\"id\",\"card\"\r\n\"1\",\"4111 1111 1111 1111\"\r\n\"2,\"\"\",\"x\ny\"\r\n",
    )?;
    seed("rows", "bars", b"\x03card|n\n4012888888881881|a\\\"b\n|\n")?;
    seed("rows", "shift-jis", b"\x05id;card;\x83\x8a\n1;5555555555554444;\x83\x7c\x95\x5c\n")?;
    seed("rows", "marked", b"\x01\xef\xbb\xbfcard\tx\r378282246310005\t\"open\r")?;
    seed("rows", "body", "\u{10}1,4111111111111111,4012888888881881,\n".as_bytes())
}

fn tokens() -> Outcome {
    let good = provider::token(provider::HEADER.as_bytes(), provider::CLAIMS.as_bytes());
    seed("identity", "token", &good)?;
    let none = good.replace("eyJhbGciOiJFZERTQSI", "eyJhbGciOiJub25lIi");
    seed("identity", "token-none", none)?;
    let claims = provider::CLAIMS;
    let service = claims.replace("idp.example", "services.example").replace("\"auth_time\":1799999900,", "");
    let nested = claims.replace("\"alice\"", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]");
    for (name, header, claims) in [
        ("claims", provider::HEADER, claims),
        ("service", provider::HEADER, service.as_str()),
        ("hs256", r#"{"alg":"HS256","kid":"ed"}"#, claims),
        ("rs256", r#"{"alg":"RS256","kid":"rs"}"#, claims),
        ("es256", r#"{"alg":"ES256","kid":"es"}"#, claims),
        ("jwk", r#"{"alg":"EdDSA","jwk":{"kty":"OKP"}}"#, claims),
        ("nested", provider::HEADER, nested.as_str()),
    ] {
        seed("identity", name, format!("{header}\n{claims}"))?;
    }
    seeds(
        "identity",
        [
            claims.replace("1800000500", "1e9"),
            claims.replace("1800000500", "18446744073709551616"),
            claims.replace("\"panveil\"", "[\"panveil\"]"),
            claims.replace("\"jti\"", "\"jti\":\"j0\",\"jti\""),
        ],
    )?;
    seed("jwks", "empty", "{\"keys\":[]}")?;
    seed(
        "jwks",
        "one-key",
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    )?;
    seed(
        "jwks",
        "weak-key",
        r#"{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    )?;
    seed("jwks", "symmetric", r#"{"kty":"oct","k":"AAAA"}"#)?;
    seed("jwks", "encryption", r#"{"kty":"RSA","use":"enc","kid":"e"},{"kty":"EC","crv":"P-384","kid":"p"}"#)
}

fn requests() -> Outcome {
    let sealed = panveil::protect::Sealed::from_bytes(&sealed::genuine())?.to_text();
    let texts = [
        "f1.6-4:4111110394821112".to_owned(),
        "f1.6-4:4111110394821112\n\nchargeback\nCB-1042\n10.0.0.5\nmain\npan".to_owned(),
        format!("{sealed}\nC00000017\nchargeback\nCB-1042\n10.0.0.5"),
        "411111******1111".to_owned(),
        "4111111111111111".to_owned(),
        "f1.0-4".to_owned(),
        "f4294967295.8-0".to_owned(),
        "auto".to_owned(),
        "8+4".to_owned(),
        "x\n4111 1111 1111 1111\n\n\n\n\n".to_owned(),
    ];
    seeds("handle", &texts)?;
    let asked = [
        "TOKEN".to_owned(),
        "SEALED\nC00000017".to_owned(),
        "SEALED\nC00000018".to_owned(),
        "TOKEN\n-\nchargeback".to_owned(),
        "TOKEN\n-\nsettlement\nCB-1".to_owned(),
        "TOKEN\n-\nsettlement\nS-1\n10.0.0.6".to_owned(),
        "TOKEN\n-\nsettlement\nS-1\n10.0.0.5\nother".to_owned(),
        "SEALED\nC00000017\nsettlement\nS-1\n10.0.0.5\nmain\npan".to_owned(),
        "TOKEN\n-\nsettlement\nS-1\n10.0.0.5\nmain\ncvv".to_owned(),
        "f1.6-4:4111110394821112".to_owned(),
        "f1.0-4:0000000000001".to_owned(),
        "f2.6-4:4111110394821112".to_owned(),
        format!("{sealed}\nC00000017"),
        "4111111111111111".to_owned(),
        "TOKEN\n-\nsettlement\n4111 1111 1111 1111".to_owned(),
    ];
    seeds("gate", &asked)
}

/// A keyring, and a log of a dozen records with its checkpoint.
fn fixtures() -> Outcome {
    let place = root().join("fixtures");
    fs::create_dir_all(&place)?;
    let keyring = Keyring::generate(Environment::Dev, Timestamp::from_seconds(provider::NOW))?;
    fs::write(place.join("keyring.pvk"), keyring.to_file(&FixedKek::new())?)?;

    let directory = tempfile::tempdir()?;
    fs::create_dir(directory.path().join("audit"))?;
    let name = StreamName::new("cli")?;
    let streams = Streams::register(directory.path(), fixed(1)?, &name, &fixed(2)?)?;
    let opening = Opening::new(directory.path(), &vault(), &name, fixed(2)?, Arc::new(Still));
    let log = opening.options(Options { checkpoint_records: 4, ..Options::default() }).open()?;
    for number in 0..4_u8 {
        let event = |kind| {
            let handle = HandleRef::sealed(&[number]);
            let event = Event::new(kind).handle(handle).correlation(Correlation([number; 16]));
            Ok::<_, panveil::Error>(event.case(&CaseRef::new("CB-1042")?).origin(&Origin::new("10.0.0.5")?))
        };
        log.append(event(Kind::RevealIntent)?)?;
        log.append(event(if number < 3 { Kind::RevealOk } else { Kind::RevealError })?)?;
    }
    log.append(Event::new(Kind::RevealDenied).denied(panveil::Error::Denied))?;
    log.close()?;
    for file in ["cli.jsonl", "cli.checkpoint", "streams"] {
        fs::copy(directory.path().join("audit").join(file), place.join(file))?;
    }
    let key = streams.key("cli").ok_or("the stream has a key")?;
    Ok(fs::write(place.join("cli.vkey"), format!("{key}\n"))?)
}

fn vault() -> VaultKey {
    VaultKey::from_seed(&fixed(1).expect("a fixed secret"))
}

fn fixed(byte: u8) -> panveil::Result<Secret> {
    Secret::fill_with(|bytes| {
        bytes.fill(byte);
        Ok(())
    })
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        Now { wall: Timestamp::from_seconds(provider::NOW), since_boot_ms: 1_000, boot: [1; 16] }
    }
}

const ISSUERS: &str = r#"version = 1
environment = "production"
tenant = "shop"
kek = { provider = "passphrase" }
store = { engine = "sqlite" }
audit = { deadline_ms = 50 }
protect = { layout = "8+0" }

[[issuer]]
iss = "https://login.shop.example/realms/staff"
aud = "panveil"
jwks = "staff.jwks.json"
kind = "person"
roles_claim = "realm_access.roles"
person_claim = "https://shop.example/employee"
mfa = { amr = ["mfa", "hwk"], acr = ["urn:shop:two-factor"] }
max_lifetime = "8h"

[[issuer]]
iss = "https://services.shop.example"
aud = "panveil"
jwks = "services.jwks.json"
kind = "service"
max_lifetime = "5m"
"#;

const POLICY: &str = r#"version = 1
shared_ids = ["frontdesk"]

[[rule]]
name = "chargeback desk"
kind = "person"
roles = ["chargeback", "security"]
purposes = ["chargeback"]
fields = ["pan", "name"]
tenants = ["main"]
max_auth_age = "5m"
mfa = "required"
acr = ["gold"]
case = "(?i)CB-[0-9]{1,6}|(a+)+b"
mask = "bin+last4"
budget = { handles = 20, calls = 40, window = "10m" }

[[rule]]
name = "settlement"
kind = "service"
roles = ["chargeback"]
purposes = ["settlement"]
fields = ["pan"]
tenants = ["*"]
budget = { calls = 1000, window = "1m" }

[[budget]]
per = "role"
role = "chargeback"
handles = 100
window = "1d"

[[budget]]
per = "all"
kind = "service"
calls = 100000
window = "31d"

[[admin]]
operation = "config-apply"
roles = ["security"]
"#;
