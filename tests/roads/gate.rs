//! Who is let through the gate, and that every refusal is on record.

use base64ct::{Base64UrlUnpadded, Encoding};
use panveil::error::Error;
use panveil::keys::keyring::Environment;
use panveil::keys::purpose::KeyPurpose;
use panveil::reveal::decide::Decision;
use panveil::reveal::facts::Facts;
use panveil::reveal::narrow::PolicyNarrowing;
use panveil::reveal::request::RevealRequest;
use panveil::vault::{CreateOptions, OpenOptions, TestIdentity, Vault, create, rotate};
use serde_json::{Value, json};

use super::lab::{
    CARDS, ISSUER, Idp, Lab, ORIGIN, Simulated, ask, ask_for, ask_sealed, now, person, reveal, sealed,
    service, token, unlock,
};

#[test]
fn a_card_goes_in_and_comes_out_by_both_handles() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    for (number, digits) in CARDS.iter().enumerate() {
        let record = format!("C{number}");
        assert_eq!(reveal(&gate, &alice, ask(&token(&vault, digits))).as_deref(), Ok(*digits));
        let request = ask_sealed(&sealed(&vault, digits, &record), &record);
        assert_eq!(reveal(&gate, &alice, request).as_deref(), Ok(*digits));
    }
    drop(gate);
    vault.close().unwrap();
    let records = lab.records();
    let count = |kind: &str| records.iter().filter(|record| record.kind() == kind).count();
    assert_eq!((count("reveal.intent"), count("reveal.ok"), count("reveal.denied")), (16, 16, 0));
    assert_eq!((count("tokenize.count"), count("seal.count")), (8, 8));
    lab.assert_verifies();
}

#[test]
fn ac_30_an_empty_policy_denies_every_reveal() {
    let lab = Lab::with(Environment::Dev, "version = 1\n");
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let handle = token(&vault, CARDS[0]);
    let record = sealed(&vault, CARDS[0], "C1");
    let sessions = [
        person(&gate, "alice", now()),
        gate.session(&Idp::new().person("bob", &["security", "admin", "*"], now()), ORIGIN).unwrap(),
        service(&gate, "checkout", "payments", now()),
    ];
    let mut asked = 0;
    for session in &sessions {
        for purpose in ["chargeback", "authorization", "*"] {
            for request in [ask_for(&handle, purpose), ask_sealed(&record, "C1").purpose(purpose)] {
                for request in [request.clone(), request.clone().field("name"), request.tenant("other")] {
                    let refusal = reveal(&gate, session, request).unwrap_err();
                    assert!((500..600).contains(&refusal.number()), "{refusal:?}");
                    asked += 1;
                }
            }
        }
    }
    drop(gate);
    vault.close().unwrap();
    let records = lab.records();
    assert_eq!(records.iter().filter(|record| record.kind() == "reveal.denied").count(), asked);
    assert!(!records.iter().any(|record| record.kind() == "reveal.intent"));
}

/// The last records of the open stream, but for those that time brings by itself: type and reason.
fn last_kinds(lab: &Lab, count: usize) -> Vec<(String, String)> {
    let mut records = lab.records();
    let by_itself = ["log.heartbeat", "clock.step", "tokenize.count", "seal.count"];
    records.retain(|record| record.own("stream") == "app-1" && !by_itself.contains(&record.kind()));
    let kept = records.iter().skip(records.len() - count);
    kept.map(|record| (record.kind().to_owned(), record.reason().to_owned())).collect()
}

