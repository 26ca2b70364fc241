//! What a worker does with a batch: rows in, rows out.

use panveil::Error;

use super::batch::Batch;
use super::dialect::Dialect;
use super::finder::Finder;
use super::plan::{Action, Plan};
use super::row::{Cell, Found, scan};
use super::split::count_lines;
use super::value::{ValueReader, is_blank};
use super::wiped::Wiped;
use super::work::{CardWork, Protected, Reason};

/// One worker's tools; nothing is allocated per row.
pub(super) struct Transform<'a> {
    plan: &'a Plan,
    dialect: &'a Dialect,
    work: &'a dyn CardWork,
    cells: Vec<Cell>,
    pan: ValueReader,
    record: ValueReader,
    finder: Finder,
    protected: Protected,
}

/// A row that was written.
enum Taken {
    Protected,
    Empty,
}

/// A row that is not taken: the column, if it is one's fault, and the reason.
struct Refused(Option<usize>, Reason);

impl<'a> Transform<'a> {
    pub(super) fn new(plan: &'a Plan, dialect: &'a Dialect, work: &'a dyn CardWork) -> Self {
        Self {
            plan,
            dialect,
            work,
            cells: Vec::new(),
            pan: ValueReader::new(),
            record: ValueReader::new(),
            finder: Finder::new(),
            protected: Protected::default(),
        }
    }

    /// Fills the output, the rejects and the counts of `batch` from its input.
    ///
    /// # Errors
    /// What makes the work stop as a whole.
    pub(super) fn run(&mut self, batch: &mut Batch) -> Result<(), Error> {
        let input = std::mem::replace(&mut batch.input, Wiped::with_capacity(0));
        let done = self.look_ahead(input.as_slice()).and_then(|()| self.rows(input.as_slice(), batch));
        batch.input = input;
        self.pan.wipe();
        self.record.wipe();
        done
    }

    /// Shows all card cells to work that wants to see them first.
    fn look_ahead(&mut self, input: &[u8]) -> Result<(), Error> {
        let Some(mut ahead) = self.work.ahead() else { return Ok(()) };
        let mut rest = input;
        while !rest.is_empty() {
            self.cells.clear();
            let cells = &mut self.cells;
            let Found::Row { content, end } = scan(rest, self.dialect, true, |cell| cells.push(cell)) else {
                return Err(Error::Internal);
            };
            let (row, later) = rest.split_at_checked(end).ok_or(Error::Internal)?;
            rest = later;
            if content > 0 && self.cells.len() == self.plan.actions.len() {
                let pan = self.pan.read(raw(&self.cells, row, self.plan.pan), self.dialect);
                if !is_blank(pan) {
                    ahead.card(pan);
                }
            }
        }
        ahead.done()
    }

    fn rows(&mut self, input: &[u8], batch: &mut Batch) -> Result<(), Error> {
        let mut rest = input;
        // Lines are counted only up to rows that are rejected.
        let (mut line, mut counted) = (batch.first_line, input);
        while !rest.is_empty() {
            self.cells.clear();
            let cells = &mut self.cells;
            let Found::Row { content, end } = scan(rest, self.dialect, true, |cell| cells.push(cell)) else {
                return Err(Error::Internal);
            };
            let (row, later) = rest.split_at_checked(end).ok_or(Error::Internal)?;
            if content == 0 {
                batch.output.extend(row);
                rest = later;
                continue;
            }
            let mark = batch.output.len();
            match self.row(row, content, batch) {
                Ok(Taken::Protected) => batch.protected = batch.protected.saturating_add(1),
                Ok(Taken::Empty) => batch.empty = batch.empty.saturating_add(1),
                Err(Refused(column, reason)) => {
                    batch.output.truncate(mark);
                    if let Some(error) = reason.stops_the_run() {
                        return Err(error);
                    }
                    let passed = counted.len().saturating_sub(rest.len());
                    line = line.saturating_add(count_lines(counted.get(..passed).unwrap_or_default()));
                    counted = rest;
                    batch.rejects.push(super::batch::Reject { line, column, reason });
                }
            }
            batch.rows = batch.rows.saturating_add(1);
            rest = later;
        }
        Ok(())
    }

    fn row(&mut self, row: &[u8], content: usize, batch: &mut Batch) -> Result<Taken, Refused> {
        let plan = self.plan;
        if self.cells.len() != plan.actions.len() {
            return Err(Refused(None, Reason::RaggedRow));
        }
        for (&column, count) in plan.sad.iter().zip(&mut batch.sad_cells) {
            if !is_blank(self.pan.read(raw(&self.cells, row, column), self.dialect)) {
                *count = count.saturating_add(1);
            }
        }
        let taken = self.protect(row)?;

        let output = &mut batch.output;
        let separator = self.dialect.separator().byte();
        let mut first = true;
        for (column, (cell, action)) in self.cells.iter().zip(&plan.actions).enumerate() {
            if *action == Action::Drop {
                continue;
            }
            if !std::mem::take(&mut first) {
                output.push(separator);
            }
            match action {
                Action::Card => write_protected(output, &self.protected, plan.seal, self.dialect),
                Action::Keep { look } => {
                    let bytes = row.get(cell.start..cell.end).unwrap_or_default();
                    if *look && holds_card(&mut self.finder, bytes, self.dialect, self.work) {
                        return Err(Refused(Some(column), Reason::PanElsewhere));
                    }
                    output.extend(bytes);
                }
                Action::Drop => {}
            }
        }
        output.extend(row.get(content..).unwrap_or_default());
        Ok(taken)
    }

    /// Has the card cell protected, unless it is empty.
    fn protect(&mut self, row: &[u8]) -> Result<Taken, Refused> {
        let plan = self.plan;
        self.protected.clear();
        let pan = self.pan.read(raw(&self.cells, row, plan.pan), self.dialect);
        if is_blank(pan) {
            return Ok(Taken::Empty);
        }
        let record = match plan.record {
            None => None,
            Some(column) => {
                let cell = raw(&self.cells, row, column);
                // The record id is written whatever becomes of its column.
                if holds_card(&mut self.finder, cell, self.dialect, self.work) {
                    return Err(Refused(Some(column), Reason::PanElsewhere));
                }
                Some(self.record.read(cell, self.dialect))
            }
        };
        match self.work.protect(pan, record, &mut self.protected) {
            Ok(()) => Ok(Taken::Protected),
            Err(reason @ Reason::Card(Error::IdFormat | Error::HoldsPan)) if plan.record.is_some() => {
                Err(Refused(plan.record, reason))
            }
            Err(reason) => Err(Refused(Some(plan.pan), reason)),
        }
    }
}

fn raw<'r>(cells: &[Cell], row: &'r [u8], column: usize) -> &'r [u8] {
    cells.get(column).and_then(|cell| row.get(cell.start..cell.end)).unwrap_or_default()
}

fn holds_card(finder: &mut Finder, cell: &[u8], dialect: &Dialect, work: &dyn CardWork) -> bool {
    finder.finds(cell, dialect.encoding(), |digits| work.is_card_number(digits))
}

fn write_protected(output: &mut Wiped, protected: &Protected, seal: bool, dialect: &Dialect) {
    let separator = dialect.separator().byte();
    let Protected { token, token_format, masked, record_id, sealed } = protected;
    dialect.write_cell(output, token);
    for cell in [token_format, masked] {
        output.push(separator);
        dialect.write_cell(output, cell);
    }
    if seal {
        for cell in [record_id, sealed] {
            output.push(separator);
            dialect.write_cell(output, cell);
        }
    }
}
