//! What is finished of a scan, so that a run that was cut off goes on.
//!
//! One line of JSON for the options, then one for each finished file. Lines are synced in batches: what a crash takes is
//! scanned again. No line holds a value, and no name that holds one.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::allow::Entry;
use super::find::Looked;
use super::identity::Identity;

/// What decides what a scan finds. A journal serves only the same options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Options {
    /// The format of the journal, and the program that finds.
    pub(crate) journal: u32,
    pub(crate) version: String,
    pub(crate) paths: Vec<String>,
    pub(crate) min_confidence: String,
    pub(crate) base64: bool,
    pub(crate) gitignore: bool,
    pub(crate) max_hits_per_file: u64,
    /// The allow-list, and which of its entries were over.
    pub(crate) allow: Vec<(Entry, bool)>,
}

/// The number of this format.
pub(crate) const FORMAT: u32 = 1;

/// What was finished before.
pub(crate) type Finished = HashMap<String, (Identity, Looked)>;

/// Takes down what is finished.
pub(crate) struct Journal {
    file: BufWriter<File>,
    unsynced: u32,
    synced: Instant,
}

/// A batch ends after so many files, or after so long.
const BATCH: u32 = 64;
const BATCH_TIME: Duration = Duration::from_secs(1);

/// Why a journal cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    OtherOptions,
    InUse,
    Io(io::Error),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Journal {
    /// Opens or begins the journal at `path`, and reads what is finished. An unfinished last line is cut off.
    ///
    /// # Errors
    /// [`Unusable`].
    pub(crate) fn open(path: &Path, options: &Options) -> Result<(Self, Finished), Unusable> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if file.try_lock().is_err() {
            return Err(Unusable::InUse);
        }
        let mut reader = BufReader::new(&file);
        let mut finished = Finished::new();
        let (mut line, mut good) = (Vec::new(), 0u64);
        let mut begun = false;
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)? as u64;
            if line.last() != Some(&b'\n') {
                break;
            }
            if !begun {
                let said: Options = serde_json::from_slice(&line).map_err(|_| Unusable::OtherOptions)?;
                if said != *options {
                    return Err(Unusable::OtherOptions);
                }
                begun = true;
            } else {
                let Ok((identity, looked)) = serde_json::from_slice::<(Identity, Looked)>(&line) else {
                    break;
                };
                finished.insert(looked.path.clone(), (identity, looked));
            }
            good = good.saturating_add(length);
        }
        if !begun && !line.is_empty() && !is_beginning(&line) {
            // Not ours: it is not written over.
            return Err(Unusable::OtherOptions);
        }
        drop(reader);
        file.set_len(good)?;
        let mut journal = Self { file: BufWriter::new(file), unsynced: 0, synced: Instant::now() };
        journal.file.seek(SeekFrom::Start(good))?;
        if !begun {
            journal.write(options)?;
            journal.sync()?;
        }
        Ok((journal, finished))
    }

    /// Takes down one file.
    pub(crate) fn append(&mut self, identity: Identity, looked: &Looked) -> io::Result<()> {
        self.write(&(identity, looked))?;
        self.unsynced = self.unsynced.saturating_add(1);
        if self.unsynced >= BATCH || self.synced.elapsed() >= BATCH_TIME {
            self.sync()?;
        }
        Ok(())
    }

    /// Makes durable what was taken down.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_data()?;
        self.unsynced = 0;
        self.synced = Instant::now();
        Ok(())
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, line)?;
        self.file.write_all(b"\n")
    }
}

/// Whether this is how the first line begins, cut off by a crash.
fn is_beginning(line: &[u8]) -> bool {
    let first: &[u8] = b"{\"journal\":";
    line.starts_with(first) || first.starts_with(line)
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, Identity, Journal, Looked, Options, Unusable};
    use std::fs;

    fn options(base64: bool) -> Options {
        Options {
            journal: FORMAT,
            version: "1".into(),
            paths: vec!["a".into()],
            min_confidence: "medium".into(),
            base64,
            gitignore: false,
            max_hits_per_file: 10,
            allow: Vec::new(),
        }
    }

    #[test]
    fn a_journal_cut_off_anywhere_keeps_its_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let identity = Identity::of(&fs::metadata(folder.path()).unwrap());
        let (mut journal, finished) = Journal::open(&path, &options(false)).unwrap();
        assert!(finished.is_empty());
        for name in ["a", "b"] {
            let looked = Looked { path: name.into(), ..Looked::default() };
            journal.append(identity, &looked).unwrap();
        }
        assert!(matches!(Journal::open(&path, &options(false)), Err(Unusable::InUse)));
        journal.sync().unwrap();
        drop(journal);
        let whole = fs::read(&path).unwrap();
        let ends: Vec<_> = (0..whole.len()).filter(|at| whole[*at] == b'\n').map(|at| at + 1).collect();
        for cut in 0..=whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (_, finished) = Journal::open(&path, &options(false)).unwrap();
            let lines = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(finished.len(), lines.saturating_sub(1), "{cut}");
            let left = ends.iter().rfind(|end| **end <= cut).copied().unwrap_or(ends[0]);
            assert_eq!(fs::read(&path).unwrap(), &whole[..left], "{cut}");
        }
    }

    #[test]
    fn a_file_that_is_no_journal_of_these_options_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        drop(Journal::open(&path, &options(false)).unwrap());
        let kept = fs::read(&path).unwrap();
        assert!(matches!(Journal::open(&path, &options(true)), Err(Unusable::OtherOptions)));
        assert_eq!(fs::read(&path).unwrap(), kept);
        for text in ["my notes", "my notes\n", "{}\n"] {
            fs::write(&path, text).unwrap();
            assert!(matches!(Journal::open(&path, &options(false)), Err(Unusable::OtherOptions)), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
