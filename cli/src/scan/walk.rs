//! Walks through what was named on the command line.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::find::Fault;
use super::redact::leftover;
use super::shown;

/// What stands in a tree.
pub(crate) enum Entry {
    /// A file to look into.
    File {
        path: PathBuf,
        /// It was named on the command line.
        named: bool,
    },
    /// Its name only is looked at.
    Folder(PathBuf),
    /// Standard input.
    Stdin,
    /// A name that leads elsewhere, or a device.
    Skipped(Fault),
    /// What could not be read.
    Unreadable(Fault),
}

/// What to walk through.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    roots: Vec<PathBuf>,
    gitignore: bool,
}

impl Walk {
    /// These paths, each file once; `-` is standard input. With `gitignore` without what .gitignore files name, and .git.
    pub(crate) fn new(paths: &[PathBuf], gitignore: bool) -> Self {
        let real: Vec<_> = paths.iter().map(|path| fs::canonicalize(path).ok()).collect();
        let covered = |at: usize, path: &Path| {
            real.iter().enumerate().any(|(other, root)| {
                let Some(root) = root.as_deref().filter(|_| other != at) else { return false };
                // A file that .gitignore leaves out is still read when it is named.
                (path != root && path.starts_with(root) && !gitignore) || (path == root && other < at)
            })
        };
        let wanted = |(at, path): (usize, &PathBuf)| {
            let real = real.get(at).and_then(Option::as_deref);
            let twice = real.is_some_and(|real| !is_stdin(path) && covered(at, real));
            (!twice).then(|| path.clone())
        };
        Self { roots: paths.iter().enumerate().filter_map(wanted).collect(), gitignore }
    }

    /// What is walked through.
    pub(crate) fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// Whether standard input is among it.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.roots.iter().any(|root| is_stdin(root))
    }

    /// The bytes of all files, as far as they are known before.
    pub(crate) fn bytes(&self) -> u64 {
        let mut bytes = 0u64;
        self.each(&mut |entry| {
            if let Entry::File { path, .. } = entry {
                bytes = bytes.saturating_add(fs::metadata(path).map_or(0, |metadata| metadata.len()));
            }
            true
        });
        bytes
    }

    /// Calls `visit` for everything, until it says `false`.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(Entry) -> bool) {
        for root in &self.roots {
            if is_stdin(root) {
                if !visit(Entry::Stdin) {
                    return;
                }
                continue;
            }
            let mut walk = WalkBuilder::new(root);
            walk.standard_filters(false).follow_links(false);
            if self.gitignore {
                walk.git_ignore(true).parents(true).require_git(false);
                walk.filter_entry(|entry| entry.file_name() != OsStr::new(".git"));
            }
            for found in walk.build() {
                let entry = match found {
                    Ok(entry) if leftover::is_own(entry.path()) => continue,
                    Ok(entry) => entry_of(entry),
                    Err(error) => Entry::Unreadable(fault(root, &error)),
                };
                if !visit(entry) {
                    return;
                }
            }
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn entry_of(entry: DirEntry) -> Entry {
    let named = entry.depth() == 0;
    let path = entry.into_path();
    // A link that was named is followed, one that was met is not.
    let metadata = if named { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
    let skipped = |reason: &str, path: &Path| {
        Entry::Skipped(Fault { path: shown::path(path), reason: reason.to_owned() })
    };
    match metadata {
        Ok(metadata) if metadata.is_file() => Entry::File { path, named },
        Ok(metadata) if metadata.is_dir() => Entry::Folder(path),
        Ok(metadata) if metadata.is_symlink() => skipped("a symbolic link", &path),
        Ok(_) => skipped("a device, pipe or socket", &path),
        Err(error) => Entry::Unreadable(Fault { path: shown::path(&path), reason: reason_of(&error) }),
    }
}

/// The reason alone; the library's text has the path in it, as it is.
fn fault(root: &Path, error: &ignore::Error) -> Fault {
    let mut path = root;
    let mut inner = error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let reason = match inner {
        // Asked again, the system says it without the path.
        ignore::Error::Io(error) => {
            let again = fs::symlink_metadata(path).and_then(|there| match there.is_dir() {
                true => fs::read_dir(path).map(|_| ()),
                false => Ok(()),
            });
            reason_of(&again.err().unwrap_or_else(|| error.kind().into()))
        }
        other => shown::text(other.to_string().as_bytes()),
    };
    Fault { path: shown::path(path), reason }
}

/// What the system says, without the number.
pub(crate) fn reason_of(error: &std::io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    shown::text(text.get(..end).unwrap_or(&text).as_bytes())
}
