//! Reports, the allow-list, and a scan against an earlier one.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{MASTERCARD, VISA, faults, finds, report, scan};

fn tree(path: &Path) {
    fs::create_dir_all(path.join("logs/old")).unwrap();
    fs::write(path.join("logs/a.log"), format!("card {VISA}\n\ncard {MASTERCARD} cvv 123\n")).unwrap();
    fs::write(path.join("logs/old/b.log"), format!("{VISA}\n").repeat(5)).unwrap();
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_documented_example_is_what_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("logs")).unwrap();
    fs::write(path.join("logs/a.log"), "one\npaid with 4111 1111 1111 1111\n").unwrap();
    fs::write(path.join("logs/b.7z"), b"7z\xbc\xaf\x27\x1c").unwrap();
    scan(path, ["logs", "--report", "report.json"]).ends(1);
    let made = json(&path.join("report.json"));
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scan.md")).unwrap();
    let begin = page.find("```json\n").unwrap() + "```json\n".len();
    let text = &page[begin..begin + page[begin..].find("```").unwrap()];
    let mut documented: Value = serde_json::from_str(text).unwrap();
    for changing in ["scanned_at", "tool"] {
        assert!(made[changing].is_string() || made[changing].is_object());
        documented[changing] = made[changing].clone();
    }
    assert_eq!(made, documented);
}

#[test]
fn counts_are_exact_however_few_finds_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    let said = report(folder.path(), [".", "--max-hits-per-file", "2"]);
    assert_eq!(said["totals"]["finds"], 8);
    assert_eq!(said["totals"]["by_kind"], json!({ "pan": 7, "security_code": 1 }));
    assert_eq!(said["totals"]["by_confidence"], json!({ "high": 3, "medium": 5 }));
    let old = &said["files"][1];
    assert_eq!((&old["count"], &old["left_out"]), (&5.into(), &3.into()));
    assert_eq!(old["finds"].as_array().unwrap().len(), 2);
    let ran = scan(folder.path(), [".", "--min-confidence", "high"]).ends(1);
    assert!(ran.stdout.contains("3 finds in 1 file"), "{ran:?}");
}

#[test]
fn the_page_stands_alone_and_shows_the_tree() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    scan(folder.path(), [".", "--report", "report.html"]).ends(1);
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    for part in
        ["logs/</b>", "old/</b>", "a.log</summary>", "line 3, byte 28", "************0004", "Mastercard"]
    {
        assert!(page.contains(part), "{part}");
    }
    for foreign in ["http:", "https:", "<script", "src=", "href="] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for (open, close) in [("<details", "</details>"), ("<table", "</table>"), ("<section", "</section>")] {
        assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
    }
}

#[test]
fn sarif_has_what_its_schema_requires() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    fs::write(folder.path().join("logs/a b.xz"), b"\xfd7zXZ\0").unwrap();
    scan(folder.path(), [".", "--report", "r.sarif"]).ends(1);
    let log = json(&folder.path().join("r.sarif"));
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_str().unwrap())
        .collect();
    assert_eq!(run["tool"]["driver"]["name"], "panveil");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 8);
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
    }
    let location = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "logs/a.log");
    assert_eq!(location["region"], json!({ "startLine": 3, "byteOffset": 28, "byteLength": 16 }));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "logs/a%20b.xz");
}

#[test]
fn what_is_allowed_is_listed_with_its_reason_and_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    tree(path);
    fs::write(path.join("logs/c.xz"), b"\xfd7zXZ\0").unwrap();
    let allow = |text: &str| fs::write(path.join("allow.toml"), text).unwrap();
    let first = "[[allow]]\npath = \"logs/old/**\"\nmask = \"************1111\"\nreason = \"test cards\"\n";
    allow(first);
    let arguments = ["logs", "--allow", "allow.toml"];
    let said = report(path, arguments);
    assert_eq!((&said["totals"]["finds"], &said["totals"]["allowed"]), (&3.into(), &5.into()));
    let allowed = json!([{ "path": "logs/old/b.log", "kind": "pan", "mask": "************1111", "count": 5, "reason": "test cards" }]);
    assert_eq!(said["allowed"], allowed);

    let rest = "[[allow]]\npath = \"logs/a.log\"\nreason = \"a sample\"\nuntil = \"2999-12-31\"\n\
        [[allow]]\npath = \"**/*.xz\"\nkind = \"not_looked_into\"\nreason = \"packed by us\"\n";
    allow(&[first, rest].concat());
    let ran = scan(path, arguments).ends(0);
    assert!(
        ran.stdout.contains("packed by us") && ran.stdout.contains("nothing found; 8 allowed"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr, "");
    // What it no longer allows is said, and so is what is over.
    let over = "[[allow]]\npath = \"gone/**\"\nreason = \"was here\"\n\
        [[allow]]\npath = \"logs/**\"\nreason = \"last year\"\nuntil = \"2025-12-31\"\n";
    allow(&[first, rest, over].concat());
    let ran = scan(path, arguments).ends(0);
    for word in [
        "entry 4 of the allow-list (was here): it allowed nothing",
        "entry 5 of the allow-list (last year): its last day is over",
    ] {
        assert!(ran.stderr.contains(word), "{ran:?}");
    }
    allow(over);
    report(path, arguments);
}