#[test]
fn ac_31_a_missing_field_is_a_recorded_denial() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let handle = token(&vault, CARDS[0]);
    let session = |claims: &Value| gate.session(&Idp::new().sign(claims), ORIGIN).unwrap();
    let claims = || Idp::person_claims("alice", &["chargeback"], now());
    let alice = session(&claims());
    let nobody = session(&Idp::person_claims("carol", &[], now()));
    let shared = session(&Idp::person_claims("helpdesk", &["chargeback"], now()));
    let mut one_factor = claims();
    one_factor["amr"] = json!(["pwd"]);
    let one_factor = session(&one_factor);
    let bare = || RevealRequest::new(&handle, None);
    let rows = [
        ("no purpose", &alice, bare().case("CB-1").origin(ORIGIN), Error::PurposeMissing),
        ("no case", &alice, bare().purpose("chargeback").origin(ORIGIN), Error::CaseRefused),
        ("empty case", &alice, ask(&handle).case(""), Error::CaseRefused),
        ("case of another form", &alice, ask(&handle).case("ticket 7"), Error::CaseRefused),
        ("no origin", &alice, bare().purpose("chargeback").case("CB-1"), Error::OriginMissing),
        ("no role", &nobody, ask(&handle), Error::RoleDenied),
        ("a shared id", &shared, ask(&handle), Error::SharedIdentity),
        ("no second factor", &one_factor, ask(&handle), Error::StepUpNeeded),
        ("another purpose", &alice, ask(&handle).purpose("marketing"), Error::PurposeDenied),
        ("another field", &alice, ask(&handle).field("address"), Error::FieldDenied),
        ("a card number as case", &alice, ask(&handle).case("CB 4111111111111111"), Error::HoldsPan),
        ("no id as tenant", &alice, ask(&handle).tenant("\u{7}"), Error::IdFormat),
    ];
    for (name, session, request, expected) in rows {
        let before = lab.records().len();
        assert_eq!(reveal(&gate, session, request), Err(expected), "{name}");
        assert_eq!(lab.records().len(), before + 1, "{name}");
        assert_eq!(last_kinds(&lab, 1), [("reveal.denied".into(), expected.name().into())], "{name}");
    }
    // The individual is missing: no session comes about, and that is on record too.
    for member in ["sub", "employee", "auth_time", "jti"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(member);
        let refusal = gate.session(&Idp::new().sign(&claims), ORIGIN).unwrap_err();
        assert_eq!(refusal, Error::IdentityRefused, "{member}");
        assert_eq!(last_kinds(&lab, 1), [("reveal.denied".into(), "IdentityRefused".into())], "{member}");
    }
    let refusal = gate.session(&Idp::new().sign(&claims()), "").unwrap_err();
    assert_eq!(refusal, Error::OriginMissing);
    assert_eq!(last_kinds(&lab, 1), [("reveal.denied".into(), "OriginMissing".into())]);
    // And the same card is revealed once nothing is missing.
    assert_eq!(reveal(&gate, &alice, ask(&handle)).as_deref(), Ok(CARDS[0]));
}

#[test]
fn ac_32_identities_that_are_not_good_here_are_denied() {
    let lab = Lab::production();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let good = || Idp::person_claims("alice", &["chargeback"], now());
    let with = |name: &str, value: Value| {
        let mut claims = good();
        claims[name] = value;
        Idp::new().sign(&claims)
    };
    let seconds = now().as_seconds();
    let token = Idp::new().sign(&good());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let unsigned = format!("{}.{}.", part(&json!({"alg":"none","typ":"JWT","kid":"k1"})), part(&good()));
    let rows = [
        ("wrong key", Idp::stranger().sign(&good()), Error::IdentityRefused),
        ("unsigned", format!("{signed}."), Error::IdentityRefused),
        ("without a third part", signed.to_owned(), Error::IdentityRefused),
        ("alg none", unsigned, Error::IdentityRefused),
        (
            "alg none, signed all the same",
            Idp::new().sign_with(&json!({"alg":"none","kid":"k1"}), &good()),
            Error::IdentityRefused,
        ),
        (
            "alg HS256",
            Idp::new().sign_with(&json!({"alg":"HS256","kid":"k1"}), &good()),
            Error::IdentityRefused,
        ),
        ("another audience", with("aud", json!("another-app")), Error::IdentityRefused),
        ("two audiences", with("aud", json!(["panveil", "another-app"])), Error::IdentityRefused),
        ("another issuer", with("iss", json!("https://login.evil.example")), Error::IdentityRefused),
        (
            "the test issuer of dev vaults",
            with("iss", json!("https://issuer.dev.panveil.invalid")),
            Error::IdentityRefused,
        ),
        ("expired", with("exp", json!(seconds - 60)), Error::IdentityRefused),
        ("of tomorrow", with("nbf", json!(seconds + 3600)), Error::IdentityExpired),
        ("for a year", with("exp", json!(seconds + 365 * 86_400)), Error::IdentityRefused),
        ("the vault's passphrase", super::lab::PASSPHRASE.to_owned(), Error::IdentityRefused),
        ("nothing", String::new(), Error::IdentityRefused),
    ];
    for (name, token, expected) in rows {
        assert_eq!(gate.session(&token, ORIGIN).map(|_| ()), Err(expected), "{name}");
        assert_eq!(last_kinds(&lab, 1), [("reveal.denied".into(), expected.name().into())], "{name}");
    }
    let mut old = good();
    (old["iat"], old["auth_time"], old["exp"]) =
        (json!(seconds - 700), json!(seconds - 700), json!(seconds - 100));
    assert_eq!(gate.session(&Idp::new().sign(&old), ORIGIN).map(|_| ()), Err(Error::IdentityExpired));
    assert!(gate.session(&Idp::new().sign(&good()), ORIGIN).is_ok(), "{ISSUER}");
}

