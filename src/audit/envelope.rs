//! What verifying reads of a record: its place, its link to the one before, and what it says about the log.

use base64ct::{Base64, Encoding};
use serde::Deserialize;

use super::record::GENESIS;
use super::tree::{Frontier, Hash};
use crate::clock::Timestamp;

/// The members of a record that verifying needs.
pub(crate) struct Envelope<'a> {
    pub(crate) kind: &'a str,
    pub(crate) stream: &'a str,
    pub(crate) seq: u64,
    pub(crate) prev: Hash,
    pub(crate) time: Timestamp,
    pub(crate) mono_ms: u64,
    pub(crate) boot: &'a str,
    pub(crate) correlation: Option<&'a str>,
    pub(crate) checkpoint: Option<String>,
    pub(crate) previous: Option<PreviousSegment>,
    prev_text: &'a str,
}

/// The end of the segment before, as the first record of a further one says it.
pub(crate) struct PreviousSegment {
    pub(crate) file: String,
    pub(crate) bytes: u64,
    pub(crate) root: Hash,
    pub(crate) frontier: Frontier,
}

impl<'a> Envelope<'a> {
    /// Reads a line; nothing if it is no record of version 1.
    pub(crate) fn parse(line: &'a [u8]) -> Option<Self> {
        let text = core::str::from_utf8(line).ok().filter(|text| text.is_ascii())?;
        let Line { time, unmapped: Unmapped { panveil: own } } = serde_json::from_str(text).ok()?;
        let previous = match own.previous {
            None => None,
            Some(previous) => {
                let hashes = previous.frontier.iter().map(|hash| hash_of(hash)).collect::<Option<_>>()?;
                Some(PreviousSegment {
                    file: previous.file,
                    bytes: previous.bytes,
                    root: hash_of(&previous.root)?,
                    frontier: Frontier::from_parts(own.seq, hashes)?,
                })
            }
        };
        (own.v == 1).then_some(())?;
        Some(Self {
            kind: own.r#type,
            stream: own.stream,
            seq: own.seq,
            prev: hash_of(own.prev)?,
            time: Timestamp::from_millis(time),
            mono_ms: own.mono_ms,
            boot: own.boot,
            correlation: own.correlation,
            checkpoint: own.checkpoint,
            previous,
            prev_text: own.prev,
        })
    }

    /// The leaf hash this line would have if its link were `prev`: shows whether only the link was changed.
    pub(crate) fn leaf_with_prev(&self, line: &[u8], prev: &Hash) -> Option<Hash> {
        let text = core::str::from_utf8(line).ok()?;
        let member = |value: &str| format!("\"prev\":\"{value}\"");
        let repaired = text.replacen(&member(self.prev_text), &member(&Base64::encode_string(prev)), 1);
        Some(super::tree::leaf_hash(repaired.as_bytes()))
    }
}

impl PreviousSegment {
    /// Whether the root it names is that of the frontier it gives.
    pub(crate) fn is_consistent(&self) -> bool {
        self.frontier.root() == self.root
    }
}

/// The link of the first record of a stream.
pub(crate) fn is_genesis(prev: &Hash) -> bool {
    *prev == GENESIS
}

fn hash_of(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    (Base64::decode(text, &mut hash).ok()?.len() == 32).then_some(hash)
}

#[derive(Deserialize)]
struct Line<'a> {
    time: i64,
    #[serde(borrow)]
    unmapped: Unmapped<'a>,
}

#[derive(Deserialize)]
struct Unmapped<'a> {
    #[serde(borrow)]
    panveil: OwnMembers<'a>,
}

#[derive(Deserialize)]
struct OwnMembers<'a> {
    boot: &'a str,
    checkpoint: Option<String>,
    correlation: Option<&'a str>,
    mono_ms: u64,
    prev: &'a str,
    previous: Option<PreviousMembers>,
    seq: u64,
    stream: &'a str,
    r#type: &'a str,
    v: u64,
}

#[derive(Deserialize)]
struct PreviousMembers {
    bytes: u64,
    file: String,
    frontier: Vec<String>,
    root: String,
}
