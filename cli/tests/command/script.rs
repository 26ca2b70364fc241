//! The commands as scripts use them, word for word.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{PASSPHRASE, Place, Ran, TABLE, VISA, panveil, run};

/// What the documentation tells scripts to rely on; `$HANDLE` and `$SEALED` are taken from the table it wrote.
const SCRIPT: &str = r#"
set -eu
panveil init DIR --profile dev >init.txt
panveil protect DIR --in legacy.csv --out protected.csv --pan-column card_number --layout auto --seal --record-column id
HANDLE=$(awk -F, '$1 == "C00000017" { print $3 ":" $2 }' protected.csv)
SEALED=$(awk -F, '$1 == "C00000017" { print $6 }' protected.csv)
JWT=$(panveil dev DIR identity --sub alice --role chargeback --mfa)
panveil reveal DIR --handle $HANDLE --identity "$JWT" --purpose chargeback --case CB-1042 --origin 10.0.0.5 >token.txt
panveil reveal DIR --handle $SEALED --record C00000017 --identity "$JWT" --purpose chargeback --case CB-1043 --origin 10.0.0.5 >sealed.txt
panveil audit verify DIR
panveil audit DIR verify
panveil audit tail DIR
panveil policy check DIR
panveil policy explain DIR --role chargeback --purpose chargeback --case CB-1 --origin 10.0.0.5
panveil config status DIR
panveil config apply DIR
panveil keys list DIR
panveil keys rotate DIR seal
panveil keys DIR rotate token
panveil lock list DIR
panveil doctor DIR
panveil audit verify DIR
"#;

#[test]
fn the_documented_script_runs() {
    let place = Place::without_vault();
    place.write("legacy.csv", TABLE);
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_panveil")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", SCRIPT])
        .current_dir(place.path())
        .env("PATH", path)
        .env("PANVEIL_PASSPHRASE", PASSPHRASE)
        .output()
        .unwrap();
    Ran::of(output).ends(0);
    let table = place.read("protected.csv");
    assert!(table.starts_with("id,token,token_format,masked,record_id,sealed,name\n"), "{table}");
    assert!(table.contains(",f1.6-4,************1111,C00000017,UFYB"), "{table}");
    assert!(table.contains("C00000019,,,,,,佐藤\n"), "{table}");
    // The value and a newline, nothing else.
    for name in ["token.txt", "sealed.txt"] {
        assert_eq!(place.read(name), format!("{VISA}\n"));
    }
}

#[test]
fn long_arguments_may_stand_in_files() {
    let place = Place::new();
    let (token, sealed) = place.protected();
    place.write("jwt", format!("{}\n", place.identity("alice")));
    place.write("handle", format!("{sealed}\n"));
    let (jwt, handle) = (format!("@{}", place.file("jwt")), format!("@{}", place.file("handle")));
    assert_eq!(run(place.reveal(&token, &jwt, &[])).ends(0).stdout, format!("{VISA}\n"));
    let more = ["--record", "C00000017"];
    assert_eq!(run(place.reveal(&handle, &jwt, &more)).ends(0).stdout, format!("{VISA}\n"));
    run(place.reveal(&token, &format!("@{}", place.file("no-such-file")), &[]))
        .ends(2)
        .says(&["no-such-file"]);
}

#[test]
fn the_passphrase_comes_from_a_file_or_the_environment() {
    let place = Place::new();
    let list = |file: Option<&str>, variable: Option<&str>| {
        let mut command = panveil();
        command.env_remove("PANVEIL_PASSPHRASE").args(["lock", "list", &place.dir()]);
        if let Some(file) = file {
            command.args(["--passphrase-file", file]);
        }
        if let Some(variable) = variable {
            command.env("PANVEIL_PASSPHRASE", variable);
        }
        Ran::of(command.output().unwrap())
    };
    let good = place.write("good", format!("{PASSPHRASE}\nsecond line\n"));
    let windows = place.write("windows", format!("{PASSPHRASE}\r\n"));
    let empty = place.write("empty", "\n");
    list(Some(&good), None).ends(0);
    list(Some(&windows), None).ends(0);
    list(Some(&good), Some("wrong")).ends(0);
    list(None, Some(PASSPHRASE)).ends(0);
    list(None, Some("wrong")).refused(403).says(&["keyring.pvk", "wrong passphrase"]);
    list(None, None).ends(1).says(&["PANVEIL_PASSPHRASE", "--passphrase-file"]);
    list(None, Some("")).ends(1).says(&["PANVEIL_PASSPHRASE"]);
    list(Some(&empty), None).ends(1).says(&["empty", "holds no passphrase"]);
    list(Some(&place.file("none")), None).ends(1).says(&["none", "No such file"]);
}

#[test]
fn verifying_needs_no_passphrase() {
    let place = Place::new();
    let mut command = panveil();
    command.env_remove("PANVEIL_PASSPHRASE").args(["audit", "verify", &place.dir()]);
    let whole = Ran::of(command.output().unwrap()).ends(0);
    assert!(whole.stdout.contains("the log is whole"), "{whole:?}");
}

#[test]
fn usage_errors_have_status_2() {
    for words in [
        &[][..],
        &["frobnicate"],
        &["protect"],
        &["protect", "DIR", "--in", "x"],
        &["keys", "DIR"],
        &["protect", "DIR", "--in", "a", "--out", "b", "--pan-column", "c", "--record-column", "id"],
        &["init", "DIR", "--profile", "test"],
    ] {
        assert!(!run(words).ends(2).stderr.is_empty());
    }
    for words in [&["--help"][..], &["protect", "--help"], &["--version"]] {
        assert!(!run(words).ends(0).stdout.is_empty());
    }
}

#[test]
fn standard_input_is_a_table() {
    let place = Place::new();
    let dir = place.dir();
    let out = place.file("out.csv");
    let mut child = panveil()
        .args(["protect", &dir, "--in", "-", "--out", &out, "--pan-column", "card_number"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(TABLE.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap()).ends(0);
    assert_eq!(place.read("out.csv").lines().count(), 4);
}

#[test]
fn an_edited_policy_is_applied_in_a_dev_vault_with_a_warning() {
    let place = Place::new();
    let path = place.vault.join("policy.toml");
    let policy = fs::read_to_string(&path).unwrap();
    fs::write(&path, policy.replace("handles = 20", "handles = 30")).unwrap();
    let status = run(["config", "status", &place.dir()]).ends(1);
    assert!(status.stdout.contains("policy.toml"), "{status:?}");
    run(["policy", "check", &place.dir()]).ends(0).says(&["policy.toml", "dev vault"]);
    run(["config", "status", &place.dir()]).ends(0);
    fs::write(&path, "version = 1\n[[rule]]\nname = \"x\"\nhandles = 3\n").unwrap();
    run(["policy", "check", &place.dir()]).refused(802).says(&["policy.toml", "line"]);
}
