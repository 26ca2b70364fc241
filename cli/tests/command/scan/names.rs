//! Names: .gitignore, and card numbers in names.

use std::fs;
use std::os::unix::ffi::OsStrExt;

use super::{MASTERCARD, VISA, finds, report, scan};

#[test]
fn gitignore_is_honoured_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["src", "target", ".git", ".hidden"] {
        fs::create_dir(path.join(name)).unwrap();
        fs::write(path.join(name).join("x"), VISA).unwrap();
    }
    fs::write(path.join(".gitignore"), "target/\n").unwrap();
    assert_eq!(
        finds(&report(path, ["."])),
        [".git/x pan 1111 1:0", ".hidden/x pan 1111 1:0", "src/x pan 1111 1:0", "target/x pan 1111 1:0"]
    );
    assert_eq!(finds(&report(path, [".", "--gitignore"])), [".hidden/x pan 1111 1:0", "src/x pan 1111 1:0"]);
}

#[test]
fn a_card_number_in_a_name_is_a_find_and_is_masked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join(format!("card {MASTERCARD}"))).unwrap();
    fs::write(path.join(format!("card {MASTERCARD}/paid-{VISA}.txt")), VISA).unwrap();
    fs::write(path.join(std::ffi::OsStr::from_bytes(b"\xff<b>\n.txt")), VISA).unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(path.join("a.zip")).unwrap());
    archive.start_file(format!("{VISA}.txt"), zip::write::SimpleFileOptions::default()).unwrap();
    archive.finish().unwrap();
    let arguments = [".", "--report", "r.html", "--report", "r.sarif", "--report", "r.json", "--json"];
    let said = scan(path, arguments).ends(1).json();
    assert_eq!(
        finds(&said),
        [
            "a.zip!************1111.txt pan 1111 name",
            "card ************0004 pan 0004 name",
            "card ************0004/paid-************1111.txt pan 1111 name",
            "card ************0004/paid-************1111.txt pan 1111 1:0",
            "\u{fffd}<b>?.txt pan 1111 1:0",
        ]
    );
    for name in ["r.html", "r.sarif", "r.json"] {
        let text = fs::read_to_string(path.join(name)).unwrap();
        assert!(!text.contains(VISA) && !text.contains(MASTERCARD), "{name}");
        assert!(text.contains("paid-************1111.txt"), "{name}");
    }
    assert!(!fs::read_to_string(path.join("r.html")).unwrap().contains("<b>?.txt"));
    // Not in errors either.
    let missing = format!("none/{VISA}.txt");
    let ran = scan(path, [missing.as_str()]).ends(1);
    assert!(ran.stdout.contains("none/************1111.txt"), "{ran:?}");
}
