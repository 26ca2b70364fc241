//! Looks into one file: what it is, what is in it, and in what is in that.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use panveil::scan::{Finder, Hit};
use zip::ZipArchive;

use super::allow::Allow;
use super::budget::{Budget, CutOff, DEEPEST, Metered, fill, whole};
use super::database::Database;
use super::find::{Fault, Looked, Place};
use super::format::{Format, HEAD, Text};
use super::tally::Tally;
use super::text::Buffer;
use super::zstd::ZstdReader;
use super::{shown, tar};

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) finder: Finder,
    /// Whether the finder looks into base64.
    pub(crate) base64: bool,
    pub(crate) allow: &'a Allow,
    /// Finds that are kept for each file.
    pub(crate) most: u64,
}

/// Looks into files, one after another, in one buffer.
pub(crate) struct Looker<'a> {
    search: Search<'a>,
    buffer: Buffer,
}

/// The largest archive in an archive, or database in one, that is opened, in bytes: it is held in memory.
const LARGEST_INNER: u64 = 64 << 20;

impl<'a> Looker<'a> {
    pub(crate) fn new(search: Search<'a>) -> Self {
        Self { search, buffer: Buffer::new() }
    }

    /// Looks into a file that can be read from any place.
    pub(crate) fn file(&mut self, path: &Path, file: &File, on_bytes: &dyn Fn(u64)) -> Looked {
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let shown = shown::path(path);
        let mut looked = Looked { path: shown.clone(), ..Looked::default() };
        looked.parts.extend(self.search.name(&shown, shown::name(path)));
        let budget = Budget::default();
        let mut look = Look { looker: self, budget: &budget, looked: &mut looked };
        let at = At { path: shown, depth: 0 };
        let mut source = Source { inner: file, budget: &budget, on_bytes, bytes: 0 };
        look.enter(&at, &mut source, Some((path, file)));
        let read = source.bytes;
        // Archives and databases are read from other places than the source.
        on_bytes(size.saturating_sub(read));
        looked.bytes = size.max(read);
        looked
    }

    /// Looks into what comes once, such as standard input.
    pub(crate) fn stream(&mut self, name: &str, reader: &mut dyn Read, on_bytes: &dyn Fn(u64)) -> Looked {
        let mut looked = Looked { path: name.to_owned(), ..Looked::default() };
        let budget = Budget::default();
        let mut source = Source { inner: reader, budget: &budget, on_bytes, bytes: 0 };
        let mut look = Look { looker: self, budget: &budget, looked: &mut looked };
        look.enter(&At { path: name.to_owned(), depth: 0 }, &mut source, None);
        looked.bytes = source.bytes;
        looked
    }
}

impl Search<'_> {
    /// What a name holds.
    pub(crate) fn name(&self, path: &str, name: &[u8]) -> Option<super::find::Part> {
        // With base64 a number may have fewer digits.
        if !self.base64 && !shown::may_hold_number(name) {
            return None;
        }
        let mut tally = Tally::new(path, self.allow, self.most);
        for hit in self.finder.find(name) {
            tally.add(&hit, || Place::Name);
        }
        tally.part()
    }
}

/// The file itself, counted.
struct Source<'a, R> {
    inner: R,
    budget: &'a Budget,
    on_bytes: &'a dyn Fn(u64),
    bytes: u64,
}

impl<R: Read> Read for Source<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.budget.took(bytes as u64);
        self.bytes = self.bytes.saturating_add(bytes as u64);
        (self.on_bytes)(bytes as u64);
        Ok(bytes)
    }
}

/// Where one is: a file, or a member of an archive.
struct At {
    path: String,
    depth: u8,
}

impl At {
    fn inside(&self) -> Self {
        Self { path: self.path.clone(), depth: self.depth.saturating_add(1) }
    }

    fn member(&self, name: &[u8]) -> Self {
        Self { path: format!("{}!{}", self.path, shown::text(name)), ..self.inside() }
    }
}

/// One file, being looked into.
struct Look<'l, 'a, 'b> {
    looker: &'l mut Looker<'a>,
    budget: &'b Budget,
    looked: &'l mut Looked,
}

