//! A transaction or view whose every row is checked against its code and against the index.

use super::contract::{Row, Snapshot, Transaction};
use super::head::{HEAD_KEY, Head};
use super::row_keys::RowKeys;
use super::table::Table;
use crate::error::{Error, Result};

/// The rows of an inner transaction or view, authenticated.
pub(super) struct Authentic<'a, S: ?Sized> {
    inner: &'a mut S,
    keys: &'a RowKeys,
    head: Head,
    changed: bool,
}

impl<'a, S: Snapshot + ?Sized> Authentic<'a, S> {
    /// Reads the head, which must be at least of generation `floor`.
    pub(super) fn begin(inner: &'a mut S, keys: &'a RowKeys, floor: u64) -> Result<Self> {
        let stored = inner.get(Table::Head, HEAD_KEY)?.ok_or(Error::StoreDamaged)?;
        let (generation, value) = keys.open(Table::Head, HEAD_KEY, &stored)?;
        let head = Head::decode(generation, value)?;
        if generation < floor {
            return Err(Error::StoreRollback);
        }
        Ok(Self { inner, keys, head, changed: false })
    }

    pub(super) fn generation(&self) -> u64 {
        self.head.generation
    }

    /// Checks every row that the index lists, and that there is none too few and none too many.
    pub(super) fn check_indexed(&mut self) -> Result<()> {
        let (entries, nodes) = self.head.index.walk(self.inner, self.keys)?;
        let rows = self.check_rows(|table| !table.stands_alone())?;
        let whole = rows == entries
            && self.inner.count(Table::Index)? == nodes
            && self.inner.count(Table::Head)? == 1;
        whole.then_some(()).ok_or(Error::StoreDamaged)
    }

    /// Checks every row of the store.
    pub(super) fn check(&mut self) -> Result<()> {
        self.check_indexed()?;
        self.check_rows(Table::stands_alone).map(|_| ())
    }

    /// Reads and counts the rows of some tables; there must be as many as the head says.
    fn check_rows(&mut self, of: impl Fn(Table) -> bool) -> Result<u64> {
        let mut rows = 0u64;
        for table in Table::ALL.iter().filter(|table| !table.is_internal() && of(**table)) {
            let mut after = Vec::new();
            let mut found = 0u64;
            loop {
                // Small portions: a value may be a megabyte.
                let page = self.scan(*table, &after, 256)?;
                found = found.saturating_add(page.len() as u64);
                let Some(last) = page.into_iter().next_back() else { break };
                after = last.key;
            }
            if found != self.head.count(*table) {
                return Err(Error::StoreDamaged);
            }
            rows = rows.saturating_add(found);
        }
        Ok(rows)
    }

    /// The value of a stored row, if it is the newest of this place; `None` if there is none and may be none.
    fn verify(&mut self, table: Table, key: &[u8], stored: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
        if table.stands_alone() {
            return stored.map(|stored| self.verify_lone(table, key, stored)).transpose();
        }
        let tag = self.keys.tag(table, key)?;
        match (self.head.index.find(self.inner, self.keys, &tag)?, stored) {
            (None, None) => Ok(None),
            (Some(expected), Some(stored)) => {
                let (generation, value) = self.keys.open(table, key, stored)?;
                if generation != expected {
                    return Err(Error::StoreDamaged);
                }
                Ok(Some(value.to_vec()))
            }
            // Deleted, or slipped in, behind our back.
            _ => Err(Error::StoreDamaged),
        }
    }

    /// The value of a row that stands alone, if this store wrote it here at some time up to now.
    fn verify_lone(&self, table: Table, key: &[u8], stored: &[u8]) -> Result<Vec<u8>> {
        let (generation, value) = self.keys.open_lone(table, key, stored)?;
        // Its own transaction writes rows that are one ahead of the head.
        if generation > self.head.generation.saturating_add(1) {
            return Err(Error::StoreDamaged);
        }
        Ok(value.to_vec())
    }
}

impl<'a, T: Transaction + ?Sized> Authentic<'a, T> {
    /// The first transaction of a store, which must hold nothing.
    pub(super) fn create(inner: &'a mut T, keys: &'a RowKeys) -> Result<Self> {
        for table in Table::ALL {
            if inner.count(*table)? != 0 {
                return Err(Error::VaultExists);
            }
        }
        Ok(Self { inner, keys, head: Head::first(), changed: true })
    }

