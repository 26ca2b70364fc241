//! Verifies a vault's log with public keys only.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use super::check::StreamVerifier;
use super::checkpoint::origin_of;
use super::durable;
use super::envelope::Envelope;
use super::key::{VaultKey, VerifierKey};
use super::lines::{Lines, Step};
use super::recover::{active_path, closed_name, closed_segments, parse_closed_name, prepared_path};
use super::report::{Fault, Finding, Report, StreamReport};
use super::streams::Streams;
use crate::error::{Error, Result};

/// Verifies every stream of the vault directory `dir`: each line, the chain of segments, the tree over the exact
/// bytes, every signature, and that nothing is missing.
///
/// `vault` must come from elsewhere than `dir`. `external` are checkpoints that were kept elsewhere, by witnesses:
/// without one, whoever holds a stream's key can replace its tail, and whoever can write the files can put back an
/// older state of all of them. It may run while the log is being written.
///
/// # Errors
/// [`Error::Io`] if a file cannot be read. What is wrong with the log is in the report, not an error.
pub fn verify(dir: &Path, vault: &VaultKey, external: &[&str]) -> Result<Report> {
    let mut report = Report::default();
    let streams = match Streams::load(dir, vault) {
        Ok(streams) if streams.generation() > 0 => streams,
        Ok(_) | Err(Error::AuditDamaged) => {
            report.findings.push(finding("", Fault::ListDamaged));
            return Ok(report);
        }
        Err(error) => return Err(error),
    };
    for note in external {
        if !streams.iter().any(|(_, key)| key.name() == origin_of(note)) {
            report.findings.push(finding("", Fault::ExternalInvalid));
        }
    }
    for (name, key) in streams.iter() {
        verify_stream(dir, name, key, external, &mut report)?;
    }
    unlisted(dir, &streams, &mut report)?;
    Ok(report)
}

fn verify_stream(
    dir: &Path,
    name: &str,
    key: &VerifierKey,
    external: &[&str],
    report: &mut Report,
) -> Result<()> {
    loop {
        let before = durable::read_text(&super::checkpoint_path(dir, name), super::MAX_CHECKPOINT).ok();
        let mut found = Report::default();
        verify_once(dir, name, key, external, &mut found)?;
        // A process that opened the log meanwhile wrote records after a log that was closed: look again.
        let unsigned = found.findings.iter().any(|finding| finding.fault == Fault::Unsigned);
        let after = durable::read_text(&super::checkpoint_path(dir, name), super::MAX_CHECKPOINT).ok();
        if !unsigned || before == after {
            report.streams.append(&mut found.streams);
            report.findings.append(&mut found.findings);
            return Ok(());
        }
    }
}

fn verify_once(
    dir: &Path,
    name: &str,
    key: &VerifierKey,
    external: &[&str],
    report: &mut Report,
) -> Result<()> {
    let mut verifier = StreamVerifier::new(name, key);
    // The checkpoint is read before the log, so that a log being written is never behind it.
    match durable::read_text(&super::checkpoint_path(dir, name), super::MAX_CHECKPOINT) {
        Ok(Some(note)) if verifier.expect(&note).is_ok() => {}
        Ok(Some(_)) | Err(Error::AuditDamaged) => {
            report.findings.push(finding(name, Fault::CheckpointInvalid))
        }
        Ok(None) => report.findings.push(finding(name, Fault::CheckpointMissing)),
        Err(error) => return Err(error),
    }
    for note in external.iter().filter(|note| origin_of(note) == key.name()) {
        if verifier.expect(note).is_err() {
            report.findings.push(finding(name, Fault::ExternalInvalid));
        }
    }
    let mut files = Files::open(dir, name)?;
    if files.is_empty() {
        // A process killed right after it listed a stream leaves it without a record, and a checkpoint of size 0.
        if !verifier.expects_no_record() {
            report.findings.push(finding(name, Fault::StreamMissing));
        }
        report.streams.push(StreamReport { stream: name.to_owned(), ..StreamReport::default() });
        return Ok(());
    }
    let (stream, found) = match files.read(&mut verifier)? {
        Ok(unfinished) => {
            let (stream, found) = verifier.finish();
            (StreamReport { segments: files.segments(), unfinished_bytes: unfinished, ..stream }, found)
        }
        Err(found) => (StreamReport { segments: files.segments(), ..verifier.partial() }, Some(found)),
    };
    report.streams.push(stream);
    report.findings.extend(found);
    Ok(())
}

/// The files of one stream, in order; the last one is the current segment, if it is there.
struct Files {
    stream: String,
    closed: Vec<(u64, File)>,
    active: Option<File>,
}

impl Files {
    fn open(dir: &Path, stream: &str) -> Result<Self> {
        let audit = super::directory(dir);
        // The current segment first: if it is rotated away meanwhile, it shows among the closed ones again.
        let active = match open(&active_path(&audit, stream))? {
            Some(file) => Some(file),
            // A writer killed between the two renames of a rotation left the next segment under this name.
            None => open(&prepared_path(&audit, stream))?,
        };
        let inode = active.as_ref().map(File::metadata).transpose()?.map(|data| (data.dev(), data.ino()));
        let mut closed = Vec::new();
        for first in closed_segments(&audit, stream)? {
            let Some(file) = open(&audit.join(closed_name(stream, first)))? else { continue };
            let data = file.metadata()?;
            if Some((data.dev(), data.ino())) == inode {
                break;
            }
            closed.push((first, file));
        }
        Ok(Self { stream: stream.to_owned(), closed, active })
    }

    fn is_empty(&self) -> bool {
        self.closed.is_empty() && self.active.is_none()
    }

