//! UTF-16 and Shift_JIS, end to end: where finds lie, and that redaction keeps the encoding.

use std::fs;
use std::path::Path;

use super::{VISA, faults, report, scan};

/// Encodes a text.
type Encode = fn(&str) -> Vec<u8>;

const UTF_16: [(&str, Encode, &[u8]); 2] = [
    ("LE", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(), b"\xff\xfe"),
    ("BE", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect(), b"\xfe\xff"),
];

fn shift_jis(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

/// The finds of one file: kind, line, offset and length.
fn places(path: &Path, name: &str) -> Vec<(String, u64, u64, u64)> {
    let said = report(path, [name]);
    assert_eq!(said["not_looked_into"], serde_json::json!([]));
    let finds = said["files"][0]["finds"].as_array().unwrap();
    let place = |find: &serde_json::Value, of: &str| find["place"][of].as_u64().unwrap();
    let told = |find: &serde_json::Value| {
        (
            find["kind"].as_str().unwrap().to_owned(),
            place(find, "line"),
            place(find, "offset"),
            place(find, "length"),
        )
    };
    finds.iter().map(told).collect()
}

/// Lines before the first find: none, some, and so many that the text is read in several pieces.
const BEFORE: [usize; 3] = [0, 3, 6_000];

const ORDER: &str = "注文 12: 受付済み, ご確認ください。\r\n";

#[test]
fn finds_in_utf_16_have_their_line_and_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (endian, encode, mark) in UTF_16 {
        for mark in [&b""[..], mark] {
            for before in BEFORE {
                let told = format!("{endian}, {} bytes before {before} lines", mark.len());
                let first = format!("{}card=\"4111 1111 1111 1111\"; ", ORDER.repeat(before));
                let second = format!("{first}cvv: 123\r\nカード ");
                let third = format!("{second}４１１１－１１１１－１１１１－１１１１ です\nand ");
                let text = format!("{third}{VISA}");
                fs::write(path.join("a.txt"), [mark, &encode(&text)].concat()).unwrap();
                let at = |text: &str, back: usize| (mark.len() + encode(text).len() - 2 * back) as u64;
                let line = before as u64 + 1;
                assert_eq!(
                    places(path, "a.txt"),
                    [
                        ("pan".to_owned(), line, at(&first, 22), 38),
                        ("security_code".to_owned(), line, at(&second, 9), 6),
                        ("pan".to_owned(), line + 1, at(&second, 0), 38),
                        ("pan".to_owned(), line + 2, at(&third, 0), 32),
                    ],
                    "{told}"
                );
            }
        }
    }
}

#[test]
fn redacted_utf_16_keeps_its_encoding_and_its_mark() {
    let rows: [(usize, &[&str], &str); 4] = [
        (6_000, &["--redact"], "カード: ************1111, cvv=***, ************1111\r\n"),
        (3, &["--redact", "--keep-length"], "カード: **** **** **** 1111, cvv=***, ****-****-****-1111\r\n"),
        (0, &["--redact=fixed:[カード番号]"], "カード: [カード番号], cvv=***, [カード番号]\r\n"),
        (3, &["--redact=fixed:[card]"], "カード: [card], cvv=***, [card]\r\n"),
    ];
    for (endian, encode, mark) in UTF_16 {
        for mark in [&b""[..], mark] {
            for (before, how, redacted) in rows {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path();
                let told = format!("{endian}, {} bytes before {before} lines, {how:?}", mark.len());
                let whole = |line: &str| {
                    let text = [&ORDER.repeat(before), line, "and then nothing\n"].concat();
                    [mark, &encode(&text)].concat()
                };
                let line = "カード: 4111 1111 1111 1111, cvv=123, ４１１１－１１１１－１１１１－１１１１\r\n";
                fs::write(path.join("a.txt"), whole(line)).unwrap();
                let said = report(path, ["a.txt", "--in-place"].iter().chain(how));
                assert_eq!(said["redacted"], serde_json::json!(["a.txt"]), "{told}: {said}");
                assert!(fs::read(path.join("a.txt")).unwrap() == whole(redacted), "{told}");
                scan(path, ["a.txt"]).ends(0);
            }
        }
    }
}

