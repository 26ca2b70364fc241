//! What cannot be looked into is said, and shows in the exit status.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{VISA, faults, finds, report, scan, silent, tool};
use crate::support::{PASSPHRASE, Ran, skipped};

#[test]
fn closed_formats_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("clean"), "nothing to find here, only some words to make it longer\n").unwrap();
    let mut expected = Vec::new();
    for (line, name, reason) in [
        ("bzip2 -k -c clean >a.bz2", "a.bz2", "bzip2 is not opened"),
        ("xz -k -c clean >a.xz", "a.xz", "xz is not opened"),
        ("zip -q -P secret a.zip clean", "a.zip!clean", "Password required"),
    ] {
        if tool(path, line) {
            expected.push((name.to_owned(), reason));
        }
    }
    let said = report(path, ["."]);
    assert_eq!(finds(&said), [""; 0]);
    let mut unseen = faults(&said, "not_looked_into");
    unseen.sort();
    expected.sort();
    assert_eq!(unseen.len(), expected.len(), "{unseen:?}");
    for ((path, reason), (name, words)) in unseen.iter().zip(&expected) {
        assert!(path == name && reason.contains(words), "{path}: {reason}, not {words}");
    }
    // On the terminal too.
    let ran = scan(path, ["."]).ends(1);
    assert!(ran.stdout.contains("xz is not opened") || !path.join("a.xz").exists(), "{ran:?}");
}

#[test]
fn a_damaged_archive_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(format!("{VISA}\n").as_bytes()).unwrap();
    encoder.write_all(&b"some more text\n".repeat(30_000)).unwrap();
    let whole = encoder.finish().unwrap();
    fs::write(path.join("cut.gz"), &whole[..whole.len() - 1000]).unwrap();
    let mut sum = whole.clone();
    let at = sum.len() - 8;
    sum[at] ^= 1;
    fs::write(path.join("sum.gz"), sum).unwrap();
    fs::write(path.join("junk.gz"), [&whole[..], b"and something behind"].concat()).unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(VISA.len() as u64);
    archive.append_data(&mut header, "in", VISA.as_bytes()).unwrap();
    let archive = archive.into_inner().unwrap();
    fs::write(path.join("cut.tar"), &archive[..512 + 20]).unwrap();
    let mut damaged = archive[..1024].to_vec();
    damaged.extend_from_slice(&[7; 512]);
    fs::write(path.join("damaged.tar"), damaged).unwrap();
    fs::write(path.join("cut.zip"), b"PK\x03\x04 and no more").unwrap();
    fs::write(path.join("cut.db"), [b"SQLite format 3\0", VISA.as_bytes(), b" and no more"].concat())
        .unwrap();
    fs::write(path.join("cut.zst"), b"\x28\xb5\x2f\xfd\x04").unwrap();
    let said = report(path, ["."]);
    assert_eq!(
        finds(&said),
        [
            "cut.db pan 1111 null:16",
            "cut.gz pan 1111 1:0",
            "cut.tar!in pan 1111 1:0",
            "damaged.tar!in pan 1111 1:0",
            "junk.gz pan 1111 1:0",
            "sum.gz pan 1111 1:0",
        ]
    );
    let unseen: Vec<String> = faults(&said, "not_looked_into").into_iter().map(|(path, _)| path).collect();
    let names = ["cut.db", "cut.gz", "cut.tar", "cut.zip", "cut.zst", "damaged.tar", "junk.gz", "sum.gz"];
    assert_eq!(unseen, names);
}

#[test]
fn a_write_ahead_log_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let database = rusqlite::Connection::open(path.join("a.db")).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (c TEXT);").unwrap();
    database.execute("INSERT INTO t VALUES (?1)", [format!("card {VISA}")]).unwrap();
    let said = report(path, ["."]);
    assert_eq!(faults(&said, "not_looked_into")[0].0, "a.db");
    // Its bytes are looked at as those of a file of its own.
    assert!(finds(&said).iter().any(|find| find.starts_with("a.db-wal pan 1111 null:")), "{said}");
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    assert_eq!(finds(&report(path, ["."])), ["a.db pan 1111 t.c[1]"]);
}

