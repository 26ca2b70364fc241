//! What happened, provably: an append-only log that is on disk before anything is disclosed.
//!
//! A vault has one or more streams, each a file with one writer ([`AuditLog`]). A record is one line of JSON in
//! OCSF shape, made from a typed [`Event`]. The lines are the leaves of an RFC 6962 tree ([`tree`]) whose size
//! and root are signed again and again ([`Checkpoint`]). [`verify`] needs the files and the
//! vault's public key ([`VaultKey`]), nothing else. The format is written down in `docs/audit-format.md`.

use std::path::{Path, PathBuf};

mod check;
mod checkpoint;
mod core;
pub(crate) mod durable;
mod envelope;
mod event;
mod json;
mod key;
mod kind;
mod lines;
mod note;
mod options;
mod outlet;
mod outlets;
pub mod proof;
mod record;
mod recover;
mod report;
mod segment;
mod sink;
mod stream;
mod streams;
pub mod tree;
mod verify;
mod writer;

pub use check::StreamVerifier;
pub use checkpoint::{Checkpoint, Generations};
pub use event::{Auth, Correlation, Detail, Disclosed, Event, HandleRef, Limit, Word};
pub use key::{VaultKey, VerifierKey};
pub use kind::Kind;
pub use options::Options;
pub use report::{Fault, Finding, Report, StreamReport};
pub use sink::{AuditSink, Sink, SinkDuty};
pub use stream::{AuditLog, Opening, Pending, Position};
pub use streams::{Streams, last_generations, last_size};
pub use verify::verify;

/// Where a vault directory keeps its streams.
pub(crate) fn directory(dir: &Path) -> PathBuf {
    dir.join("audit")
}

/// The last checkpoint of a stream.
pub(crate) fn checkpoint_path(dir: &Path, stream: &str) -> PathBuf {
    directory(dir).join(format!("{stream}.checkpoint"))
}

/// A checkpoint is some 300 bytes; witnesses may add lines.
pub(crate) const MAX_CHECKPOINT: u64 = 1 << 14;
