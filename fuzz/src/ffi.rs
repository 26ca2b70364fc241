//! The C ABI as a careless caller uses it: pointers into short memory with their true lengths, lengths beyond all reason,
//! NULL, misaligned places, handles that are live, freed, of another kind or made up.

use std::cell::Cell;
use std::ptr::{null, null_mut};

use panveil::Error;
use panveil_ffi::batch::{self, panveil_batch_report};
use panveil_ffi::card::{self, panveil_masked};
use panveil_ffi::create::{self, panveil_create_options};
use panveil_ffi::fingerprinter::{self, panveil_fingerprint};
use panveil_ffi::gate::{self, panveil_decision};
use panveil_ffi::handle::{
    panveil_fingerprinter, panveil_gate, panveil_sealer, panveil_session, panveil_tokenizer, panveil_vault,
};
use panveil_ffi::keys::{self, panveil_key};
use panveil_ffi::lock::{self, panveil_lock};
use panveil_ffi::ptr::panveil_bytes;
use panveil_ffi::reveal::{self, panveil_reveal_request};
use panveil_ffi::status::panveil_status;
use panveil_ffi::test_identity::{self, panveil_test_identity};
use panveil_ffi::tokenizer::{self, panveil_token};
use panveil_ffi::vault::{self, panveil_open_options};
use panveil_ffi::{abi, log, sealer, session};
use tempfile::TempDir;

/// No call crashes, says `PANVEIL_INTERNAL`, or touches an output unless it says `PANVEIL_OK`.
///
/// The first byte says how many bytes of the input are the caller's memory; the rest are calls: a function, then a byte or
/// more for each parameter.
pub fn ffi(data: &[u8]) {
    FIXTURE.with(|fixture| {
        let Some((split, rest)) = data.split_first() else { return };
        let memory = rest.get(..usize::from(*split)).unwrap_or(rest);
        let room = Room { bytes: Cell::new([UNTOUCHED; ROOM]), length: Cell::new(UNWRITTEN) };
        let choices = rest.get(memory.len()..).unwrap_or_default();
        let mut caller = Caller { memory, choices, fixture, made: [0; KINDS], room: &room };
        while let Some(function) = caller.byte() {
            caller.call(function);
        }
        caller.free_all();
    });
}

thread_local! {
    static FIXTURE: Fixture = Fixture::new();
}

/// A vault that is open for all runs, with one object of each kind, and one of each that was freed.
struct Fixture {
    vault: *mut panveil_vault,
    live: [usize; KINDS],
    freed: [usize; KINDS],
    /// The handle of a token that opens.
    token: Vec<u8>,
    _directory: TempDir,
}

const KINDS: usize = 6;
const PASSPHRASE: &[u8] = b"fuzz";

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let place = directory.path().join("vault");
        let place = place.to_str().expect("a text").as_bytes();
        let (mut length, mut vault) = (0, null_mut());
        let made = panveil_create_options {
            struct_size: size_of::<panveil_create_options>() as u32,
            environment: vault::PANVEIL_DEV,
            configuration: ABSENT,
            passphrase: view(PASSPHRASE),
            kek: null(),
        };
        let opened = panveil_open_options {
            struct_size: size_of::<panveil_open_options>() as u32,
            stream_choice: vault::PANVEIL_STREAM_ONLY,
            application: view(b"fuzz"),
            stream: ABSENT,
            passphrase: view(PASSPHRASE),
            kek: null(),
            clock: null(),
            sinks: null(),
            sink_count: 0,
        };
        // SAFETY: everything lives until the calls return, and lengths are true.
        let status = unsafe {
            create::panveil_vault_create(
                place.as_ptr(),
                place.len(),
                &raw const made,
                null_mut(),
                0,
                &raw mut length,
            )
        };
        assert_eq!(status, panveil_status::PANVEIL_OK);
        // SAFETY: as above.
        let status = unsafe {
            vault::panveil_vault_open(
                place.as_ptr(),
                place.len(),
                &raw const opened,
                &raw mut vault,
                null_mut(),
                0,
                &raw mut length,
            )
        };
        assert_eq!(status, panveil_status::PANVEIL_OK);
        let (live, freed) = (objects(vault), objects(vault));
        free(freed);
        Self { vault, live, freed, token: token(live[1]), _directory: directory }
    }
}

