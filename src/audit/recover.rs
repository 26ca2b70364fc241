//! Finds where a log stopped, after a close, a kill, or a loss of power, and refuses what none of them can leave.
//!
//! What a crash can leave, and what is done: an unfinished last line, zeros inside it, or pages of a batch that
//! never became durable (cut, and recorded); a complete line nobody waited for (kept); a rotation between its two
//! renames (finished); a segment prepared but not yet in place (removed); a checkpoint older than the log (fine).
//! What it cannot leave: fewer records than the last checkpoint counts, another root at its size, a missing
//! segment or checkpoint, a line that is complete but no record, and anything but the records of an opening where
//! the last checkpoint covers a closed log, or none: an opening writes a checkpoint before it takes an event.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::check::OPENING;
use super::checkpoint::Checkpoint;
use super::durable;
use super::envelope::{Envelope, is_genesis};
use super::kind::Kind;
use super::lines::{Lines, Step};
use super::record::GENESIS;
use super::segment::Segment;
use super::tree::{Frontier, Hash, leaf_hash};
use crate::error::{Error, Result};

/// Where a log stopped.
pub(crate) struct Resumed {
    pub(crate) segment: Segment,
    /// Sequence number of the segment's first record.
    pub(crate) first: u64,
    pub(crate) frontier: Frontier,
    /// Leaf hash of the last record.
    pub(crate) prev: Hash,
    pub(crate) garbage: Option<Garbage>,
}

/// What an unfinished write left after the last record.
pub(crate) struct Garbage {
    /// Offset after its last byte that is not zero.
    pub(crate) until: u64,
    pub(crate) bytes: u64,
    pub(crate) hash: Hash,
}

/// Opens the active segment of `stream` in the audit directory `audit`, whose last checkpoint is given.
///
/// # Errors
/// [`Error::AuditDamaged`] if the files are not what a writer of this stream can have left; [`Error::Io`].
pub(crate) fn resume(audit: &Path, stream: &str, checkpoint: &Checkpoint) -> Result<Resumed> {
    let active = active_path(audit, stream);
    finish_rotation(audit, stream)?;
    if !active.try_exists()? {
        // The first checkpoint, of size 0, is written before the first segment.
        if checkpoint.size > 0 || !closed_segments(audit, stream)?.is_empty() {
            return Err(Error::AuditDamaged);
        }
        let segment = Segment::create(&active)?;
        durable::sync_parent(&active)?;
        let frontier = Frontier::new();
        return Ok(Resumed { segment, first: 0, frontier, prev: GENESIS, garbage: None });
    }
    let mut segment = Segment::open(&active)?;
    let mut walk = Walk {
        stream,
        checkpoint,
        first: None,
        frontier: Frontier::new(),
        prev: GENESIS,
        closed: checkpoint.size == 0,
    };
    let mut covered = 0;
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, segment.file()));
    loop {
        match lines.step()? {
            Step::Line(line) => {
                walk.line(line)?;
                if walk.frontier.size() <= checkpoint.size {
                    covered = lines.offset();
                }
            }
            Step::End { .. } => break,
            Step::TooLong => return Err(Error::AuditDamaged),
        }
    }
    let end = lines.offset();
    let Walk { first, frontier, prev, .. } = walk;
    if checkpoint.size > frontier.size()
        || (frontier.size() == 0 && !closed_segments(audit, stream)?.is_empty())
    {
        return Err(Error::AuditDamaged);
    }
    let garbage = garbage(segment.file(), end)?;
    segment.set_end(end);
    // After a failed sync the page cache may hold records that the disk does not, marked as written.
    segment.rewrite(covered)?;
    Ok(Resumed { segment, first: first.unwrap_or(0), frontier, prev, garbage })
}

/// The current segment.
pub(crate) fn active_path(audit: &Path, stream: &str) -> PathBuf {
    audit.join(format!("{stream}.jsonl"))
}

/// The next segment, while it is prepared.
pub(crate) fn prepared_path(audit: &Path, stream: &str) -> PathBuf {
    audit.join(format!("{stream}.jsonl.new"))
}

/// The file name of a closed segment whose first record has this sequence number.
pub(crate) fn closed_name(stream: &str, first: u64) -> String {
    format!("{stream}.{first:012}.jsonl")
}