#[test]
fn bombs_are_left_when_they_expand_too_far() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // 400 MiB of nothing in a few kilobytes, and archives in archives without an end.
    let gzip = |content: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    };
    let bomb = gzip(&gzip(&vec![0u8; 1 << 20]).repeat(400));
    assert!(bomb.len() < 20_000, "{}", bomb.len());
    fs::write(path.join("bomb.gz"), &bomb).unwrap();
    let mut nested = VISA.as_bytes().to_vec();
    for _ in 0..12 {
        nested = gzip(&nested);
    }
    fs::write(path.join("nested.gz"), nested).unwrap();
    let said = report(path, ["."]);
    let unseen = faults(&said, "not_looked_into");
    assert_eq!(unseen.len(), 2, "{said}");
    assert!(unseen[0].1.contains("1,000 times its size"), "{unseen:?}");
    assert!(unseen[1].1.contains("more than 8 archives"), "{unseen:?}");
}

#[test]
fn links_and_devices_are_skipped_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("a")).unwrap();
    fs::write(path.join("a/x"), VISA).unwrap();
    std::os::unix::fs::symlink("..", path.join("a/loop")).unwrap();
    std::os::unix::fs::symlink("x", path.join("a/link")).unwrap();
    assert!(tool(path, "mkfifo a/pipe"));
    let _socket = std::os::unix::net::UnixListener::bind(path.join("a/socket")).unwrap();
    let said = report(path, ["."]);
    assert_eq!(finds(&said), ["a/x pan 1111 1:0"]);
    let skipped: Vec<String> = faults(&said, "skipped").into_iter().map(|(path, _)| path).collect();
    assert_eq!(skipped, ["a/link", "a/loop", "a/pipe", "a/socket"]);
    // Skipping alone is no fault; a link that is named is followed.
    fs::write(path.join("a/x"), "").unwrap();
    scan(path, ["."]).ends(0);
    fs::write(path.join("a/x"), VISA).unwrap();
    assert_eq!(finds(&report(path, ["a/link"])), ["a/link pan 1111 1:0"]);
}

#[test]
fn unreadable_files_are_said_and_the_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    for name in ["locked", "closed"] {
        fs::create_dir(path.join(name)).unwrap();
    }
    for name in ["locked/x", "closed/y", "z"] {
        fs::write(path.join(name), VISA).unwrap();
    }
    fs::set_permissions(path.join("locked/x"), PermissionsExt::from_mode(0o0)).unwrap();
    fs::set_permissions(path.join("closed"), PermissionsExt::from_mode(0o0)).unwrap();
    // The superuser may read everything, so somebody else does it.
    let is_superuser = fs::read(path.join("locked/x")).is_ok();
    let program = env!("CARGO_BIN_EXE_panveil");
    let mut command = if is_superuser {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
        command
    } else {
        Command::new(program)
    };
    command.env("PANVEIL_PASSPHRASE", PASSPHRASE).current_dir(path).stdin(Stdio::null());
    let output = command.args(["scan", ".", "no-such-file", "--json"]).output();
    fs::set_permissions(path.join("closed"), PermissionsExt::from_mode(0o755)).unwrap();
    let output = match output {
        Ok(output) if !output.stderr.starts_with(b"setpriv:") => output,
        _ => {
            skipped("unreadable_files_are_said_and_the_others_read", "nobody else can run the command here");
            return;
        }
    };
    let said = silent(Ran::of(output)).ends(1).json();
    assert_eq!(finds(&said), ["z pan 1111 1:0"]);
    assert_eq!(
        faults(&said, "unreadable"),
        [
            ("closed".to_owned(), "Permission denied".to_owned()),
            ("locked/x".to_owned(), "Permission denied".to_owned()),
            ("no-such-file".to_owned(), "No such file or directory".to_owned()),
        ]
    );
}