/// One object of each kind, in the order of `Caller::handle`.
fn objects(vault: *mut panveil_vault) -> [usize; KINDS] {
    let (mut tokenizer, mut sealer, mut fingerprinter) = (null_mut(), null_mut(), null_mut());
    let (mut gate, mut session) = (null_mut(), null_mut());
    let roles = [view(b"chargeback")];
    let identity = panveil_test_identity {
        struct_size: size_of::<panveil_test_identity>() as u32,
        mfa: 1,
        subject: view(b"alice"),
        roles: roles.as_ptr(),
        role_count: 1,
        auth_age_s: 0,
    };
    let (mut token, mut length) = ([0u8; 2048], 0);
    // SAFETY: everything lives until the calls return, and lengths are true.
    let statuses = unsafe {
        [
            tokenizer::panveil_tokenizer_new(vault, b"fuzz".as_ptr(), 4, &raw mut tokenizer),
            sealer::panveil_sealer_new(vault, b"fuzz".as_ptr(), 4, b"pan".as_ptr(), 3, &raw mut sealer),
            fingerprinter::panveil_fingerprinter_new(vault, b"fuzz".as_ptr(), 4, &raw mut fingerprinter),
            gate::panveil_gate_new(vault, &raw mut gate),
            test_identity::panveil_vault_test_identity(
                vault,
                &raw const identity,
                token.as_mut_ptr(),
                token.len(),
                &raw mut length,
            ),
            session::panveil_gate_session(gate, token.as_ptr(), length, b"o".as_ptr(), 1, &raw mut session),
        ]
    };
    assert_eq!(statuses, [panveil_status::PANVEIL_OK; 6]);
    [0, tokenizer.addr(), sealer.addr(), fingerprinter.addr(), gate.addr(), session.addr()]
}

fn token(tokenizer: usize) -> Vec<u8> {
    let mut token = std::mem::MaybeUninit::<panveil_token>::uninit();
    // SAFETY: the memory lives until the call returns and has its true length.
    let status = unsafe {
        tokenizer::panveil_tokenizer_tokenize(
            pointer(tokenizer),
            PAN.as_ptr(),
            PAN.len(),
            0,
            tokenizer::PANVEIL_LAYOUT_AUTO,
            token.as_mut_ptr(),
        )
    };
    assert_eq!(status, panveil_status::PANVEIL_OK);
    // SAFETY: the call wrote it, as its status says.
    let token = unsafe { token.assume_init() };
    token.handle.iter().map(|byte| *byte as u8).take_while(|byte| *byte != 0).collect()
}

fn free(objects: [usize; KINDS]) {
    let [_, tokenizer, sealer, fingerprinter, gate, session] = objects;
    // What is freed twice, or never was, is refused; either is fine here.
    let _ = tokenizer::panveil_tokenizer_free(pointer(tokenizer));
    let _ = sealer::panveil_sealer_free(pointer(sealer));
    let _ = fingerprinter::panveil_fingerprinter_free(pointer(fingerprinter));
    let _ = gate::panveil_gate_free(pointer(gate));
    let _ = session::panveil_session_free(pointer(session));
}

fn pointer<T>(address: usize) -> *mut T {
    std::ptr::without_provenance_mut(address)
}

const ABSENT: panveil_bytes = panveil_bytes { data: null(), length: 0 };

const fn view(bytes: &[u8]) -> panveil_bytes {
    panveil_bytes { data: bytes.as_ptr(), length: bytes.len() }
}

/// A careless caller: its memory, the parameters it makes up, and what it may write to.
struct Caller<'a> {
    memory: &'a [u8],
    choices: &'a [u8],
    fixture: &'a Fixture,
    /// What it made in this run.
    made: [usize; KINDS],
    room: &'a Room,
}

/// Where outputs go, filled with one byte, so that every write shows.
#[repr(C, align(16))]
struct Room {
    bytes: Cell<[u8; ROOM]>,
    length: Cell<usize>,
}

const ROOM: usize = 4096;
const UNTOUCHED: u8 = 0x55;
const UNWRITTEN: usize = 0x5555;

