//! The contract of a store: serialised transactions over byte rows in named tables.

use std::sync::Arc;

use super::table::Table;
use crate::error::Result;

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 1 to 512 bytes, unique in its table.
    pub key: Vec<u8>,
    /// At most 1 MiB, less the 41 bytes that authentication adds.
    pub value: Vec<u8>,
}

/// One consistent view of a store.
pub trait Snapshot {
    /// The value under `key`, or `None` if there is no such row.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`](crate::Error::StoreUnavailable) if the store cannot be read,
    /// [`Error::StoreDamaged`](crate::Error::StoreDamaged) if what it holds is not what was written.
    fn get(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// At most `limit` rows whose keys come after `after` (`b""` for the first), in the order of their key bytes.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    fn scan(&mut self, table: Table, after: &[u8], limit: usize) -> Result<Vec<Row>>;

    /// How many rows the table has.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    fn count(&mut self, table: Table) -> Result<u64>;
}

/// A view that can also be changed; it sees its own changes.
pub trait Transaction: Snapshot {
    /// Writes a row, in place of one with the same key.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for a key or value of a length [`Row`] does not permit, else as
    /// [`get`](Snapshot::get), and [`Error::DiskFull`](crate::Error::DiskFull).
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<()>;

    /// Writes a row unless one with the same key is there; says whether it did.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    fn insert(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<bool> {
        if self.get(table, key)?.is_some() {
            return Ok(false);
        }
        self.put(table, key, value).map(|()| true)
    }

    /// Removes a row, if there is one.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    fn delete(&mut self, table: Table, key: &[u8]) -> Result<()>;
}

/// A transactional store, shared by threads, and by processes where its kind permits.
///
/// The contract is small on purpose, so that a database server can meet it: point reads, range reads, point
/// writes, one transaction at a time.
pub trait Store: Send + Sync {
    /// Runs `work` in a read-write transaction, as if no other transaction ran at the same time.
    ///
    /// When this returns `Ok`, the changes are durable. When `work` or the store fails, nothing of it was written
    /// (a store that fails in the very act of committing may have written all of it: never a part). A store may
    /// call `work` again after undoing it, so `work` changes nothing outside but what it can set anew.
    ///
    /// # Errors
    /// What `work` returns; [`Error::StoreUnavailable`](crate::Error::StoreUnavailable) if the store stayed busy
    /// for one second or cannot be reached, [`Error::StoreDamaged`](crate::Error::StoreDamaged) if it is not
    /// whole, [`Error::DiskFull`](crate::Error::DiskFull).
    fn transact(&self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()>;

    /// Runs `work` on one consistent view that holds every change committed before the call.
    ///
    /// # Errors
    /// As [`transact`](Self::transact).
    fn view(&self, work: &mut dyn FnMut(&mut dyn Snapshot) -> Result<()>) -> Result<()>;
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn transact(&self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        self.as_ref().transact(work)
    }

    fn view(&self, work: &mut dyn FnMut(&mut dyn Snapshot) -> Result<()>) -> Result<()> {
        self.as_ref().view(work)
    }
}
