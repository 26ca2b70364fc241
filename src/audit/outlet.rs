//! One sink of an open log, and the thread that works for it alone.
//!
//! The audit thread hands over what is durable, and waits for an answer no longer than the sink's deadline. A thread
//! whose sink hangs is never joined: it is left behind, and ends when its call returns.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use super::event::Event;
use super::kind::Kind;
use super::sink::{Sink, SinkDuty};
use crate::error::{Error, Result};

/// A sink as the audit thread sees it.
pub(crate) struct Outlet {
    sink: Sink,
    /// None before the first delivery.
    worker: Option<Worker>,
    /// Durable, and not handed over yet.
    waiting: Vec<u8>,
    /// Handed over, and not answered yet.
    under_way: Option<UnderWay>,
    trouble: Trouble,
}

struct Worker {
    jobs: Sender<Job>,
    answers: Receiver<Result<()>>,
}

enum Job {
    Deliver(Arc<Vec<u8>>),
    LogFailed(Error),
}

struct UnderWay {
    records: Arc<Vec<u8>>,
    since: Instant,
    /// Its deadline has passed, and that was noted.
    late: bool,
}

/// What is still to be said about a sink.
#[derive(Default)]
struct Trouble {
    last: Option<Error>,
    failures: u64,
    /// Records that will not be delivered.
    lost: u64,
    said_ms: Option<u64>,
}

impl Outlet {
    pub(crate) fn new(sink: Sink) -> Self {
        Self { sink, worker: None, waiting: Vec::new(), under_way: None, trouble: Trouble::default() }
    }

    pub(crate) fn is_required(&self) -> bool {
        self.sink.duty == SinkDuty::Required
    }

    /// Takes what has become durable. Beyond the bound it is left out, and counted.
    pub(crate) fn take(&mut self, records: &[u8]) {
        if !self.waiting.is_empty() && self.waiting.len().saturating_add(records.len()) > MAX_WAITING {
            self.trouble.lost = self.trouble.lost.saturating_add(count(records));
        } else {
            self.waiting.extend_from_slice(records);
        }
    }

    /// Hands over what waits, unless the sink is busy.
    pub(crate) fn hand_over(&mut self) {
        if self.waiting.is_empty() || self.under_way.is_some() {
            return;
        }
        let records = Arc::new(core::mem::take(&mut self.waiting));
        self.under_way = Some(UnderWay { records: Arc::clone(&records), since: Instant::now(), late: false });
        if self.worker.is_none() {
            self.worker = Worker::start(&self.sink);
        }
        // Without a thread, or with one that is gone, nobody answers, and waiting for the answer says so.
        if let Some(worker) = &self.worker {
            let _ = worker.jobs.send(Job::Deliver(records));
        }
    }

    /// Waits until the sink has answered, or its deadline has passed since the handing over.
    ///
    /// # Errors
    /// [`Error::SinkFailed`] or [`Error::SinkTimeout`]. What a required sink did not take is kept for another attempt.
    pub(crate) fn wait(&mut self) -> Result<()> {
        let Some(under_way) = &mut self.under_way else { return Ok(()) };
        let left = self.sink.deadline.saturating_sub(under_way.since.elapsed());
        let answer = match &self.worker {
            Some(worker) => worker.answers.recv_timeout(left),
            None => Err(RecvTimeoutError::Disconnected),
        };
        match answer {
            Ok(outcome) => self.answered(outcome),
            Err(RecvTimeoutError::Disconnected) => {
                self.worker = None;
                self.answered(Err(Error::SinkFailed))
            }
            Err(RecvTimeoutError::Timeout) => self.overdue(),
        }
    }

    /// Notes an answer that has come, or that none came in time, and hands over what waits. Does not wait.
    pub(crate) fn go_on(&mut self) {
        self.look();
        self.hand_over();
    }

    /// Tells the sink that the log has failed, unless it hangs.
    pub(crate) fn log_failed(&self, reason: Error) {
        let hangs = self.under_way.as_ref().is_some_and(|under_way| under_way.late);
        if let Some(worker) = self.worker.as_ref().filter(|_| !hangs) {
            let _ = worker.jobs.send(Job::LogFailed(reason));
        }
    }

    /// Makes the sink ready for another opening of the log.
    ///
    /// # Errors
    /// [`Error::SinkTimeout`] if a required sink still hangs and nothing says how to make another.
    pub(crate) fn rearm(&mut self) -> Result<()> {
        self.look();
        if self.under_way.is_some() && self.sink.make.is_some() {
            // The thread that hangs keeps the old sink, and ends with it.
            self.worker = None;
            self.sink.slot = Arc::default();
            let _ = self.answered(Err(Error::SinkTimeout));
        }
        if self.is_required() && self.under_way.is_some() { Err(Error::SinkTimeout) } else { Ok(()) }
    }

