//! Files that are either the old or the new one after any crash, and locks the kernel releases on kill.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::error::{Error, Result};

/// Puts `bytes` in place of the file at `path`, durably: temporary file, fsync, rename, fsync of the directory.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = path.with_extension(match path.extension() {
        Some(extension) => format!("{}.tmp", extension.to_string_lossy()),
        None => "tmp".to_owned(),
    });
    let written = create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        let _ = fs::remove_file(&temporary);
        return Err(error.into());
    }
    sync_parent(path)
}

/// An empty file at `path` for reading and writing, whatever stood there before; only its owner may read it.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Makes the names in the directory of `path` durable.
pub(crate) fn sync_parent(path: &Path) -> Result<()> {
    let directory = path.parent().ok_or(Error::Io)?;
    Ok(File::open(directory)?.sync_all()?)
}

/// The content of the file, or nothing if there is no such file.
///
/// # Errors
/// [`Error::AuditDamaged`] beyond `limit` bytes or if it is no UTF-8: the caller expects a short text.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<Option<String>> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    if metadata.len() > limit {
        return Err(Error::AuditDamaged);
    }
    String::from_utf8(fs::read(path)?).map(Some).map_err(|_| Error::AuditDamaged)
}

/// An exclusive lock for as long as the value lives; the kernel releases it when the process ends, however.
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock on `path`, a file of its own.
    ///
    /// # Errors
    /// [`Error::AuditLocked`] if another process, or another opening of this one, holds it.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(locked)?;
        let lock = Self { file };
        // Between opening and locking the file may have been unlinked: then the lock guards nothing.
        if lock.stands_at(path)? { Ok(lock) } else { Err(Error::AuditLocked) }
    }

    /// Waits for the lock on `path`.
    pub(crate) fn wait(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        flock(&file, FlockOperation::LockExclusive).map_err(locked)?;
        Ok(Self { file })
    }

    /// Whether the locked file is still the one others would lock.
    pub(crate) fn stands_at(&self, path: &Path) -> Result<bool> {
        stands_at(&self.file, path)
    }
}

/// Whether `file` is the file at `path`, neither unlinked nor replaced.
pub(crate) fn stands_at(file: &File, path: &Path) -> Result<bool> {
    let held = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok(held.nlink() > 0 && (held.dev(), held.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn locked(error: rustix::io::Errno) -> Error {
    if error == rustix::io::Errno::WOULDBLOCK { Error::AuditLocked } else { Error::Io }
}

#[cfg(test)]
mod tests {
    use super::{Lock, read_text, replace};
    use crate::error::Error;
    use std::fs;

    #[test]
    fn a_second_lock_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.lock");
        let first = Lock::take(&path).unwrap();
        assert_eq!(Lock::take(&path).err(), Some(Error::AuditLocked));
        drop(first);
        let again = Lock::take(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(!again.stands_at(&path).unwrap());
    }

    #[test]
    fn replacing_leaves_no_temporary_file_and_reading_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.checkpoint");
        assert_eq!(read_text(&path, 10).unwrap(), None);
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read_text(&path, 10).unwrap().unwrap(), "two");
        assert_eq!(read_text(&path, 2).err(), Some(Error::AuditDamaged));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(replace(&dir.path().join("no/such"), b"x").err(), Some(Error::Io));
    }
}
