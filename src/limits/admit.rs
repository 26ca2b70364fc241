//! Admission: lock, identity token and every budget, asked and taken in one transaction.

use std::sync::Arc;

use super::budget::{Budget, Scope, Usage};
use super::clock::{BudgetClock, ClockStep};
use super::handles::HandleTag;
use super::jti::{self, Moment};
use super::lock::{self, LockReason, Locked};
use super::window::Window;
use super::{LimitKeys, digest};
use crate::card::id::{ActorId, ActorKind, Application, Origin, Role, TenantId};
use crate::clock::{Now, Timestamp};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};
use crate::store::{AuthenticatedStore, Transaction};

pub use super::jti::Identifier;

/// What asks to be admitted: one reveal of one handle by one actor.
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    /// Who asks.
    pub actor: &'a ActorId,
    /// A person, who spends handles and calls and is locked on breach, or a service, which spends calls.
    pub kind: ActorKind,
    /// The roles the actor holds.
    pub roles: &'a [Role],
    /// Where the request comes from.
    pub origin: &'a Origin,
    /// The application that asks on the actor's behalf.
    pub application: &'a Application,
    /// Whose card it is.
    pub tenant: &'a TenantId,
    /// What is to be revealed; only its keyed hash is stored.
    pub handle: &'a [u8],
    /// The identity token's id, if the token has one.
    pub jti: Option<Identifier<'a>>,
    /// The budgets the policy sets; those of roles the actor does not hold are passed over.
    pub budgets: &'a [Budget],
}

/// Proof that a request was admitted and its budgets are spent. Only [`Limits::admit`] makes one.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the budgets are spent, whether or not the reveal goes on"]
pub struct Admitted {
    usages: Vec<Usage>,
    clock_step: Option<ClockStep>,
}

impl Admitted {
    /// How far each budget is used, this request included.
    pub fn usages(&self) -> &[Usage] {
        &self.usages
    }

    /// The budgets used to 80 % or more.
    pub fn warnings(&self) -> impl Iterator<Item = &Usage> {
        self.usages.iter().filter(|usage| usage.is_high())
    }

    /// A step of the wall clock since the last request, to be recorded and alerted.
    pub fn clock_step(&self) -> Option<ClockStep> {
        self.clock_step
    }
}

/// Why a request was not admitted. Nothing was spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// [`Error::Locked`], [`Error::IdentityReplayed`], [`Error::BudgetExceeded`], or what the store said.
    pub error: Error,
    /// The budget that would have been exceeded.
    pub breached: Option<Usage>,
    /// Whether this refusal locked the actor, to be alerted.
    pub locked_now: bool,
    /// A step of the wall clock since the last request, to be recorded and alerted.
    pub clock_step: Option<ClockStep>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, breached: None, locked_now: false, clock_step: None }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

/// The limits of a vault, in its store.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use panveil::card::id::{ActorId, ActorKind, Application, Origin, TenantId};
/// use panveil::clock::{Now, Timestamp};
/// use panveil::crypto::secret::Secret;
/// use panveil::limits::{Admission, Budget, Limits, Scope};
/// use panveil::store::{AuthenticatedStore, MemoryStore};
///
/// let root = Secret::random()?;
/// let store = AuthenticatedStore::create(MemoryStore::new(), &root)?;
/// let limits = Limits::new(Arc::new(store), &root)?;
/// let admitted = limits.admit(
///     &Admission {
///         actor: &ActorId::new("https://idp.example|alice")?,
///         kind: ActorKind::Person,
///         roles: &[],
///         origin: &Origin::new("10.0.0.5")?,
///         application: &Application::new("backoffice")?,
///         tenant: &TenantId::new("shop")?,
///         handle: b"f1.6-4:4111110394821111",
///         jti: None,
///         budgets: &[Budget::of_handles(Scope::Actor, 20, Duration::from_secs(600))?],
///     },
///     Now { wall: Timestamp::from_seconds(1_795_334_400), since_boot_ms: 5_000, boot: [1; 16] },
/// )?;
/// assert_eq!(admitted.usages()[0].used, 1);
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct Limits {
    store: Arc<AuthenticatedStore>,
    keys: LimitKeys,
}

