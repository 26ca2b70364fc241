//! `protect` as operators meet it: dialects, refusals, rejects, and what it says.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Place, TABLE, VISA, run};

#[test]
fn shift_jis_stays_shift_jis() {
    let place = Place::new();
    // 表 is 95 5C and ポ is 83 7C: their second bytes are a backslash and a bar.
    let text = "id|名前|カード番号|セキュリティコード\r\nC1|表 ポール|4111111111111111|123\r\n";
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let input = place.write("legacy.csv", &bytes);
    let out = place.file("out.csv");
    run(["protect", &place.dir(), "--in", &input, "--out", &out, "--pan-column", "カード番号"])
        .ends(0)
        .says(&["セキュリティコード", "dropped"]);
    let written = fs::read(&out).unwrap();
    let (decoded, _, damaged) = encoding_rs::SHIFT_JIS.decode(&written);
    assert!(!damaged);
    let lines: Vec<&str> = decoded.split("\r\n").collect();
    assert_eq!(lines[0], "id|名前|token|token_format|masked");
    assert!(lines[1].starts_with("C1|表 ポール|411111"), "{}", lines[1]);
    assert!(lines[1].ends_with("1111|f1.6-4|************1111"), "{}", lines[1]);
    assert_eq!(lines[2..], [""]);
}

#[test]
fn a_refused_layout_says_which_one_works() {
    let place = Place::new();
    place.write("legacy.csv", TABLE);
    for (layout, number) in [("8+4", 201), ("6-4", 202), ("all", 202)] {
        run(place.protect("legacy.csv", "out.csv", &["--layout", layout]))
            .refused(number)
            .says(&["auto", "0+4", "6+4", "8+0"]);
    }
    assert!(!place.names().contains(&"out.csv".to_owned()));
    // A known layout that does not serve a length rejects the rows of that length and says so.
    place.write("amex.csv", "card_number\n378282246310005\n4111111111111111\n");
    let ran = run(place.protect("amex.csv", "out.csv", &["--layout", "6+4"])).ends(1);
    assert!(ran.stdout.contains("LayoutRefused 1"), "{ran:?}");
    assert!(ran.stderr.contains("--layout auto"), "{ran:?}");
    assert_eq!(place.read("out.csv.rejects.csv"), "line,column,reason\n2,card_number,LayoutRefused\n");
}

#[test]
fn rejected_rows_end_in_status_1_and_stand_in_the_rejects() {
    let place = Place::new();
    let table = "\
id,card_number,memo
C1,4111111111111111,fine
C2,4111111111111112,wrong check digit
C3,4111111111111111,he said 4012-8888-8888-1881
C4,4111,short
C5,4111111111111111
";
    place.write("legacy.csv", table);
    let ran = run(place.protect("legacy.csv", "out.csv", &[])).ends(1);
    assert!(ran.stdout.contains("5 rows") && ran.stdout.contains("1 protected"), "{ran:?}");
    assert!(ran.stdout.contains("4 rejected") && ran.stdout.contains("out.csv.rejects.csv"), "{ran:?}");
    let rejects = "line,column,reason\n3,card_number,PanLuhn\n4,memo,PanElsewhere\n5,card_number,PanLength\n6,,RaggedRow\n";
    assert_eq!(place.read("out.csv.rejects.csv"), rejects);
    assert_eq!(place.read("out.csv").lines().count(), 2);
    let mode = fs::metadata(place.file("out.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // With the memo allowed, or left out, its row is taken.
    run(place.protect("legacy.csv", "out.csv", &["--force", "--allow", "memo"])).ends(1);
    assert!(!place.read("out.csv.rejects.csv").contains("PanElsewhere"));
    run(place.protect("legacy.csv", "out.csv", &["--force", "--drop", "memo"])).ends(1);
    assert!(place.read("out.csv").starts_with("id,token,token_format,masked\n"));
    // A run without rejects removes the old ones, which would be of another run.
    place.write("legacy.csv", TABLE);
    run(place.protect("legacy.csv", "out.csv", &["--force"])).ends(0);
    assert!(!place.names().contains(&"out.csv.rejects.csv".to_owned()));
}

#[test]
fn an_existing_output_is_kept_unless_it_may_be_replaced() {
    let place = Place::new();
    place.write("legacy.csv", TABLE);
    place.write("out.csv", "mine");
    run(place.protect("legacy.csv", "out.csv", &[])).refused(904).says(&["out.csv exists", "--force"]);
    assert_eq!(place.read("out.csv"), "mine");
    run(place.protect("legacy.csv", "legacy.csv", &["--force"])).refused(904).says(&["output is the input"]);
    assert_eq!(place.read("legacy.csv"), TABLE);
    run(place.protect("legacy.csv", "out.csv", &["--force"])).ends(0);
    assert!(place.read("out.csv").starts_with("id,token"));
}

#[test]
fn mistakes_in_columns_are_explained() {
    let place = Place::new();
    place.write("legacy.csv", TABLE);
    let column = |name: &str| {
        let mut words = place.protect("legacy.csv", "out.csv", &[]);
        *words.last_mut().unwrap() = name.to_owned();
        words
    };
    run(column("pan")).refused(904).says(&["no column `pan`", "id, card_number, security_code, name"]);
    run(column("security_code")).refused(110).says(&["security_code"]);
    run(place.protect("legacy.csv", "out.csv", &["--allow", "security_code"])).refused(110);
    run(place.protect("legacy.csv", "out.csv", &["--drop", "nam"])).refused(904).says(&["no column `nam`"]);
    run(place.protect("no.csv", "out.csv", &[])).refused(902).says(&["no.csv", "No such file"]);
    run(place.protect("legacy.csv", "none/out.csv", &[])).refused(902).says(&["none", "No such file"]);
    place.write("utf16.csv", b"\xff\xfei\0d\0");
    run(place.protect("utf16.csv", "out.csv", &[])).refused(904).says(&["UTF-16", "iconv"]);
    place.write("empty.csv", "");
    run(place.protect("empty.csv", "out.csv", &[])).refused(904).says(&["empty"]);
    place.write("headless.csv", "C1,4111111111111111\n");
    let ran = run(place.protect("headless.csv", "out.csv", &[])).ends(1);
    assert!(!ran.stderr.contains(VISA), "{ran:?}");
    run(place.protect("legacy.csv", "out.csv", &["--encoding", "ebcdic"])).ends(1).says(&["shift_jis"]);
    run(place.protect("legacy.csv", "out.csv", &["--separator", "dot"])).ends(1).says(&["semicolon"]);
    assert!(!place.names().iter().any(|name| name.starts_with("out.csv") || name.starts_with('.')));
}

#[test]
fn operators_are_told_of_dropped_codes_and_leading_zeros() {
    let place = Place::new();
    place.write("legacy.csv", TABLE);
    let ran = run(place.protect("legacy.csv", "out.csv", &[])).ends(0);
    assert!(ran.stderr.contains("security_code") && ran.stderr.contains("PCI DSS 3.3.1"), "{ran:?}");
    assert!(ran.stdout.contains("dropped 2 cells of security_code"), "{ran:?}");
    // Nobody sees it until a spreadsheet has eaten the zero.
    assert!(ran.stderr.contains("begin with zero") && ran.stderr.contains("text"), "{ran:?}");
}

#[test]
fn a_table_protected_twice_is_recognized() {
    let place = Place::new();
    place.protected();
    let again = place.protect("protected.csv", "again.csv", &[]);
    let mut words = again.clone();
    *words.last_mut().unwrap() = "token".to_owned();
    let ran = run(words);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(!place.names().contains(&"again.csv".to_owned()));
}
