//! A sealer leases message numbers in blocks of 65,536; what it did not use goes back when it is freed, or its vault closed.

use std::path::Path;
use std::ptr::{null, null_mut};

use panveil_ffi::handle::{panveil_sealer, panveil_vault};
use panveil_ffi::ptr::panveil_bytes;
use panveil_ffi::status::panveil_status::PANVEIL_OK;
use panveil_ffi::vault::{PANVEIL_DEV, PANVEIL_STREAM_ONLY, panveil_open_options};
use panveil_ffi::{create, sealer, vault};

#[test]
fn numbers_that_were_not_used_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("vault");
    let vault = open(&place);
    let one = sealer_of(vault);
    seal(one);
    assert_eq!(numbers_used(&place), 65_536, "a block is leased");
    assert_eq!(sealer::panveil_sealer_free(one), PANVEIL_OK);
    assert_eq!(numbers_used(&place), 1);

    let (two, three) = (sealer_of(vault), sealer_of(vault));
    seal(two);
    assert_eq!(vault::panveil_vault_close(vault), PANVEIL_OK);
    assert_eq!(numbers_used(&place), 2);
    assert_ne!(sealer::panveil_sealer_free(three), PANVEIL_OK, "it ended with the vault");
}

/// The counter of the one key that seals, as docs/store-format.md describes its row.
fn numbers_used(vault: &Path) -> u64 {
    let store = rusqlite::Connection::open(vault.join("state.db")).unwrap();
    let row: Vec<u8> =
        store.query_row("SELECT value FROM rows WHERE tbl = 'counter'", [], |row| row.get(0)).unwrap();
    u64::from_be_bytes(row[41..].try_into().unwrap())
}

fn open(place: &Path) -> *mut panveil_vault {
    let directory = place.to_str().unwrap();
    let absent = panveil_bytes { data: null(), length: 0 };
    let passphrase = view("for tests");
    let made = create::panveil_create_options {
        struct_size: size_of::<create::panveil_create_options>() as u32,
        environment: PANVEIL_DEV,
        configuration: absent,
        passphrase,
        kek: null(),
    };
    let options = panveil_open_options {
        struct_size: size_of::<panveil_open_options>() as u32,
        stream_choice: PANVEIL_STREAM_ONLY,
        application: view("tests"),
        stream: absent,
        passphrase,
        kek: null(),
        clock: null(),
        sinks: null(),
        sink_count: 0,
    };
    let (data, length, mut told, mut vault) = (directory.as_ptr(), directory.len(), 0, null_mut());
    // SAFETY: everything lives until the calls return, and lengths are true.
    let created =
        unsafe { create::panveil_vault_create(data, length, &raw const made, null_mut(), 0, &raw mut told) };
    assert_eq!(created, PANVEIL_OK);
    let (options, place) = (&raw const options, &raw mut vault);
    // SAFETY: as above.
    let opened =
        unsafe { vault::panveil_vault_open(data, length, options, place, null_mut(), 0, &raw mut told) };
    assert_eq!(opened, PANVEIL_OK);
    vault
}

fn sealer_of(vault: *const panveil_vault) -> *mut panveil_sealer {
    let mut made = null_mut();
    let (caller, field) = (view("tests"), view("pan"));
    // SAFETY: as in `open`.
    let status = unsafe {
        sealer::panveil_sealer_new(vault, caller.data, caller.length, field.data, field.length, &raw mut made)
    };
    assert_eq!(status, PANVEIL_OK);
    made
}

fn seal(sealer: *const panveil_sealer) {
    let (pan, record) = (view("4111111111111111"), view("C1"));
    let (mut sealed, mut length) = ([0u8; sealer::PANVEIL_SEALED_PAN_LENGTH], 0);
    // SAFETY: as in `open`.
    let status = unsafe {
        sealer::panveil_sealer_seal_pan(
            sealer,
            pan.data,
            pan.length,
            0,
            record.data,
            record.length,
            sealed.as_mut_ptr(),
            sealed.len(),
            &raw mut length,
        )
    };
    assert_eq!(status, PANVEIL_OK);
}

const fn view(text: &str) -> panveil_bytes {
    panveil_bytes { data: text.as_ptr(), length: text.len() }
}
