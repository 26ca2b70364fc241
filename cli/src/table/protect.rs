//! Opens a table, protects it, and puts the result in place.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::dialect::{Dialect, Separator};
use super::encoding::Encoding;
use super::error::TableError;
use super::output::{Existing, OutputFiles};
use super::pipeline::{Sink, Stage, run};
use super::plan::{Ask, Plan, Warning};
use super::row::{Found, scan};
use super::sniff::{BOM, sniff};
use super::split::{Opening, Splitter, count_lines};
use super::summary::{Progress, Summary};
use super::wiped::Wiped;
use super::work::CardWork;

/// How the table is read. What is `None` is found out.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What stands between cells.
    pub separator: Option<Separator>,
    /// How characters are written; a UTF-8 byte order mark overrules it.
    pub encoding: Option<Encoding>,
    /// Worker threads: as many as the machine has cores if `None`; with 0 everything runs in the caller's thread.
    pub workers: Option<usize>,
    /// About how many bytes of input a worker takes at once.
    pub batch_bytes: usize,
    /// Rows of more bytes are rejected.
    pub longest_row: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            separator: None,
            encoding: None,
            workers: None,
            batch_bytes: 256 * 1024,
            longest_row: 1024 * 1024,
        }
    }
}

/// Where a table comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The standard input (`-`).
    Stdin,
    /// A file, or a named pipe.
    File(PathBuf),
}

impl Input {
    /// `-` is the standard input, anything else a path.
    pub fn named(name: &str) -> Self {
        if name == "-" { Input::Stdin } else { Input::File(name.into()) }
    }

    /// Its size in bytes, if it is a regular file: what a progress bar counts to.
    pub fn size(&self) -> Option<u64> {
        let Input::File(path) = self else { return None };
        std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, TableError> {
        match self {
            // The descriptor itself: `Stdin` keeps what it reads in a buffer that nobody wipes.
            Input::Stdin => {
                let descriptor = io::stdin().as_fd().try_clone_to_owned();
                let opened = descriptor.map(|stdin| Box::new(File::from(stdin)) as Box<_>);
                opened.map_err(TableError::io("opening", Path::new("the standard input")))
            }
            Input::File(path) => {
                File::open(path).map(|file| Box::new(file) as Box<_>).map_err(TableError::io("opening", path))
            }
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Input::Stdin => None,
            Input::File(path) => Some(path),
        }
    }
}

/// How much of the input is read to find out how it is written; the header must fit.
const SAMPLE_BYTES: usize = 256 * 1024;

/// A table whose header is read and understood, and whose rows are yet to come.
pub struct Table<'a> {
    splitter: Splitter<'a>,
    dialect: Dialect,
    plan: Plan,
    work: &'a dyn CardWork,
    settings: Settings,
    /// What stands before the header: a byte order mark, blank lines.
    preamble: Wiped,
    began: Instant,
}

impl<'a> Table<'a> {
    /// Reads the header and decides what becomes of each column.
    ///
    /// # Errors
    /// Any [`TableError`] about the input as a whole; none after this but of reading, writing and `work`.
    pub fn open(
        mut input: Box<dyn Read + Send + 'a>,
        ask: &Ask,
        settings: Settings,
        work: &'a dyn CardWork,
    ) -> Result<Self, TableError> {
        let began = Instant::now();
        let mut sample = Wiped::with_capacity(SAMPLE_BYTES);
        let ended = loop {
            let read = sample
                .read_from(&mut input, SAMPLE_BYTES)
                .map_err(|source| TableError::Io { doing: "reading the input".to_owned(), source })?;
            if read == 0 {
                break sample.len() < SAMPLE_BYTES;
            }
        };
        let bytes = sample.as_slice();
        let dialect = sniff(bytes, ended, &ask.pan, settings.separator, settings.encoding)?;
        let (before, end) = header(bytes, &dialect, ended)?;
        let (above, rest) = bytes.split_at_checked(end).ok_or(TableError::Internal)?;
        let (blank, header) = above.split_at_checked(before).ok_or(TableError::Internal)?;
        let plan = Plan::new(header, &dialect, ask, work)?;

        let mut preamble = Wiped::with_capacity(blank.len());
        preamble.extend(blank);
        let mut carry = Wiped::with_capacity(SAMPLE_BYTES);
        carry.extend(rest);
        let opening = Opening {
            input,
            carry,
            ended,
            bytes_read: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            line: count_lines(above).saturating_add(1),
        };
        let splitter = Splitter::new(opening, dialect, settings.batch_bytes, settings.longest_row);
        Ok(Self { splitter, dialect, plan, work, settings, preamble, began })
    }

