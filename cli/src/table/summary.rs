//! What a run did, in numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::work::Reason;

/// What a run did. `rows` is the sum of `protected`, `empty` and all of `rejected`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows of the input, without the header and blank lines.
    pub rows: u64,
    /// Rows written with a token.
    pub protected: u64,
    /// Rows written with empty token cells, because the card cell was empty.
    pub empty: u64,
    /// Rows not written, by the name of the [`Reason`].
    pub rejected: BTreeMap<&'static str, u64>,
    /// Dropped columns of sensitive authentication data, in the order of the table.
    pub dropped: Vec<DroppedColumn>,
    /// Bytes of the input.
    pub bytes: u64,
    /// How long it took, from the first byte read to the last written.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
}

impl Summary {
    /// Rows not written, for whatever reason.
    pub fn rejected_rows(&self) -> u64 {
        self.rejected.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Rows per second, 0 if no time was measured.
    pub fn rows_per_second(&self) -> u64 {
        let micros = self.elapsed.as_micros();
        let rate = u128::from(self.rows).saturating_mul(1_000_000).checked_div(micros).unwrap_or(0);
        u64::try_from(rate).unwrap_or(u64::MAX)
    }

    pub(super) fn count_rejected(&mut self, reason: Reason) {
        let count = self.rejected.entry(reason.name()).or_default();
        *count = count.saturating_add(1);
    }
}

/// A column that was dropped because its name says sensitive authentication data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DroppedColumn {
    /// Its name in the header.
    pub name: String,
    /// How many of its cells were not empty, over all rows that have the right number of cells.
    pub cells: u64,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that are done.
    pub bytes: u64,
    /// Rows that are done.
    pub rows: u64,
}

fn seconds<S: serde::Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(elapsed.as_secs_f64())
}
