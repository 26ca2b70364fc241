//! Files that appear under their names only when they are complete.
//!
//! While it is written, the output `G` is `.G.<pid>.partial` beside it: mode 0600, exclusively locked. It is synced
//! and renamed at the end, removed on any error. What a killed run left behind is not locked any more, and the
//! next run with the same output removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::TableError;

/// What happens to a file that has the name of the output already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The run is refused.
    Refuse,
    /// It is replaced when the new one is complete (`--force`).
    Replace,
}

/// The protected table and its rejects, until both are complete.
pub struct OutputFiles {
    table: Partial,
    rejects: Partial,
    rejects_writer: BufWriter<File>,
    existing: Existing,
}

impl OutputFiles {
    /// Whether `output` could be written; creates nothing.
    ///
    /// # Errors
    /// [`TableError::OutputExists`], [`TableError::OutputIsInput`], [`TableError::NotAFile`].
    pub fn check(output: &Path, input: Option<&Path>, existing: Existing) -> Result<(), TableError> {
        named(output)?;
        let rejects = rejects_path(output);
        for (path, existing) in [(output, existing), (rejects.as_path(), Existing::Replace)] {
            match fs::symlink_metadata(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(TableError::io("looking at", path)(error)),
                Ok(_) if input.is_some_and(|input| same_file(input, path)) => {
                    return Err(TableError::OutputIsInput);
                }
                Ok(metadata) if !metadata.is_file() => return Err(TableError::NotAFile(path.to_owned())),
                Ok(_) if existing == Existing::Refuse => {
                    return Err(TableError::OutputExists(path.to_owned()));
                }
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Two empty files that nobody sees under their names yet; what killed runs left behind is removed.
    ///
    /// # Errors
    /// As [`check`](Self::check), and [`TableError::Io`].
    pub fn create(output: &Path, input: Option<&Path>, existing: Existing) -> Result<Self, TableError> {
        Self::check(output, input, existing)?;
        let rejects = rejects_path(output);
        remove_leftovers(output);
        remove_leftovers(&rejects);
        let table = Partial::create(output)?;
        let rejects = Partial::create(&rejects)?;
        let rejects_writer =
            BufWriter::new(rejects.file.try_clone().map_err(TableError::io("writing", &rejects.place))?);
        Ok(Self { table, rejects, rejects_writer, existing })
    }

    /// Where the table and the rejects are written.
    pub fn writers(&mut self) -> (&mut dyn Write, &mut dyn Write) {
        (&mut self.table.file, &mut self.rejects_writer)
    }

    /// Makes both durable and gives them their names; the rejects only if there are any (an older rejects file of
    /// this output is then removed).
    ///
    /// # Errors
    /// [`TableError::Io`], and [`TableError::OutputExists`] if another file took the name meanwhile.
    pub fn publish(mut self, any_rejects: bool) -> Result<(), TableError> {
        let target = self.table.target.clone();
        self.rejects_writer.flush().map_err(TableError::io("writing", &self.rejects.target))?;
        if self.existing == Existing::Refuse && target.symlink_metadata().is_ok() {
            return Err(TableError::OutputExists(target));
        }
        self.table.sync()?;
        if any_rejects {
            self.rejects.sync()?;
            self.rejects.rename()?;
        } else if let Err(error) = fs::remove_file(&self.rejects.target)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(TableError::io("removing", &self.rejects.target)(error));
        }
        self.table.rename()?;
        let directory = directory_of(&target);
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(TableError::io("syncing", directory))
    }
}

/// Where the rejects of a table named `output` go: `<output>.rejects.csv`.
pub fn rejects_path(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".rejects.csv");
    output.with_file_name(name)
}

fn named(output: &Path) -> Result<&OsStr, TableError> {
    output.file_name().ok_or_else(|| TableError::NotAFile(output.to_owned()))
}

/// A file under a name of its own until it is renamed; removed when dropped before that.
struct Partial {
    file: File,
    place: PathBuf,
    target: PathBuf,
    renamed: bool,
}

impl Partial {
    fn create(target: &Path) -> Result<Self, TableError> {
        let (before, after) = partial_name(target)?;
        let mut name = before;
        name.push(std::process::id().to_string());
        name.push(after);
        let place = directory_of(target).join(name);
        loop {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place);
            let file = file.map_err(TableError::io("creating", &place))?;
            let partial = Self { file, place: place.clone(), target: target.to_owned(), renamed: false };
            let locked = partial.file.lock().and_then(|()| partial.file.metadata());
            // Before it was locked, another run may have taken it for a leftover and removed it.
            if locked.map_err(TableError::io("locking", &place))?.nlink() > 0 {
                return Ok(partial);
            }
        }
    }

    fn sync(&self) -> Result<(), TableError> {
        self.file.sync_all().map_err(TableError::io("writing", &self.target))
    }

    fn rename(&mut self) -> Result<(), TableError> {
        fs::rename(&self.place, &self.target).map_err(TableError::io("renaming to", &self.target))?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = fs::remove_file(&self.place);
        }
    }
}

