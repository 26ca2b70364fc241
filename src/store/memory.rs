//! A store in the memory of one process: for tests, and for applications whose budgets may end with the process.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::PATIENCE;
use super::contract::{Row, Snapshot, Store, Transaction};
use super::table::{Table, permit};
use super::turn::Turn;
use crate::error::Result;

/// A store whose rows end with the process.
///
/// ```
/// use panveil::store::{MemoryStore, Store, Table};
///
/// let store = MemoryStore::new();
/// store.transact(&mut |tx| tx.put(Table::Mark, b"keyring", b"7"))?;
/// let mut value = None;
/// store.view(&mut |rows| {
///     value = rows.get(Table::Mark, b"keyring")?;
///     Ok(())
/// })?;
/// assert_eq!(value.as_deref(), Some(b"7".as_slice()));
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct MemoryStore {
    rows: Turn<Rows>,
}

type Rows = BTreeMap<Table, BTreeMap<Vec<u8>, Vec<u8>>>;

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self { rows: Turn::new(Rows::new()) }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn transact(&self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        self.rows.with(PATIENCE, |rows| {
            let mut change = Change { rows, undo: Vec::new() };
            work(&mut change)?;
            change.undo.clear();
            Ok(())
        })
    }

    fn view(&self, work: &mut dyn FnMut(&mut dyn Snapshot) -> Result<()>) -> Result<()> {
        self.rows.with(PATIENCE, |rows| work(&mut Change { rows, undo: Vec::new() }))
    }
}

/// The rows, and what stood there before: undone when dropped, unless cleared.
struct Change<'a> {
    rows: &'a mut Rows,
    undo: Vec<(Table, Vec<u8>, Option<Vec<u8>>)>,
}

impl Snapshot for Change<'_> {
    fn get(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.rows.get(&table).and_then(|rows| rows.get(key)).cloned())
    }

    fn scan(&mut self, table: Table, after: &[u8], limit: usize) -> Result<Vec<Row>> {
        let Some(rows) = self.rows.get(&table) else { return Ok(Vec::new()) };
        let range = rows.range::<[u8], _>((Bound::Excluded(after), Bound::Unbounded));
        Ok(range.take(limit).map(|(key, value)| Row { key: key.clone(), value: value.clone() }).collect())
    }

    fn count(&mut self, table: Table) -> Result<u64> {
        Ok(self.rows.get(&table).map_or(0, |rows| rows.len() as u64))
    }
}

impl Transaction for Change<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<()> {
        permit(key, value)?;
        let before = self.rows.entry(table).or_default().insert(key.to_vec(), value.to_vec());
        self.undo.push((table, key.to_vec(), before));
        Ok(())
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<()> {
        let before = self.rows.entry(table).or_default().remove(key);
        self.undo.push((table, key.to_vec(), before));
        Ok(())
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        for (table, key, before) in self.undo.drain(..).rev() {
            let rows = self.rows.entry(table).or_default();
            match before {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
    }
}
