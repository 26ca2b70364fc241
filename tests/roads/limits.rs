//! How much comes out.

use panveil::error::Error;

use super::lab::{Idp, Lab, ORIGIN, Simulated, ask, ask_for, card, reveal, service, token};

#[test]
fn ac_35_twenty_thousand_reveals_in_65_minutes_stop_at_the_budget() {
    const REVEALS: u32 = 20_000;
    const MINUTES: i64 = 65;
    let lab = Lab::production();
    let clock = Simulated::new();
    let vault = lab.open_at(clock.clone());
    let gate = vault.gate().unwrap();
    let handles: Vec<String> = (0..REVEALS).map(|number| token(&vault, &card(number))).collect();
    let mut session = None;
    let mut disclosed = 0;
    let mut refusals = Vec::new();
    for (number, handle) in (0..).zip(&handles) {
        // The person is who they say: they authenticate again every nine minutes.
        let asked = i64::from(REVEALS);
        let passed = MINUTES * 60_000 * number / asked - MINUTES * 60_000 * (number - 1).max(0) / asked;
        clock.advance_ms(passed);
        let stale = session.as_ref().is_none_or(|(_, since)| clock.wall() >= *since);
        if stale {
            let jwt = Idp::new().person("mallory", &["chargeback"], clock.wall());
            session = Some((gate.session(&jwt, ORIGIN).unwrap(), clock.wall().plus_millis(540_000)));
        }
        let (mallory, _) = session.as_ref().unwrap();
        match reveal(&gate, mallory, ask(handle)) {
            Ok(_) => disclosed += 1,
            Err(refusal) => refusals.push(refusal),
        }
    }
    assert_eq!(disclosed, 20);
    assert_eq!(refusals[0], Error::BudgetExceeded);
    assert!(refusals[1..].iter().all(|refusal| *refusal == Error::Locked));
    assert_eq!(refusals.len(), 20_000 - 20);

    // The lock, the alert and the first refusal stand beside each other in the log, in this order.
    let records = lab.records();
    let first = records.iter().position(|record| record.reason() == "BudgetExceeded").unwrap();
    let kinds: Vec<_> = records[first..first + 3].iter().map(|record| record.kind()).collect();
    assert_eq!(kinds, ["lock.set", "alert", "reveal.denied"]);
    assert!(records[first].actor().ends_with("|mallory"));
    let count = |kind: &str| records.iter().filter(|record| record.kind() == kind).count();
    assert_eq!((count("reveal.intent"), count("reveal.ok")), (20, 20));
    assert_eq!((count("reveal.denied"), count("alert"), count("lock.set")), (19_980, 1, 1));

    // Nobody else is stopped.
    let other = gate.session(&Idp::new().person("alice", &["chargeback"], clock.wall()), ORIGIN).unwrap();
    assert!(reveal(&gate, &other, ask(&handles[0])).is_ok());
    drop(gate);
    vault.close().unwrap();

    // The lock outlives the process, and the night.
    clock.advance_ms(86_400_000);
    let vault = lab.open_at(clock.clone());
    let gate = vault.gate().unwrap();
    let jwt = Idp::new().person("mallory", &["chargeback"], clock.wall());
    let session = gate.session(&jwt, ORIGIN).unwrap();
    assert_eq!(reveal(&gate, &session, ask(&handles[0])), Err(Error::Locked));
    let locks = vault.locks().unwrap();
    assert_eq!(locks.len(), 1);
    assert!(locks[0].actor.as_str().ends_with("|mallory"));
    drop(gate);
    vault.close().unwrap();
    lab.assert_verifies();
}

#[test]
fn eight_threads_share_one_budget_to_the_call() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let handle = token(&vault, &card(1));
    let session = service(&gate, "settler", "settlement", super::lab::now());
    let allowed: usize = std::thread::scope(|scope| {
        let work = || (0..200).filter(|_| one(&gate, &session, &handle)).count();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(allowed, 1000);
    assert!(vault.locks().unwrap().is_empty(), "a service is not locked");
    drop(gate);
    vault.close().unwrap();
    let records = lab.records();
    let count = |kind: &str| records.iter().filter(|record| record.kind() == kind).count();
    assert_eq!((count("reveal.intent"), count("reveal.ok"), count("reveal.denied")), (1000, 1000, 600));
    lab.assert_verifies();
}

fn one(
    gate: &panveil::reveal::gate::Gate,
    session: &panveil::reveal::session::Session,
    handle: &str,
) -> bool {
    match reveal(gate, session, ask_for(handle, "settlement")) {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal, Error::BudgetExceeded);
            false
        }
    }
}