/// The first sequence numbers of all closed segments, in order.
pub(crate) fn closed_segments(audit: &Path, stream: &str) -> Result<Vec<u64>> {
    let mut firsts = Vec::new();
    for entry in fs::read_dir(audit)? {
        if let Some((name, first)) = entry?.file_name().to_str().and_then(parse_closed_name)
            && name == stream
        {
            firsts.push(first);
        }
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// Stream and first sequence number of the name of a closed segment.
pub(crate) fn parse_closed_name(name: &str) -> Option<(&str, u64)> {
    let (stream, digits) = name.strip_suffix(".jsonl")?.rsplit_once('.')?;
    let first = digits.parse().ok()?;
    (closed_name(stream, first) == name).then_some((stream, first))
}

/// A rotation prepares the next segment, renames the old one away, and the next one into place.
fn finish_rotation(audit: &Path, stream: &str) -> Result<()> {
    let (active, prepared) = (active_path(audit, stream), prepared_path(audit, stream));
    if !prepared.try_exists()? {
        return Ok(());
    }
    if active.try_exists()? {
        fs::remove_file(&prepared)?;
    } else {
        fs::rename(&prepared, &active)?;
    }
    durable::sync_parent(&active)
}

struct Walk<'a> {
    stream: &'a str,
    checkpoint: &'a Checkpoint,
    first: Option<u64>,
    frontier: Frontier,
    prev: Hash,
    /// The checkpoint covers nothing after a `log.stop`, or nothing at all.
    closed: bool,
}

impl Walk<'_> {
    fn line(&mut self, line: &[u8]) -> Result<()> {
        // What the checkpoint covers is proved by its root; only the rest must be read to be believed. The last
        // record it covers says whether there may be a rest.
        let last_covered = self.frontier.size().checked_add(1) == Some(self.checkpoint.size);
        if self.first.is_none() || last_covered || self.frontier.size() >= self.checkpoint.size {
            self.read(line).ok_or(Error::AuditDamaged)?;
        }
        let leaf = leaf_hash(line);
        self.frontier.append(leaf);
        self.prev = leaf;
        self.compare()
    }

    fn read(&mut self, line: &[u8]) -> Option<()> {
        let record = Envelope::parse(line)?;
        if record.stream != self.stream {
            return None;
        }
        if self.first.is_none() {
            self.first = Some(record.seq);
            if record.seq > 0 {
                let previous = record.previous.as_ref().filter(|previous| previous.is_consistent())?;
                self.frontier = previous.frontier.clone();
                self.prev = record.prev;
                // The checkpoint at rotation covers all before: an older one was put back.
                if self.checkpoint.size < record.seq {
                    return None;
                }
                self.compare().ok()?;
            } else if !is_genesis(&record.prev) {
                return None;
            }
        }
        let size = self.frontier.size();
        if size < self.checkpoint.size {
            self.closed = record.kind == Kind::LogStop.as_str();
        } else if self.closed && !OPENING.iter().any(|kind| record.kind == kind.as_str()) {
            // Nobody needs a key to add a line that links well: whoever opens would sign it.
            return None;
        }
        (record.seq == size && record.prev == self.prev).then_some(())
    }

    fn compare(&self) -> Result<()> {
        let covered = self.frontier.size() == self.checkpoint.size;
        if covered && self.frontier.root() != self.checkpoint.root {
            return Err(Error::AuditDamaged);
        }
        Ok(())
    }
}

/// What stands between offset `end` and the zeros at the end of the file.
fn garbage(file: &File, end: u64) -> Result<Option<Garbage>> {
    let mut until = end;
    let mut at = end;
    read_from(file, end, u64::MAX, |chunk| {
        let used = chunk.iter().rposition(|byte| *byte != 0).map(|last| last.saturating_add(1));
        if let Some(used) = used {
            until = at.saturating_add(u64::try_from(used).unwrap_or(u64::MAX));
        }
        at = at.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
    })?;
    let bytes = until.saturating_sub(end);
    if bytes == 0 {
        return Ok(None);
    }
    let mut hash = Sha256::new();
    read_from(file, end, bytes, |chunk| hash.update(chunk))?;
    Ok(Some(Garbage { until, bytes, hash: hash.finalize().into() }))
}

fn read_from(mut file: &File, offset: u64, bytes: u64, mut each: impl FnMut(&[u8])) -> Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    let mut rest = file.take(bytes);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = rest.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { return Ok(()) };
        each(chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::{closed_name, garbage, parse_closed_name};
    use sha2::{Digest, Sha256};

    #[test]
    fn names_of_closed_segments_go_there_and_back() {
        for (stream, first) in [("cli", 0), ("app-1", 123_456), ("x", u64::MAX)] {
            assert_eq!(parse_closed_name(&closed_name(stream, first)), Some((stream, first)));
        }
        for bad in ["cli.jsonl", "cli.12.jsonl", "cli.000000000001.json", "cli.+00000000001.jsonl"] {
            assert_eq!(parse_closed_name(bad), None, "{bad}");
        }
    }

    #[test]
    fn garbage_ends_at_its_last_byte_that_is_not_zero() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = b"one\nga\0\0r".to_vec();
        bytes.resize(200_000, 0);
        bytes[150_000] = 7;
        bytes.extend([0; 1000]);
        for (until, expected) in [(200_000, 150_001), (100, 9)] {
            std::fs::write(path.path(), &bytes[..until]).unwrap();
            let found = garbage(path.as_file(), 4).unwrap().unwrap();
            assert_eq!((found.until, found.bytes), (expected, expected - 4));
            let hash: [u8; 32] = Sha256::digest(&bytes[4..expected as usize]).into();
            assert_eq!(found.hash, hash);
        }
        std::fs::write(path.path(), b"one\n\0\0").unwrap();
        assert!(garbage(path.as_file(), 4).unwrap().is_none());
    }
}
