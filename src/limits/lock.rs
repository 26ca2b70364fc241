//! Locked actors. A lock is a row; its absence is proven by the store, so deleting the row unlocks nobody.

use serde::{Deserialize, Serialize};

use crate::card::id::ActorId;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::store::{Snapshot, Table, Transaction};

/// Why an actor was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LockReason {
    /// A person went over a budget of their own.
    Budget,
    /// The actor touched a canary.
    Canary,
    /// An operator locked the actor.
    Operator,
}

/// A locked actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Who.
    pub actor: ActorId,
    /// Why.
    pub reason: LockReason,
    /// Since when, by the wall clock.
    pub at: Timestamp,
}

/// What the row says. A state or field this build does not know is a refusal, never an open lock.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockRow {
    v: u8,
    state: State,
    reason: LockReason,
    at_ms: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Locked,
}

/// The lock of an actor, if there is one.
pub(super) fn find<S: Snapshot + ?Sized>(rows: &mut S, actor: &ActorId) -> Result<Option<Locked>> {
    rows.get(Table::Lock, actor.as_bytes())?.map(|value| decode(actor.clone(), &value)).transpose()
}

/// Locks an actor; the first lock stands, so that its reason and time are kept. Says whether this was the first.
pub(super) fn lock(
    tx: &mut dyn Transaction,
    actor: &ActorId,
    reason: LockReason,
    at: Timestamp,
) -> Result<bool> {
    if find(tx, actor)?.is_some() {
        return Ok(false);
    }
    let row = LockRow { v: 1, state: State::Locked, reason, at_ms: at.as_millis() };
    let value = serde_json::to_vec(&row).map_err(|_| Error::Internal)?;
    tx.put(Table::Lock, actor.as_bytes(), &value)?;
    Ok(true)
}

/// Every locked actor, in the order of their ids.
pub(super) fn list<S: Snapshot + ?Sized>(rows: &mut S) -> Result<Vec<Locked>> {
    let mut locked = Vec::new();
    let mut after = Vec::new();
    loop {
        let page = rows.scan(Table::Lock, &after, 256)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.key);
        for row in page {
            let actor = core::str::from_utf8(&row.key).map_err(|_| Error::StoreDamaged)?;
            let actor = ActorId::new(actor).map_err(|_| Error::StoreDamaged)?;
            locked.push(decode(actor, &row.value)?);
        }
    }
    if locked.len() as u64 != rows.count(Table::Lock)? {
        return Err(Error::StoreDamaged);
    }
    Ok(locked)
}

fn decode(actor: ActorId, value: &[u8]) -> Result<Locked> {
    let row: LockRow = serde_json::from_slice(value).map_err(|_| Error::StoreDamaged)?;
    if row.v != 1 {
        return Err(Error::StoreVersion);
    }
    let State::Locked = row.state;
    Ok(Locked { actor, reason: row.reason, at: Timestamp::from_millis(row.at_ms) })
}
