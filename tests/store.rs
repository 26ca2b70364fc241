//! The store contract, run on every store; and what an authenticated store refuses (AC-27, AC-57).
#![cfg(feature = "sqlite")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};

use panveil::Error;
use panveil::crypto::secret::Secret;
use panveil::store::{
    AuthenticatedStore, CounterLease, MemoryStore, Row, SqliteStore, Store, Table, Transaction,
};
use proptest::prelude::*;

// ---------------------------------------------------------------- the contract

#[test]
fn the_contract_holds_in_memory() {
    contract(&MemoryStore::new());
}

#[test]
fn the_contract_holds_in_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    contract(&SqliteStore::create(&directory.path().join("state.db")).unwrap());
}

#[test]
fn the_contract_holds_authenticated() {
    contract(&AuthenticatedStore::create(MemoryStore::new(), &root()).unwrap());
    let directory = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::create(&directory.path().join("state.db")).unwrap();
    contract(&AuthenticatedStore::create(sqlite, &root()).unwrap());
}

/// Every promise of the trait's documentation. A store for another database runs this too.
fn contract(store: &dyn Store) {
    rows_are_kept_by_table_and_key(store);
    a_row_is_inserted_once(store);
    scans_go_in_the_order_of_keys(store);
    a_failed_transaction_writes_nothing(store);
    keys_and_values_have_bounds(store);
    transactions_are_serialised(store);
    a_busy_store_is_unavailable_after_a_second(store);
}

fn rows_are_kept_by_table_and_key(store: &dyn Store) {
    store
        .transact(&mut |tx| {
            assert_eq!(tx.get(Table::Lock, b"k")?, None);
            tx.put(Table::Lock, b"k", b"one")?;
            assert_eq!(tx.get(Table::Lock, b"k")?.as_deref(), Some(b"one".as_slice()), "its own change");
            tx.put(Table::Lock, b"k", b"two")?;
            tx.put(Table::Jti, b"k", b"")?;
            tx.put(Table::Jti, &[0, 255, 0], &[0, 1, 255])?;
            assert_eq!(tx.count(Table::Jti)?, 2);
            tx.delete(Table::Jti, b"no such row")
        })
        .unwrap();
    assert_eq!(get(store, Table::Lock, b"k").as_deref(), Some(b"two".as_slice()));
    assert_eq!(get(store, Table::Jti, b"k").as_deref(), Some(b"".as_slice()));
    assert_eq!(get(store, Table::Jti, &[0, 255, 0]).as_deref(), Some([0, 1, 255].as_slice()));
    store.transact(&mut |tx| tx.delete(Table::Lock, b"k")).unwrap();
    assert_eq!(get(store, Table::Lock, b"k"), None);
}

fn a_row_is_inserted_once(store: &dyn Store) {
    // Of both kinds: listed in the index, and standing alone.
    for table in [Table::Applied, Table::Token] {
        store
            .transact(&mut |tx| {
                assert!(tx.insert(table, b"k", b"one")?);
                assert!(!tx.insert(table, b"k", b"two")?);
                assert_eq!(tx.get(table, b"k")?.as_deref(), Some(b"one".as_slice()));
                assert_eq!(tx.count(table)?, 1);
                tx.put(table, b"k", b"three")?;
                tx.put(table, b"l", b"four")?;
                assert_eq!(tx.count(table)?, 2);
                tx.delete(table, b"l")?;
                tx.delete(table, b"no such row")
            })
            .unwrap();
        assert!(!{
            let mut inserted = true;
            store
                .transact(&mut |tx| {
                    inserted = tx.insert(table, b"k", b"five")?;
                    Ok(())
                })
                .unwrap();
            inserted
        });
        assert_eq!(get(store, table, b"k").as_deref(), Some(b"three".as_slice()));
        assert_eq!(get(store, table, b"l"), None);
    }
    assert_eq!(
        store.transact(&mut |tx| tx.insert(Table::Token, b"", b"v").map(|_| ())),
        Err(Error::Argument)
    );
}

