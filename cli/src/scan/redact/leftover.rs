//! Names of files that are being written, and how to tell one that a killed run left.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::OnceLock;
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
pub(crate) fn name() -> io::Result<String> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    Ok(format!("{BEFORE}{}.{}{AFTER}", run()?, NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Whether this process made the name: a walk may meet what it writes meanwhile.
pub(crate) fn is_own(path: &Path) -> bool {
    let of = |name: &OsStr| Some(numbers(name)?.0 == RUN.get()?.to_string());
    path.file_name().and_then(of).unwrap_or(false)
}

static RUN: OnceLock<u32> = OnceLock::new();

/// The number of this run. It is no process id: in a container every run may have the same.
fn run() -> io::Result<u32> {
    if let Some(run) = RUN.get() {
        return Ok(*run);
    }
    let drawn = getrandom::u32().map_err(io::Error::other)?;
    Ok(*RUN.get_or_init(|| drawn))
}

/// What stands there, if its name is one of these. Whoever writes it holds its lock.
pub(crate) fn state(path: &Path) -> Option<Leftover> {
    numbers(path.file_name()?)?;
    match OpenOptions::new().read(true).open(path).map(|file| file.try_lock()) {
        Ok(Ok(())) => Some(Leftover::Abandoned),
        Ok(Err(std::fs::TryLockError::WouldBlock)) => Some(Leftover::BeingWritten),
        _ => None,
    }
}

/// The numbers of such a name: of the run, and of the file.
fn numbers(name: &OsStr) -> Option<(&str, &str)> {
    let (run, file) = name.to_str()?.strip_prefix(BEFORE)?.strip_suffix(AFTER)?.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(run) && is_number(file)).then_some((run, file))
}

#[cfg(test)]
mod tests {
    use super::{Leftover, is_own, state};
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
        assert!(!is_own(&folder.path().join(".panveil-scan.17.0.partial")));
        let path = folder.path().join(super::name().unwrap());
        assert!(is_own(&path));
        let held = File::create(&path).unwrap();
        held.lock().unwrap();
        assert_eq!(state(&path), Some(Leftover::BeingWritten));
        drop(held);
        assert_eq!(state(&path), Some(Leftover::Abandoned));
    }
}
