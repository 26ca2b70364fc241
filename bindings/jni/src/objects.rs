//! The objects that Java holds tickets for.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use panveil::crypto::secret::SecretBytes;
use panveil::protect::{Fingerprinter, Sealer, Tokenizer};
use panveil::reveal::gate::Gate;
use panveil::reveal::revealed::Revealed;
use panveil::reveal::session::Session;
use panveil::vault::Vault;
use panveil::{Error, Result};
use panveil_handles::Table;

use crate::clock::Watched;

pub(crate) static VAULTS: Table<OpenVault> = Table::new(Kind::Vault as u8);
pub(crate) static TOKENIZERS: Table<Part<Tokenizer>> = Table::new(Kind::Tokenizer as u8);
pub(crate) static SEALERS: Table<Part<Sealer>> = Table::new(Kind::Sealer as u8);
pub(crate) static FINGERPRINTERS: Table<Part<Fingerprinter>> = Table::new(Kind::Fingerprinter as u8);
pub(crate) static GATES: Table<Part<()>> = Table::new(Kind::Gate as u8);
pub(crate) static SESSIONS: Table<Part<Session>> = Table::new(Kind::Session as u8);
pub(crate) static VALUES: Table<Part<Value>> = Table::new(Kind::Value as u8);

/// The kinds of objects, with the numbers of `Kind.java`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    Vault = 1,
    Tokenizer = 2,
    Sealer = 3,
    Fingerprinter = 4,
    Gate = 5,
    Session = 6,
    Value = 7,
}

/// A vault, until it is closed.
pub(crate) struct OpenVault {
    /// Shared by every call that needs the vault or its gate, alone by closing: so it waits for those calls, and the
    /// log is whole when it returns.
    pub(crate) inner: RwLock<Option<Inner>>,
    pub(crate) clock: Watched,
    /// What was handed out and is not closed yet: it ends with the vault.
    parts: Mutex<HashSet<(Kind, u64)>>,
}

/// A vault and its one gate. The gate comes first, because it holds the log.
pub(crate) struct Inner {
    pub(crate) gate: Gate,
    pub(crate) vault: Vault,
}

/// Something a vault handed out.
pub(crate) struct Part<T> {
    pub(crate) of: Arc<OpenVault>,
    pub(crate) it: T,
}

/// Bytes that Java reads by copying them.
pub(crate) enum Value {
    Revealed(Revealed),
    Text(SecretBytes),
}

impl Value {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Value::Revealed(revealed) => revealed.expose(),
            Value::Text(text) => text.expose(),
        }
    }
}

impl OpenVault {
    pub(crate) fn new(vault: Vault, clock: Watched) -> Result<Self> {
        let inner = Inner { gate: vault.gate()?, vault };
        Ok(Self { inner: RwLock::new(Some(inner)), clock, parts: Mutex::default() })
    }

    /// Runs `work` on the open vault; closing waits for it.
    ///
    /// # Errors
    /// [`Error::StaleHandle`] if the vault was closed, [`Error::CallbackFailed`] if the application's clock failed
    /// meanwhile; else what `work` returns.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Inner) -> Result<T>) -> Result<T> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let inner = inner.as_ref().ok_or(Error::StaleHandle)?;
        self.clock.guard(|| work(inner))
    }

    fn take_parts(&self) -> HashSet<(Kind, u64)> {
        core::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Makes a part of the vault and hands it out.
///
/// # Errors
/// As [`OpenVault::with`], and [`Error::TooManyHandles`].
pub(crate) fn hand_out<T>(
    of: &Arc<OpenVault>,
    kind: Kind,
    table: &Table<Part<T>>,
    make: impl FnOnce(&Inner) -> Result<T>,
) -> Result<i64> {
    of.with(|inner| {
        let ticket = table.insert(Part { of: Arc::clone(of), it: make(inner)? })?;
        // Still under the lock of `with`: closing comes before this, or finds the part in the set.
        of.parts.lock().unwrap_or_else(PoisonError::into_inner).insert((kind, ticket));
        Ok(to_java(ticket))
    })
}

/// Ends the object of a ticket.
///
/// # Errors
/// [`Error::StaleHandle`] if there is none; for a vault, what closing its log returns.
pub(crate) fn close(kind: Kind, ticket: u64) -> Result<()> {
    match kind {
        Kind::Vault => close_vault(ticket),
        Kind::Tokenizer => end(kind, ticket, &TOKENIZERS),
        Kind::Sealer => end_sealer(ticket),
        Kind::Fingerprinter => end(kind, ticket, &FINGERPRINTERS),
        Kind::Gate => end(kind, ticket, &GATES),
        Kind::Session => end(kind, ticket, &SESSIONS),
        Kind::Value => end(kind, ticket, &VALUES),
    }
}

fn close_vault(ticket: u64) -> Result<()> {
    let vault = VAULTS.remove(ticket)?;
    let mut inner = vault.inner.write().unwrap_or_else(PoisonError::into_inner);
    let taken = inner.take();
    for (kind, part) in vault.take_parts() {
        // One that another thread is just closing is gone already.
        let _ = close(kind, part);
    }
    let Inner { gate, vault } = taken.ok_or(Error::StaleHandle)?;
    drop(gate);
    vault.close()
}

fn end<T>(kind: Kind, ticket: u64, table: &Table<Part<T>>) -> Result<()> {
    let part = table.remove(ticket)?;
    part.of.parts.lock().unwrap_or_else(PoisonError::into_inner).remove(&(kind, ticket));
    Ok(())
}

/// A sealer gives the message numbers back that it did not use, unless another thread seals with it just now.
fn end_sealer(ticket: u64) -> Result<()> {
    let part = SEALERS.remove(ticket)?;
    part.of.parts.lock().unwrap_or_else(PoisonError::into_inner).remove(&(Kind::Sealer, ticket));
    match Arc::try_unwrap(part) {
        Ok(part) => part.it.close(),
        Err(_) => Ok(()),
    }
}

/// How many objects Java has not closed, for tests that look for leaks.
pub(crate) fn open_count() -> usize {
    [
        VAULTS.count(),
        TOKENIZERS.count(),
        SEALERS.count(),
        FINGERPRINTERS.count(),
        GATES.count(),
        SESSIONS.count(),
        VALUES.count(),
    ]
    .iter()
    .sum()
}

/// A ticket as Java's `long`. The kind in its highest byte is small, so it is never negative.
pub(crate) fn to_java(ticket: u64) -> i64 {
    ticket.cast_signed()
}

impl TryFrom<i32> for Kind {
    type Error = Error;

    fn try_from(number: i32) -> Result<Self> {
        const ALL: [Kind; 7] = [
            Kind::Vault,
            Kind::Tokenizer,
            Kind::Sealer,
            Kind::Fingerprinter,
            Kind::Gate,
            Kind::Session,
            Kind::Value,
        ];
        ALL.into_iter().find(|kind| i32::from(*kind as u8) == number).ok_or(Error::Argument)
    }
}