fn scans_go_in_the_order_of_keys(store: &dyn Store) {
    let keys: [&[u8]; 5] = [b"\x00", b"a", b"aa", b"b", b"\xff\xff"];
    store
        .transact(&mut |tx| keys.iter().rev().try_for_each(|key| tx.put(Table::Counter, key, b"v")))
        .unwrap();
    let scan = |after: &[u8], limit| {
        let mut rows: Vec<Row> = Vec::new();
        store
            .view(&mut |view| {
                rows = view.scan(Table::Counter, after, limit)?;
                Ok(())
            })
            .unwrap();
        rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
    };
    assert_eq!(scan(b"", 9), keys);
    assert_eq!(scan(b"", 5), keys);
    assert_eq!(scan(b"a", 2), &keys[2..4]);
    assert_eq!(scan(b"aaa", 9), &keys[3..]);
    assert!(scan(b"\xff\xff", 9).is_empty());
    assert!(scan(b"", 0).is_empty());
}

fn a_failed_transaction_writes_nothing(store: &dyn Store) {
    store.transact(&mut |tx| tx.put(Table::Mark, b"old", b"1")).unwrap();
    let change = |tx: &mut dyn Transaction| {
        tx.put(Table::Mark, b"old", b"2")?;
        tx.put(Table::Mark, b"new", b"1")?;
        tx.delete(Table::Mark, b"old")
    };
    let failed = store.transact(&mut |tx| change(tx).and(Err(Error::Denied)));
    assert_eq!(failed, Err(Error::Denied));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = store.transact(&mut |tx| {
            change(tx)?;
            panic!("in the middle of a transaction")
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(get(store, Table::Mark, b"old").as_deref(), Some(b"1".as_slice()));
    assert_eq!(get(store, Table::Mark, b"new"), None);
}

fn keys_and_values_have_bounds(store: &dyn Store) {
    let put = |key: &[u8], value: &[u8]| store.transact(&mut |tx| tx.put(Table::Mark, key, value));
    assert_eq!(put(b"", b"v"), Err(Error::Argument));
    assert_eq!(put(&[1; 513], b"v"), Err(Error::Argument));
    assert_eq!(put(b"k", &vec![0; (1 << 20) + 1]), Err(Error::Argument));
    assert_eq!(put(&[1; 512], &vec![0; (1 << 20) - 41]), Ok(()));
}

fn transactions_are_serialised(store: &dyn Store) {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let add_one = &mut |tx: &mut dyn Transaction| {
                        let count = tx.get(Table::Counter, b"sum")?.map_or(0, |value| value[0]);
                        tx.put(Table::Counter, b"sum", &[count.wrapping_add(1)])
                    };
                    // Whoever waited a second for its turn is refused, wrote nothing, and comes again.
                    while store.transact(add_one) == Err(Error::StoreUnavailable) {}
                }
            });
        }
    });
    assert_eq!(get(store, Table::Counter, b"sum").unwrap(), [(8 * 50 % 256) as u8]);
}

fn a_busy_store_is_unavailable_after_a_second(store: &dyn Store) {
    let (held, is_held) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            store.transact(&mut |_| {
                held.send(()).unwrap();
                let _ = released.recv();
                Ok(())
            })
        });
        is_held.recv().unwrap();
        let begun = std::time::Instant::now();
        assert_eq!(store.transact(&mut |_| Ok(())), Err(Error::StoreUnavailable));
        let waited = begun.elapsed().as_millis();
        assert!((900..5000).contains(&waited), "{waited} ms");
        drop(release);
    });
    store.transact(&mut |_| Ok(())).unwrap();
}

// ---------------------------------------------------------------- the file

