//! What verifying found.

use crate::clock::Timestamp;

/// Something that no honest writer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The list of streams is missing, was edited, or is another vault's.
    ListDamaged,
    /// A stream of the list has no log.
    StreamMissing,
    /// A file belongs to no stream of the list.
    Unlisted,
    /// A line is no record.
    Malformed,
    /// A record belongs to another stream.
    WrongStream,
    /// Records are missing here.
    Missing,
    /// A record stands here that stood before: it was repeated or moved.
    Repeated,
    /// A record stands here that the next one does not follow.
    Inserted,
    /// The record is not the one that the next one follows.
    Altered,
    /// The checkpoint within the record is not signed by the stream's key.
    Forged,
    /// Records were changed together with all that follow them, up to a signed root.
    Rewritten,
    /// The log ends before what a checkpoint counted.
    TailMissing,
    /// A segment does not continue the one before it.
    SegmentBroken,
    /// Something other than zeros stands after the last record.
    AfterEnd,
    /// A record that nobody signed follows a log that was closed.
    Unsigned,
    /// The stream has no checkpoint.
    CheckpointMissing,
    /// The checkpoint is malformed or not signed by the stream's key.
    CheckpointInvalid,
    /// A checkpoint kept elsewhere is of no stream here, or not signed by its key.
    ExternalInvalid,
}

impl Fault {
    /// A sentence for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Fault::ListDamaged => "the list of streams is missing, was edited, or is another vault's",
            Fault::StreamMissing => "the stream has no log",
            Fault::Unlisted => "the file belongs to no stream of the list",
            Fault::Malformed => "the line is no record",
            Fault::WrongStream => "the record belongs to another stream",
            Fault::Missing => "records are missing",
            Fault::Repeated => "the record was repeated or moved",
            Fault::Inserted => "the record was inserted",
            Fault::Altered => "the record was altered",
            Fault::Forged => "the checkpoint in the record is not genuine",
            Fault::Rewritten => "records were rewritten",
            Fault::TailMissing => "the log ends before what a checkpoint counted",
            Fault::SegmentBroken => "the segment does not continue the one before it",
            Fault::AfterEnd => "something other than zeros stands after the last record",
            Fault::Unsigned => "the record was added to a closed log, and nobody signed it",
            Fault::CheckpointMissing => "the stream has no checkpoint",
            Fault::CheckpointInvalid => "the checkpoint is not genuine",
            Fault::ExternalInvalid => "the checkpoint kept elsewhere is of no stream here",
        }
    }
}

/// A fault and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stream, or the file for [`Fault::Unlisted`]; empty for the list itself.
    pub stream: String,
    /// What is wrong.
    pub fault: Fault,
    /// The first bad record, counted from 0 through all segments: its sequence number and its line.
    pub at: Option<u64>,
    /// The last record that may be the first bad one, where the position is known only as a range
    /// ([`Fault::Rewritten`]); else the same as `at`.
    pub until: Option<u64>,
}

impl core::fmt::Display for Finding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if !self.stream.is_empty() {
            write!(f, "{}: ", self.stream)?;
        }
        match (self.at, self.until) {
            (Some(at), Some(until)) if at != until => write!(f, "record {at} to {until}: ")?,
            (Some(at), _) => write!(f, "record {at}: ")?,
            (None, _) => {}
        }
        f.write_str(self.fault.as_str())
    }
}

/// What a stream holds, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamReport {
    /// The stream.
    pub stream: String,
    /// Good records.
    pub records: u64,
    /// Records that a valid signature covers. The rest is chained, but whoever can write the file could replace it.
    pub covered: u64,
    /// Segments read.
    pub segments: u64,
    /// Reveals with an intent and no outcome: a process was killed, or its log cut, between them.
    pub open_intents: u64,
    /// Times an unfinished write was cut at opening.
    pub recoveries: u64,
    /// Steps of the wall clock.
    pub clock_steps: u64,
    /// Times a running log was silent for more than three minutes of its machine.
    pub silences: u64,
    /// Bytes of an unfinished line at the end: a write under way, or one that was killed.
    pub unfinished_bytes: u64,
    /// When the last good record was made.
    pub last_time: Option<Timestamp>,
}

/// The result of verifying a vault's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The streams of the list, in the order of their names.
    pub streams: Vec<StreamReport>,
    /// What is wrong, at most one finding on the records of each stream: the first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }
}
