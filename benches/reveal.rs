//! One reveal through a real vault on a disk, and its parts.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use panveil::audit::{Correlation, Event, HandleRef, Kind, Opening, Streams, VaultKey};
use panveil::card::id::{ActorId, ActorKind, Application, CaseRef, Origin, Role, StreamName, TenantId};
use panveil::clock::{Clock, Timestamp};
use panveil::crypto::aead::CommittingAead;
use panveil::crypto::secret::Secret;
use panveil::limits::{Admission, Budget, Identifier, Limits, Scope};
use panveil::reveal::gate::Gate;
use panveil::reveal::request::RevealRequest;
use panveil::reveal::session::Session;
use panveil::store::{AuthenticatedStore, SqliteStore};
use panveil::vault::SystemClock;
use panveil_benches::lab::{Lab, directory};
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
    admission(count)?;
    intent(count)?;
    opening(count)?;

    head("a whole reveal");
    // A person's budget is 100 cards in ten minutes: the same ones again and again.
    let tokens = lab.handles(100, false)?;
    let sealed = lab.handles(100, true)?;
    row("person, token", &whole(&gate, &person, &tokens, "chargeback", count)?);
    row("service, token", &whole(&gate, &service, &tokens, "settlement", count)?);
    row("service, sealed record", &whole(&gate, &service, &sealed, "settlement", count)?);
    row("denied by the policy", &denied(&gate, &service, &tokens, count));
    Ok(())
}

const ORIGIN: &str = "10.0.0.5";

fn request(handle: &str, record: Option<&str>, purpose: &str) -> RevealRequest {
    let case = if purpose == "chargeback" { "CB-1042" } else { "S-1042" };
    RevealRequest::new(handle, record).purpose(purpose).case(case).origin(ORIGIN)
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

/// The store transaction: lock, first use of the identity, budgets.
fn admission(count: usize) -> Result<(), Failure> {
    let place = directory()?;
    let root = Secret::random()?;
    let store = SqliteStore::create(&place.path().join("state.db"))?;
    let limits = Limits::new(Arc::new(AuthenticatedStore::create(store, &root)?), &root)?;
    let (actor, clock) = (ActorId::new("https://idp.example|alice")?, SystemClock::new());
    let (origin, application) = (Origin::new(ORIGIN)?, Application::new("bench")?);
    let (tenant, roles) = (TenantId::new("main")?, [Role::new("chargeback")?]);
    let window = Duration::from_secs(600);
    let budgets = [Budget::of_handles(Scope::Actor, 100, window)?.with_calls(1_000_000)];
    let expires = Timestamp::from_seconds(clock.now().wall.as_seconds().saturating_add(3_600));
    let mut number = 0_u32;
    let samples = Samples::take(count, || {
        number = number.wrapping_add(1);
        let handle = format!("f1.6-4:{:016}", number % 100);
        let admission = Admission {
            actor: &actor,
            kind: ActorKind::Person,
            roles: &roles,
            origin: &origin,
            application: &application,
            tenant: &tenant,
            handle: handle.as_bytes(),
            jti: Some(Identifier { issuer: PERSON_ISSUER, id: "j1", expires }),
            budgets: &budgets,
        };
        let _ = limits.admit(&admission, clock.now()).expect("the budget is large enough");
    });
    row("admit: lock, identity, budgets (SQLite)", &samples);
    row("look again: lock", &Samples::take(count, || limits.recheck(&actor).expect("nobody is locked")));
    Ok(())
}

/// The record of the intent, on disk.
fn intent(count: usize) -> Result<(), Failure> {
    let place = directory()?;
    std::fs::create_dir(place.path().join("audit"))?;
    let (vault, stream) = (Secret::random()?, Secret::random()?);
    let (key, name) = (VaultKey::from_seed(&vault), StreamName::new("bench")?);
    Streams::register(place.path(), vault, &name, &stream)?;
    let log = Opening::new(place.path(), &key, &name, stream, Arc::new(SystemClock::new())).open()?;
    let (case, origin) = (CaseRef::new("CB-1042")?, Origin::new(ORIGIN)?);
    let actor = ActorId::new("https://idp.example|alice")?;
    let samples = Samples::take(count, || {
        let event = Event::new(Kind::RevealIntent)
            .actor(&actor, ActorKind::Person)
            .case(&case)
            .origin(&origin)
            .handle(HandleRef::sealed(b"a record"))
            .correlation(Correlation([1; 16]));
        log.append(event).expect("the log takes it");
    });
    row("record: intent, durable", &samples);
    Ok(log.close()?)
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

fn whole(
    gate: &Gate,
    session: &Session,
    handles: &[(String, Option<String>)],
    purpose: &str,
    count: usize,
) -> Result<Samples, Failure> {
    let mut failure = None;
    let mut next = handles.iter().cycle();
    let samples = Samples::take(count, || {
        let Some((handle, record)) = next.next() else { return };
        if let Err(error) = gate.reveal(session, request(handle, record.as_deref(), purpose)) {
            failure = Some(error);
        }
    });
    failure.map_or(Ok(samples), |error| Err(error.into()))
}

fn denied(gate: &Gate, session: &Session, handles: &[(String, Option<String>)], count: usize) -> Samples {
    let mut next = handles.iter().cycle();
    Samples::take(count, || {
        let Some((handle, record)) = next.next() else { return };
        let asked = request(handle, record.as_deref(), "chargeback");
        assert!(gate.reveal(session, asked).is_err(), "a service has no purpose of persons");
    })
}