#[test]
fn ac_32_an_authentication_of_more_than_15_minutes_ago_steps_up() {
    let lab = Lab::dev();
    let clock = Simulated::new();
    let vault = lab.open_at(clock.clone());
    let gate = vault.gate().unwrap();
    let handle = token(&vault, CARDS[0]);
    let mut claims = Idp::person_claims("alice", &["chargeback"], clock.wall());
    claims["exp"] = json!(clock.wall().as_seconds() + 8 * 3600);
    let alice = gate.session(&Idp::new().sign(&claims), ORIGIN).unwrap();
    // auth_time has whole seconds, so the clock may already stand up to a second after it.
    for (passed_s, expected) in [(0, Ok(CARDS[0])), (898, Ok(CARDS[0])), (3, Err(Error::StepUpNeeded))] {
        clock.advance_ms(passed_s * 1000);
        assert_eq!(reveal(&gate, &alice, ask(&handle)).as_deref(), expected.as_ref().copied(), "{passed_s}");
    }
    // The token is the same, and the session ends with it.
    clock.advance_ms(8 * 3_600_000);
    assert_eq!(reveal(&gate, &alice, ask(&handle)), Err(Error::SessionEnded));
    assert_eq!(last_kinds(&lab, 1), [("reveal.denied".into(), "SessionEnded".into())]);
}

#[test]
fn ac_32_a_token_belongs_to_the_origin_and_application_that_first_used_it() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let handle = token(&vault, CARDS[0]);
    let jwt = Idp::new().person("alice", &["chargeback"], now());
    let session = gate.session(&jwt, ORIGIN).unwrap();
    assert_eq!(reveal(&gate, &session, ask(&handle)).as_deref(), Ok(CARDS[0]));
    // The same session may not speak for another origin.
    assert_eq!(reveal(&gate, &session, ask(&handle).origin("10.0.0.6")), Err(Error::IdentityReplayed));
    // Nor another session of the same token.
    let elsewhere = gate.session(&jwt, "10.0.0.6").unwrap();
    assert_eq!(reveal(&gate, &elsewhere, ask(&handle).origin("10.0.0.6")), Err(Error::IdentityReplayed));
    // A second session at the same place is the same use.
    let again = gate.session(&jwt, ORIGIN).unwrap();
    assert_eq!(reveal(&gate, &again, ask(&handle)).as_deref(), Ok(CARDS[0]));
    drop(gate);
    vault.close().unwrap();

    // Another application at the same origin, after a restart.
    let options = super::lab::options("app-2", std::sync::Arc::new(panveil::vault::SystemClock::new()));
    let other = panveil::vault::Vault::open(&lab.dir(), super::lab::unlock(), options).unwrap();
    let gate = other.gate().unwrap();
    for origin in [ORIGIN, "10.0.0.6"] {
        let session = gate.session(&jwt, origin).unwrap();
        let refusal = reveal(&gate, &session, ask(&handle).origin(origin));
        assert_eq!(refusal, Err(Error::IdentityReplayed), "{origin}");
    }
    drop(gate);
    other.close().unwrap();
    let replays = lab.records().iter().filter(|record| record.reason() == "IdentityReplayed").count();
    assert_eq!(replays, 4);
    lab.assert_verifies();
}