#[test]
fn a_store_file_is_made_once_and_for_its_owner() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.db");
    assert_eq!(SqliteStore::open(&path).err(), Some(Error::StoreDamaged), "missing state is damage");
    let store = SqliteStore::create(&path).unwrap();
    store.transact(&mut |tx| tx.put(Table::Mark, b"k", b"v")).unwrap();
    assert_eq!(SqliteStore::create(&path).err(), Some(Error::VaultExists));
    #[cfg(unix)]
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
    assert_eq!(SqliteStore::create(&directory.path().join("no/state.db")).err(), Some(Error::Io));
}

#[test]
fn what_is_no_whole_store_file_is_refused() {
    let edit_header = |at: usize, bytes: &'static [u8]| {
        move |file: &mut Vec<u8>| file[at..at + bytes.len()].copy_from_slice(bytes)
    };
    type Edit = Box<dyn Fn(&mut Vec<u8>)>;
    let table: Vec<(&str, Edit, Error)> = vec![
        ("empty", Box::new(|file| file.clear()), Error::StoreDamaged),
        ("text", Box::new(|file| *file = b"not a database".repeat(99)), Error::StoreDamaged),
        ("newer format", Box::new(edit_header(60, &[0, 0, 0, 2])), Error::StoreVersion),
        ("no format", Box::new(edit_header(60, &[0, 0, 0, 0])), Error::StoreDamaged),
        ("another application", Box::new(edit_header(68, b"ABCD")), Error::StoreDamaged),
        ("no write-ahead log", Box::new(edit_header(18, &[1, 1])), Error::StoreDamaged),
        ("one page", Box::new(|file| file.truncate(4096)), Error::StoreDamaged),
        ("half a page", Box::new(|file| file.truncate(2048)), Error::StoreDamaged),
        ("zeros", Box::new(|file| file.fill(0)), Error::StoreDamaged),
        ("zeros in the table", Box::new(|file| file[4096..].fill(0)), Error::StoreDamaged),
        ("noise in the table", Box::new(|file| file[4096..].fill(0xa5)), Error::StoreDamaged),
    ];
    for (name, edit, error) in table {
        let vault = Vault::new();
        drop(vault.store());
        let mut file = std::fs::read(&vault.path).unwrap();
        assert!(file.len() > 3 * 4096, "the log was checkpointed");
        edit(&mut file);
        std::fs::write(&vault.path, &file).unwrap();
        assert_eq!(vault.open_and_check().err(), Some(error), "{name}");
    }
}

#[test]
fn a_store_file_with_anything_added_is_refused() {
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM rows; END",
        "CREATE VIEW v AS SELECT * FROM rows",
        "CREATE TABLE more(x)",
        "CREATE INDEX i ON rows(value)",
        "DROP TABLE rows",
    ] {
        let vault = Vault::new();
        vault.sql(sql);
        assert_eq!(SqliteStore::open(&vault.path).err(), Some(Error::StoreDamaged), "{sql}");
    }
}

#[test]
fn a_file_removed_or_replaced_while_open_is_noticed() {
    let (removed, replaced) = (Vault::new(), Vault::new());
    let store = removed.store();
    std::fs::remove_file(&removed.path).unwrap();
    assert_eq!(store.check(), Err(Error::StoreDamaged));

    let unlogged = Vault::new();
    let store = unlogged.store();
    std::fs::remove_file(unlogged.path.with_file_name("state.db-wal")).unwrap();
    assert_eq!(store.check(), Err(Error::StoreDamaged), "another process would begin a log of its own");

    let store = replaced.store();
    let copy = replaced.path.with_extension("copy");
    std::fs::copy(&replaced.path, &copy).unwrap();
    std::fs::rename(&copy, &replaced.path).unwrap();
    let put = store.transact(&mut |tx| tx.put(Table::Mark, b"k", b"v"));
    assert_eq!(put, Err(Error::StoreDamaged));
}

