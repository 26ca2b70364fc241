//! One reveal through a real vault on a disk, and its parts.

use std::hint::black_box;

use panveil::clock::Clock as _;
use panveil::crypto::aead::CommittingAead;
use panveil::crypto::secret::Secret;
use panveil::vault::SystemClock;
use panveil_benches::lab::Lab;
use panveil_benches::parts::{Admissions, Appends, Intents, ORIGIN, Reveals, request};
use panveil_benches::provider::{Failure, PERSON_ISSUER, SERVICE_ISSUER};
use panveil_benches::{Mode, Samples, head, row};

fn main() -> Result<(), Failure> {
    let count = Mode::from_arguments().choose(2_000, 200);
    let lab = Lab::new()?;
    head("parts of a reveal");
    identities(&lab, count)?;
    let gate = lab.vault.gate()?;
    let person = gate.session(&lab.provider.token("EdDSA", PERSON_ISSUER)?, ORIGIN)?;
    let service = gate.session(&lab.provider.token("EdDSA", SERVICE_ISSUER)?, ORIGIN)?;
    let (token, _) = lab.handles(1, false)?.remove(0);
    let asked = request(&token, None, "chargeback");
    row("policy: decide", &Samples::take(count, || drop(black_box(gate.decide(&person, &asked)))));
    let mut admissions = Admissions::new()?;
    row("admit: lock, identity, budgets (SQLite)", &Samples::take(count, || admissions.admit()));
    row("look again: lock", &Samples::take(count, || admissions.recheck()));
    let intents = Intents::new()?;
    row("record: intent, durable", &Samples::take(count, || intents.record()));
    opening(count)?;
    let mut appends = Appends::new()?;
    row("limit: 512 bytes appended, durable", &Samples::take(count, || appends.append()));

    head("a whole reveal");
    // A person's budget is 100 cards in ten minutes: the same ones again and again.
    let tokens = lab.handles(100, false)?;
    let sealed = lab.handles(100, true)?;
    for (name, session, handles, purpose, revealed) in [
        ("person, token", &person, &tokens, "chargeback", true),
        ("service, token", &service, &tokens, "settlement", true),
        ("service, sealed record", &service, &sealed, "settlement", true),
        // A service has no purpose of persons.
        ("denied by the policy", &service, &tokens, "chargeback", false),
    ] {
        let mut reveals = Reveals::new(&gate, session, handles, purpose);
        row(name, &Samples::take(count, || assert_eq!(reveals.ask(), revealed, "{name}")));
    }
    Ok(())
}

fn identities(lab: &Lab, count: usize) -> Result<(), Failure> {
    let (verifier, now) = (lab.provider.verifier()?, SystemClock::new().now().wall);
    for algorithm in lab.provider.algorithms() {
        let token = lab.provider.token(algorithm, PERSON_ISSUER)?;
        verifier.verify(&token, now)?;
        let samples = Samples::take(count, || drop(black_box(verifier.verify(&token, now))));
        row(&format!("session: verify {algorithm} (once per session)"), &samples);
    }
    Ok(())
}

/// What opening a sealed record costs: its key derived, its id computed, one decryption.
fn opening(count: usize) -> Result<(), Failure> {
    let (secret, nonce, associated) = (Secret::random()?, [1; 12], [2; 57]);
    let mut body = [3; 20];
    let tag = CommittingAead::new(&secret)?.encrypt(&nonce, &associated, &mut body)?;
    let samples = Samples::take(count, || {
        let aead = CommittingAead::new(black_box(&secret)).expect("a key");
        aead.decrypt(&nonce, &associated, &mut body.clone(), &tag).expect("the genuine record");
    });
    row("open: key, id and decryption", &samples);
    Ok(())
}