    /// Writes index and head if anything changed; says of which generation the store is then.
    pub(super) fn finish(mut self) -> Result<u64> {
        if self.changed {
            let next = self.next()?;
            self.head.index.write(self.inner, self.keys, next)?;
            let head = self.keys.seal(Table::Head, HEAD_KEY, &self.head.encode()?, next)?;
            self.inner.put(Table::Head, HEAD_KEY, &head)?;
            self.head.generation = next;
        }
        Ok(self.head.generation)
    }

    /// The generation this transaction writes.
    fn next(&self) -> Result<u64> {
        self.head.generation.checked_add(1).ok_or(Error::Internal)
    }

    fn recount(&mut self, table: Table, change: impl FnOnce(u64) -> Option<u64>) -> Result<()> {
        let count = change(self.head.count(table)).ok_or(Error::StoreDamaged)?;
        self.head.counts.insert(table, count);
        Ok(())
    }
}

impl<S: Snapshot + ?Sized> Snapshot for Authentic<'_, S> {
    fn get(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
        door(table)?;
        let stored = self.inner.get(table, key)?;
        self.verify(table, key, stored.as_deref())
    }

    fn scan(&mut self, table: Table, after: &[u8], limit: usize) -> Result<Vec<Row>> {
        door(table)?;
        let mut rows = self.inner.scan(table, after, limit)?;
        for row in &mut rows {
            row.value = self.verify(table, &row.key, Some(&row.value))?.ok_or(Error::StoreDamaged)?;
        }
        // A scan of the whole table must find the whole table.
        if after.is_empty() && rows.len() < limit && rows.len() as u64 != self.head.count(table) {
            return Err(Error::StoreDamaged);
        }
        Ok(rows)
    }

    fn count(&mut self, table: Table) -> Result<u64> {
        door(table)?;
        Ok(self.head.count(table))
    }
}

impl<T: Transaction + ?Sized> Transaction for Authentic<'_, T> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<()> {
        door(table)?;
        let next = self.next()?;
        if table.stands_alone() {
            if !self.insert(table, key, value)? {
                self.inner.put(table, key, &self.keys.seal_lone(table, key, value, next)?)?;
                self.changed = true;
            }
            return Ok(());
        }
        let tag = self.keys.tag(table, key)?;
        let is_new = self.head.index.find(self.inner, self.keys, &tag)?.is_none();
        self.inner.put(table, key, &self.keys.seal(table, key, value, next)?)?;
        self.head.index.set(self.inner, self.keys, &tag, next)?;
        self.changed = true;
        if is_new {
            self.recount(table, |count| count.checked_add(1))?;
        }
        Ok(())
    }

    fn insert(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<bool> {
        if !table.stands_alone() {
            let present = self.get(table, key)?.is_some();
            return if present { Ok(false) } else { self.put(table, key, value).map(|()| true) };
        }
        let sealed = self.keys.seal_lone(table, key, value, self.next()?)?;
        let inserted = self.inner.insert(table, key, &sealed)?;
        if inserted {
            self.changed = true;
            self.recount(table, |count| count.checked_add(1))?;
        }
        Ok(inserted)
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<()> {
        door(table)?;
        let next = self.next()?;
        if table.stands_alone() {
            if self.inner.get(table, key)?.is_some() {
                self.inner.delete(table, key)?;
                self.changed = true;
                self.recount(table, |count| count.checked_sub(1))?;
            }
            return Ok(());
        }
        let tag = self.keys.tag(table, key)?;
        if self.head.index.find(self.inner, self.keys, &tag)?.is_none() {
            return Ok(());
        }
        self.head.index.remove(self.inner, self.keys, &tag, next)?;
        self.changed = true;
        self.recount(table, |count| count.checked_sub(1))?;
        self.inner.delete(table, key)
    }
}

/// The head and the index are written by no one else.
fn door(table: Table) -> Result<()> {
    if table.is_internal() { Err(Error::Argument) } else { Ok(()) }
}
