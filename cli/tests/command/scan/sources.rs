//! What is looked into: text, archives in archives, dumps, databases.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{AMEX, MASTERCARD, VISA, finds, report, scan, silent, tool};
use crate::support::{Ran, panveil};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn text_has_lines_and_offsets() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    fs::write(folder.path().join("clean.txt"), "order 4111111111111112\n").unwrap();
    let ran = scan(folder.path(), ["."]).ends(0);
    assert!(ran.stdout.contains("2 files: nothing found"), "{ran:?}");
    fs::write(folder.path().join("logs/a.log"), "one\ntwo 4111 1111 1111 1111\r\nthree\ncvv: 123\n").unwrap();
    let said = report(folder.path(), ["."]);
    assert_eq!(finds(&said), ["logs/a.log pan 1111 2:8", "logs/a.log security_code - 4:40"]);
    let ran = scan(folder.path(), [".", "--threads", "1"]).ends(1);
    for word in ["logs/a.log", "line 2, byte 8", "Visa", "************1111", "3 files: 2 finds in 1 file"] {
        assert!(ran.stdout.contains(word), "{word}: {ran:?}");
    }
}

#[test]
fn a_file_is_read_once_however_often_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(folder.path().join("a/x"), VISA).unwrap();
    let whole = folder.path().join("a").to_str().unwrap().to_owned();
    for paths in [&["a", "a/x"][..], &["a/x", "a"], &["a", "a"], &["a", &whole], &["./a", "a/../a"]] {
        assert_eq!(report(folder.path(), paths)["totals"]["files"], 1, "{paths:?}");
    }
}

