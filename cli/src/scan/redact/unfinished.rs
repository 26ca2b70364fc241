//! A file that takes the place of another one when it is complete.
//!
//! Until then it has a hidden name beside that one (a file without a name could not take a place in one step), mode 0600
//! and a lock. It is removed on any error; what a killed run leaves is known by its name and by its lock being free.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::leftover;

/// A file that nobody sees under its name yet.
pub(crate) struct Unfinished {
    file: File,
    place: PathBuf,
    target: PathBuf,
    renamed: bool,
}

impl Unfinished {
    /// An empty file for `target`, in the same folder.
    pub(crate) fn create(target: &Path) -> io::Result<Self> {
        loop {
            let place = folder_of(target).join(leftover::name()?);
            let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&place)?;
            let unfinished = Self { file, place, target: target.to_owned(), renamed: false };
            unfinished.file.lock()?;
            // Before it was locked, another run may have taken it for a leftover and removed it.
            if unfinished.file.metadata()?.nlink() > 0 {
                return Ok(unfinished);
            }
        }
    }

    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Makes it durable and gives it its name, durably; `ready` has the last word. Returns what the file is then.
    pub(crate) fn publish<E: From<io::Error>>(
        mut self,
        ready: impl FnOnce(&File) -> Result<(), E>,
    ) -> Result<Metadata, E> {
        self.file.sync_all()?;
        ready(&self.file)?;
        fs::rename(&self.place, &self.target)?;
        self.renamed = true;
        File::open(folder_of(&self.target))?.sync_all()?;
        Ok(self.file.metadata()?)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = fs::remove_file(&self.place);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