    /// How the table is written.
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// What the operator should know before the run.
    pub fn warnings(&self) -> &[Warning] {
        &self.plan.warnings
    }

    /// Writes the protected table to `table` and the rows that were not taken to `rejects`.
    ///
    /// `progress` is called in this thread, some times per megabyte. Nothing is written to `rejects` if every row
    /// was taken.
    ///
    /// # Errors
    /// [`TableError::Io`], [`TableError::Stopped`] or [`TableError::Internal`]; what was written then is no table.
    pub fn protect(
        self,
        table: &mut dyn Write,
        rejects: &mut dyn Write,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Summary, TableError> {
        table
            .write_all(self.preamble.as_slice())
            .map_err(|source| TableError::Io { doing: "writing the output".to_owned(), source })?;
        let workers = match self.settings.workers {
            Some(workers) => workers,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        let stage = Stage { plan: &self.plan, dialect: &self.dialect, work: self.work };
        let sink = Sink { table, rejects, progress };
        let mut summary = run(self.splitter, stage, sink, workers, self.settings.batch_bytes)?;
        summary.elapsed = self.began.elapsed();
        Ok(summary)
    }
}

/// Where the header begins and, line ending included, ends.
fn header(bytes: &[u8], dialect: &Dialect, whole: bool) -> Result<(usize, usize), TableError> {
    let mut before = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    loop {
        let rest = bytes.get(before..).unwrap_or_default();
        if rest.is_empty() {
            return Err(TableError::EmptyInput);
        }
        match scan(rest, dialect, whole, |_| {}) {
            Found::Row { content: 0, end } => before = before.saturating_add(end),
            Found::Row { end, .. } => return Ok((before, before.saturating_add(end))),
            Found::Part { .. } => return Err(TableError::HeaderUnreadable),
        }
    }
}

/// One run from file to file.
#[derive(Clone, Debug)]
pub struct Job {
    /// The table.
    pub input: Input,
    /// The file the protected table becomes; rejects, if there are any, go to this name with `.rejects.csv` added.
    pub output: PathBuf,
    /// What happens to a file of that name.
    pub existing: Existing,
    /// What is done with which column.
    pub ask: Ask,
    /// How the table is read.
    pub settings: Settings,
}

/// Does `job`; the output appears under its name when it is complete.
///
/// `opened` is called once, when the header is understood and before anything is written: to show warnings, or to
/// end the run with an error. `progress` is called in this thread, some times per megabyte.
///
/// # Errors
/// Any [`TableError`]; then neither file is there, or the ones of an earlier run are untouched.
pub fn protect_file(
    job: &Job,
    work: &dyn CardWork,
    opened: &mut dyn FnMut(&Table<'_>) -> Result<(), TableError>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, TableError> {
    let source = job.input.open()?;
    OutputFiles::check(&job.output, job.input.path(), job.existing)?;
    let table = Table::open(source, &job.ask, job.settings.clone(), work)?;
    opened(&table)?;
    let mut files = OutputFiles::create(&job.output, job.input.path(), job.existing)?;
    let (rows, rejects) = files.writers();
    let summary = table.protect(rows, rejects, progress)?;
    files.publish(summary.rejected_rows() > 0)?;
    Ok(summary)
}
