//! What is finished of a scan, so that a run that was cut off goes on.
//!
//! One line of JSON for the options, then one for each finished file. These are synced in batches: what a crash takes is
//! scanned again. No line holds a value, and no name that holds one.
//!
//! A redaction takes away what was found, so that cannot be found again: before a redacted file takes the old one's place, a
//! line says what was found, and which file will stand there, and is durable. A run that goes on trusts that line only if
//! that file stands there and nothing is found in it. The line of the finished file follows when the new name is durable.

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
    pub(crate) redacting: Option<Redacting>,
}

/// How what is found is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Redacting {
    pub(crate) with: String,
    pub(crate) keep_length: bool,
    pub(crate) vault: Option<String>,
    pub(crate) layout: Option<String>,
}

/// The number of this format.
pub(crate) const FORMAT: u32 = 2;

/// What an earlier run did.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    finished: HashMap<(String, Identity), Looked>,
    redacting: HashMap<(String, Identity), Looked>,
}

/// A line after the first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<L> {
    /// A file in this state needs not be looked at again.
    Finished(Identity, L),
    /// This file will take the place of the one that was looked at.
    Redacting(Identity, L),
    /// All was reported: a later run with these options is another one.
    Over,
}

/// Takes down what is finished.
pub(crate) struct Journal {
    file: BufWriter<File>,
    unsynced: u32,
    synced: Instant,
    /// What could not be written on a thread that does not end the scan.
    failed: Option<io::Error>,
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
    pub(crate) fn open(path: &Path, options: &Options) -> Result<(Self, Earlier), Unusable> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if file.try_lock().is_err() {
            return Err(Unusable::InUse);
        }
        let mut reader = BufReader::new(&file);
        let mut earlier = Earlier::default();
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
                let Ok(line) = serde_json::from_slice::<Line<Looked>>(&line) else { break };
                earlier.take(line);
            }
            good = good.saturating_add(length);
        }
        if !begun && !line.is_empty() && !is_beginning(&line) {
            // Not ours: it is not written over.
            return Err(Unusable::OtherOptions);
        }
        drop(reader);
        file.set_len(good)?;
        let mut journal =
            Self { file: BufWriter::new(file), unsynced: 0, synced: Instant::now(), failed: None };
        journal.file.seek(SeekFrom::Start(good))?;
        if !begun {
            journal.write(options)?;
            journal.sync()?;
        }
        Ok((journal, earlier))
    }

    /// Takes down one file that is finished.
    pub(crate) fn finished(&mut self, identity: Identity, looked: &Looked) -> io::Result<()> {
        self.write(&Line::Finished(identity, looked))?;
        self.unsynced = self.unsynced.saturating_add(1);
        if self.unsynced >= BATCH || self.synced.elapsed() >= BATCH_TIME {
            self.sync()?;
        }
        Ok(())
    }

    /// Takes down, durably, that this file will take the place of the one that was looked at.
    ///
    /// # Errors
    /// Those of writing; the scan ends with them as well.
    pub(crate) fn redacting(&mut self, identity: Identity, looked: &Looked) -> io::Result<()> {
        let line = Line::Redacting(identity.under_any_name(), looked);
        self.write(&line).and_then(|()| self.sync()).map_err(|error| {
            let said = io::Error::new(error.kind(), error.to_string());
            self.failed = Some(error);
            said
        })
    }

    /// Takes down that all was reported.
    pub(crate) fn over(&mut self) -> io::Result<()> {
        self.write(&Line::<&Looked>::Over)?;
        self.sync()
    }

    /// Makes durable what was taken down.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
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

impl Earlier {
    fn take(&mut self, line: Line<Looked>) {
        match line {
            Line::Finished(identity, looked) => {
                self.finished.insert((looked.path.clone(), identity), looked);
            }
            Line::Redacting(identity, looked) => {
                self.redacting.insert((looked.path.clone(), identity), looked);
            }
            // What was redacted is no find any more: those files are read once again.
            Line::Over => {
                self.redacting.clear();
                self.finished.retain(|_, looked| looked.redaction.is_none());
            }
        }
    }

    /// What was found in the file of this path when it was in this state.
    pub(crate) fn finished(&self, path: &str, identity: Identity) -> Option<&Looked> {
        self.finished.get(&(path.to_owned(), identity))
    }

    /// What was found in the file whose place this one was to take.
    pub(crate) fn redacting(&self, path: &str, identity: Identity) -> Option<&Looked> {
        self.redacting.get(&(path.to_owned(), identity.under_any_name()))
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
    use crate::scan::find::Redacted;
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
            redacting: None,
        }
    }

    #[test]
    fn a_journal_cut_off_anywhere_keeps_its_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let identity = Identity::of(&fs::metadata(folder.path()).unwrap());
        let (mut journal, earlier) = Journal::open(&path, &options(false)).unwrap();
        assert!(earlier.finished.is_empty());
        for name in ["a", "b"] {
            let looked = Looked { path: name.into(), ..Looked::default() };
            journal.finished(identity, &looked).unwrap();
        }
        assert!(matches!(Journal::open(&path, &options(false)), Err(Unusable::InUse)));
        journal.sync().unwrap();
        drop(journal);
        let whole = fs::read(&path).unwrap();
        let ends: Vec<_> = (0..whole.len()).filter(|at| whole[*at] == b'\n').map(|at| at + 1).collect();
        for cut in 0..=whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (_, earlier) = Journal::open(&path, &options(false)).unwrap();
            let lines = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(earlier.finished.len(), lines.saturating_sub(1), "{cut}");
            let left = ends.iter().rfind(|end| **end <= cut).copied().unwrap_or(ends[0]);
            assert_eq!(fs::read(&path).unwrap(), &whole[..left], "{cut}");
        }
    }

    #[test]
    fn what_was_redacted_is_told_until_the_run_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&new, "redacted").unwrap();
        let of = |path: &std::path::Path| Identity::of(&fs::metadata(path).unwrap());
        let looked = Looked { path: "old".into(), redaction: Some(Redacted::Yes), ..Looked::default() };
        let clean = Looked { path: "clean".into(), ..Looked::default() };
        let unchanged = of(folder.path());
        let (mut journal, _) = Journal::open(&path, &options(false)).unwrap();
        journal.finished(unchanged, &clean).unwrap();
        journal.redacting(of(&new), &looked).unwrap();
        fs::rename(&new, &old).unwrap();
        drop(journal);
        let (mut journal, earlier) = Journal::open(&path, &options(false)).unwrap();
        assert_eq!(earlier.redacting("old", of(&old)), Some(&looked));
        assert_eq!(earlier.redacting("older", of(&old)), None);
        assert_eq!(earlier.finished("old", of(&old)), None);
        journal.finished(of(&old), &looked).unwrap();
        drop(journal);
        let (mut journal, earlier) = Journal::open(&path, &options(false)).unwrap();
        assert_eq!(earlier.finished("old", of(&old)), Some(&looked));
        journal.over().unwrap();
        drop(journal);
        let (_, earlier) = Journal::open(&path, &options(false)).unwrap();
        assert_eq!((earlier.redacting.len(), earlier.finished.len()), (0, 1));
        assert_eq!(earlier.finished("clean", unchanged), Some(&clean));
        fs::write(&old, "other text").unwrap();
        assert_eq!(earlier.redacting("old", of(&old)), None);
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