impl<'a> Caller<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.choices.split_first()?;
        self.choices = rest;
        Some(*first)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte().unwrap_or(0)) % bound
    }

    /// Bytes of the caller's: with their true length, with none, NULL, or with a length that nothing can have.
    fn bytes(&mut self) -> panveil_bytes {
        let start = self.below(self.memory.len().max(1));
        let rest = self.memory.get(start..).unwrap_or_default();
        match self.below(16) {
            0 => panveil_bytes { data: null(), length: self.below(3) },
            1 => panveil_bytes { data: rest.as_ptr(), length: HUGE[self.below(HUGE.len())] },
            2 => panveil_bytes { data: rest.as_ptr(), length: 0 },
            3 => view(rest),
            4..=9 => view(WORDS[self.below(WORDS.len())]),
            _ => view(rest.get(..self.below(rest.len() + 1)).unwrap_or_default()),
        }
    }

    /// Fixed records: as many as there are, or more than any batch has.
    fn records(&mut self) -> (*const u8, usize) {
        match self.below(8) {
            0 => (null(), self.below(3)),
            1 => (self.memory.as_ptr(), HUGE[self.below(HUGE.len())]),
            _ => (self.memory.as_ptr(), self.memory.len() / batch::PANVEIL_PAN_RECORD),
        }
    }

    /// A number of an option: mostly a known one.
    fn number(&mut self) -> u32 {
        match self.below(16) {
            0 => u32::MAX,
            small => small as u32 % 8,
        }
    }

    /// A handle of kind `kind`: live, made here, freed, of another kind, NULL or made up.
    fn handle<T>(&mut self, kind: usize) -> *mut T {
        pointer(match self.below(16) {
            0 => 0,
            1 => self.fixture.freed[kind],
            2 => self.fixture.live[self.below(KINDS)],
            3 => self.made[self.below(KINDS)],
            4 => self.fixture.live[kind] ^ (1 << self.below(64)),
            5 => self.fixture.vault.addr(),
            6 => self.memory.as_ptr().addr(),
            7 => (0..8).fold(0, |all, _| all << 8 | self.below(256)),
            8 | 9 => self.made[kind],
            _ if kind == 0 => self.fixture.vault.addr(),
            _ => self.fixture.live[kind],
        })
    }

    fn vault(&mut self) -> *mut panveil_vault {
        self.handle(0)
    }

    /// A place for an output that is as large as it must be, or NULL, or misaligned.
    fn place<T>(&mut self) -> *mut T {
        let start = self.room.bytes.as_ptr().cast::<u8>();
        match self.below(16) {
            0 => null_mut(),
            1 => start.wrapping_add(1).cast(),
            _ => start.cast(),
        }
    }

    fn length_place(&mut self) -> *mut usize {
        if self.below(16) == 0 { null_mut() } else { self.room.length.as_ptr() }
    }

    /// A capacity that the room has for items of this size.
    fn capacity(&mut self, size: usize) -> usize {
        match self.below(4) {
            0 => self.below(8),
            _ => self.below(ROOM / 2 / size + 1),
        }
    }

    fn request(&mut self) -> panveil_reveal_request {
        let struct_size = match self.below(32) {
            0 => self.number(),
            _ => size_of::<panveil_reveal_request>() as u32,
        };
        let fixture = self.fixture;
        let optional = |caller: &mut Self, usual: &[u8]| match caller.below(4) {
            0 => caller.bytes(),
            1 => ABSENT,
            _ => view(usual),
        };
        panveil_reveal_request {
            struct_size,
            handle: optional(self, &fixture.token),
            record: if self.below(4) == 0 { self.bytes() } else { ABSENT },
            purpose: optional(self, b"chargeback"),
            case_reference: optional(self, b"CB-1"),
            origin: optional(self, b"o"),
            tenant: if self.below(8) == 0 { self.bytes() } else { ABSENT },
            field: if self.below(8) == 0 { self.bytes() } else { ABSENT },
        }
    }

    /// Makes one call and looks at what it left.
    fn call(&mut self, function: u8) {
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
    fn keep(&mut self, kind: usize, status: panveil_status) -> panveil_status {
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

    fn free_all(&mut self) {
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
const FUNCTIONS: u8 = 34;
const OPEN: u8 = 33;

/// What calls take: without these, little would ever succeed.
const WORDS: [&[u8]; 5] = [PAN, PAN, b"pan", b"fuzz", b"378282246310005"];
const PAN: &[u8] = b"4111111111111111";

/// Lengths that nothing can have.
const HUGE: [usize; 5] = [1 << 21, 1 << 40, usize::MAX / 2, usize::MAX / 2 + 1, usize::MAX];