#[test]
fn a_scan_against_an_earlier_one_says_what_is_new_and_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    tree(path);
    scan(path, ["logs", "--report", "first.json"]).ends(1);
    let against = |more: &[&str]| {
        let arguments = ["logs", "--baseline", "first.json"];
        scan(path, arguments.iter().chain(more))
    };
    against(&[]).ends(1);
    let ran = against(&["--new-only"]).ends(0);
    assert!(ran.stdout.contains("against first.json: 0 new, 0 gone, 8 stay"), "{ran:?}");

    // Another line is no other find; one more of the same is.
    fs::write(path.join("logs/a.log"), format!("\n\n\ncard {VISA}\n")).unwrap();
    fs::write(path.join("logs/old/b.log"), format!("{VISA}\n").repeat(6)).unwrap();
    fs::write(path.join("logs/c.log"), format!("{MASTERCARD}\n")).unwrap();
    let ran = against(&["--new-only", "--json", "--report", "r.sarif", "--report", "r.html"]).ends(1);
    let change = |path: &str, kind: &str, mask: Option<&str>, count: u64| json!({ "path": path, "kind": kind, "mask": mask, "count": count });
    let (visa, mastercard) = (Some("************1111"), Some("************0004"));
    let compared = ran.json()["baseline"].clone();
    assert_eq!(compared["with"], "first.json");
    assert_eq!(
        compared["new"],
        json!([change("logs/c.log", "pan", mastercard, 1), change("logs/old/b.log", "pan", visa, 1)])
    );
    assert_eq!(
        compared["gone"],
        json!([change("logs/a.log", "pan", mastercard, 1), change("logs/a.log", "security_code", None, 1)])
    );
    assert_eq!(
        compared["stays"],
        json!([change("logs/a.log", "pan", visa, 1), change("logs/old/b.log", "pan", visa, 5)])
    );
    let log = json(&path.join("r.sarif"));
    let states: Vec<_> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["baselineState"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["unchanged", "new", "new", "new", "new", "new", "new", "new"]);
    let page = fs::read_to_string(path.join("r.html")).unwrap();
    assert!(page.contains("New against first.json") && page.contains("<i class=new>new</i>"));
}

#[test]
fn a_command_line_that_cannot_be_followed_is_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    tree(path);
    fs::write(path.join("bad.toml"), "[[allow]]\nreason = \"x\"\n").unwrap();
    fs::write(path.join("bad.json"), "{\"format\":2,\"files\":[]}").unwrap();
    fs::write(path.join("notes"), "my notes\n").unwrap();
    for arguments in [
        &[][..],
        &["--report", "r.txt"],
        &["--min-confidence", "most"],
        &["--allow", "bad.toml"],
        &["--allow", "none.toml"],
        &["--baseline", "bad.json"],
        &["--new-only"],
        &["--max-hits-per-file", "0"],
        &["--in-place"],
        &["--redact"],
        &["--redact=token", "--in-place"],
        &["--redact=token", "--in-place", "--out", "x"],
        &["--redact=fixed:4", "--in-place"],
        &["--redact=stars", "--in-place"],
        &["--redact", "--out", "x", "--state", "s"],
        &["--redact", "--out", "logs"],
        &["--redact", "--out", "logs/new"],
        &["--state", "notes"],
    ] {
        let paths: &[&str] = if arguments.is_empty() { &[] } else { &["logs"] };
        let ran = scan(path, paths.iter().chain(arguments)).ends(2);
        assert_eq!(ran.stdout, "", "{arguments:?}");
        assert!(ran.stderr.len() > 20, "{arguments:?}");
    }
    assert_eq!(fs::read_to_string(path.join("notes")).unwrap(), "my notes\n");
    assert_eq!(finds(&report(path, ["logs"])).len(), 8, "nothing was changed");
    assert_eq!(faults(&report(path, ["logs"]), "unreadable"), []);
}
