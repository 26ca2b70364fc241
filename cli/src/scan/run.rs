//! Looks into all files, several at a time, and gathers what was found.

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use rustix::fs::{Mode, OFlags};

use super::find::{Fault, Looked, Part, Redacted};
use super::identity::Identity;
use super::journal::{Earlier, Journal};
use super::look::{Looker, Search};
use super::progress::Progress;
use super::redact::{Leftover, Rewriter, leftover};
use super::shown;
use super::walk::{Entry, Walk, reason_of};

/// What is to be done.
pub(crate) struct Task<'a> {
    pub(crate) walk: &'a Walk,
    pub(crate) search: Search<'a>,
    pub(crate) threads: usize,
    /// What an earlier run did.
    pub(crate) earlier: Earlier,
    /// Takes down what this one does.
    pub(crate) journal: Option<Mutex<Journal>>,
    pub(crate) rewriter: Option<Rewriter<'a>>,
    pub(crate) progress: &'a Progress,
}

/// What came of a tree.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) looked: Vec<Looked>,
    pub(crate) skipped: Vec<Fault>,
    pub(crate) unreadable: Vec<Fault>,
    /// Remains of killed redactions that were removed.
    pub(crate) removed: u64,
}

enum Done {
    /// In which state the file needs not be looked at again.
    Looked(Looked, Option<Identity>),
    Name(Option<Part>),
    Skipped(Fault),
    Unreadable(Fault),
    Removed,
}

/// So many entries wait between the threads.
const WAITING: usize = 256;

impl Task<'_> {
    /// Runs to the end, or until the journal cannot be written.
    pub(crate) fn run(&self) -> std::io::Result<Gathered> {
        let (give, take) = bounded::<Entry>(WAITING);
        let (done, results) = bounded::<Done>(WAITING);
        thread::scope(|scope| {
            scope.spawn(move || self.walk.each(&mut |entry| give.send(entry).is_ok()));
            for _ in 0..self.threads.max(1) {
                let (take, done) = (take.clone(), done.clone());
                scope.spawn(move || self.work(&take, &done));
            }
            drop((take, done));
            // Here, so that an error ends it: then the threads, which wait to be heard, end too.
            let results = results;
            let mut gathered = Gathered::default();
            for result in &results {
                if let Done::Looked(looked, Some(identity)) = &result {
                    self.take_down(|journal| journal.finished(*identity, looked))?;
                }
                gathered.take(result);
            }
            self.take_down(Journal::sync)?;
            gathered.sort();
            Ok(gathered)
        })
    }

    fn take_down(&self, write: impl FnOnce(&mut Journal) -> std::io::Result<()>) -> std::io::Result<()> {
        let Some(journal) = &self.journal else { return Ok(()) };
        write(&mut journal.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn work(&self, entries: &Receiver<Entry>, done: &Sender<Done>) {
        let mut looker = Looker::new(self.search);
        for entry in entries {
            if done.send(self.handle(&mut looker, entry)).is_err() {
                return;
            }
        }
    }

    fn handle(&self, looker: &mut Looker<'_>, entry: Entry) -> Done {
        match entry {
            Entry::File { path, named } => self.file(looker, &path, named),
            Entry::Folder(path) => Done::Name(self.search.name(&shown::path(&path), shown::name(&path))),
            Entry::Stdin => {
                let on_bytes = &|bytes| self.progress.read(bytes);
                Done::Looked(looker.stream("-", &mut std::io::stdin().lock(), on_bytes), None)
            }
            Entry::Skipped(fault) => Done::Skipped(fault),
            Entry::Unreadable(fault) => Done::Unreadable(fault),
        }
    }

    fn file(&self, looker: &mut Looker<'_>, path: &Path, named: bool) -> Done {
        match leftover::state(path) {
            Some(Leftover::BeingWritten) => {
                return Done::Skipped(fault(path, "a redaction is writing it".to_owned()));
            }
            Some(Leftover::Abandoned) if self.rewriter.as_ref().is_some_and(Rewriter::is_in_place) => {
                return match fs::remove_file(path) {
                    Ok(()) => Done::Removed,
                    Err(error) => Done::Unreadable(fault(path, reason_of(&error))),
                };
            }
            _ => {}
        }
        let opened = open(path, named).and_then(|file| file.metadata().map(|metadata| (file, metadata)));
        let (file, metadata) = match opened {
            Ok((file, metadata)) if metadata.is_file() => (file, metadata),
            Ok(_) => return Done::Unreadable(fault(path, "it became something else than a file".to_owned())),
            Err(error) => return Done::Unreadable(fault(path, reason_of(&error))),
        };
        let identity = Identity::of(&metadata);
        let shown = shown::path(path);
        if let Some(looked) = self.earlier.finished(&shown, identity) {
            self.progress.spared(looked.bytes);
            return Done::Looked(looked.clone(), None);
        }
        let mut looked = looker.file(path, &file, &|bytes| self.progress.read(bytes));
        if let Some(before) = self.earlier.redacting(&shown, identity)
            && looked.parts.iter().eq(&self.search.name(&shown, shown::name(path)))
        {
            // The redaction was cut off when the file had its place already; what was in it only the journal knows.
            looked = before.clone();
        } else if let Some(rewriter) = &self.rewriter {
            let begins =
                |new: Identity, looked: &Looked| self.take_down(|journal| journal.redacting(new, looked));
            let (outcome, new) = rewriter.rewrite(path, &file, identity, &looked, &begins);
            looked.redaction = outcome;
            match looked.redaction {
                Some(Redacted::Yes) if rewriter.is_in_place() => return Done::Looked(looked, new),
                // The next run tries it again.
                Some(Redacted::No(_)) => return Done::Looked(looked, None),
                _ => {}
            }
        }
        // A file that grew meanwhile is looked at again next time.
        let still = file.metadata().is_ok_and(|now| Identity::of(&now) == identity);
        Done::Looked(looked, still.then_some(identity))
    }
}

impl Gathered {
    fn take(&mut self, done: Done) {
        match done {
            Done::Looked(looked, _) => {
                self.files = self.files.saturating_add(1);
                self.bytes = self.bytes.saturating_add(looked.bytes);
                let tells = !looked.parts.is_empty()
                    || !looked.not_looked_into.is_empty()
                    || looked.redaction.is_some();
                if tells {
                    self.looked.push(looked);
                }
            }
            Done::Name(part) => {
                self.looked.extend(part.map(|part| Looked {
                    path: part.path.clone(),
                    parts: vec![part],
                    ..Looked::default()
                }));
            }
            Done::Skipped(fault) => self.skipped.push(fault),
            Done::Unreadable(fault) => self.unreadable.push(fault),
            Done::Removed => self.removed = self.removed.saturating_add(1),
        }
    }

    /// Threads end in any order; reports do not tell.
    fn sort(&mut self) {
        self.looked.sort_by(|one, other| (&one.path, one.bytes).cmp(&(&other.path, other.bytes)));
        self.skipped.sort();
        self.unreadable.sort();
    }
}

fn fault(path: &Path, reason: String) -> Fault {
    Fault { path: shown::path(path), reason }
}

/// Opens a file for reading, without waiting for the other end of a pipe that has taken its place. A link is followed
/// only if it was named.
fn open(path: &Path, named: bool) -> std::io::Result<File> {
    let mut flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    if !named {
        flags |= OFlags::NOFOLLOW;
    }
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}
