//! Threads: one reads, some transform, the caller's writes in order. All end when one of them fails or panics.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::batch::{Batch, Reject};
use super::dialect::Dialect;
use super::error::TableError;
use super::plan::Plan;
use super::split::Splitter;
use super::summary::{DroppedColumn, Progress, Summary};
use super::transform::Transform;
use super::work::CardWork;

/// What all stages share.
#[derive(Clone, Copy)]
pub(super) struct Stage<'a> {
    pub(super) plan: &'a Plan,
    pub(super) dialect: &'a Dialect,
    pub(super) work: &'a dyn CardWork,
}

/// Where the results go.
pub(super) struct Sink<'a> {
    pub(super) table: &'a mut dyn Write,
    pub(super) rejects: &'a mut dyn Write,
    pub(super) progress: &'a mut dyn FnMut(Progress),
}

/// A finished batch, or why there will be none.
type Outcome = Result<Batch, TableError>;

/// Runs with `workers` threads besides the reading and the writing one; with 0 all in this thread.
pub(super) fn run(
    mut splitter: Splitter<'_>,
    stage: Stage<'_>,
    sink: Sink<'_>,
    workers: usize,
    batch_bytes: usize,
) -> Result<Summary, TableError> {
    let mut ledger = Ledger::new(stage.plan, sink);
    ledger.begin()?;
    if workers == 0 {
        let mut batch = Batch::new(batch_bytes, stage.plan.sad.len());
        let mut transform = Transform::new(stage.plan, stage.dialect, stage.work);
        while splitter.fill(&mut batch).map_err(reading)? {
            transform.run(&mut batch).map_err(TableError::Stopped)?;
            ledger.accept(&batch)?;
        }
        return ledger.finish();
    }
    // Every batch is always in one queue or one hand, so queues as long as the number of batches never block,
    // and memory is bounded by that number.
    let batches = workers.saturating_mul(2).saturating_add(2);
    std::thread::scope(|scope| {
        let (spare_sender, spare) = bounded(batches);
        let (filled_sender, filled) = bounded(batches);
        let (done_sender, done) = bounded(batches.saturating_add(workers).saturating_add(1));
        for _ in 0..batches {
            let _ = spare_sender.send(Batch::new(batch_bytes, stage.plan.sad.len()));
        }
        let read_failed = done_sender.clone();
        scope.spawn(move || {
            report(&read_failed, || read_all(&mut splitter, &spare, &filled_sender));
        });
        for _ in 0..workers {
            let (filled, done_sender) = (filled.clone(), done_sender.clone());
            scope.spawn(move || report(&done_sender, || transform_all(stage, &filled, &done_sender)));
        }
        // Only the threads hold these now: when they end, or this closure does, every queue closes.
        drop((filled, done_sender));
        write_all(&mut ledger, &done, &spare_sender)
    })?;
    ledger.finish()
}

/// Passes on why a thread ended, a panic included. The panic message is the standard one and holds no cell.
fn report(done: &Sender<Outcome>, thread: impl FnOnce() -> Result<(), TableError>) {
    let ended = catch_unwind(AssertUnwindSafe(thread)).unwrap_or(Err(TableError::Internal));
    if let Err(error) = ended {
        let _ = done.send(Err(error));
    }
}

fn read_all(
    splitter: &mut Splitter<'_>,
    spare: &Receiver<Batch>,
    filled: &Sender<Batch>,
) -> Result<(), TableError> {
    while let Ok(mut batch) = spare.recv() {
        if !splitter.fill(&mut batch).map_err(reading)? || filled.send(batch).is_err() {
            break;
        }
    }
    Ok(())
}

fn transform_all(
    stage: Stage<'_>,
    filled: &Receiver<Batch>,
    done: &Sender<Outcome>,
) -> Result<(), TableError> {
    let mut transform = Transform::new(stage.plan, stage.dialect, stage.work);
    while let Ok(mut batch) = filled.recv() {
        transform.run(&mut batch).map_err(TableError::Stopped)?;
        if done.send(Ok(batch)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Puts batches back in order; those that came early wait.
fn write_all(
    ledger: &mut Ledger<'_, '_>,
    done: &Receiver<Outcome>,
    spare: &Sender<Batch>,
) -> Result<(), TableError> {
    let mut early: BTreeMap<u64, Batch> = BTreeMap::new();
    let mut next = 0_u64;
    while let Ok(outcome) = done.recv() {
        let batch = outcome?;
        early.insert(batch.number, batch);
        while let Some(batch) = early.remove(&next) {
            ledger.accept(&batch)?;
            next = next.saturating_add(1);
            // The reader may have ended already.
            let _ = spare.send(batch);
        }
    }
    if early.is_empty() { Ok(()) } else { Err(TableError::Internal) }
}

fn reading(source: io::Error) -> TableError {
    TableError::Io { doing: "reading the input".to_owned(), source }
}

fn writing(source: io::Error) -> TableError {
    TableError::Io { doing: "writing the output".to_owned(), source }
}

/// Writes what is done and counts it.
struct Ledger<'p, 's> {
    plan: &'p Plan,
    sink: Sink<'s>,
    summary: Summary,
    any_reject: bool,
}

impl<'p, 's> Ledger<'p, 's> {
    fn new(plan: &'p Plan, sink: Sink<'s>) -> Self {
        let name = |column: &usize| plan.names.get(*column).cloned().unwrap_or_default();
        let dropped = plan.sad.iter().map(|column| DroppedColumn { name: name(column), cells: 0 }).collect();
        Self { plan, sink, summary: Summary { dropped, ..Summary::default() }, any_reject: false }
    }

    fn begin(&mut self) -> Result<(), TableError> {
        self.sink.table.write_all(self.plan.header.as_slice()).map_err(writing)
    }

    fn accept(&mut self, batch: &Batch) -> Result<(), TableError> {
        self.sink.table.write_all(batch.output.as_slice()).map_err(writing)?;
        let summary = &mut self.summary;
        summary.rows = summary.rows.saturating_add(batch.rows);
        summary.protected = summary.protected.saturating_add(batch.protected);
        summary.empty = summary.empty.saturating_add(batch.empty);
        summary.bytes = batch.bytes_done;
        for (dropped, cells) in summary.dropped.iter_mut().zip(&batch.sad_cells) {
            dropped.cells = dropped.cells.saturating_add(*cells);
        }
        for reject in &batch.rejects {
            self.summary.count_rejected(reject.reason);
            self.write_reject(reject).map_err(writing)?;
        }
        (self.sink.progress)(Progress { bytes: self.summary.bytes, rows: self.summary.rows });
        Ok(())
    }

    /// One line of the rejects: UTF-8, commas, LF, whatever the dialect of the table, for scripts to rely on.
    fn write_reject(&mut self, reject: &Reject) -> io::Result<()> {
        if !std::mem::replace(&mut self.any_reject, true) {
            self.sink.rejects.write_all(b"line,column,reason\n")?;
        }
        let name = reject.column.and_then(|column| self.plan.names.get(column)).map_or("", String::as_str);
        let quoted = name.contains([',', '"', ' ']).then(|| format!("\"{}\"", name.replace('"', "\"\"")));
        let name = quoted.as_deref().unwrap_or(name);
        writeln!(self.sink.rejects, "{},{name},{}", reject.line, reject.reason.name())
    }

    fn finish(self) -> Result<Summary, TableError> {
        self.sink.table.flush().map_err(writing)?;
        self.sink.rejects.flush().map_err(writing)?;
        Ok(self.summary)
    }
}
