//! The audit log: durable appends by one and by sixteen threads, and verifying.

use std::time::Instant;

use panveil::audit::{AuditLog, Correlation, Event, HandleRef, Kind, verify};
use panveil::card::id::{ActorId, ActorKind, CaseRef, Origin};
use panveil_benches::lab::directory;
use panveil_benches::parts::audit_log;
use panveil_benches::provider::Failure;
use panveil_benches::{Mode, Samples, head, row, say};

fn main() -> Result<(), Failure> {
    let mode = Mode::from_arguments();
    let place = directory()?;
    let (log, key) = audit_log(place.path())?;
    let event = event()?;

    head("audit: append a record, durable");
    for threads in [1, 4, 16, 64] {
        let each = mode.choose(2_000, 100);
        let began = Instant::now();
        let samples = append(&log, &event, threads, each);
        let rate = (threads * each) as f64 / began.elapsed().as_secs_f64();
        row(&format!("{threads} threads, {rate:.0} records/s"), &samples);
    }
    // Many at once without waiting in between, to have enough to verify.
    let more = mode.choose(200_000, 20_000);
    let began = Instant::now();
    let mut last = None;
    for number in 0..more {
        let pending = log.submit(event.clone())?;
        if number % 256 == 0 {
            last = Some(pending.wait()?);
        }
    }
    log.close()?;
    say(&format!(
        "submitted without waiting: {:.0} records/s",
        f64::from(more) / began.elapsed().as_secs_f64()
    ));
    drop(last);

    let began = Instant::now();
    let report = verify(place.path(), &key, &[])?;
    let seconds = began.elapsed().as_secs_f64();
    if !report.is_whole() {
        return Err("the log does not verify".into());
    }
    let records = report.streams.iter().map(|stream| stream.records).sum::<u64>();
    let bytes: u64 = std::fs::read_dir(place.path().join("audit"))?
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .sum();
    say(&format!(
        "verify: {records} records in {seconds:.2} s, {:.0} records/s, {:.0} MB/s",
        records as f64 / seconds,
        bytes as f64 / seconds / 1e6
    ));
    Ok(())
}

/// As large as the record of a reveal.
fn event() -> Result<Event, Failure> {
    Ok(Event::new(Kind::RevealOk)
        .actor(&ActorId::new("https://idp.example|alice")?, ActorKind::Person)
        .case(&CaseRef::new("CB-1042")?)
        .origin(&Origin::new("10.0.0.5")?)
        .handle(HandleRef::sealed(b"a record"))
        .key(Some([7; 32]), 1)
        .policy([8; 32])
        .correlation(Correlation([1; 16])))
}

fn append(log: &AuditLog, event: &Event, threads: usize, each: usize) -> Samples {
    let taken = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    (0..each)
                        .map(|_| {
                            let began = Instant::now();
                            log.append(event.clone()).expect("the log takes it");
                            began.elapsed()
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no thread panics")).collect()
    });
    Samples::of(taken)
}