#[test]
#[cfg(unix)]
fn a_file_without_write_permission_is_unavailable() {
    use std::os::unix::fs::PermissionsExt;
    let vault = Vault::new();
    std::fs::set_permissions(&vault.path, std::fs::Permissions::from_mode(0o400)).unwrap();
    let bound_by_permissions = std::fs::OpenOptions::new().write(true).open(&vault.path).is_err();
    let expected = bound_by_permissions.then_some(Error::StoreUnavailable);
    assert_eq!(SqliteStore::open(&vault.path).err(), expected, "root writes all the same");
}

// ---------------------------------------------------------------- tampering (AC-57)

#[test]
fn ac_57_a_tampered_row_is_refused_when_read_and_by_a_full_check() {
    // name, what is done to the file, the key whose reading must fail
    type Attack = (&'static str, &'static str, u32);
    let table: &[Attack] = &[
        ("edited", "UPDATE rows SET value = zeroblob(60) WHERE tbl='mark' AND key=x'00000005'", 5),
        ("deleted", "DELETE FROM rows WHERE tbl='mark' AND key=x'00000005'", 5),
        ("emptied", "UPDATE rows SET value = x'' WHERE tbl='mark' AND key=x'00000005'", 5),
        (
            "copied to a new key",
            "INSERT INTO rows SELECT tbl, x'00010000', value FROM rows WHERE tbl='mark' AND key=x'00000005'",
            65536,
        ),
        ("moved to another table", "UPDATE rows SET tbl='lock' WHERE tbl='mark' AND key=x'00000005'", 5),
        (
            "swapped",
            "UPDATE rows SET value = (SELECT value FROM rows r WHERE r.tbl='mark' AND r.key=x'00000006') \
             WHERE tbl='mark' AND key=x'00000005'",
            5,
        ),
        (
            "restored from yesterday",
            "UPDATE rows SET value = (SELECT value FROM old.rows r WHERE r.tbl='mark' AND r.key=x'00000005') \
             WHERE tbl='mark' AND key=x'00000005'",
            5,
        ),
        (
            "deleted since yesterday, restored",
            "INSERT INTO rows SELECT * FROM old.rows r WHERE r.tbl='mark' AND r.key=x'00000009'",
            9,
        ),
        (
            "restored with its part of the index",
            "INSERT OR REPLACE INTO rows SELECT * FROM old.rows r WHERE r.tbl='index' OR r.key=x'00000005'",
            5,
        ),
        ("index removed", "DELETE FROM rows WHERE tbl='index'", 5),
        ("head removed", "DELETE FROM rows WHERE tbl='head'", 5),
        ("head of another type", "UPDATE rows SET value = x'00' WHERE tbl='head'", 5),
        ("head restored", "INSERT OR REPLACE INTO rows SELECT * FROM old.rows WHERE tbl='head'", 5),
    ];
    for (name, sql, key) in table {
        let vault = Vault::new();
        let yesterday = vault.copy("yesterday");
        let store = vault.store();
        store.transact(&mut |tx| tx.put(Table::Mark, &5u32.to_be_bytes(), b"today")).unwrap();
        store.transact(&mut |tx| tx.delete(Table::Mark, &9u32.to_be_bytes())).unwrap();
        store.check().unwrap();

        vault.sql(&format!("ATTACH '{}' AS old; {sql}", yesterday.display()));
        let read = store.read(|rows| rows.get(Table::Mark, &key.to_be_bytes()));
        assert!(matches!(read, Err(Error::StoreDamaged | Error::StoreRollback)), "{name}: read {read:?}");
        let check = store.check();
        assert!(matches!(check, Err(Error::StoreDamaged | Error::StoreRollback)), "{name}: check {check:?}");
        // And by a process that knows nothing of before.
        let fresh = vault.open_and_check();
        assert_eq!(fresh.err(), Some(Error::StoreDamaged), "{name}: fresh");
    }
}

