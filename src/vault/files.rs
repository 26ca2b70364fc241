//! Where things lie in a vault directory, and how files are replaced whole.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::problem::{At, Problem};

/// The files of a vault directory.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    root: PathBuf,
}

impl Files {
    pub(crate) fn of(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.root.join("panveil.toml")
    }

    pub(crate) fn policy(&self) -> PathBuf {
        self.root.join("policy.toml")
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("manifest")
    }

    pub(crate) fn keyring(&self) -> PathBuf {
        self.root.join("keyring.pvk")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root.join("state.db")
    }

    pub(crate) fn audit(&self) -> PathBuf {
        self.root.join("audit")
    }

    pub(crate) fn trust(&self) -> PathBuf {
        self.root.join("trust")
    }
}

/// Writes a file whole or not at all: a temporary file beside it, made durable, then renamed over it. One process at
/// a time: callers hold the directory's lock, or work on a vault that nobody knows yet.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), Problem> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = directory.join(format!(".{name}.partial"));
    let written = write_new(&temporary, content).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        // What matters is reported below; a leftover is overwritten by the next try.
        let _ = std::fs::remove_file(&temporary);
    }
    written.at(path)?;
    sync_directory(directory)
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), Problem> {
    File::open(directory).and_then(|handle| handle.sync_all()).at(directory)
}

fn write_new(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Keeps other processes from changing the vault's files until the returned handle is dropped.
pub(crate) fn lock_directory(directory: &Path) -> Result<File, Problem> {
    let handle = File::open(directory).at(directory)?;
    rustix::fs::flock(&handle, rustix::fs::FlockOperation::LockExclusive)
        .map_err(std::io::Error::from)
        .at(directory)?;
    Ok(handle)
}

/// As [`lock_directory`], if no other process holds the lock now.
pub(crate) fn try_lock_directory(directory: &Path) -> std::io::Result<Option<File>> {
    let handle = File::open(directory)?;
    match rustix::fs::flock(&handle, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(handle)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
