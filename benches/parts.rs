//! The parts of a reveal that work on a disk, each with what it needs around it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use panveil::audit::{AuditLog, Correlation, Event, HandleRef, Kind, Opening, Streams, VaultKey};
use panveil::card::id::{ActorId, ActorKind, Application, CaseRef, Origin, Role, StreamName, TenantId};
use panveil::clock::{Clock, Timestamp};
use panveil::crypto::secret::Secret;
use panveil::limits::{Admission, Budget, Identifier, Limits, Scope};
use panveil::reveal::gate::Gate;
use panveil::reveal::request::RevealRequest;
use panveil::reveal::session::Session;
use panveil::store::{AuthenticatedStore, SqliteStore};
use panveil::vault::SystemClock;
use tempfile::TempDir;

use crate::lab::directory;
use crate::provider::{Failure, PERSON_ISSUER};

/// Where all reveals come from.
pub const ORIGIN: &str = "10.0.0.5";

/// The request for a handle, with a record id if it is a sealed record.
pub fn request(handle: &str, record: Option<&str>, purpose: &str) -> RevealRequest {
    let case = if purpose == "chargeback" { "CB-1042" } else { "S-1042" };
    RevealRequest::new(handle, record).purpose(purpose).case(case).origin(ORIGIN)
}

/// The store transaction of a reveal: lock, first use of the identity, budgets.
pub struct Admissions {
    limits: Limits,
    actor: ActorId,
    origin: Origin,
    application: Application,
    tenant: TenantId,
    roles: [Role; 1],
    budgets: [Budget; 1],
    clock: SystemClock,
    expires: Timestamp,
    number: u32,
    _place: TempDir,
}

impl Admissions {
    /// A store of its own on the disk.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new() -> Result<Self, Failure> {
        let place = directory()?;
        let root = Secret::random()?;
        let store = SqliteStore::create(&place.path().join("state.db"))?;
        let clock = SystemClock::new();
        Ok(Self {
            limits: Limits::new(Arc::new(AuthenticatedStore::create(store, &root)?), &root)?,
            actor: ActorId::new("https://idp.example|alice")?,
            origin: Origin::new(ORIGIN)?,
            application: Application::new("bench")?,
            tenant: TenantId::new("main")?,
            roles: [Role::new("chargeback")?],
            budgets: [
                Budget::of_handles(Scope::Actor, 100, Duration::from_secs(600))?.with_calls(1_000_000_000)
            ],
            expires: Timestamp::from_seconds(clock.now().wall.as_seconds().saturating_add(3_600)),
            clock,
            number: 0,
            _place: place,
        })
    }

    /// Admits one call, of a hundred handles in turn.
    ///
    /// # Panics
    /// If it is refused, which the budget gives no reason for.
    pub fn admit(&mut self) {
        self.number = self.number.wrapping_add(1);
        let handle = format!("f1.6-4:{:016}", self.number % 100);
        let admission = Admission {
            actor: &self.actor,
            kind: ActorKind::Person,
            roles: &self.roles,
            origin: &self.origin,
            application: &self.application,
            tenant: &self.tenant,
            handle: handle.as_bytes(),
            jti: Some(Identifier { issuer: PERSON_ISSUER, id: "j1", expires: self.expires }),
            budgets: &self.budgets,
        };
        let _ = self.limits.admit(&admission, self.clock.now()).expect("the budget is large enough");
    }

    /// Looks again whether the actor is locked.
    ///
    /// # Panics
    /// If the store cannot be read.
    pub fn recheck(&self) {
        self.limits.recheck(&self.actor).expect("nobody is locked");
    }
}

/// A new audit log in a folder, and the key that its checkpoints are verified with.
///
/// # Errors
/// If it cannot be made.
pub fn audit_log(place: &Path) -> Result<(AuditLog, VaultKey), Failure> {
    std::fs::create_dir(place.join("audit"))?;
    let (vault, stream) = (Secret::random()?, Secret::random()?);
    let (key, name) = (VaultKey::from_seed(&vault), StreamName::new("bench")?);
    Streams::register(place, vault, &name, &stream)?;
    let log = Opening::new(place, &key, &name, stream, Arc::new(SystemClock::new())).open()?;
    Ok((log, key))
}

/// The audit log, for records of intents.
pub struct Intents {
    log: AuditLog,
    case: CaseRef,
    origin: Origin,
    actor: ActorId,
    _place: TempDir,
}

impl Intents {
    /// A log of its own on the disk.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new() -> Result<Self, Failure> {
        let place = directory()?;
        let (log, _) = audit_log(place.path())?;
        Ok(Self {
            log,
            case: CaseRef::new("CB-1042")?,
            origin: Origin::new(ORIGIN)?,
            actor: ActorId::new("https://idp.example|alice")?,
            _place: place,
        })
    }

    /// Writes one record that stays, whatever happens then.
    ///
    /// # Panics
    /// If the log does not take it.
    pub fn record(&self) {
        let event = Event::new(Kind::RevealIntent)
            .actor(&self.actor, ActorKind::Person)
            .case(&self.case)
            .origin(&self.origin)
            .handle(HandleRef::sealed(b"a record"))
            .correlation(Correlation([1; 16]));
        self.log.append(event).expect("the log takes it");
    }
}

/// Reveals of the same handles, again and again.
pub struct Reveals<'a> {
    /// The gate.
    pub gate: &'a Gate,
    /// Who asks.
    pub session: &'a Session,
    handles: Vec<(String, Option<String>)>,
    purpose: &'static str,
    next: usize,
}

impl<'a> Reveals<'a> {
    /// Of these handles, for this purpose.
    pub fn new(
        gate: &'a Gate,
        session: &'a Session,
        handles: &[(String, Option<String>)],
        purpose: &'static str,
    ) -> Self {
        Self { gate, session, handles: handles.to_vec(), purpose, next: 0 }
    }

    /// Asks for the next one; says whether it was revealed.
    pub fn ask(&mut self) -> bool {
        let (handle, record) = &self.handles[self.next];
        self.next = (self.next + 1) % self.handles.len();
        self.gate.reveal(self.session, request(handle, record.as_deref(), self.purpose)).is_ok()
    }
}

/// What any record costs that must stay: as many bytes appended and made durable, and nothing else.
pub struct Appends {
    file: File,
    _place: TempDir,
}

impl Appends {
    /// A file of its own on the disk.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new() -> Result<Self, Failure> {
        let place = directory()?;
        Ok(Self { file: File::create(place.path().join("file"))?, _place: place })
    }

    /// Appends 512 bytes.
    ///
    /// # Panics
    /// If the disk does not take them.
    pub fn append(&mut self) {
        self.file.write_all(&[7; 512]).and_then(|()| self.file.sync_data()).expect("the disk takes it");
    }
}
