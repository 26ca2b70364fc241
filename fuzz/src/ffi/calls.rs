//! The calls themselves, and what each may have left.

use std::ptr::{null, null_mut};

use panveil::Error;
use panveil_ffi::batch::{self, panveil_batch_report};
use panveil_ffi::card::{self, panveil_masked};
use panveil_ffi::fingerprinter::{self, panveil_fingerprint};
use panveil_ffi::gate::{self, panveil_decision};
use panveil_ffi::handle::{
    panveil_fingerprinter, panveil_gate, panveil_sealer, panveil_session, panveil_tokenizer, panveil_vault,
};
use panveil_ffi::keys::{self, panveil_key};
use panveil_ffi::lock::{self, panveil_lock};
use panveil_ffi::ptr::panveil_bytes;
use panveil_ffi::reveal;
use panveil_ffi::status::panveil_status;
use panveil_ffi::test_identity::{self, panveil_test_identity};
use panveil_ffi::tokenizer::{self, panveil_token};
use panveil_ffi::vault::{self, panveil_open_options};
use panveil_ffi::{abi, log, sealer, session};

use super::fixture::{ABSENT, KINDS, free};
use super::{Caller, ROOM, UNTOUCHED, UNWRITTEN};

impl Caller<'_> {
    /// Makes one call and looks at what it left.
    pub(super) fn call(&mut self, function: u8) {
        self.room.bytes.set([UNTOUCHED; ROOM]);
        self.room.length.set(UNWRITTEN);
        let status = self.one_of(function);
        assert_ne!(status, panveil_status::PANVEIL_INTERNAL, "function {function}");
        assert_ne!(status, panveil_status::PANVEIL_FORKED, "function {function}");
        let text = abi::panveil_status_text(status as u32);
        assert!(!text.is_null());
        if status != panveil_status::PANVEIL_OK {
            let told = status == panveil_status::PANVEIL_BUFFER_TOO_SMALL || function % FUNCTIONS == OPEN;
            assert!(
                told || self.room.length.get() == UNWRITTEN,
                "function {function} says {status:?} and writes a length"
            );
            assert!(
                self.room.bytes.get().iter().all(|byte| *byte == UNTOUCHED) || function % FUNCTIONS == OPEN,
                "function {function} says {status:?} and writes"
            );
        }
    }

    /// The handle that a call wrote, to be used and freed later.
    pub(super) fn keep(&mut self, kind: usize, status: panveil_status) -> panveil_status {
        if status == panveil_status::PANVEIL_OK {
            self.free_one(kind);
            let room = self.room.bytes.get();
            let (handle, _) = room.split_first_chunk::<8>().expect("room");
            self.made[kind] = usize::from_ne_bytes(*handle);
            assert_ne!(self.made[kind], 0);
        }
        status
    }

    fn free_one(&mut self, kind: usize) {
        let mut one = [0; KINDS];
        one[kind] = std::mem::take(&mut self.made[kind]);
        free(one);
    }

    pub(super) fn free_all(&mut self) {
        free(std::mem::take(&mut self.made));
    }

    fn one_of(&mut self, function: u8) -> panveil_status {
        let (a, b) = (self.bytes(), self.bytes());
        let (pans, count) = self.records();
        let (n, m, l) = (self.number(), self.number(), self.number());
        let length = self.length_place();
        let asked = self.request();
        let asked = if self.below(16) == 0 { null() } else { &raw const asked };
        // SAFETY: handles are never followed; memory lives until the call returns and has its true length, or one that is
        // refused unread; outputs have room for all that is asked for.
        unsafe {
            match function % FUNCTIONS {
                0 => card::panveil_pan_check(a.data, a.length, n),
                1 => card::panveil_mask(a.data, a.length, n, m, l, self.place::<panveil_masked>()),
                2 => card::panveil_truncate(a.data, a.length, n, m, l, self.place::<panveil_masked>()),
                3 => {
                    let status =
                        tokenizer::panveil_tokenizer_new(self.vault(), a.data, a.length, self.place());
                    self.keep(1, status)
                }
                4 => {
                    let status = sealer::panveil_sealer_new(
                        self.vault(),
                        a.data,
                        a.length,
                        b.data,
                        b.length,
                        self.place(),
                    );
                    self.keep(2, status)
                }
                5 => {
                    let status = fingerprinter::panveil_fingerprinter_new(
                        self.vault(),
                        a.data,
                        a.length,
                        self.place(),
                    );
                    self.keep(3, status)
                }
                6 => {
                    let status = gate::panveil_gate_new(self.vault(), self.place());
                    self.keep(4, status)
                }
                7 => {
                    let gate: *mut panveil_gate = self.handle(4);
                    let status =
                        session::panveil_gate_session(gate, a.data, a.length, b.data, b.length, self.place());
                    self.keep(5, status)
                }
                8 => {
                    let tokenizer: *mut panveil_tokenizer = self.handle(1);
                    let place = self.place::<panveil_token>();
                    tokenizer::panveil_tokenizer_tokenize(tokenizer, a.data, a.length, n, m, place)
                }
                9 => {
                    let tokenizer: *mut panveil_tokenizer = self.handle(1);
                    let (place, capacity) = (self.place(), self.capacity(size_of::<panveil_token>()));
                    tokenizer::panveil_tokenizer_tokenize_all_versions(
                        tokenizer, a.data, a.length, n, m, place, capacity, length,
                    )
                }
                10 => {
                    let tokenizer: *mut panveil_tokenizer = self.handle(1);
                    let (mut out, mut report) = self.batch_room();
                    let status = batch::panveil_tokenizer_tokenize_all(
                        tokenizer,
                        pans,
                        count,
                        n,
                        out.as_mut_ptr(),
                        &raw mut report,
                    );
                    batch_is_whole(status, count, &out, &report, batch::PANVEIL_TOKEN_RECORD)
                }
                11 => {
                    let fingerprinter: *mut panveil_fingerprinter = self.handle(3);
                    let (mut out, mut report) = self.batch_room();
                    let status = batch::panveil_fingerprinter_fingerprint_all(
                        fingerprinter,
                        pans,
                        count,
                        out.as_mut_ptr(),
                        &raw mut report,
                    );
                    batch_is_whole(status, count, &out, &report, batch::PANVEIL_FINGERPRINT_RECORD)
                }
                12 => {
                    let sealer: *mut panveil_sealer = self.handle(2);
                    let (mut out, mut report) = self.batch_room();
                    let status = batch::panveil_sealer_seal_all(
                        sealer,
                        pans,
                        count,
                        a.data,
                        a.length,
                        out.as_mut_ptr(),
                        &raw mut report,
                    );
                    batch_is_whole(status, count, &out, &report, batch::PANVEIL_SEALED_RECORD)
                }
                13 => {
                    let (mut out, mut report) = self.batch_room();
                    let status =
                        batch::panveil_mask_all(pans, count, n, m, out.as_mut_ptr(), &raw mut report);
                    batch_is_whole(status, count, &out, &report, batch::PANVEIL_MASK_RECORD)
                }
                14 => {
                    let sealer: *mut panveil_sealer = self.handle(2);
                    let (place, capacity) = (self.place(), self.capacity(1));
                    sealer::panveil_sealer_seal_pan(
                        sealer, a.data, a.length, n, b.data, b.length, place, capacity, length,
                    )
                }
                15 => {
                    let sealer: *mut panveil_sealer = self.handle(2);
                    let (place, capacity) = (self.place(), self.capacity(1));
                    sealer::panveil_sealer_seal(
                        sealer, a.data, a.length, b.data, b.length, place, capacity, length,
                    )
                }
                16 => {
                    let (place, capacity) = (self.place(), self.capacity(1));
                    sealer::panveil_sealed_text(a.data, a.length, place, capacity, length)
                }
                17 => {
                    let fingerprinter: *mut panveil_fingerprinter = self.handle(3);
                    let place = self.place::<panveil_fingerprint>();
                    fingerprinter::panveil_fingerprinter_fingerprint(
                        fingerprinter,
                        a.data,
                        a.length,
                        n,
                        place,
                    )
                }
                18 => {
                    let (gate, session): (*mut panveil_gate, *mut panveil_session) =
                        (self.handle(4), self.handle(5));
                    gate::panveil_gate_decide(gate, session, asked, self.place::<panveil_decision>())
                }
                19 => {
                    let (gate, session): (*mut panveil_gate, *mut panveil_session) =
                        (self.handle(4), self.handle(5));
                    let (place, capacity) = (self.place(), self.capacity(1));
                    gate::panveil_gate_explain(gate, session, asked, place, capacity, length)
                }
                20 => {
                    let (gate, session): (*mut panveil_gate, *mut panveil_session) =
                        (self.handle(4), self.handle(5));
                    let (place, capacity) = (self.place(), self.capacity(1));
                    reveal::panveil_gate_reveal(gate, session, asked, place, capacity, length)
                }
                21 => {
                    let session: *mut panveil_session = self.handle(5);
                    let (place, capacity) = (self.place(), self.capacity(1));
                    session::panveil_session_actor(session, place, capacity, length)
                }
                22 => session::panveil_session_ends(self.handle(5), self.place::<i64>()),
                23 => {
                    let capacity = self.capacity(size_of::<panveil_lock>());
                    lock::panveil_vault_locks(self.vault(), self.place(), capacity, length)
                }
                24 => {
                    let capacity = self.capacity(size_of::<panveil_key>());
                    keys::panveil_vault_keys(self.vault(), self.place(), capacity, length)
                }
                25 => {
                    let capacity = self.capacity(1);
                    vault::panveil_vault_warnings(self.vault(), self.place(), capacity, length)
                }
                26 => vault::panveil_vault_environment(self.vault(), self.place::<u32>()),
                27 => log::panveil_vault_log_failed(self.vault(), self.place::<u32>()),
                28 => batch::panveil_tokenizer_version(self.handle(1), self.place::<u32>()),
                29 => {
                    // A made-up number is never the open vault's, which the other runs need.
                    let vault: *mut panveil_vault = self.handle(1);
                    if vault == self.fixture.vault {
                        return panveil_status::PANVEIL_OK;
                    }
                    vault::panveil_vault_close(vault)
                }
                30 => {
                    let kind = 1 + self.below(KINDS - 1);
                    self.free_one(kind);
                    panveil_status::PANVEIL_OK
                }
                31 => {
                    let roles = [a, b];
                    let identity = panveil_test_identity {
                        struct_size: if n == 7 { l } else { size_of::<panveil_test_identity>() as u32 },
                        mfa: m,
                        subject: self.bytes(),
                        roles: if l == 3 { null() } else { roles.as_ptr() },
                        role_count: if l == 4 { usize::MAX } else { self.below(3) },
                        auth_age_s: i64::from(n) - 3,
                    };
                    let (place, capacity) = (self.place(), self.capacity(1));
                    let vault = self.vault();
                    test_identity::panveil_vault_test_identity(
                        vault,
                        &raw const identity,
                        place,
                        capacity,
                        length,
                    )
                }
                32 => {
                    let length = if b.length > ROOM { b.length } else { b.length.min(ROOM) };
                    reveal::panveil_revealed_wipe(self.place(), length)
                }
                33..=37 => self.redaction(function % FUNCTIONS),
                OPEN.. => self.open(a, b),
            }
        }
    }

    /// A directory that holds no vault, with any options.
    fn open(&mut self, directory: panveil_bytes, application: panveil_bytes) -> panveil_status {
        let options = panveil_open_options {
            struct_size: if self.below(4) == 0 {
                self.number()
            } else {
                size_of::<panveil_open_options>() as u32
            },
            stream_choice: self.number(),
            application,
            stream: if self.below(2) == 0 { ABSENT } else { self.bytes() },
            passphrase: self.bytes(),
            kek: null(),
            clock: null(),
            sinks: null(),
            sink_count: self.below(2),
        };
        let options = if self.below(16) == 0 { null() } else { &raw const options };
        let mut vault = null_mut();
        let (place, capacity, length) = (self.place(), self.capacity(1), self.length_place());
        // SAFETY: as in `one_of`.
        let status = unsafe {
            vault::panveil_vault_open(
                directory.data,
                directory.length,
                options,
                &raw mut vault,
                place,
                capacity,
                length,
            )
        };
        assert!(vault.is_null() && status != panveil_status::PANVEIL_OK, "there is no vault there");
        status
    }

    fn batch_room(&self) -> (Vec<u8>, panveil_batch_report) {
        let most = self.memory.len() / batch::PANVEIL_PAN_RECORD * batch::PANVEIL_SEALED_RECORD;
        (vec![UNTOUCHED; most + 1], panveil_batch_report { done: UNWRITTEN, refused: UNWRITTEN })
    }
}

/// Every record has its status, or nothing was written.
fn batch_is_whole(
    status: panveil_status,
    count: usize,
    out: &[u8],
    report: &panveil_batch_report,
    record: usize,
) -> panveil_status {
    if status != panveil_status::PANVEIL_OK {
        assert!(out.iter().all(|byte| *byte == UNTOUCHED) && report.done == UNWRITTEN);
        return status;
    }
    assert_eq!(report.done + report.refused, count);
    let (records, rest) = out.split_at(count * record);
    assert!(rest.iter().all(|byte| *byte == UNTOUCHED));
    let mut refused = 0;
    for record in records.chunks_exact(record) {
        let number = panveil::protect::batch::status(record);
        if number != 0 {
            refused += 1;
            assert!(Error::ALL.iter().any(|error| error.number() == number && *error != Error::Internal));
            assert!(record[..record.len() - 2].iter().all(|byte| *byte == 0));
        }
    }
    assert_eq!(refused, report.refused);
    status
}

/// How many functions there are; the last opens.
const FUNCTIONS: u8 = 39;
const OPEN: u8 = 38;
