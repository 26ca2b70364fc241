//! Redaction of files: in place, and into a folder.

use std::fs::{self, FileTimes, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::{AMEX, MASTERCARD, VISA, faults, finds, report, scan};
use crate::support::{Place, Ran, skipped};

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_stands_in_place_of_a_number() {
    for (how, redacted) in [
        (&["--redact"][..], "a ************1111 b\n"),
        (&["--redact=mask"], "a ************1111 b\n"),
        (&["--redact=fixed:[card]"], "a [card] b\n"),
        (&["--redact", "--keep-length"], "a **** **** **** 1111 b\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join("a.log"), "a 4111 1111 1111 1111 b\n").unwrap();
        fs::write(path.join("clean.log"), "nothing\n").unwrap();
        let said = report(path, ["."].iter().chain(how).chain(&["--in-place"]));
        assert_eq!(said["redacted"], serde_json::json!(["a.log"]));
        assert_eq!(fs::read_to_string(path.join("a.log")).unwrap(), redacted);
        scan(path, ["."]).ends(0);
        assert_eq!(names(path), ["a.log", "clean.log"]);
    }
}

#[test]
fn tokens_of_a_vault_take_the_place_of_numbers() {
    let place = Place::new();
    let (token, _) = place.protected();
    let (_, digits) = token.split_once(':').unwrap();
    fs::create_dir(place.file("logs")).unwrap();
    place.write("logs/a.log", format!("paid with {VISA}, cvv 123\n"));
    let vault = place.dir();
    let arguments = ["logs", "--redact=token", "--vault", &vault, "--layout", "auto", "--in-place"];
    scan(place.path(), arguments).ends(1);
    assert_eq!(place.read("logs/a.log"), format!("paid with {digits}, cvv ***\n"));
    scan(place.path(), ["logs"]).ends(0);
    place.verifies();
}

#[test]
fn owner_mode_times_and_attributes_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let file = path.join("a.log");
    fs::write(&file, format!("{VISA}\n")).unwrap();
    let origin = "user.origin";
    let attribute = || {
        let mut value = [0; 16];
        rustix::fs::getxattr(&file, origin, &mut value).map(|length| value[..length].to_vec())
    };
    let test = "owner_mode_times_and_attributes_stay";
    let attributes = rustix::fs::setxattr(&file, origin, b"shop", rustix::fs::XattrFlags::empty());
    if attributes.is_err() {
        skipped(test, "attributes: this file system has none");
    }
    fs::set_permissions(&file, Permissions::from_mode(0o2640)).unwrap();
    if std::os::unix::fs::chown(&file, Some(1234), Some(4321)).is_err() {
        skipped(test, "owner: only the superuser can give a file away");
    }
    let moment = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
    let times = FileTimes::new().set_modified(moment).set_accessed(moment);
    fs::File::options().write(true).open(&file).unwrap().set_times(times).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o2640)).unwrap();
    let before = fs::metadata(&file).unwrap();
    scan(path, [".", "--redact", "--in-place"]).ends(1);
    let after = fs::metadata(&file).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "************1111\n");
    assert_ne!(after.ino(), before.ino());
    let told = |of: &fs::Metadata| (of.uid(), of.gid(), of.mode(), of.mtime(), of.mtime_nsec());
    assert_eq!(told(&after), told(&before));
    if attributes.is_ok() {
        assert_eq!(attribute().unwrap(), b"shop");
    }
}

#[test]
fn what_cannot_be_redacted_in_place_is_left_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["one", "data.bin", "plain"] {
        fs::write(path.join(name), format!("{VISA}\n")).unwrap();
    }
    fs::write(path.join("data.bin"), format!("\0\x01 {VISA} \0")).unwrap();
    fs::hard_link(path.join("one"), path.join("two")).unwrap();
    fs::write(path.join(format!("paid-{AMEX}")), "nothing").unwrap();
    let mut archive = tar::Builder::new(fs::File::create(path.join("a.tar")).unwrap());
    let mut header = tar::Header::new_ustar();
    header.set_size(16);
    archive.append_data(&mut header, "in", VISA.as_bytes()).unwrap();
    archive.finish().unwrap();
    let database = rusqlite::Connection::open(path.join("a.db")).unwrap();
    database.execute_batch(&format!("CREATE TABLE t (c TEXT); INSERT INTO t VALUES ('{VISA}')")).unwrap();
    drop(database);
    let content = |name: &str| fs::read(path.join(name)).unwrap();
    let left = ["a.db", "a.tar", "data.bin", "one", "two"];
    let before: Vec<_> = left.iter().map(|name| content(name)).collect();
    let said = report(path, [".", "--redact", "--in-place"]);
    assert_eq!(said["redacted"], serde_json::json!(["plain"]));
    let refused = faults(&said, "not_redacted");
    let expected = [
        ("a.db", "database"),
        ("a.tar", "archive"),
        ("data.bin", "--keep-length"),
        ("one", "hard links"),
        ("paid-***********0005", "name only"),
        ("two", "hard links"),
    ];
    assert_eq!(refused.len(), expected.len(), "{refused:?}");
    for ((name, reason), (path, word)) in refused.iter().zip(expected) {
        assert!(name == path && reason.contains(word), "{name}: {reason}");
    }
    assert_eq!(left.iter().map(|name| content(name)).collect::<Vec<_>>(), before);
    let said = report(path, ["data.bin", "--redact", "--keep-length", "--in-place"]);
    assert_eq!(said["redacted"], serde_json::json!(["data.bin"]));
    assert_eq!(content("data.bin"), b"\0\x01 ************1111 \0");
}