#[test]
fn ac_33_reveal_takes_handles_only() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    let handle = token(&vault, CARDS[0]);
    let (format, digits) = handle.split_once(':').unwrap();
    let record = sealed(&vault, CARDS[0], "C1");
    let rows: [(&str, String, Option<&str>); 12] = [
        ("a mask", "411111******1111".into(), None),
        ("a mask as a token", format!("{format}:411111******1111"), None),
        ("a short mask", "************1111".into(), None),
        ("a card number", CARDS[0].into(), None),
        ("a card number as a token", format!("{format}:{}", CARDS[0]), None),
        ("a token without its format", digits.into(), None),
        ("a token with a record id", handle.clone(), Some("C1")),
        ("a sealed record without its id", record.clone(), None),
        ("a cut record", record[..80].into(), Some("C1")),
        ("nothing", String::new(), None),
        ("garbage", "../../etc/passwd".into(), None),
        ("a fingerprint", "x".repeat(43), None),
    ];
    for (name, text, id) in rows {
        let request = RevealRequest::new(&text, id).purpose("chargeback").case("CB-1").origin(ORIGIN);
        assert_eq!(reveal(&gate, &alice, request), Err(Error::NotAHandle), "{name}");
        assert_eq!(last_kinds(&lab, 1), [("reveal.denied".into(), "NotAHandle".into())], "{name}");
    }
    // A key version that is not there, another record, and made-up digits of the same shape open nothing.
    let rows = [
        (ask(&handle.replacen("f1", "f2", 1)), Error::NoSuchKey),
        (ask_sealed(&record, "C2"), Error::NotAuthentic),
        (ask_sealed(&record, "C1").tenant("other"), Error::UnknownKey),
        (ask_sealed(&record, "C1").field("name"), Error::UnknownKey),
    ];
    for (request, expected) in rows {
        assert_eq!(reveal(&gate, &alice, request), Err(expected));
    }
    let disclosed = lab.records().iter().filter(|record| record.own("disclosed") == "full").count();
    assert_eq!(disclosed, 0);
}

#[test]
fn a_decision_is_explained_without_being_counted_or_recorded() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    let handle = token(&vault, CARDS[0]);
    let before = lab.records().len();
    for _ in 0..30 {
        assert!(gate.decide(&alice, &ask(&handle)).unwrap().is_allow());
        assert!(gate.explain(&alice, &ask(&handle)).is_ok());
    }
    assert_eq!(lab.records().len(), before);
    assert!(vault.locks().unwrap().is_empty());
    assert_eq!(reveal(&gate, &alice, ask(&handle)).as_deref(), Ok(CARDS[0]));
}

/// Refuses whatever comes from a case that ends in 9.
struct NoNines;

impl PolicyNarrowing for NoNines {
    fn narrow(&self, facts: &Facts<'_>, decision: &Decision) -> Decision {
        match facts.case {
            Some(case) if case.as_str().ends_with('9') => Decision::Deny { reason: Error::Denied },
            _ => decision.clone(),
        }
    }
}

#[test]
fn an_engine_of_the_host_can_only_narrow_the_gate() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap().narrowed_by(std::sync::Arc::new(NoNines));
    let handle = token(&vault, CARDS[0]);
    let alice = person(&gate, "alice", now());
    assert_eq!(reveal(&gate, &alice, ask(&handle).case("CB-1")).as_deref(), Ok(CARDS[0]));
    assert_eq!(reveal(&gate, &alice, ask(&handle).case("CB-9")), Err(Error::Denied));
    // What the policy refuses, the engine is not asked about.
    assert_eq!(reveal(&gate, &alice, ask(&handle).case("9")), Err(Error::CaseRefused));
}

#[test]
fn a_rotated_approval_key_leaves_the_test_issuer_of_a_dev_vault_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("vault");
    let options = CreateOptions { environment: Environment::Dev, configuration: None };
    create(&dir, unlock(), &options).unwrap();
    rotate(&dir, unlock(), KeyPurpose::Approval, OpenOptions::command().unwrap()).unwrap();
    let vault = Vault::open(&dir, unlock(), OpenOptions::command().unwrap()).unwrap();
    let alice =
        TestIdentity { subject: "alice".into(), roles: vec!["chargeback".into()], mfa: true, auth_age_s: 0 };
    let token = vault.test_identity(&alice).unwrap();
    assert!(vault.gate().unwrap().session(&token, ORIGIN).is_ok());
}