impl Limits {
    /// The limits kept in `store`, under keys derived from the store root.
    ///
    /// # Errors
    /// [`Error::Internal`] never in practice.
    pub fn new(store: Arc<AuthenticatedStore>, root: &Secret) -> Result<Self> {
        Ok(Self { store, keys: LimitKeys::new(root)? })
    }

    /// The store of locks and budgets, which holds random tokens too.
    pub(crate) fn store(&self) -> Arc<AuthenticatedStore> {
        Arc::clone(&self.store)
    }

    /// Admits a request and spends its budgets, or refuses it and spends nothing.
    ///
    /// In one durable transaction, in this order: the actor's lock, the identity token's first use, all budgets. A
    /// person who would exceed a budget of scope [`Scope::Actor`] is locked by the same transaction; a service is
    /// refused until its window moves; a breach of any other scope refuses and locks nobody. What was admitted is
    /// never given back.
    ///
    /// # Errors
    /// A [`Refusal`], which says why.
    pub fn admit(&self, request: &Admission<'_>, now: Now) -> core::result::Result<Admitted, Refusal> {
        // A refusal is a result of the transaction, not a failure: the lock it brings must be committed.
        self.store.write(|tx| self.decide(tx, request, now))?
    }

    /// Takes an identity token for `origin` and `application`, as [`admit`](Self::admit) does, and nothing else.
    ///
    /// # Errors
    /// [`Error::IdentityReplayed`] if it belongs to another; else as
    /// [`Store::transact`](crate::store::Store::transact).
    pub fn claim(
        &self,
        token: &Identifier<'_>,
        origin: &Origin,
        application: &Application,
        now: Now,
    ) -> Result<()> {
        self.store.write(|tx| {
            let (budget_ms, _) = BudgetClock::advance(tx, now)?;
            jti::claim(tx, &self.keys, token, origin, application, Moment { wall: now.wall, budget_ms })
        })
    }

    /// Reads the actor's lock again: what another thread or process locked since [`admit`](Self::admit) counts.
    ///
    /// # Errors
    /// [`Error::Locked`]; else as [`Store::view`](crate::store::Store::view), and then nothing may be revealed.
    pub fn recheck(&self, actor: &ActorId) -> Result<()> {
        if self.is_locked(actor)? { Err(Error::Locked) } else { Ok(()) }
    }

    /// Whether an actor is locked.
    ///
    /// # Errors
    /// As [`Store::view`](crate::store::Store::view); the caller then takes the actor for locked.
    pub fn is_locked(&self, actor: &ActorId) -> Result<bool> {
        self.store.read(|rows| Ok(lock::find(rows, actor)?.is_some()))
    }

    /// Locks an actor. The first lock stands: one that is locked already keeps its reason and time.
    ///
    /// # Errors
    /// As [`Store::transact`](crate::store::Store::transact).
    pub fn lock(&self, actor: &ActorId, reason: LockReason, at: Timestamp) -> Result<()> {
        self.store.write(|tx| lock::lock(tx, actor, reason, at)).map(|_| ())
    }

    /// Every locked actor, in the order of their ids.
    ///
    /// # Errors
    /// As [`Store::view`](crate::store::Store::view).
    pub fn locked(&self) -> Result<Vec<Locked>> {
        self.store.read(|rows| lock::list(rows))
    }

    /// The generation of the store as this process last saw it.
    pub fn generation(&self) -> u64 {
        self.store.generation()
    }