    fn segments(&self) -> u64 {
        u64::try_from(self.closed.len()).unwrap_or(u64::MAX).saturating_add(u64::from(self.active.is_some()))
    }

    /// Gives every line to `verifier`; returns the bytes of an unfinished line at the end.
    fn read(&mut self, verifier: &mut StreamVerifier) -> Result<core::result::Result<u64, Finding>> {
        let mut feed = Feed { verifier, held: None, before: None };
        for (first, file) in &self.closed {
            if let Err(found) = feed.segment(file, Some(*first), &self.stream)? {
                return Ok(Err(found));
            }
        }
        let unfinished = match &self.active {
            Some(file) => match feed.segment(file, None, &self.stream)? {
                Ok(unfinished) => unfinished,
                Err(found) => return Ok(Err(found)),
            },
            None => {
                if let Err(found) = feed.flush(None) {
                    return Ok(Err(found));
                }
                let at = feed.verifier.frontier().size();
                return Ok(Err(feed.verifier.finding(Fault::TailMissing, at)));
            }
        };
        Ok(feed.flush(None).map(|()| unfinished))
    }
}

/// Gives lines to the verifier one late, so that it sees the next one too.
struct Feed<'a> {
    verifier: &'a mut StreamVerifier,
    /// The line before, and whether it begins a segment that does not continue the one before it.
    held: Option<(Vec<u8>, bool)>,
    /// Name and bytes of the segment before.
    before: Option<(String, u64)>,
}

impl Feed<'_> {
    fn segment(
        &mut self,
        file: &File,
        closed: Option<u64>,
        stream: &str,
    ) -> Result<core::result::Result<u64, Finding>> {
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file));
        let mut fresh = true;
        loop {
            match lines.step()? {
                Step::Line(line) => {
                    if let Err(found) = self.flush(Some(line)) {
                        return Ok(Err(found));
                    }
                    let broken = core::mem::take(&mut fresh) && !self.continues(line, closed);
                    self.held = Some((line.to_vec(), broken));
                }
                Step::TooLong => return Ok(self.flush(None).and_then(|()| Err(self.here(Fault::Malformed)))),
                Step::End { unfinished } => {
                    let end = lines.offset();
                    let Some(first) = closed else {
                        let found = if only_zeros_after(file, end, unfinished)? {
                            Ok(u64::try_from(unfinished).unwrap_or(u64::MAX))
                        } else {
                            self.flush(None).and_then(|()| Err(self.here(Fault::AfterEnd)))
                        };
                        return Ok(found);
                    };
                    // A closed segment was truncated: it ends with its last record.
                    if file.metadata()?.len() != end {
                        return Ok(self.flush(None).and_then(|()| Err(self.here(Fault::AfterEnd))));
                    }
                    self.before = Some((closed_name(stream, first), end));
                    return Ok(Ok(0));
                }
            }
        }
    }

    /// Whether a first line fits the name of its file and the end of the segment before.
    fn continues(&self, line: &[u8], closed: Option<u64>) -> bool {
        // A line that is no record is named as such when it is its turn.
        let Some(record) = Envelope::parse(line) else { return true };
        let size = self.verifier.frontier().size();
        if closed.is_some_and(|first| first != size) {
            return false;
        }
        match (&self.before, &record.previous) {
            (None, None) => true,
            (Some((name, bytes)), Some(previous)) => previous.file == *name && previous.bytes == *bytes,
            // The first segment is missing, or a later one does not say what it continues.
            (None, Some(_)) => false,
            (Some(_), None) => false,
        }
    }

    fn flush(&mut self, next: Option<&[u8]>) -> core::result::Result<(), Finding> {
        let Some((line, broken)) = self.held.take() else { return Ok(()) };
        let at = self.verifier.frontier().size();
        // A bad record of the segment before is the reason rather than the break it causes.
        self.verifier.record(&line, next)?;
        if broken { Err(self.verifier.finding(Fault::SegmentBroken, at)) } else { Ok(()) }
    }

    fn here(&self, fault: Fault) -> Finding {
        self.verifier.finding(fault, self.verifier.frontier().size())
    }
}

/// Whether after the first NUL there are only NULs, in a file that may be growing.
fn only_zeros_after(file: &File, end: u64, unfinished: usize) -> Result<bool> {
    let first_nul = end.saturating_add(u64::try_from(unfinished).unwrap_or(u64::MAX));
    let mut buffer = vec![0; 1 << 16];
    let mut at = first_nul;
    loop {
        let read = file.read_at(&mut buffer, at)?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { return Ok(true) };
        if chunk.iter().any(|byte| *byte != 0) {
            // A writer appends in order: if it was at work, the first zero is gone by now.
            let mut byte = [0; 1];
            return Ok(file.read_at(&mut byte, first_nul)? == 1 && byte != [0]);
        }
        at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
}

fn unlisted(dir: &Path, streams: &Streams, report: &mut Report) -> Result<()> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(super::directory(dir))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let stream = parse_closed_name(&name)
            .map(|(stream, _)| stream)
            .or_else(|| [".jsonl", ".jsonl.new"].iter().find_map(|suffix| name.strip_suffix(suffix)));
        if stream.is_some_and(|stream| streams.key(stream).is_none()) {
            names.insert(name);
        }
    }
    report.findings.extend(names.iter().map(|name| finding(name, Fault::Unlisted)));
    Ok(())
}

fn open(path: &Path) -> Result<Option<File>> {
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => Ok(Some(other?)),
    }
}

fn finding(stream: &str, fault: Fault) -> Finding {
    Finding { stream: stream.to_owned(), fault, at: None, until: None }
}
