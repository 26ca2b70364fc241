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
use super::work::{CardBatch, CardWork, Protected, Reason};

/// One worker's tools; nothing is allocated per row.
///
/// A batch is gone through twice: first its rows are taken apart and their cards laid down, then, when all cards were
/// worked on together, the rows are written.
pub(super) struct Transform<'a> {
    plan: &'a Plan,
    dialect: &'a Dialect,
    work: &'a dyn CardWork,
    cards: Box<dyn CardBatch + 'a>,
    /// The cells of all rows that have as many as the header.
    cells: Vec<Cell>,
    rows: Vec<Row>,
    pan: ValueReader,
    record: ValueReader,
    finder: Finder,
    protected: Protected,
}

/// A row of the input, by its places there.
struct Row {
    start: usize,
    /// Bytes without and with the line ending.
    content: usize,
    length: usize,
    /// Where its cells begin among those of all rows.
    cells: usize,
    fate: Fate,
}

/// What becomes of a row, as far as is known before its card was worked on.
#[derive(Clone, Copy)]
enum Fate {
    /// A blank line, which is copied and does not count.
    Blank,
    /// Kept, with empty token cells.
    Empty,
    /// Up to what becomes of the card of this number.
    Card(usize),
    Refused(Refused),
}

/// A row that is not taken: the column, if it is one's fault, and the reason.
#[derive(Clone, Copy)]
struct Refused(Option<usize>, Reason);

impl<'a> Transform<'a> {
    pub(super) fn new(plan: &'a Plan, dialect: &'a Dialect, work: &'a dyn CardWork) -> Self {
        Self {
            plan,
            dialect,
            work,
            cards: work.batch(),
            cells: Vec::new(),
            rows: Vec::new(),
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
        let done = self.take_apart(input.as_slice(), batch).and_then(|()| {
            self.cards.run()?;
            self.write(input.as_slice(), batch)
        });
        batch.input = input;
        self.cards.clear();
        self.pan.wipe();
        self.record.wipe();
        done
    }

    /// Finds all rows and cells, and lays down the cards.
    fn take_apart(&mut self, input: &[u8], batch: &mut Batch) -> Result<(), Error> {
        self.cells.clear();
        self.rows.clear();
        let (mut start, mut laid_down) = (0_usize, 0_usize);
        while let Some(rest) = input.get(start..).filter(|rest| !rest.is_empty()) {
            let first = self.cells.len();
            let cells = &mut self.cells;
            let Found::Row { content, end } = scan(rest, self.dialect, true, |cell| cells.push(cell)) else {
                return Err(Error::Internal);
            };
            let fate = match rest.get(..content).ok_or(Error::Internal)? {
                [] => Fate::Blank,
                row => self.lay_down(row, first, laid_down, batch),
            };
            match fate {
                Fate::Card(_) => laid_down = laid_down.saturating_add(1),
                Fate::Empty => {}
                // Nobody asks for the cells of these again.
                Fate::Blank | Fate::Refused(_) => self.cells.truncate(first),
            }
            self.rows.push(Row { start, content, length: end, cells: first, fate });
            start = start.saturating_add(end);
        }
        Ok(())
    }

    /// Lays down the card of a row whose cells begin at `first`, as number `number`, unless its cell is empty.
    fn lay_down(&mut self, row: &[u8], first: usize, number: usize, batch: &mut Batch) -> Fate {
        let plan = self.plan;
        let cells = self.cells.get(first..).unwrap_or_default();
        if cells.len() != plan.actions.len() {
            return Fate::Refused(Refused(None, Reason::RaggedRow));
        }
        for (&column, count) in plan.sad.iter().zip(&mut batch.sad_cells) {
            if !is_blank(self.pan.read(raw(cells, row, column), self.dialect)) {
                *count = count.saturating_add(1);
            }
        }
        let pan = self.pan.read(raw(cells, row, plan.pan), self.dialect);
        if is_blank(pan) {
            return Fate::Empty;
        }
        let record = match plan.record {
            None => None,
            Some(column) => {
                let cell = raw(cells, row, column);
                // The record id is written whatever becomes of its column.
                if holds_card(&mut self.finder, cell, self.dialect, self.work) {
                    return Fate::Refused(Refused(Some(column), Reason::PanElsewhere));
                }
                Some(self.record.read(cell, self.dialect))
            }
        };
        self.cards.add(pan, record);
        Fate::Card(number)
    }

    /// Writes all rows; those that are not taken go to the rejects.
    fn write(&mut self, input: &[u8], batch: &mut Batch) -> Result<(), Error> {
        // Lines are counted only up to rows that are rejected.
        let (mut line, mut counted) = (batch.first_line, 0_usize);
        let rows = std::mem::take(&mut self.rows);
        for row in &rows {
            let text =
                input.get(row.start..).and_then(|rest| rest.get(..row.length)).ok_or(Error::Internal)?;
            let mark = batch.output.len();
            match (self.write_row(row, text, &mut batch.output), row.fate) {
                (Ok(()), Fate::Blank) => continue,
                (Ok(()), Fate::Card(_)) => batch.protected = batch.protected.saturating_add(1),
                (Ok(()), Fate::Empty | Fate::Refused(_)) => batch.empty = batch.empty.saturating_add(1),
                (Err(Refused(column, reason)), _) => {
                    batch.output.truncate(mark);
                    if let Some(error) = reason.stops_the_run() {
                        return Err(error);
                    }
                    line =
                        line.saturating_add(count_lines(input.get(counted..row.start).unwrap_or_default()));
                    counted = row.start;
                    batch.rejects.push(super::batch::Reject { line, column, reason });
                }
            }
            batch.rows = batch.rows.saturating_add(1);
        }
        // What was room for these rows is room for the next ones.
        self.rows = rows;
        Ok(())
    }

    fn write_row(&mut self, row: &Row, text: &[u8], output: &mut Wiped) -> Result<(), Refused> {
        let plan = self.plan;
        self.protected.clear();
        match row.fate {
            Fate::Blank => {
                output.extend(text);
                return Ok(());
            }
            Fate::Empty => {}
            Fate::Refused(refused) => return Err(refused),
            Fate::Card(number) => {
                self.cards.write(number, &mut self.protected).map_err(|reason| refused_card(plan, reason))?;
            }
        }
        let separator = self.dialect.separator().byte();
        let mut first = true;
        let cells = self.cells.get(row.cells..).unwrap_or_default();
        for (column, (cell, action)) in cells.iter().zip(&plan.actions).enumerate() {
            if *action == Action::Drop {
                continue;
            }
            if !std::mem::take(&mut first) {
                output.push(separator);
            }
            match action {
                Action::Card => write_protected(output, &self.protected, plan.seal, self.dialect),
                Action::Keep { look } => {
                    let bytes = text.get(cell.start..cell.end).unwrap_or_default();
                    if *look && holds_card(&mut self.finder, bytes, self.dialect, self.work) {
                        return Err(Refused(Some(column), Reason::PanElsewhere));
                    }
                    output.extend(bytes);
                }
                Action::Drop => {}
            }
        }
        output.extend(text.get(row.content..).unwrap_or_default());
        Ok(())
    }
}

/// Which column is at fault where a card was refused.
fn refused_card(plan: &Plan, reason: Reason) -> Refused {
    match reason {
        Reason::Card(Error::IdFormat | Error::HoldsPan) if plan.record.is_some() => {
            Refused(plan.record, reason)
        }
        _ => Refused(Some(plan.pan), reason),
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
