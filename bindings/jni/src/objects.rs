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
use crate::redact::{MadeRedactor, Stream};

pub(crate) static VAULTS: Table<OpenVault> = Table::new(Kind::Vault as u8);
pub(crate) static TOKENIZERS: Table<Part<Arc<Tokenizer>>> = Table::new(Kind::Tokenizer as u8);
pub(crate) static SEALERS: Table<Part<Sealer>> = Table::new(Kind::Sealer as u8);
pub(crate) static FINGERPRINTERS: Table<Part<Fingerprinter>> = Table::new(Kind::Fingerprinter as u8);
pub(crate) static GATES: Table<Part<()>> = Table::new(Kind::Gate as u8);
pub(crate) static SESSIONS: Table<Part<Session>> = Table::new(Kind::Session as u8);
pub(crate) static VALUES: Table<Part<Value>> = Table::new(Kind::Value as u8);
pub(crate) static REDACTORS: Table<Loose<MadeRedactor>> = Table::new(Kind::Redactor as u8);
pub(crate) static STREAMS: Table<Loose<Stream>> = Table::new(Kind::Stream as u8);

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
    Redactor = 8,
    Stream = 9,
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

/// Something that a vault's tokenizer may be in, and which then ends with that vault.
pub(crate) struct Loose<T> {
    pub(crate) of: Option<Arc<OpenVault>>,
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

/// Hands out what belongs to a vault or to none.
///
/// # Errors
/// As [`hand_out`].
pub(crate) fn hand_out_loose<T>(
    of: Option<&Arc<OpenVault>>,
    kind: Kind,
    table: &Table<Loose<T>>,
    it: T,
) -> Result<i64> {
    let Some(of) = of else { return table.insert(Loose { of: None, it }).map(to_java) };
    of.with(|_| {
        let ticket = table.insert(Loose { of: Some(Arc::clone(of)), it })?;
        // As in `hand_out`.
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
        Kind::Redactor => end_loose(kind, ticket, &REDACTORS),
        Kind::Stream => end_loose(kind, ticket, &STREAMS),
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

fn end_loose<T>(kind: Kind, ticket: u64, table: &Table<Loose<T>>) -> Result<()> {
    if let Some(of) = &table.remove(ticket)?.of {
        of.parts.lock().unwrap_or_else(PoisonError::into_inner).remove(&(kind, ticket));
    }
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
        REDACTORS.count(),
        STREAMS.count(),
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
        const ALL: [Kind; 9] = [
            Kind::Vault,
            Kind::Tokenizer,
            Kind::Sealer,
            Kind::Fingerprinter,
            Kind::Gate,
            Kind::Session,
            Kind::Value,
            Kind::Redactor,
            Kind::Stream,
        ];
        ALL.into_iter().find(|kind| i32::from(*kind as u8) == number).ok_or(Error::Argument)
    }
}