    fn decide(
        &self,
        tx: &mut dyn Transaction,
        request: &Admission<'_>,
        now: Now,
    ) -> Result<core::result::Result<Admitted, Refusal>> {
        // Before anything is written: a locked actor costs no write.
        if lock::find(tx, request.actor)?.is_some() {
            return Ok(Err(Error::Locked.into()));
        }
        let (budget_ms, clock_step) = BudgetClock::advance(tx, now)?;
        if let Some(token) = &request.jti {
            let moment = Moment { wall: now.wall, budget_ms };
            match jti::claim(tx, &self.keys, token, request.origin, request.application, moment) {
                Err(Error::IdentityReplayed) => {
                    return Ok(Err(Refusal { clock_step, ..Error::IdentityReplayed.into() }));
                }
                other => other?,
            }
        }

        let budgets: Vec<&Budget> =
            request.budgets.iter().filter(|budget| applies(budget, request)).collect();
        let mut windows = self.windows(tx, request, &budgets, budget_ms)?;
        if let Some(breached) = first_breach(&windows) {
            let locks = breached.scope == Scope::Actor && request.kind == ActorKind::Person;
            let locked_now = locks && lock::lock(tx, request.actor, LockReason::Budget, now.wall)?;
            let error = Error::BudgetExceeded;
            return Ok(Err(Refusal { error, breached: Some(breached), locked_now, clock_step }));
        }
        let mut usages = Vec::new();
        for (window, budgets) in &mut windows {
            window.spend(tx)?;
            usages.extend(budgets.iter().flat_map(|budget| window.usages(budget)));
        }
        Ok(Ok(Admitted { usages, clock_step }))
    }

    /// The windows the budgets count in, each once: two limits on one scope and window share what is used.
    fn windows<'b>(
        &self,
        tx: &mut dyn Transaction,
        request: &Admission<'_>,
        budgets: &[&'b Budget],
        time_ms: u64,
    ) -> Result<Vec<(Window, Vec<&'b Budget>)>> {
        let tag = match request.kind {
            ActorKind::Person => Some(self.handle_tag(request)?),
            ActorKind::Service => None,
        };
        let mut groups: Vec<(&Scope, u64, Vec<&'b Budget>)> = Vec::new();
        for budget in budgets {
            let window_ms = budget.window_ms();
            match groups.iter_mut().find(|(scope, ms, _)| **scope == budget.scope && *ms == window_ms) {
                Some((_, _, group)) => group.push(budget),
                None => groups.push((&budget.scope, window_ms, vec![budget])),
            }
        }
        let mut windows = Vec::with_capacity(groups.len());
        for (scope, window_ms, group) in groups {
            let key = self.window_key(scope, request, window_ms)?;
            let tag = tag.filter(|_| group.iter().any(|budget| budget.handles.is_some()));
            windows.push((Window::load(tx, key, window_ms, time_ms, tag)?, group));
        }
        Ok(windows)
    }

    fn handle_tag(&self, request: &Admission<'_>) -> Result<HandleTag> {
        let digest = digest(&self.keys.handles, &[request.tenant.as_bytes(), request.handle])?;
        digest.first_chunk::<16>().copied().ok_or(Error::Internal)
    }

    /// The limit is not part of the key: a changed policy goes on with what was used before. The kind of actor is:
    /// persons who use up a budget must not stop the services that pay.
    fn window_key(&self, scope: &Scope, request: &Admission<'_>, window_ms: u64) -> Result<[u8; 32]> {
        let (kind, name) = match scope {
            Scope::Actor => ("actor", request.actor.as_bytes()),
            Scope::Role(role) => ("role", role.as_bytes()),
            Scope::Origin => ("origin", request.origin.as_bytes()),
            Scope::Tenant => ("tenant", request.tenant.as_bytes()),
            Scope::All => ("all", b"".as_slice()),
        };
        let actors: &[u8] = match request.kind {
            ActorKind::Person => b"person",
            ActorKind::Service => b"service",
        };
        digest(&self.keys.windows, &[kind.as_bytes(), actors, name, &window_ms.to_be_bytes()])
    }
}

fn applies(budget: &Budget, request: &Admission<'_>) -> bool {
    match &budget.scope {
        Scope::Role(role) => request.roles.contains(role),
        _ => true,
    }
}

/// A breach of the actor's own budget comes first, because it locks.
fn first_breach(windows: &[(Window, Vec<&Budget>)]) -> Option<Usage> {
    let breach_of = |(window, budgets): &(Window, Vec<&Budget>)| -> Vec<Usage> {
        budgets.iter().filter_map(|budget| window.breach(budget)).collect()
    };
    let mut breaches: Vec<Usage> = windows.iter().flat_map(breach_of).collect();
    let own = breaches.iter().position(|usage| usage.scope == Scope::Actor).unwrap_or(0);
    (own < breaches.len()).then(|| breaches.swap_remove(own))
}