impl Look<'_, '_, '_> {
    /// Looks into what `reader` gives. `file` is the same, where it is a file that can be opened otherwise.
    fn enter(&mut self, at: &At, reader: &mut dyn Read, file: Option<(&Path, &File)>) {
        let mut head = vec![0; HEAD];
        let (filled, outcome) = fill(reader, &mut head);
        head.truncate(filled);
        let mut cut_off = CutOff(outcome.err());
        let reader: &mut dyn Read = if cut_off.0.is_some() { &mut cut_off } else { reader };
        let format = Format::of(&head);
        let mut reader = Cursor::new(head).chain(reader);
        let is_archive = !matches!(format, Format::Text(_) | Format::Closed(_) | Format::Half(_));
        if is_archive && at.depth >= DEEPEST {
            return self.unseen(at, format!("it lies in more than {DEEPEST} archives"));
        }
        let outcome = match format {
            Format::Text(text) => self.text(at, &mut reader, text),
            Format::Gzip => {
                let inner = MultiGzDecoder::new(reader);
                self.enter(&at.inside(), &mut Metered { inner, budget: self.budget }, None);
                Ok(())
            }
            Format::Zstd => {
                let inner = ZstdReader::new(reader);
                self.enter(&at.inside(), &mut Metered { inner, budget: self.budget }, None);
                Ok(())
            }
            Format::Tar => tar::read(&mut reader, &mut |name, content| self.member(at, name, content)),
            Format::Zip => match file {
                Some((_, file)) => self.zip(at, BufReader::new(file)),
                None => self.held(at, &mut reader, |look, bytes| look.zip(at, Cursor::new(bytes))),
            },
            Format::Sqlite => match file {
                Some((path, file)) => self.database_file(at, path, file),
                None => self.held(at, &mut reader, |look, bytes| {
                    look.database(at, Database::of(bytes), &mut &bytes[..])
                }),
            },
            Format::Closed(name) => {
                self.unseen(at, format!("{name} is not opened"));
                Ok(())
            }
            Format::Half(name) => {
                self.unseen(at, format!("{name}: only its plain bytes were looked at"));
                let text = Text { binary: true, ..Text::PLAIN };
                self.text(at, &mut reader, text)
            }
        };
        if let Err(error) = outcome {
            self.unseen(at, error.to_string());
        }
    }

    fn member(&mut self, at: &At, name: &[u8], content: &mut dyn Read) {
        let member = at.member(name);
        let part = self.looker.search.name(&member.path, name);
        self.looked.parts.extend(part);
        self.enter(&member, content, None);
    }

    fn text(&mut self, at: &At, reader: &mut dyn Read, text: Text) -> io::Result<()> {
        let search = self.looker.search;
        let mut tally = Tally::new(&at.path, search.allow, search.most);
        let outcome = self.looker.buffer.scan(reader, search.finder, text, &mut |hit: &Hit, place| {
            tally.add(hit, || place);
        });
        self.looked.parts.extend(tally.part());
        outcome
    }

    /// Reads into memory what must be read from several places.
    fn held(
        &mut self,
        at: &At,
        reader: &mut dyn Read,
        open: impl FnOnce(&mut Self, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        match whole(reader, LARGEST_INNER)? {
            Some(bytes) => open(self, &bytes),
            None => {
                let reason = "it is larger than 64 MiB and not a file of its own: extract it and scan that";
                self.unseen(at, reason.to_owned());
                Ok(())
            }
        }
    }

    fn zip(&mut self, at: &At, archive: impl Read + Seek) -> io::Result<()> {
        let mut archive = ZipArchive::new(archive)?;
        for index in 0..archive.len() {
            let name = archive.name_for_index(index).and_then(Result::ok).map(|name| name.into_owned());
            let mut entry = match archive.by_index(index) {
                Ok(entry) => entry,
                Err(error) => {
                    let name = name.unwrap_or_default();
                    self.unseen(&at.member(name.as_bytes()), error.to_string());
                    continue;
                }
            };
            let name = entry.name_raw().to_vec();
            self.member(at, &name, &mut Metered { inner: &mut entry, budget: self.budget });
        }
        Ok(())
    }

    fn database_file(&mut self, at: &At, path: &Path, file: &File) -> io::Result<()> {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            let reason = "its write-ahead log holds changes that are not looked into cell by cell";
            self.unseen(at, reason.to_owned());
        }
        let mut bytes = file;
        bytes.rewind()?;
        self.database(at, Database::open(path), &mut bytes)
    }

    /// Looks into every cell, and then for what lies in the file outside of cells: rows that were deleted.
    fn database(
        &mut self,
        at: &At,
        database: rusqlite::Result<Database>,
        bytes: &mut dyn Read,
    ) -> io::Result<()> {
        let search = self.looker.search;
        let mut tally = Tally::new(&at.path, search.allow, search.most);
        let tables = database.and_then(|database| Ok((database.tables()?, database)));
        match tables {
            Ok((tables, database)) => {
                for table in tables {
                    let scanned =
                        database.scan(&table, search.finder, &mut |hit, place| tally.add(hit, || place));
                    if let Err(error) = scanned {
                        let name = shown::text(table.as_bytes());
                        self.unseen(at, format!("table {name}: {error}"));
                    }
                }
            }
            Err(error) => self.unseen(at, error.to_string()),
        }
        let in_cells = tally.masks();
        let text = Text { binary: true, ..Text::PLAIN };
        let outcome = self.looker.buffer.scan(bytes, search.finder, text, &mut |hit: &Hit, place| {
            let mask = hit.masked.as_ref().map(|masked| masked.as_str().to_owned());
            if !in_cells.contains(&mask) {
                tally.add(hit, || place);
            }
        });
        self.looked.parts.extend(tally.part());
        outcome
    }

    fn unseen(&mut self, at: &At, reason: String) {
        let reason = shown::text(reason.as_bytes());
        self.looked.not_looked_into.push(Fault { path: at.path.clone(), reason });
    }
}
