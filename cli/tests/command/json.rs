//! `--json` on every command: one JSON value on standard output, errors as one on standard error.

use serde_json::Value;

use crate::support::{Place, TABLE, VISA, run};

#[test]
fn every_command_answers_in_json() {
    let place = Place::without_vault();
    place.write("legacy.csv", TABLE);
    let dir = place.dir();
    let json = |words: &[&str], status: i32| -> Value {
        let ran = run(words.iter().chain(&["--json"])).ends(status);
        assert_eq!(ran.stderr, "", "{words:?}");
        assert_eq!(ran.stdout.lines().count(), 1, "{words:?}");
        ran.json()
    };

    let made = json(&["init", &dir, "--profile", "dev"], 0);
    assert_eq!(made["environment"], "dev");
    let key = made["audit_key"].as_str().unwrap().to_owned();

    let (input, output) = (place.file("legacy.csv"), place.file("protected.csv"));
    let protect = ["protect", &dir, "--in", &input, "--out", &output, "--pan-column", "card_number"];
    let done = json(&[&protect[..], &["--seal", "--record-column", "id"]].concat(), 0);
    assert_eq!((&done["rows"], &done["protected"], &done["empty"]), (&3.into(), &2.into(), &1.into()));
    assert_eq!(done["dropped"][0]["name"], "security_code");
    assert_eq!(done["dropped"][0]["cells"], 2);
    assert!(done["rows_per_second"].is_u64() && done["elapsed"].is_f64());

    let identity = json(&["dev", &dir, "identity", "--sub", "alice", "--role", "chargeback", "--mfa"], 0);
    let identity = identity["identity"].as_str().unwrap();
    let table = place.read("protected.csv");
    let row: Vec<&str> = table.lines().nth(1).unwrap().split(',').collect();
    let handle = format!("{}:{}", row[2], row[1]);
    let reveal = place.reveal(&handle, identity, &[]);
    let revealed = json(&reveal.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    assert_eq!((&revealed["field"], &revealed["value"]), (&"pan".into(), &VISA.into()));

    assert_eq!(json(&["policy", "check", &dir], 0)["valid"], true);
    let explain = ["policy", "explain", &dir, "--role", "support", "--purpose", "chargeback"];
    assert_eq!(json(&explain, 1)["decision"], "deny");
    assert_eq!(json(&["config", "status", &dir], 0)["differences"], Value::Array(Vec::new()));
    assert_eq!(json(&["config", "apply", &dir], 0)["generation"], 1);
    assert_eq!(json(&["keys", "rotate", &dir, "seal"], 0)["version"], 2);
    assert!(json(&["keys", "list", &dir], 0)["keys"].as_array().unwrap().len() > 11);
    assert_eq!(json(&["lock", "list", &dir], 0)["locked"], Value::Array(Vec::new()));
    assert!(!json(&["audit", "tail", &dir, "-n", "3"], 0).as_array().unwrap().is_empty());
    assert_eq!(json(&["audit", "verify", &dir, "--vault-key", &key], 0)["whole"], true);
    assert_eq!(json(&["doctor", &dir], 0)["good"], true);
}

#[test]
fn errors_are_json_on_standard_error() {
    let place = Place::new();
    let (handle, _) = place.protected();
    let identity = place.identity("alice");
    let dir = place.dir();
    let none = place.file("no-such-vault");
    let reveal = place.reveal(&handle, "", &["--json"]);
    let mut other_case = place.reveal(&handle, &identity, &["--json"]);
    other_case.iter_mut().filter(|word| *word == "CB-1042").for_each(|word| "of mine".clone_into(word));
    let exists = place.protect("legacy.csv", "protected.csv", &["--json"]);
    let cases: [(Vec<String>, u64, &str); 6] = [
        (reveal, 502, "IdentityRefused"),
        (other_case, 509, "CaseRefused"),
        (exists, 904, "Argument"),
        (["lock", "list", &none, "--json"].map(String::from).into(), 806, "NotAVault"),
        (["init", &dir, "--json"].map(String::from).into(), 807, "VaultExists"),
        (["keys", "rotate", &dir, "store", "--json"].map(String::from).into(), 904, "Argument"),
    ];
    for (words, number, name) in cases {
        let ran = run(&words).ends(1);
        assert_eq!(ran.stdout, "", "{words:?}");
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!((&error["number"], &error["error"]), (&number.into(), &name.into()), "{words:?}");
        assert!(error["text"].as_str().is_some_and(|text| text.len() > 10));
    }
}

#[test]
fn remarks_do_not_disturb_json() {
    let place = Place::new();
    place.write("legacy.csv", TABLE.replace("4012 8888 8888 1881", "4012 8888 8888 1882"));
    let policy = place.vault.join("policy.toml");
    let text = std::fs::read_to_string(&policy).unwrap();
    std::fs::write(&policy, text.replace("handles = 20", "handles = 21")).unwrap();
    let ran = run(place.protect("legacy.csv", "out.csv", &["--json"])).ends(1);
    assert_eq!(ran.stderr, "");
    let summary = ran.json();
    assert_eq!(summary["rejected"]["PanLuhn"], 1);
    assert!(summary["rejects"].as_str().unwrap().ends_with("out.csv.rejects.csv"), "{summary}");
    let warnings = summary["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|w| w.as_str().unwrap().contains("security_code")), "{summary}");
    assert!(warnings.iter().any(|w| w.as_str().unwrap().contains("policy.toml")), "{summary}");
}