#[test]
fn half_a_character_at_the_end_stays() {
    for (endian, encode, mark) in UTF_16 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let whole = |number: &str| [mark, &encode(&format!("card {number} ")), b"4"].concat();
        fs::write(path.join("a.txt"), whole(VISA)).unwrap();
        let said = report(path, ["a.txt", "--redact", "--in-place"]);
        assert_eq!(said["redacted"], serde_json::json!(["a.txt"]), "{endian}");
        assert!(fs::read(path.join("a.txt")).unwrap() == whole("************1111"), "{endian}");
        scan(path, ["a.txt"]).ends(0);
    }
}

/// What two programs write to one log: the second one knows nothing of UTF-16. Numbers of both are found and taken out.
#[test]
fn bytes_among_utf_16_are_seen_and_redacted() {
    for (endian, encode, _) in UTF_16 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let parts = |number: &str, wide: &str| {
            let ascii = format!("!paid with {number};\n");
            assert_eq!(ascii.len(), 32, "what comes after is in pairs again");
            [
                encode(&"some lines\n".repeat(100)),
                ascii.into_bytes(),
                encode(&format!("one\ntwo {wide}\nend\n")),
            ]
            .concat()
        };
        let before = parts("4111-1111-1111-1111", VISA);
        fs::write(path.join("a.log"), &before).unwrap();
        let ascii = 2 * 1100 + 11;
        assert_eq!(
            places(path, "a.log"),
            [("pan".to_owned(), 101, ascii, 19), ("pan".to_owned(), 102, ascii + 21 + 16, 32),],
            "{endian}"
        );
        assert_eq!(
            report(path, ["a.log", "--redact", "--in-place"])["redacted"],
            serde_json::json!(["a.log"])
        );
        let after = parts("****-****-****-1111", "************1111");
        assert!(fs::read(path.join("a.log")).unwrap() == after, "{endian}");
        scan(path, ["a.log"]).ends(0);
    }
}

#[test]
fn full_width_digits_in_shift_jis_are_found_and_redacted() {
    let rows: [(&[&str], &str); 3] = [
        (&["--redact"], "カード番号：************1111\r\n表示 ************1111\r\n"),
        (
            &["--redact", "--keep-length"],
            "カード番号：********－********－********－１１１１\r\n表示 ************1111\r\n",
        ),
        (&["--redact=fixed:[card]"], "カード番号：[card]\r\n表示 [card]\r\n"),
    ];
    let lines = format!("カード番号：４１１１－１１１１－１１１１－１１１１\r\n表示 {VISA}\r\n");
    for before in BEFORE {
        let head = ORDER.repeat(before);
        for (how, redacted) in rows {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            fs::write(path.join("a.csv"), shift_jis(&format!("{head}{lines}"))).unwrap();
            let at = |text: &str| shift_jis(&format!("{head}{text}")).len() as u64;
            let line = before as u64 + 1;
            let second = lines.split_once("4").unwrap().0;
            assert_eq!(
                places(path, "a.csv"),
                [
                    ("pan".to_owned(), line, at("カード番号："), 38),
                    ("pan".to_owned(), line + 1, at(second), 16),
                ]
            );
            let said = report(path, ["a.csv", "--in-place"].iter().chain(how));
            assert_eq!(said["redacted"], serde_json::json!(["a.csv"]), "{said}");
            let expected = shift_jis(&format!("{head}{redacted}"));
            assert!(fs::read(path.join("a.csv")).unwrap() == expected, "{how:?}");
            scan(path, ["a.csv"]).ends(0);
        }
    }
}

#[test]
fn a_text_of_another_encoding_is_not_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let text = format!("カード番号 {VISA}\n");
    fs::write(path.join("utf-8"), &text).unwrap();
    fs::write(path.join("shift_jis"), shift_jis(&text)).unwrap();
    let said = report(path, [".", "--redact=fixed:[番号]", "--in-place"]);
    assert_eq!(said["redacted"], serde_json::json!(["utf-8"]));
    assert_eq!(faults(&said, "not_redacted")[0].0, "shift_jis");
    assert!(faults(&said, "not_redacted")[0].1.contains("not in UTF-8"), "{said}");
    assert_eq!(fs::read(path.join("shift_jis")).unwrap(), shift_jis(&text));
    assert_eq!(fs::read_to_string(path.join("utf-8")).unwrap(), "カード番号 [番号]\n");
}
