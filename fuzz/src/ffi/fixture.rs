//! What every run finds: an open vault, with one live and one freed object of each kind.

use std::ptr::{null, null_mut};

use panveil_ffi::create::{self, panveil_create_options};
use panveil_ffi::handle::panveil_vault;
use panveil_ffi::ptr::panveil_bytes;
use panveil_ffi::redactor::{self, panveil_redactor_options};
use panveil_ffi::status::panveil_status;
use panveil_ffi::test_identity::{self, panveil_test_identity};
use panveil_ffi::tokenizer::{self, panveil_token};
use panveil_ffi::vault::{self, panveil_open_options};
use panveil_ffi::{fingerprinter, gate, sealer, session};
use tempfile::TempDir;

thread_local! {
    pub(super) static FIXTURE: Fixture = Fixture::new();
}

/// A vault that is open for all runs, with one object of each kind, and one of each that was freed.
pub(super) struct Fixture {
    pub(super) vault: *mut panveil_vault,
    pub(super) live: [usize; KINDS],
    pub(super) freed: [usize; KINDS],
    /// The handle of a token that opens.
    pub(super) token: Vec<u8>,
    _directory: TempDir,
}

pub(super) const KINDS: usize = 7;
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
    let (mut gate, mut session, mut redactor) = (null_mut(), null_mut(), null_mut());
    // SAFETY: all-zero bytes are what the header calls the defaults.
    let mut options: panveil_redactor_options = unsafe { std::mem::zeroed() };
    options.struct_size = size_of::<panveil_redactor_options>() as u32;
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
            redactor::panveil_redactor_new(&raw const options, &raw mut redactor),
        ]
    };
    assert_eq!(statuses, [panveil_status::PANVEIL_OK; 7]);
    let (gate, session, redactor) = (gate.addr(), session.addr(), redactor.addr());
    [0, tokenizer.addr(), sealer.addr(), fingerprinter.addr(), gate, session, redactor]
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

pub(super) fn free(objects: [usize; KINDS]) {
    let [_, tokenizer, sealer, fingerprinter, gate, session, redactor] = objects;
    // What is freed twice, or never was, is refused; either is fine here.
    let _ = tokenizer::panveil_tokenizer_free(pointer(tokenizer));
    let _ = sealer::panveil_sealer_free(pointer(sealer));
    let _ = fingerprinter::panveil_fingerprinter_free(pointer(fingerprinter));
    let _ = gate::panveil_gate_free(pointer(gate));
    let _ = session::panveil_session_free(pointer(session));
    let _ = redactor::panveil_redactor_free(pointer(redactor));
}

pub(super) fn pointer<T>(address: usize) -> *mut T {
    std::ptr::without_provenance_mut(address)
}

pub(super) const ABSENT: panveil_bytes = panveil_bytes { data: null(), length: 0 };

pub(super) const fn view(bytes: &[u8]) -> panveil_bytes {
    panveil_bytes { data: bytes.as_ptr(), length: bytes.len() }
}

/// The card that the fixture's token stands for.
pub(super) const PAN: &[u8] = b"4111111111111111";
