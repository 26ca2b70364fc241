//! Reads SQLite files, cell by cell.
//!
//! The file is opened as one that does not change: nothing is written beside it, no lock is taken. Nothing that its
//! schema may hold is run: no view, no trigger, no virtual table.

use std::io::Write;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use panveil::scan::{Finder, Hit};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB, OpenFlags, Result, Row};
use zeroize::{Zeroize, Zeroizing};

use super::find::Place;
use super::shown;

/// A database that is only read.
pub(crate) struct Database(Connection);

/// The longest cell that is read, in bytes: rows are held in memory one at a time.
const LONGEST_CELL: i32 = 64 << 20;

impl Database {
    /// Opens a file.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut uri = String::from("file:");
        for byte in path.as_os_str().as_bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_') {
                uri.push(char::from(*byte));
            } else {
                uri.push_str(&format!("%{byte:02X}"));
            }
        }
        uri.push_str("?immutable=1");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        Self::harmless(Connection::open_with_flags(uri, flags)?)
    }

    /// Opens the bytes of a file.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact(MAIN_DB, bytes, bytes.len(), true)?;
        Self::harmless(connection)
    }

    fn harmless(connection: Connection) -> Result<Self> {
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_CELL)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        Ok(Self(connection))
    }

    /// The tables, that of the schema first. Virtual tables keep their content in others, which are among these.
    pub(crate) fn tables(&self) -> Result<Vec<String>> {
        let text = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rootpage";
        let mut statement = self.0.prepare(text)?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut tables = vec!["sqlite_schema".to_owned()];
        for name in names {
            tables.push(name?);
        }
        Ok(tables)
    }

    /// Calls `on_hit` with each hit in the cells of a table.
    pub(crate) fn scan(
        &self,
        table: &str,
        finder: Finder,
        on_hit: &mut dyn FnMut(&Hit, Place),
    ) -> Result<()> {
        let quoted = table.replace('"', "\"\"");
        let with_rowid = self.0.prepare(&format!("SELECT rowid, * FROM \"{quoted}\""));
        let (mut statement, has_rowid) = match with_rowid {
            Ok(statement) => (statement, true),
            Err(_) => (self.0.prepare(&format!("SELECT * FROM \"{quoted}\""))?, false),
        };
        let first = usize::from(has_rowid);
        let columns: Vec<String> = statement.column_names().skip(first).map(str::to_owned).collect();
        let mut text = RowText::default();
        let mut rows = statement.query([])?;
        let mut nth = 0i64;
        while let Some(row) = rows.next()? {
            nth = nth.saturating_add(1);
            text.read(row, first, &columns)?;
            for hit in finder.find(&text.bytes) {
                // A name of a column that is a hit stands in the schema, and is reported there.
                let Some(column) = text.column_of(&hit).and_then(|at| columns.get(at)) else { continue };
                let number = if has_rowid { row.get(0).unwrap_or(nth) } else { nth };
                let table = shown::text(table.as_bytes());
                let column = shown::text(column.as_bytes());
                on_hit(&hit, Place::Cell { table, column, row: number });
            }
        }
        Ok(())
    }
}

/// A row as `name="value", ` for each cell, so that names and neighbours say what a number is.
#[derive(Default)]
struct RowText {
    bytes: Zeroizing<Vec<u8>>,
    cells: Vec<Range<usize>>,
}

impl RowText {
    fn read(&mut self, row: &Row<'_>, first: usize, columns: &[String]) -> Result<()> {
        self.bytes.zeroize();
        self.cells.clear();
        for (at, name) in columns.iter().enumerate() {
            self.bytes.extend_from_slice(name.as_bytes());
            self.bytes.extend_from_slice(b"=\"");
            let begin = self.bytes.len();
            match row.get_ref(first.saturating_add(at))? {
                ValueRef::Null => {}
                ValueRef::Integer(number) => self.put(format_args!("{number}")),
                // Columns without a type keep long numbers so.
                ValueRef::Real(number) => self.put(format_args!("{number}")),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => self.bytes.extend_from_slice(bytes),
            }
            self.cells.push(begin..self.bytes.len());
            self.bytes.extend_from_slice(b"\", ");
        }
        Ok(())
    }

    fn put(&mut self, text: core::fmt::Arguments<'_>) {
        // Writing to memory does not fail.
        let _ = self.bytes.write_fmt(text);
    }

    fn column_of(&self, hit: &Hit) -> Option<usize> {
        let begin = usize::try_from(hit.offset).ok()?;
        let end = begin.saturating_add(hit.length);
        self.cells.iter().position(|cell| begin < cell.end && end > cell.start)
    }
}

#[cfg(test)]
mod tests {
    use super::Database;
    use crate::scan::find::Place;
    use panveil::scan::Finder;
    use rusqlite::Connection;

    #[test]
    fn every_kind_of_cell_is_read() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE paid (id INTEGER PRIMARY KEY, note TEXT, card INTEGER, loose, data BLOB);
                 INSERT INTO paid VALUES (7, 'nothing', 4111111111111111, NULL, NULL);
                 INSERT INTO paid VALUES (9, 'paid 5500 0000 0000 0004 ok', NULL, 4012888888881881.0, NULL);
                 INSERT INTO paid VALUES (11, '', NULL, NULL, CAST('x 378282246310005 y' AS BLOB));
                 CREATE TABLE keyed (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
                 INSERT INTO keyed VALUES ('a', 1), ('b', '4111111111111111');
                 CREATE TABLE odd (\"a \"\"b\" TEXT, rowid TEXT);
                 INSERT INTO odd VALUES ('4111-1111-1111-1111', 'z');
                 CREATE VIEW v AS SELECT * FROM paid;",
            )
            .unwrap();
        let bytes = connection.serialize("main").unwrap();
        let database = Database::of(&bytes).unwrap();
        let mut places = Vec::new();
        for table in database.tables().unwrap() {
            let mut on_hit = |_: &_, place| places.push(place);
            database.scan(&table, Finder::new(), &mut on_hit).unwrap();
        }
        let cell = |table: &str, column: &str, row| Place::Cell {
            table: table.to_owned(),
            column: column.to_owned(),
            row,
        };
        assert_eq!(
            places,
            [
                cell("paid", "card", 7),
                cell("paid", "note", 9),
                cell("paid", "loose", 9),
                cell("paid", "data", 11),
                cell("keyed", "v", 2),
                cell("odd", "a \"b", 1),
            ]
        );
    }
}