    /// The alert about a failure, with what else is still to be said.
    pub(crate) fn alert(&mut self, reason: Error, now_ms: u64) -> Event {
        let trouble = core::mem::take(&mut self.trouble);
        self.trouble.said_ms = Some(now_ms);
        Event::new(Kind::Alert)
            .failed(reason)
            .detail("sink", self.sink.name.clone())
            .detail("required", i64::from(self.is_required()))
            .detail("failures", trouble.failures)
            .detail("lost", trouble.lost)
    }

    /// The alert that is due: at once for the first failure, then at most one for each `interval_ms`, because an alert
    /// is a record too, which a failing sink fails to take.
    pub(crate) fn due_alert(&mut self, now_ms: u64, interval_ms: u64) -> Option<Event> {
        let trouble = &self.trouble;
        if trouble.failures == 0 && trouble.lost == 0 {
            return None;
        }
        let rested = trouble.said_ms.is_none_or(|said| now_ms.saturating_sub(said) >= interval_ms);
        let reason = trouble.last.unwrap_or(Error::SinkFailed);
        rested.then(|| self.alert(reason, now_ms))
    }

    /// Lets the thread end; [`Ending::wait`] waits for it for a while.
    pub(crate) fn end(self) -> Ending {
        let busy = self.under_way.is_some();
        let deadline = self.sink.deadline;
        // This handle of the sink goes first: the thread holds another, so a `Drop` of the host's runs there.
        drop(self.sink);
        let answers = self.worker.filter(|_| !busy).map(|worker| worker.answers);
        Ending { answers, deadline }
    }

    fn look(&mut self) {
        let answer = match &self.worker {
            Some(worker) => worker.answers.try_recv(),
            None => Err(TryRecvError::Disconnected),
        };
        let Some(under_way) = &self.under_way else { return };
        let outcome = match answer {
            Ok(outcome) => self.answered(outcome),
            Err(TryRecvError::Disconnected) => {
                self.worker = None;
                self.answered(Err(Error::SinkFailed))
            }
            Err(TryRecvError::Empty) if under_way.since.elapsed() >= self.sink.deadline => self.overdue(),
            Err(TryRecvError::Empty) => Ok(()),
        };
        // Whoever waits for a required sink has the error; of the others it is noted.
        let _ = outcome;
    }

    fn answered(&mut self, outcome: Result<()>) -> Result<()> {
        let Some(under_way) = self.under_way.take() else { return Ok(()) };
        let Err(error) = outcome else { return Ok(()) };
        if self.is_required() {
            let later = core::mem::take(&mut self.waiting);
            self.waiting = under_way.records.to_vec();
            self.take(&later);
        } else {
            self.trouble.lost = self.trouble.lost.saturating_add(count(&under_way.records));
        }
        // Why the sink failed is its host's to say; that it was late was noted already.
        if !under_way.late {
            self.note(if error == Error::SinkTimeout { error } else { Error::SinkFailed });
        }
        Err(self.trouble.last.unwrap_or(Error::SinkFailed))
    }

    fn overdue(&mut self) -> Result<()> {
        if let Some(under_way) = self.under_way.as_mut().filter(|under_way| !under_way.late) {
            under_way.late = true;
            self.note(Error::SinkTimeout);
        }
        Err(Error::SinkTimeout)
    }

    fn note(&mut self, error: Error) {
        self.trouble.last = Some(error);
        self.trouble.failures = self.trouble.failures.saturating_add(1);
    }
}

/// A thread that was told to end.
pub(crate) struct Ending {
    answers: Option<Receiver<Result<()>>>,
    deadline: Duration,
}

impl Ending {
    /// Waits until the sink was dropped, or `since` is its deadline ago.
    pub(crate) fn wait(self, since: Instant) {
        if let Some(answers) = self.answers {
            let _ = answers.recv_timeout(self.deadline.saturating_sub(since.elapsed()));
        }
    }
}

impl Worker {
    fn start(sink: &Sink) -> Option<Self> {
        let (jobs, inbox) = mpsc::channel();
        let (outbox, answers) = mpsc::channel();
        let name = format!("panveil-sink-{}", sink.name.as_str());
        let sink = sink.clone();
        let work = move || {
            work(sink, &inbox, &outbox);
            // After the sink: whoever waits for this to be dropped waits for both.
            drop(outbox);
        };
        thread::Builder::new().name(name).spawn(work).ok().map(|_| Self { jobs, answers })
    }
}

fn work(sink: Sink, inbox: &Receiver<Job>, outbox: &Sender<Result<()>>) {
    for job in inbox {
        match job {
            Job::Deliver(records) => {
                if outbox.send(sink.call(|sink| sink.deliver(&records))).is_err() {
                    return;
                }
            }
            Job::LogFailed(reason) => {
                let _ = sink.call(|sink| sink.log_failed(reason));
            }
        }
    }
}

/// Records in a text of whole lines.
fn count(records: &[u8]) -> u64 {
    let lines = records.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(lines).unwrap_or(u64::MAX)
}

/// Bytes that wait for a busy sink.
const MAX_WAITING: usize = 4 << 20;