#[test]
fn ac_57_a_whole_store_of_yesterday_is_refused() {
    let vault = Vault::new();
    let yesterday = vault.copy("yesterday");
    let store = vault.store();
    store.transact(&mut |tx| tx.put(Table::Mark, b"k", b"today")).unwrap();
    let checkpoint = store.generation();

    vault.sql(&format!(
        "ATTACH '{}' AS old; DELETE FROM rows; INSERT INTO rows SELECT * FROM old.rows",
        yesterday.display()
    ));
    // The running process has seen better, and so has the checkpoint.
    assert_eq!(store.check(), Err(Error::StoreRollback));
    assert_eq!(store.transact(&mut |_| Ok(())), Err(Error::StoreRollback));
    drop(store);
    let open =
        |at_least| AuthenticatedStore::open(SqliteStore::open(&vault.path).unwrap(), &vault.root(), at_least);
    assert_eq!(open(checkpoint).err(), Some(Error::StoreRollback));
    // Without the checkpoint nobody could tell: that is why it is passed in.
    open(0).unwrap().check().unwrap();
}

#[test]
fn a_store_of_another_root_or_without_a_head_is_refused() {
    let vault = Vault::new();
    let sqlite = || SqliteStore::open(&vault.path).unwrap();
    assert_eq!(AuthenticatedStore::open(sqlite(), &root(), 0).err(), Some(Error::StoreDamaged));
    assert_eq!(AuthenticatedStore::create(sqlite(), &vault.root()).err(), Some(Error::VaultExists));
    assert_eq!(AuthenticatedStore::open(MemoryStore::new(), &root(), 0).err(), Some(Error::StoreDamaged));
}

#[test]
fn nobody_else_writes_head_or_index() {
    let store = AuthenticatedStore::create(MemoryStore::new(), &root()).unwrap();
    for table in [Table::Head, Table::Index] {
        assert_eq!(store.transact(&mut |tx| tx.put(table, b"head", b"v")), Err(Error::Argument));
        assert_eq!(store.transact(&mut |tx| tx.delete(table, b"head")), Err(Error::Argument));
        assert_eq!(store.read(|rows| rows.get(table, b"head")), Err(Error::Argument));
        assert_eq!(store.read(|rows| rows.scan(table, b"", 9)), Err(Error::Argument));
    }
}

#[test]
fn reading_and_idle_transactions_leave_the_generation() {
    let store = AuthenticatedStore::create(MemoryStore::new(), &root()).unwrap();
    assert_eq!(store.generation(), 1);
    store.transact(&mut |tx| tx.get(Table::Mark, b"k").map(|_| ())).unwrap();
    store.transact(&mut |tx| tx.delete(Table::Mark, b"k")).unwrap();
    assert_eq!(store.generation(), 1);
    store.transact(&mut |tx| tx.put(Table::Mark, b"k", b"v")).unwrap();
    assert_eq!(store.generation(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Puts, deletes and failed transactions in any order leave exactly the rows of a plain map.
    #[test]
    fn an_authenticated_store_is_a_map(
        batches in prop::collection::vec(
            (prop::collection::vec((any::<bool>(), 0u16..600, any::<u8>()), 1..120), prop::bool::weighted(0.2)),
            1..20,
        ),
    ) {
        let store = AuthenticatedStore::create(MemoryStore::new(), &root()).unwrap();
        let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (batch, fails) in batches {
            let mut after = model.clone();
            let result = store.transact(&mut |tx| {
                for (puts, key, value) in &batch {
                    let key = key.to_be_bytes();
                    if *puts {
                        tx.put(Table::Mark, &key, &[*value])?;
                        after.insert(key.to_vec(), vec![*value]);
                    } else {
                        tx.delete(Table::Mark, &key)?;
                        after.remove(key.as_slice());
                    }
                    assert_eq!(tx.get(Table::Mark, &key)?.as_ref(), after.get(key.as_slice()));
                }
                if fails { Err(Error::Denied) } else { Ok(()) }
            });
            prop_assert_eq!(result.is_err(), fails);
            if !fails {
                model = after;
            }
            store.check().unwrap();
        }
        let rows = store.read(|rows| rows.scan(Table::Mark, b"", 1000)).unwrap();
        let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.key, row.value)).collect();
        prop_assert_eq!(rows, model);
    }
}