#[test]
fn allowed_files_are_not_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("test.txt"), VISA).unwrap();
    fs::write(path.join("allow.toml"), "[[allow]]\npath = \"test.txt\"\nreason = \"a test card\"\n").unwrap();
    scan(path, ["test.txt", "--allow", "allow.toml", "--redact", "--in-place"]).ends(0);
    assert_eq!(fs::read_to_string(path.join("test.txt")).unwrap(), VISA);
}

#[test]
fn a_folder_of_redacted_files_mirrors_the_tree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir_all(path.join("logs/old")).unwrap();
    fs::write(path.join("logs/a.log"), format!("{VISA}\n")).unwrap();
    fs::write(path.join("logs/old/b.log"), "nothing\n").unwrap();
    fs::write(path.join("logs/old/c.gz"), b"\x1f\x8b\x08 damaged").unwrap();
    fs::write(path.join(format!("logs/{MASTERCARD}.log")), "nothing\n").unwrap();
    fs::set_permissions(path.join("logs/a.log"), Permissions::from_mode(0o640)).unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(path.join("logs/d.zip")).unwrap());
    std::io::Write::write_all(
        {
            archive.start_file("in", zip::write::SimpleFileOptions::default()).unwrap();
            &mut archive
        },
        VISA.as_bytes(),
    )
    .unwrap();
    archive.finish().unwrap();
    let said = report(path, ["logs", "--redact", "--out", "out"]);
    assert_eq!(said["redacted"], serde_json::json!(["logs/a.log", "logs/old/b.log"]));
    let refused: Vec<String> = faults(&said, "not_redacted").into_iter().map(|(path, _)| path).collect();
    assert_eq!(refused, ["logs/************0004.log", "logs/d.zip", "logs/old/c.gz"]);
    assert_eq!(names(&path.join("out/logs")), ["a.log", "old"]);
    assert_eq!(names(&path.join("out/logs/old")), ["b.log"]);
    assert_eq!(fs::read_to_string(path.join("out/logs/a.log")).unwrap(), "************1111\n");
    assert_eq!(fs::metadata(path.join("out/logs/a.log")).unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(path.join("logs/a.log")).unwrap(), format!("{VISA}\n"));
    scan(path, ["out"]).ends(0);
    assert_eq!(finds(&report(path, ["logs"])).len(), 3);
}

/// On a file system of 1 MiB that only this shell sees.
const FULL: &str = r#"
mount -t tmpfs -o size=1m tmpfs "$SMALL" || exit 77
cd "$SMALL"
for at in 1 2 3; do cp "$LOG" "$at.log"; done
dd if=/dev/zero of=filler bs=4096 2>/dev/null
"$PANVEIL" scan . --redact --in-place --report report.json >"$RESULTS/out" 2>"$RESULTS/err"
echo $? >"$RESULTS/status"
ls -A >"$RESULTS/left"
cmp "$LOG" 1.log && cmp "$LOG" 2.log && cmp "$LOG" 3.log || exit 10
rm filler
"$PANVEIL" scan . --redact --in-place >"$RESULTS/out2" 2>&1
"$PANVEIL" scan . >/dev/null || exit 11
exit 0
"#;

#[test]
fn a_full_disk_leaves_files_as_they_are() {
    let place = Place::without_vault();
    let log = place.write("a.log", format!("some text and {VISA}\n").repeat(5_000));
    for folder in ["small", "results"] {
        fs::create_dir(place.file(folder)).unwrap();
    }
    let ran = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "bash", "-c", FULL])
        .env("PANVEIL", env!("CARGO_BIN_EXE_panveil"))
        .env("SMALL", place.file("small"))
        .env("RESULTS", place.file("results"))
        .env("LOG", log)
        .output();
    match ran {
        Ok(output) if output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:") => {
            Ran::of(output).ends(0)
        }
        _ => {
            skipped(
                "a_full_disk_leaves_files_as_they_are",
                "this machine lets no test mount a small file system",
            );
            return;
        }
    };
    let said = format!("{}{}", place.read("results/out"), place.read("results/err"));
    assert_eq!(place.read("results/status"), "1\n", "{said}");
    assert!(said.to_lowercase().contains("no space"), "{said}");
    assert!(!said.contains("panicked") && !said.contains(VISA), "{said}");
    assert_eq!(place.read("results/left"), "1.log\n2.log\n3.log\nfiller\n");
}
