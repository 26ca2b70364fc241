//! How a stream is kept: sizes, intervals, and the deadline of its callers.

use std::time::Duration;

/// Settings of one stream. The defaults suit a local disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long a caller waits for a record to become durable (default 5 s).
    pub deadline: Duration,
    /// A segment is closed once it has this many bytes (default 64 MiB).
    pub segment_bytes: u64,
    /// Space is taken ahead in steps of this many bytes (default 1 MiB).
    pub extent_bytes: u64,
    /// Bytes held back for the last records when the disk is full (default 64 KiB; 0 for none).
    pub reserve_bytes: u64,
    /// A checkpoint is written after this many records (default 1,000) ...
    pub checkpoint_records: u64,
    /// ... or this many milliseconds after the last one, if there are new records (default 10,000).
    pub checkpoint_ms: u64,
    /// A heartbeat record is written every so many milliseconds (default 60,000).
    pub heartbeat_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(5),
            segment_bytes: 64 << 20,
            extent_bytes: 1 << 20,
            reserve_bytes: 64 << 10,
            checkpoint_records: 1_000,
            checkpoint_ms: 10_000,
            heartbeat_ms: 60_000,
        }
    }
}
