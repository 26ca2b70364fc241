//! What is broken is named, with what to do; nothing is lost and nothing panics.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{PASSPHRASE, Place, Ran, VISA, run, skipped};

/// Changes one byte in the middle of a file, and back.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn no_vault_and_no_room_for_one() {
    let place = Place::without_vault();
    let dir = place.dir();
    run(["doctor", &dir]).ends(1);
    run(["lock", "list", &dir]).refused(806).says(&["run init"]);
    run(["audit", "verify", &dir]).ends(1).says(&["vault.vkey"]);
    fs::create_dir(&place.vault).unwrap();
    run(["lock", "list", &dir]).refused(806).says(&["run init"]);
    // An empty folder is room for a vault; one with something in it is not.
    run(["init", &dir, "--profile", "dev"]).ends(0);
    run(["init", &dir, "--profile", "dev"]).refused(807).says(&[&dir]);
    place.write("file", "");
    run(["init", &place.file("file"), "--profile", "dev"]).ends(1).says(&["file"]);
    run(["init", &place.file("none/vault"), "--profile", "dev"]).ends(1).says(&["none", "No such file"]);
    assert_eq!(place.names(), ["file", "vault"]);
}

#[test]
fn damaged_files_are_named_and_healed_by_putting_them_back() {
    let place = Place::new();
    let (token, _) = place.protected();
    let identity = place.identity("alice");
    let dir = place.dir();
    for (name, said) in [
        ("keyring.pvk", ["keyring.pvk", "restore it from a backup"]),
        ("manifest", ["manifest", "restore it from a backup"]),
        ("trust/idp.jwks.json", ["trust/idp.jwks.json", "not valid"]),
        ("audit/streams", ["audit", "damaged or was edited"]),
    ] {
        let path = place.vault.join(name);
        flip(&path);
        for words in [place.reveal(&token, &identity, &[]), place.protect("legacy.csv", "x.csv", &[])] {
            let ran = run(words).ends(1).says(&said);
            assert_eq!(ran.stdout, "", "{name}");
        }
        let report = run(["doctor", &dir]).ends(1);
        assert!(report.stdout.contains("BAD"), "{name}: {report:?}");
        flip(&path);
        assert_eq!(run(place.reveal(&token, &identity, &[])).ends(0).stdout, format!("{VISA}\n"), "{name}");
    }
    for name in ["keyring.pvk", "manifest", "policy.toml", "state.db", "audit"] {
        let (path, away) = (place.vault.join(name), place.path().join("away"));
        fs::rename(&path, &away).unwrap();
        let ran = run(place.reveal(&token, &identity, &[])).ends(1).says(&[name]);
        assert_eq!(ran.stdout, "");
        let _ = fs::remove_dir_all(&path);
        let _ = fs::remove_file(&path);
        fs::rename(&away, &path).unwrap();
        assert_eq!(run(place.reveal(&token, &identity, &[])).ends(0).stdout, format!("{VISA}\n"), "{name}");
    }
    place.verifies();
    assert!(!place.names().contains(&"x.csv".to_owned()));
}

#[test]
fn a_log_that_was_taken_away_is_missed() {
    let place = Place::new();
    let (token, _) = place.protected();
    let identity = place.identity("alice");
    let audit = place.vault.join("audit");
    for gone in [&["cli.jsonl"][..], &["cli.checkpoint"], &["cli.jsonl", "cli.checkpoint"], &["streams"]] {
        for name in gone {
            fs::rename(audit.join(name), place.file(name)).unwrap();
        }
        run(place.reveal(&token, &identity, &[])).refused(602).says(&["audit"]);
        run(["audit", "verify", &place.dir()]).ends(1);
        for name in gone {
            fs::rename(place.file(name), audit.join(name)).unwrap();
        }
        run(place.reveal(&token, &identity, &[])).ends(0);
    }
    place.verifies();
}

#[test]
fn ac_57_an_edited_state_row_is_refused() {
    let place = Place::new();
    let (token, _) = place.protected();
    let identity = place.identity("alice");
    run(place.reveal(&token, &identity, &[])).ends(0);
    let path = place.vault.join("state.db");
    let kept = fs::read(&path).unwrap();
    // As somebody would who wants the budget back.
    let database = rusqlite::Connection::open(&path).unwrap();
    let last =
        "DELETE FROM rows WHERE key = (SELECT max(key) FROM rows WHERE tbl = (SELECT max(tbl) FROM rows))";
    assert_eq!(database.execute(last, []).unwrap(), 1);
    database.close().unwrap();
    run(place.reveal(&token, &identity, &[])).refused(702).says(&["state.db", "restore it from a backup"]);
    fs::write(&path, &kept).unwrap();
    run(place.reveal(&token, &identity, &[])).ends(0);

    fs::write(&path, b"this is no database, and long enough to be looked at as one").unwrap();
    let ran = run(place.reveal(&token, &identity, &[])).ends(1).says(&["state.db"]);
    assert_eq!(ran.stdout, "");
}

