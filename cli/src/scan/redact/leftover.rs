//! Names of files that are being written, and how to tell one that a killed run left.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Whether somebody still writes a file of such a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftover {
    BeingWritten,
    Abandoned,
}

const BEFORE: &str = ".panveil-scan.";
const AFTER: &str = ".partial";

/// A name that no other file of this or another process has.
pub(crate) fn name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{BEFORE}{}.{}{AFTER}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// What stands there, if its name is one of these. Whoever writes it holds its lock.
pub(crate) fn state(path: &Path) -> Option<Leftover> {
    if !path.file_name().is_some_and(is_such_a_name) {
        return None;
    }
    match OpenOptions::new().read(true).open(path).map(|file| file.try_lock()) {
        Ok(Ok(())) => Some(Leftover::Abandoned),
        Ok(Err(std::fs::TryLockError::WouldBlock)) => Some(Leftover::BeingWritten),
        _ => None,
    }
}

fn is_such_a_name(name: &OsStr) -> bool {
    let middle = name.to_str().and_then(|name| name.strip_prefix(BEFORE)?.strip_suffix(AFTER));
    let numbers = middle.and_then(|middle| middle.split_once('.'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|(process, count)| is_number(process) && is_number(count))
}

#[cfg(test)]
mod tests {
    use super::{Leftover, state};
    use std::fs::{self, File};

    #[test]
    fn only_abandoned_files_of_such_names_are_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        for (name, expected) in [
            (".panveil-scan.17.0.partial", Some(Leftover::Abandoned)),
            (".panveil-scan.17.partial", None),
            (".panveil-scan.x.0.partial", None),
            ("panveil-scan.17.0.partial", None),
            (".panveil-scan.17.0.partial.txt", None),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, "").unwrap();
            assert_eq!(state(&path), expected, "{name}");
        }
        let path = folder.path().join(super::name());
        let held = File::create(&path).unwrap();
        held.lock().unwrap();
        assert_eq!(state(&path), Some(Leftover::BeingWritten));
        drop(held);
        assert_eq!(state(&path), Some(Leftover::Abandoned));
    }
}