// ---------------------------------------------------------------- counters (AC-27)

#[test]
fn ac_27_killed_processes_never_share_or_forget_a_number() {
    let vault = Vault::new();
    let mut numbers = Vec::new();
    for round in 0..10 {
        let mut child = vault.child("child_takes_numbers");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut taken: Vec<u64> = lines.by_ref().filter_map(number).take(100 + 37 * round).collect();
        child.kill().unwrap();
        taken.extend(lines.filter_map(number));
        child.wait().unwrap();
        let counted = CounterLease::counted(&vault.store(), &KEY).unwrap();
        assert!(taken.iter().all(|number| *number < counted), "counted before handed out");
        numbers.extend(taken);
    }
    let handed_out = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), handed_out, "each number once");
    assert!(handed_out > 1000);
    vault.store().check().unwrap();
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_takes_numbers() {
    let store = Arc::new(Vault::of_parent().store());
    let lease = CounterLease::new(store, KEY, 1 << 32).unwrap();
    let mut out = std::io::stdout().lock();
    loop {
        writeln!(out, "number {}", lease.next().unwrap()).unwrap();
    }
}

fn number(line: String) -> Option<u64> {
    line.strip_prefix("number ").and_then(|number| number.parse().ok())
}

// ---------------------------------------------------------------- what the tests stand on

const KEY: [u8; 32] = [7; 32];

/// A store file of 300 rows in a directory of its own.
struct Vault {
    _directory: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Vault {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let vault = Self { path: directory.path().join("state.db"), _directory: Some(directory) };
        let store =
            AuthenticatedStore::create(SqliteStore::create(&vault.path).unwrap(), &vault.root()).unwrap();
        store
            .transact(&mut |tx| {
                (0u32..300).try_for_each(|key| tx.put(Table::Mark, &key.to_be_bytes(), b"a value"))
            })
            .unwrap();
        vault
    }

    fn of_parent() -> Self {
        Self { _directory: None, path: std::env::var_os("PANVEIL_TEST_STORE").unwrap().into() }
    }

    fn root(&self) -> Secret {
        fixed_root()
    }

    fn store(&self) -> AuthenticatedStore {
        AuthenticatedStore::open(SqliteStore::open(&self.path).unwrap(), &self.root(), 0).unwrap()
    }

    fn open_and_check(&self) -> panveil::Result<AuthenticatedStore> {
        let store = AuthenticatedStore::open(SqliteStore::open(&self.path)?, &self.root(), 0)?;
        store.check()?;
        Ok(store)
    }

    fn copy(&self, name: &str) -> PathBuf {
        let copy = self.path.with_file_name(name);
        self.sql(&format!("VACUUM INTO '{}'", copy.display()));
        copy
    }

    /// What somebody with the file and `sqlite3` could do.
    fn sql(&self, sql: &str) {
        let db = rusqlite::Connection::open(&self.path).unwrap();
        db.execute_batch(sql).unwrap();
    }

    fn child(&self, test: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", test])
            .env("PANVEIL_TEST_STORE", &self.path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

fn fixed_root() -> Secret {
    Secret::fill_with(|bytes| {
        bytes.fill(42);
        Ok(())
    })
    .unwrap()
}

fn root() -> Secret {
    Secret::random().unwrap()
}

fn get(store: &dyn Store, table: Table, key: &[u8]) -> Option<Vec<u8>> {
    let mut value = None;
    store
        .view(&mut |rows| {
            value = rows.get(table, key)?;
            Ok(())
        })
        .unwrap();
    value
}
