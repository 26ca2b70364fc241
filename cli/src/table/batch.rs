//! A batch: some whole rows, and what became of them. The same few batches go round and round.

use super::wiped::Wiped;
use super::work::Reason;

#[derive(Debug)]
pub(super) struct Batch {
    /// Place in the order of the input.
    pub(super) number: u64,
    /// Whole rows. Wiped before the next ones come in.
    pub(super) input: Wiped,
    /// The line of the input on which `input` begins, from 1.
    pub(super) first_line: u64,
    /// Bytes of the input that are done with this batch, skipped ones included.
    pub(super) bytes_done: u64,
    /// Rows as they go to the output. Wiped too: they hold card numbers where the caller allowed them in a column.
    pub(super) output: Wiped,
    pub(super) rejects: Vec<Reject>,
    pub(super) rows: u64,
    pub(super) protected: u64,
    pub(super) empty: u64,
    /// Non-empty cells of each dropped SAD column.
    pub(super) sad_cells: Vec<u64>,
}

/// A row that was not taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reject {
    pub(super) line: u64,
    /// The column, from 0; `None` if the whole row is at fault.
    pub(super) column: Option<usize>,
    pub(super) reason: Reason,
}

impl Batch {
    pub(super) fn new(capacity: usize, sad_columns: usize) -> Self {
        Self {
            number: 0,
            input: Wiped::with_capacity(capacity),
            first_line: 1,
            bytes_done: 0,
            output: Wiped::with_capacity(capacity),
            rejects: Vec::new(),
            rows: 0,
            protected: 0,
            empty: 0,
            sad_cells: vec![0; sad_columns],
        }
    }

    /// Wipes what was read, empties what was made.
    pub(super) fn reset(&mut self) {
        self.input.clear();
        self.output.clear();
        self.rejects.clear();
        self.sad_cells.fill(0);
        (self.rows, self.protected, self.empty) = (0, 0, 0);
    }

    /// A row that was not taken, at once counted as a row.
    pub(super) fn reject(&mut self, line: u64, column: Option<usize>, reason: Reason) {
        self.rejects.push(Reject { line, column, reason });
        self.rows = self.rows.saturating_add(1);
    }
}