#[test]
fn an_unwritable_audit_directory_stops_reveals() {
    let place = Place::new();
    let (token, _) = place.protected();
    let identity = place.identity("alice");
    let (audit, away) = (place.vault.join("audit"), place.path().join("away"));
    fs::rename(&audit, &away).unwrap();
    fs::write(&audit, "a file").unwrap();
    let ran = run(place.reveal(&token, &identity, &[])).ends(1).says(&["audit"]);
    assert_eq!(ran.stdout, "");
    fs::remove_file(&audit).unwrap();
    fs::rename(&away, &audit).unwrap();
    run(place.reveal(&token, &identity, &[])).ends(0);
    place.verifies();
}

#[test]
fn ac_44_an_edited_record_is_named() {
    let place = Place::new();
    place.protected();
    let log = place.vault.join("audit/cli.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(lines.len() > 4);
    let mut edited = lines.clone();
    let third = lines[3].replacen("\"time\":1", "\"time\":2", 1);
    assert_ne!(third, lines[3]);
    edited[3] = &third;
    fs::write(&log, edited.concat()).unwrap();
    let ran = run(["audit", "verify", &place.dir()]).ends(1);
    assert!(ran.stdout.contains("BAD  cli: record 3: "), "{ran:?}");
    fs::write(&log, lines[..lines.len() - 2].concat()).unwrap();
    let ran = run(["audit", "verify", &place.dir()]).ends(1);
    assert!(ran.stdout.contains(&format!("BAD  cli: record {}: ", lines.len() - 2)), "{ran:?}");
    fs::write(&log, text).unwrap();
    place.verifies();
}

/// Runs on a file system of 2 MiB that only this shell sees: init, protect and reveal without room, then with.
const FULL: &str = r#"
mount -t tmpfs -o size=2m tmpfs "$SMALL" || exit 77
cd "$SMALL"
fill() { dd if=/dev/zero of=filler bs=4096 2>/dev/null; :; }
"$PANVEIL" init vault --profile dev >/dev/null || exit 10
"$PANVEIL" protect vault --in "$TABLE" --out protected.csv --pan-column card_number >/dev/null 2>&1 || exit 11
handle=$(awk -F, '$1 == "C00000017" { print $3 ":" $2 }' protected.csv)
identity=$("$PANVEIL" dev vault identity --sub alice --role chargeback --mfa) || exit 12
fill
for what in init protect reveal; do
  case $what in
    init) "$PANVEIL" init other --profile dev ;;
    protect) "$PANVEIL" protect vault --in "$LONG" --out long.csv --pan-column card_number ;;
    reveal) "$PANVEIL" reveal vault --handle "$handle" --identity "$identity" --purpose chargeback --case CB-1 --origin x ;;
  esac >"$RESULTS/$what.out" 2>"$RESULTS/$what.err"
  echo $? >"$RESULTS/$what.status"
done
ls -A >"$RESULTS/left"
rm filler
"$PANVEIL" reveal vault --handle "$handle" --identity "$identity" --purpose chargeback --case CB-1 --origin x || exit 13
"$PANVEIL" protect vault --in "$LONG" --out long.csv --pan-column card_number >"$RESULTS/long.out" 2>"$RESULTS/long.err"
echo $? >"$RESULTS/long.status"
ls -A >"$RESULTS/left-by-long"
"$PANVEIL" audit verify vault >/dev/null || exit 14
"$PANVEIL" doctor vault >"$RESULTS/doctor"
exit 0
"#;

#[test]
fn a_full_disk_loses_nothing() {
    let place = Place::without_vault();
    let table = place.write("legacy.csv", crate::support::TABLE);
    // About 4 MiB of output: more than there is room for.
    let row = "C1,4111111111111111,,some text that makes the row longer than it would be\n".repeat(50_000);
    let long = place.write("long.csv", format!("id,card_number,security_code,name\n{row}"));
    for folder in ["small", "results"] {
        fs::create_dir(place.file(folder)).unwrap();
    }
    let ran = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "bash", "-c", FULL])
        .env("PANVEIL_PASSPHRASE", PASSPHRASE)
        .env("PANVEIL", env!("CARGO_BIN_EXE_panveil"))
        .env("SMALL", place.file("small"))
        .env("RESULTS", place.file("results"))
        .env("TABLE", table)
        .env("LONG", long)
        .output();
    let ran = match ran {
        Ok(output) if output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:") => {
            Ran::of(output).ends(0)
        }
        _ => {
            skipped("a_full_disk_loses_nothing", "this machine lets no test mount a small file system");
            return;
        }
    };
    assert_eq!(ran.stdout, format!("{VISA}\n"), "after room was made");
    let result = |name: &str| place.read(&format!("results/{name}"));
    for what in ["init", "protect", "reveal", "long"] {
        let (status, err) = (result(&format!("{what}.status")), result(&format!("{what}.err")));
        assert_eq!(status, "1\n", "{what}: {err}");
        assert!(!err.contains("panicked"), "{what}: {err}");
        assert_eq!(result(&format!("{what}.out")), "", "{what}");
        let said = err.lines().last().unwrap_or_default();
        assert!(said.contains("no space is left on the device; free some"), "{what}: {err}");
    }
    assert_eq!(result("left"), "filler\nprotected.csv\nvault\n");
    assert_eq!(result("left-by-long"), "protected.csv\nvault\n");
}