/// What stands before and after the process id in the name of the unfinished `target`.
fn partial_name(target: &Path) -> Result<(OsString, &'static str), TableError> {
    let name = named(target)?;
    let mut before = OsString::from(".");
    before.push(name);
    before.push(".");
    Ok((before, ".partial"))
}

/// Removes unfinished files of `target` that no process holds. Best effort: they are only clutter.
fn remove_leftovers(target: &Path) {
    let Ok((before, after)) = partial_name(target) else { return };
    let Ok(entries) = fs::read_dir(directory_of(target)) else { return };
    for entry in entries.flatten() {
        if is_partial(&entry.file_name(), &before, after)
            && let Ok(file) = OpenOptions::new().write(true).open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_partial(name: &OsStr, before: &OsStr, after: &str) -> bool {
    let middle = name.as_encoded_bytes().strip_prefix(before.as_encoded_bytes());
    let pid = middle.and_then(|middle| middle.strip_suffix(after.as_bytes()));
    pid.is_some_and(|pid| !pid.is_empty() && pid.iter().all(u8::is_ascii_digit))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether both paths lead to one file, by whatever names.
fn same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::{Existing, OutputFiles};
    use crate::table::error::TableError;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_appear_when_published_and_not_before() {
        let directory = tempfile::tempdir().unwrap();
        let output = directory.path().join("out.csv");
        fs::write(directory.path().join("out.csv.rejects.csv"), "stale").unwrap();
        for any_rejects in [true, false] {
            let mut files = OutputFiles::create(&output, None, Existing::Replace).unwrap();
            let (table, rejects) = files.writers();
            table.write_all(b"table").unwrap();
            rejects.write_all(b"rejects").unwrap();
            files.publish(any_rejects).unwrap();
            let there = if any_rejects { vec!["out.csv", "out.csv.rejects.csv"] } else { vec!["out.csv"] };
            assert_eq!(names(directory.path()), there);
        }
        assert_eq!(fs::read(&output).unwrap(), b"table");
        assert_eq!(fs::metadata(&output).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_run_that_fails_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let output = directory.path().join("out.csv");
        let files = OutputFiles::create(&output, None, Existing::Refuse).unwrap();
        assert_eq!(names(directory.path()).len(), 2);
        drop(files);
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn a_name_that_is_taken_meanwhile_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let output = directory.path().join("out.csv");
        let files = OutputFiles::create(&output, None, Existing::Refuse).unwrap();
        fs::write(&output, "other").unwrap();
        assert!(matches!(files.publish(false), Err(TableError::OutputExists(_))));
        assert_eq!(fs::read(&output).unwrap(), b"other");
        assert_eq!(names(directory.path()), ["out.csv"]);
    }

    #[test]
    fn leftovers_are_removed_unless_a_run_holds_them() {
        let directory = tempfile::tempdir().unwrap();
        let output = directory.path().join("out.csv");
        let at = |name: &str| directory.path().join(name);
        for name in
            [".out.csv.1.partial", ".out.csv.rejects.csv.1.partial", ".out.csv.x.partial", ".other.1.partial"]
        {
            fs::write(at(name), "").unwrap();
        }
        let held = File::create(at(".out.csv.2.partial")).unwrap();
        held.lock().unwrap();
        drop(OutputFiles::create(&output, None, Existing::Refuse).unwrap());
        assert_eq!(names(directory.path()), [".other.1.partial", ".out.csv.2.partial", ".out.csv.x.partial"]);
    }

    #[test]
    fn the_input_a_directory_and_an_existing_file_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let input = directory.path().join("in.csv");
        fs::write(&input, "card\n").unwrap();
        let link = directory.path().join("link.csv");
        std::os::unix::fs::symlink(&input, &link).unwrap();
        let rejects_of = directory.path().join("in");
        fs::write(directory.path().join("in.rejects.csv"), "").unwrap();
        type Refused = fn(&TableError) -> bool;
        let cases: [(&Path, &Path, Existing, Refused); 6] = [
            (&input, &input, Existing::Replace, |e| matches!(e, TableError::OutputIsInput)),
            (&link, &input, Existing::Replace, |e| matches!(e, TableError::OutputIsInput)),
            (&rejects_of, &directory.path().join("in.rejects.csv"), Existing::Replace, |e| {
                matches!(e, TableError::OutputIsInput)
            }),
            (directory.path(), &input, Existing::Replace, |e| matches!(e, TableError::NotAFile(_))),
            (Path::new("/"), &input, Existing::Replace, |e| matches!(e, TableError::NotAFile(_))),
            (&directory.path().join("in.rejects.csv"), &input, Existing::Refuse, |e| {
                matches!(e, TableError::OutputExists(_))
            }),
        ];
        for (output, input, existing, refused) in cases {
            let error = OutputFiles::check(output, Some(input), existing).unwrap_err();
            assert!(refused(&error), "{output:?}: {error:?}");
        }
    }
}
