//! Imports go one way: a room of the house uses only rooms above it.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, top to bottom (ARCHITECTURE.md). Each may import from those before it.
const ROOMS: [&str; 14] = [
    "error", "clock", "card", "crypto", "keys", "audit", "store", "limits", "protect", "reveal", "scan",
    "vault", "hazmat", "lib",
];

/// Rooms that take time, randomness and storage as arguments: no threads, no clocks, no files.
const PURE: [&str; 4] = ["card", "crypto", "keys", "protect"];

/// What a pure room must not name.
const IMPURE: [&str; 6] = ["std::thread", "std::fs", "std::net", "SystemTime", "Instant::now", "rustix"];

#[test]
fn a_room_imports_only_from_rooms_above_it() {
    let mut faults = Vec::new();
    for (room, path, text) in sources() {
        let own = place(&room);
        for (number, line) in code_lines(&text) {
            for used in rooms_used(line) {
                if place(used) > own {
                    faults.push(format!("{}:{number}: {room} uses {used}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_rooms_have_no_threads_clocks_or_files() {
    let mut faults = Vec::new();
    for (room, path, text) in sources() {
        if !PURE.contains(&room.as_str()) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            for word in IMPURE {
                if line.contains(word) {
                    faults.push(format!("{}:{number}: {word}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn ac_12_no_ff3_anywhere() {
    for (_, path, text) in sources() {
        for (number, line) in code_lines(&text) {
            assert!(!line.to_ascii_lowercase().contains("ff3"), "{}:{number}", path.display());
        }
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    assert!(!lock.contains("name = \"ff3"), "an FF3 crate is among the dependencies");
}

#[test]
fn the_rule_itself_finds_a_wrong_import() {
    assert_eq!(rooms_used("use crate::{vault::Vault, card::pan::Pan};"), ["vault", "card"]);
    assert_eq!(rooms_used("let x = crate::reveal::gate::Gate;"), ["reveal"]);
    assert!(place("vault") > place("card"));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn place(room: &str) -> usize {
    ROOMS.iter().position(|name| *name == room).unwrap_or_else(|| panic!("{room} has no place in the house"))
}

/// Every source file with the room it lies in.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    assert!(files.len() > 30, "the sources were not found");
    files
        .into_iter()
        .filter(|path| !is_test_module(path))
        .map(|path| {
            let below = path.strip_prefix(root().join("src")).unwrap();
            let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
            let room = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (room, path, text)
        })
        .collect()
}

/// Whether the file is a module that its `mod.rs` has in test builds only.
fn is_test_module(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let parent = fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    parent.contains(&format!("#[cfg(test)]\nmod {name};"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// Lines of code with their numbers: no comments, and nothing from the tests at a file's end.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..tests]
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
}

/// The rooms a line names through `crate::`.
fn rooms_used(line: &str) -> Vec<&str> {
    let mut used = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let inner = rest.strip_prefix('{').unwrap_or(rest);
        let list = if rest.starts_with('{') { inner.split('}').next().unwrap_or_default() } else { inner };
        for part in list.split(", ") {
            let name: &str =
                part.trim().split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
            if ROOMS.contains(&name) && !used.contains(&name) {
                used.push(name);
            }
            if !rest.starts_with('{') {
                break;
            }
        }
    }
    used
}
