//! Where things lie in a vault directory, and how files are replaced whole.

use std::fs::File;
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

/// Writes a file whole or not at all, readable by its owner only.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), Problem> {
    crate::audit::durable::replace(path, content).at(path)
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), Problem> {
    File::open(directory).and_then(|handle| handle.sync_all()).at(directory)
}

/// Keeps other processes from opening or changing the vault until it is dropped.
#[derive(Debug)]
pub(crate) struct DirectoryLock(
    #[expect(dead_code, reason = "the lock lives as long as its file is open")] File,
);

impl DirectoryLock {
    /// Waits for the lock of this vault directory. The kernel gives it free when its process ends.
    pub(crate) fn take(directory: &Path) -> Result<Self, Problem> {
        let handle = File::open(directory).at(directory)?;
        rustix::fs::flock(&handle, rustix::fs::FlockOperation::LockExclusive)
            .map_err(std::io::Error::from)
            .at(directory)?;
        Ok(Self(handle))
    }

    /// The lock, if no other process holds it now.
    pub(crate) fn try_take(directory: &Path) -> std::io::Result<Option<Self>> {
        let handle = File::open(directory)?;
        match rustix::fs::flock(&handle, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(handle))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
