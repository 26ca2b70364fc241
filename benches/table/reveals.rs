//! A reveal and its parts, each on a real disk, beside what the disk alone takes for a record.

use std::hint::black_box;

use panveil::clock::Clock as _;
use panveil::reveal::gate::Gate;
use panveil::reveal::session::Session;
use panveil::vault::SystemClock;
use panveil_benches::lab::Lab;
use panveil_benches::parts::{Admissions, Appends, Intents, ORIGIN, Reveals, request};
use panveil_benches::provider::{Failure, PERSON_ISSUER, SERVICE_ISSUER};
use panveil_benches::turns::Turns;

const DURABLE: &str = "512 bytes appended, durable";

/// What the rows work with, for as long as they are measured.
pub(crate) struct Desk {
    lab: Lab,
    gate: Gate,
    person: Session,
    service: Session,
}

impl Desk {
    pub(crate) fn new() -> Result<Self, Failure> {
        let lab = Lab::new()?;
        let gate = lab.vault.gate()?;
        let person = gate.session(&lab.provider.token("EdDSA", PERSON_ISSUER)?, ORIGIN)?;
        let service = gate.session(&lab.provider.token("EdDSA", SERVICE_ISSUER)?, ORIGIN)?;
        Ok(Self { lab, gate, person, service })
    }
}

pub(crate) fn add<'a>(turns: &mut Turns<'a>, desk: &'a Desk) -> Result<(), Failure> {
    let Desk { lab, gate, person, service } = desk;
    let mut appends = Appends::new()?;
    turns.add(DURABLE, 1, move || appends.append());
    let (verifier, now) = (lab.provider.verifier()?, SystemClock::new().now().wall);
    let token = lab.provider.token("EdDSA", PERSON_ISSUER)?;
    verifier.verify(&token, now)?;
    turns.add("session: verify EdDSA", 1, move || drop(black_box(verifier.verify(&token, now))));
    let (token, _) = lab.handles(1, false)?.remove(0);
    let asked = request(&token, None, "chargeback");
    turns.add("reveal: policy", 1, move || drop(black_box(gate.decide(person, &asked))));
    let mut admissions = Admissions::new()?;
    turns.add("reveal: lock, identity, budgets", 1, move || admissions.admit()).limit(DURABLE);
    let intents = Intents::new()?;
    turns.add("reveal: record of the intent", 1, move || intents.record()).limit(DURABLE);
    // A person's budget is 100 cards in ten minutes: the same ones again and again.
    let (tokens, sealed) = (lab.handles(100, false)?, lab.handles(100, true)?);
    for (name, session, handles, purpose, revealed) in [
        ("reveal: whole, person, token", person, &tokens, "chargeback", true),
        ("reveal: whole, service, token", service, &tokens, "settlement", true),
        ("reveal: whole, service, sealed", service, &sealed, "settlement", true),
        // A service has no purpose of persons.
        ("reveal: denied by the policy", service, &tokens, "chargeback", false),
    ] {
        let mut reveals = Reveals::new(gate, session, handles, purpose);
        turns.add(name, 1, move || assert_eq!(reveals.ask(), revealed, "{name}")).limit(DURABLE);
    }
    Ok(())
}
