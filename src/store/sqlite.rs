//! The embedded store: one SQLite file, shared by the threads and processes of one host.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::PATIENCE;
use super::contract::{Row, Snapshot, Store, Transaction};
use super::sqlite_file::{self, Place, fault};
use super::table::{Table, permit};
use super::turn::Turn;
use crate::error::{Error, Result};

/// A store in one SQLite file, for all processes of one host (a network file system does not do).
///
/// Write-ahead log, `synchronous = FULL`: a transaction is on disk when it returns. The file has mode 0600 and is
/// made by [`create`](Self::create) only.
///
/// ```
/// use panveil::store::{SqliteStore, Store, Table};
///
/// # let directory = tempfile::tempdir().unwrap();
/// let path = directory.path().join("state.db");
/// SqliteStore::create(&path)?;
/// let store = SqliteStore::open(&path)?;
/// store.transact(&mut |tx| tx.put(Table::Mark, b"keyring", b"7"))?;
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct SqliteStore {
    place: Place,
    process: u32,
    writer: Turn<Connection>,
    /// Readers do not wait for the writer.
    reader: Turn<Connection>,
}

impl SqliteStore {
    /// Makes a new file at `path` and opens it.
    ///
    /// # Errors
    /// [`Error::VaultExists`] if there is a file already, [`Error::Io`] if none can be made there,
    /// [`Error::DiskFull`].
    pub fn create(path: &Path) -> Result<Self> {
        sqlite_file::create(path)?;
        Self::open(path)
    }

    /// Opens the file at `path`, which must exist.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`] if there is none or it is not a whole store, [`Error::StoreVersion`] if it is of a
    /// newer format, [`Error::StoreUnavailable`] if it cannot be read and written or stays busy for one second.
    pub fn open(path: &Path) -> Result<Self> {
        // Absolute, so that a change of the working directory does not lead elsewhere.
        let path = std::path::absolute(path)?;
        let writer = sqlite_file::open(&path)?;
        let reader = sqlite_file::open(&path)?;
        let place = Place::of(&path)?;
        let process = std::process::id();
        Ok(Self { place, process, writer: Turn::new(writer), reader: Turn::new(reader) })
    }

    fn within(
        &self,
        connection: &Turn<Connection>,
        begin: &'static str,
        work: &mut dyn FnMut(&mut Open<'_>) -> Result<()>,
    ) -> Result<()> {
        // SQLite's locks are the process's: a connection carried through fork() would break those of the parent.
        if std::process::id() != self.process {
            return Err(Error::Forked);
        }
        connection.with(PATIENCE, |db| {
            self.place.check()?;
            run(db, begin)?;
            let mut open = Open { db };
            work(&mut open)?;
            run(open.db, "COMMIT")
        })
    }
}

impl Store for SqliteStore {
    fn transact(&self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        self.within(&self.writer, "BEGIN IMMEDIATE", &mut |open| work(open))
    }

    fn view(&self, work: &mut dyn FnMut(&mut dyn Snapshot) -> Result<()>) -> Result<()> {
        self.within(&self.reader, "BEGIN", &mut |open| work(open))
    }
}

/// A transaction that is rolled back when dropped, unless it was committed.
struct Open<'a> {
    db: &'a Connection,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.db.is_autocommit() {
            // If even this fails, the next BEGIN fails too, and the store stays refused.
            let _ = run(self.db, "ROLLBACK");
        }
    }
}

impl Snapshot for Open<'_> {
    fn get(&mut self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM rows WHERE tbl = ?1 AND key = ?2";
        let mut statement = self.db.prepare_cached(sql).map_err(fault)?;
        statement.query_row(params![table.name(), key], |row| row.get(0)).optional().map_err(fault)
    }

    fn scan(&mut self, table: Table, after: &[u8], limit: usize) -> Result<Vec<Row>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT key, value FROM rows WHERE tbl = ?1 AND key > ?2 ORDER BY key LIMIT ?3";
        let mut statement = self.db.prepare_cached(sql).map_err(fault)?;
        let rows = statement.query_map(params![table.name(), after, limit], |row| {
            Ok(Row { key: row.get(0)?, value: row.get(1)? })
        });
        rows.map_err(fault)?.collect::<rusqlite::Result<_>>().map_err(fault)
    }

    fn count(&mut self, table: Table) -> Result<u64> {
        let sql = "SELECT count(*) FROM rows WHERE tbl = ?1";
        let mut statement = self.db.prepare_cached(sql).map_err(fault)?;
        let count: i64 = statement.query_row([table.name()], |row| row.get(0)).map_err(fault)?;
        u64::try_from(count).map_err(|_| Error::StoreDamaged)
    }
}

impl Transaction for Open<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<()> {
        permit(key, value)?;
        let sql = "INSERT INTO rows(tbl, key, value) VALUES(?1, ?2, ?3) \
                   ON CONFLICT DO UPDATE SET value = excluded.value";
        let mut statement = self.db.prepare_cached(sql).map_err(fault)?;
        statement.execute(params![table.name(), key, value]).map_err(fault)?;
        Ok(())
    }

    fn insert(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<bool> {
        permit(key, value)?;
        let sql = "INSERT INTO rows(tbl, key, value) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let mut statement = self.db.prepare_cached(sql).map_err(fault)?;
        statement.execute(params![table.name(), key, value]).map(|rows| rows == 1).map_err(fault)
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<()> {
        let sql = "DELETE FROM rows WHERE tbl = ?1 AND key = ?2";
        let mut statement = self.db.prepare_cached(sql).map_err(fault)?;
        statement.execute(params![table.name(), key]).map_err(fault)?;
        Ok(())
    }
}

fn run(db: &Connection, sql: &'static str) -> Result<()> {
    db.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(|_| ()).map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::{PATIENCE, SqliteStore};
    use crate::crypto::secret::Secret;
    use crate::error::Error;
    use crate::store::{AuthenticatedStore, Table};
    use std::sync::Arc;

    #[test]
    fn a_full_disk_is_said_and_leaves_the_store_whole() {
        let directory = tempfile::tempdir().unwrap();
        let sqlite = Arc::new(SqliteStore::create(&directory.path().join("state.db")).unwrap());
        let store = AuthenticatedStore::create(sqlite.clone(), &Secret::random().unwrap()).unwrap();
        let limit = |pages: u32| {
            let set = |db: &mut rusqlite::Connection| {
                db.pragma_update(None, "max_page_count", pages).map_err(super::fault)
            };
            sqlite.writer.with(PATIENCE, set).unwrap();
        };
        limit(20);
        let put = |key: u32| store.write(|tx| tx.put(Table::Mark, &key.to_be_bytes(), &[7; 3000]));
        let full = (0..100).find_map(|key| put(key).err().map(|error| (key, error)));
        let (stored, error) = full.expect("20 pages hold less than 100 rows of 3000 bytes");
        assert_eq!(error, Error::DiskFull);
        store.check().unwrap();
        limit(1000);
        put(stored).unwrap();
        store.check().unwrap();
        assert_eq!(store.read(|rows| rows.count(Table::Mark)), Ok(u64::from(stored) + 1));
    }
}