#[test]
fn standard_input_is_text_or_an_archive() {
    for (content, found) in [
        (b"x 4111111111111111".to_vec(), "- pan 1111 1:2"),
        (gzip(b"\n5500000000000004"), "- pan 0004 2:1"),
        (zip(&[("a/b", b"378282246310005")]), "-!a/b pan 0005 1:0"),
    ] {
        let mut command = panveil();
        command.args(["scan", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&content).unwrap();
        let ran = silent(Ran::of(child.wait_with_output().unwrap())).ends(1);
        assert_eq!(finds(&ran.json()), [found]);
    }
}

#[test]
fn archives_are_opened_whatever_they_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{}/name.txt", "long".repeat(60));
    let inner = tar(&[("a.log", b"card 4111111111111111\n"), (&long, b"\n\n5500000000000004")]);
    let cases = [
        ("plain-name", gzip(b"378282246310005")),
        ("two-members.gz", [gzip(b"3782822"), gzip(b"46310005")].concat()),
        ("x.zst", zstd(b"378282246310005")),
        (
            "two-frames.zst",
            [zstd(b"3782822"), b"\x50\x2a\x4d\x18\x02\0\0\0ab".to_vec(), zstd(b"46310005")].concat(),
        ),
        ("x.tgz", gzip(&inner)),
        ("x.jar", zip(&[("in.tar.zst", &zstd(&inner)), ("note.txt", b"378282246310005")])),
        ("deep.tar", tar(&[("b.zip", &zip(&[("c.gz", &gzip(&inner))]))])),
    ];
    for (name, content) in &cases {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let said = report(folder.path(), ["."]);
    let shown = [
        "deep.tar!b.zip!c.gz!a.log pan 1111 1:5".to_owned(),
        format!("deep.tar!b.zip!c.gz!{long} pan 0004 3:2"),
        "plain-name pan 0005 1:0".to_owned(),
        "two-frames.zst pan 0005 1:0".to_owned(),
        "two-members.gz pan 0005 1:0".to_owned(),
        "x.jar!in.tar.zst!a.log pan 1111 1:5".to_owned(),
        format!("x.jar!in.tar.zst!{long} pan 0004 3:2"),
        "x.jar!note.txt pan 0005 1:0".to_owned(),
        "x.tgz!a.log pan 1111 1:5".to_owned(),
        format!("x.tgz!{long} pan 0004 3:2"),
        "x.zst pan 0005 1:0".to_owned(),
    ];
    assert_eq!(finds(&said), shown);
    assert_eq!(said["not_looked_into"].as_array().unwrap().len(), 0, "{said}");
}

#[test]
fn archives_of_the_system_s_tools_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let name = format!("d/{}/{}.log", "folder".repeat(10), "file".repeat(20));
    fs::create_dir_all(path.join(&name).parent().unwrap()).unwrap();
    fs::write(path.join(&name), format!("a\nb {VISA}\n")).unwrap();
    std::os::unix::fs::symlink("nowhere", path.join("d/link")).unwrap();
    let mut expected = Vec::new();
    for (line, archive) in [
        ("tar --format=gnu -cf gnu.tar d", "gnu.tar"),
        ("tar --format=pax -cf pax.tar d", "pax.tar"),
        ("tar --format=ustar -cf ustar.tar d", "ustar.tar"),
        ("gzip -c gnu.tar >gnu.tar.gz", "gnu.tar.gz"),
        ("zstd -q -19 -o pax.tar.zst pax.tar", "pax.tar.zst"),
        ("zip -q -r -y d.zip d", "d.zip"),
        ("zip -q -0 -r -y stored.zip d", "stored.zip"),
        ("zip -q streamed.zip - <gnu.tar", "streamed.zip!-"),
    ] {
        if tool(path, line) {
            expected.push(format!("{archive}!{name} pan 1111 2:4"));
        }
    }
    fs::remove_dir_all(path.join("d")).unwrap();
    expected.sort();
    let mut found = finds(&report(path, ["."]));
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn dumps_of_databases_are_text() {
    let folder = tempfile::tempdir().unwrap();
    let mysql = "-- MySQL dump 10.13\nDROP TABLE IF EXISTS `paid`;\nINSERT INTO `paid` VALUES (1,'4111111111111111','12/29'),(2,'5500-0000-0000-0004',NULL);\n";
    let postgres = "--\n-- PostgreSQL database dump\n--\nCOPY public.paid (id, card) FROM stdin;\n1\t378282246310005\n\\.\n";
    fs::write(folder.path().join("mysql.sql.gz"), gzip(mysql.as_bytes())).unwrap();
    fs::write(folder.path().join("postgres.sql"), postgres).unwrap();
    assert_eq!(
        finds(&report(folder.path(), ["."])),
        ["mysql.sql.gz pan 1111 3:79", "mysql.sql.gz pan 0004 3:110", "postgres.sql pan 0005 5:76"]
    );
}

#[test]
fn databases_are_read_cell_by_cell() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b?#.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute_batch(&format!(
            "PRAGMA secure_delete = OFF;
             CREATE TABLE paid (id INTEGER PRIMARY KEY, card INTEGER, cvv TEXT, note BLOB);
             CREATE INDEX by_card ON paid (card);
             INSERT INTO paid VALUES (7, {VISA}, '123', NULL), (8, NULL, '', 'see {MASTERCARD}'), (9, NULL, NULL, '{AMEX}');
             DELETE FROM paid WHERE id = 9;"
        ))
        .unwrap();
    drop(database);
    let before = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    let said = report(folder.path(), ["."]);
    let found = finds(&said);
    assert_eq!(
        found[..3],
        [
            "a b?#.db pan 1111 paid.card[7]",
            "a b?#.db security_code - paid.cvv[7]",
            "a b?#.db pan 0004 paid.note[8]"
        ]
    );
    // The deleted row is still in the file.
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[3].starts_with("a b?#.db pan 0005 null:"), "{found:?}");
    assert_eq!((fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap()), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was written beside it");
    // In an archive too.
    let content = fs::read(&path).unwrap();
    fs::write(folder.path().join("in.tar.gz"), gzip(&tar(&[("x.db", &content)]))).unwrap();
    let found = finds(&report(folder.path(), ["in.tar.gz"]));
    assert_eq!(found[0], "in.tar.gz!x.db pan 1111 paid.card[7]");
    assert_eq!(found.len(), 4);
}

#[test]
fn a_gigantic_line_is_read_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::create(folder.path().join("line")).unwrap();
    let piece = b"12 ".repeat(350_000);
    for _ in 0..250 {
        file.write_all(&piece).unwrap();
    }
    write!(file, "card {VISA}").unwrap();
    let size = 250 * piece.len();
    let out = folder.path().join("out.json");
    // Address space, of which threads and the allocator take most without using it.
    let line = "ulimit -v 250000; exec \"$0\" scan line --threads 1 --json";
    let ran = std::process::Command::new("sh")
        .args(["-c", line, env!("CARGO_BIN_EXE_panveil")])
        .current_dir(folder.path())
        .stdout(File::create(&out).unwrap())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    let said = serde_json::from_slice(&fs::read(out).unwrap()).unwrap();
    assert_eq!(finds(&said), [format!("line pan 1111 1:{}", size + 5)]);
}
