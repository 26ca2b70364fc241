//! The file of a SQLite store: how it is made, what it must look like, and whether it is still the same file.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::PATIENCE;
use crate::error::{Error, Result};

/// `PVST`: tells `file(1)`, and us, whose database this is.
const APPLICATION_ID: i32 = 0x5056_5354;

const FORMAT: i32 = 1;

/// One table for all: the contract needs no more, and the same shape serves any SQL database.
const SCHEMA: &str = "CREATE TABLE rows(tbl TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, \
                      PRIMARY KEY(tbl, key)) STRICT, WITHOUT ROWID";

/// Pages kept in memory by each of the two connections, in KiB, as SQLite wants it: negative.
const CACHE_KIB: i32 = -16_384;

/// Pages of the log (4 KiB each) after which they are put in their places: random tokens stand all over the table, and the
/// more of them are put there at once, the fewer pages are written twice.
const CHECKPOINT_PAGES: i32 = 8_192;

/// Makes the file, readable by its owner only, and its table.
pub(super) fn create(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // SQLite gives its journal files the mode of the database.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::VaultExists,
        _ => Error::from(error),
    })?;
    let db = connect(path)?;
    db.pragma_update(None, "journal_mode", "WAL").map_err(fault)?;
    db.pragma_update(None, "synchronous", "FULL").map_err(fault)?;
    let made = format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}; \
         {SCHEMA}; COMMIT"
    );
    db.execute_batch(&made).map_err(fault)?;
    // The name of the file must survive a power cut as well as its content.
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// A connection to a file that exists and is ours.
pub(super) fn open(path: &Path) -> Result<Connection> {
    if !path.try_exists().map_err(|_| Error::StoreUnavailable)? {
        return Err(Error::StoreDamaged);
    }
    let db = connect(path)?;
    // A file without write permission opens all the same, for reading.
    if db.is_readonly("main").map_err(fault)? {
        return Err(Error::StoreUnavailable);
    }
    db.pragma_update(None, "synchronous", "FULL").map_err(fault)?;
    if pragma::<i32>(&db, "application_id")? != APPLICATION_ID {
        return Err(Error::StoreDamaged);
    }
    match pragma::<i32>(&db, "user_version")? {
        FORMAT => {}
        newer if newer > FORMAT => return Err(Error::StoreVersion),
        _ => return Err(Error::StoreDamaged),
    }
    // No trigger, view or second table: nothing but our one table may take part in a statement.
    let schema = "SELECT count(*), max(sql) FROM sqlite_schema";
    let found = db.query_row(schema, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    if found.map_err(fault)? != (1, SCHEMA.to_owned()) {
        return Err(Error::StoreDamaged);
    }
    if pragma::<String>(&db, "journal_mode")? != "wal" {
        return Err(Error::StoreDamaged);
    }
    Ok(db)
}

fn connect(path: &Path) -> Result<Connection> {
    // Never SQLITE_OPEN_CREATE: state that is missing is damage, not a fresh start.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut db = Connection::open_with_flags(path, flags).map_err(fault)?;
    for (option, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        db.set_db_config(option, value).map_err(fault)?;
    }
    db.busy_handler(Some(wait())).map_err(fault)?;
    db.pragma_update(None, "cache_size", CACHE_KIB).map_err(fault)?;
    db.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(fault)?;
    Ok(db)
}

/// Asks again every half millisecond, for as long as a busy store may take.
///
/// SQLite's own handler backs off to 100 ms, and so starves beside processes whose transactions take 0.2 ms.
fn wait() -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    move |attempt| {
        if attempt == 0 {
            since = Instant::now();
        }
        std::thread::sleep(Duration::from_micros(500));
        since.elapsed() < PATIENCE
    }
}

fn pragma<T: rusqlite::types::FromSql>(db: &Connection, name: &str) -> Result<T> {
    db.pragma_query_value(None, name, |row| row.get(0)).map_err(fault)
}

/// What a failure of SQLite means to the caller.
pub(super) fn fault(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        // A row or a pragma of a type or number it cannot have.
        return Error::StoreDamaged;
    };
    match (failure.code, failure.extended_code) {
        // The file that connections share is made longer when a store is opened, and only a full disk forbids it.
        (Code::DiskFull, _) | (Code::SystemIoFailure, rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Error::DiskFull,
        (Code::DatabaseCorrupt | Code::NotADatabase | Code::TypeMismatch | Code::ConstraintViolation, _)
        | (Code::SystemIoFailure, rusqlite::ffi::SQLITE_IOERR_SHORT_READ | rusqlite::ffi::SQLITE_IOERR_CORRUPTFS)
        // No such table or column: the schema is not ours.
        | (Code::Unknown, _) => Error::StoreDamaged,
        _ => Error::StoreUnavailable,
    }
}

/// Which files a store consists of, as they were when it was opened.
pub(super) struct Place {
    #[cfg(unix)]
    files: Vec<(std::path::PathBuf, (u64, u64))>,
}

impl Place {
    /// The database, its write-ahead log and the log's index; a connection must be open and have read.
    pub(super) fn of(path: &Path) -> Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            files: ["", "-wal", "-shm"]
                .iter()
                .map(|suffix| {
                    let mut name = path.as_os_str().to_owned();
                    name.push(suffix);
                    Ok((name.clone().into(), identity(name.as_ref())?))
                })
                .collect::<Result<_>>()?,
        })
    }

    /// [`Error::StoreDamaged`] once one of the files was removed or another put in its place: SQLite would go on
    /// with the file it holds, beside processes that use the new one. While a connection is open, SQLite itself
    /// replaces none of them.
    pub(super) fn check(&self) -> Result<()> {
        #[cfg(unix)]
        for (path, opened) in &self.files {
            if identity(path)? != *opened {
                return Err(Error::StoreDamaged);
            }
        }
        Ok(())
    }
}

/// Device and inode number; a file that is not there is state that is missing.
#[cfg(unix)]
fn identity(path: &Path) -> Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Error::StoreDamaged,
        _ => Error::StoreUnavailable,
    })?;
    if !metadata.is_file() {
        return Err(Error::StoreDamaged);
    }
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::fault;
    use crate::error::Error;

    #[test]
    fn failures_of_sqlite_become_what_the_caller_can_act_on() {
        let table = [
            (ffi::SQLITE_FULL, Error::DiskFull),
            (ffi::SQLITE_IOERR_SHMSIZE, Error::DiskFull),
            (ffi::SQLITE_BUSY, Error::StoreUnavailable),
            (ffi::SQLITE_LOCKED, Error::StoreUnavailable),
            (ffi::SQLITE_CANTOPEN, Error::StoreUnavailable),
            (ffi::SQLITE_READONLY, Error::StoreUnavailable),
            (ffi::SQLITE_IOERR_FSYNC, Error::StoreUnavailable),
            (ffi::SQLITE_IOERR_SHORT_READ, Error::StoreDamaged),
            (ffi::SQLITE_CORRUPT, Error::StoreDamaged),
            (ffi::SQLITE_NOTADB, Error::StoreDamaged),
            (ffi::SQLITE_ERROR, Error::StoreDamaged),
        ];
        for (code, error) in table {
            assert_eq!(fault(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)), error, "{code}");
        }
    }
}
