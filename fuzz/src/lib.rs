//! One function for each thing in panveil that reads what others wrote. Each takes any bytes and panics when a
//! promise is broken: libFuzzer calls them with bytes it grows (`fuzz_targets/`), `tests/replay.rs` with every file
//! of `corpus/` and `regressions/` and with mutations of them.

pub mod audit;
pub mod checkpoint;
pub mod config;
pub mod digits;
pub mod edits;
#[expect(unsafe_code, reason = "it is a C caller")]
pub mod ffi;
pub mod gate;
pub mod handle;
pub mod identity;
pub mod jwks;
pub mod keyring;
pub mod manifest;
pub mod mutate;
pub mod pan;
pub mod policy;
pub mod provider;
pub mod rows;
pub mod scan;
pub mod sealed;

/// One fuzzer.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, of its corpus, its dictionary, and its libFuzzer program.
    pub name: &'static str,
    /// What it does with an input.
    pub run: fn(&[u8]),
    /// How many inputs a short run on stable gives it: about two seconds' worth.
    pub short_run: u64,
}

/// All fuzzers.
pub const TARGETS: &[Target] = &[
    Target { name: "pan", run: pan::pan, short_run: 400_000 },
    Target { name: "sealed", run: sealed::sealed, short_run: 100_000 },
    Target { name: "keyring", run: keyring::keyring, short_run: 10_000 },
    Target { name: "policy", run: policy::policy, short_run: 10_000 },
    Target { name: "config", run: config::config, short_run: 20_000 },
    Target { name: "audit", run: audit::audit, short_run: 5_000 },
    Target { name: "checkpoint", run: checkpoint::checkpoint, short_run: 20_000 },
    Target { name: "identity", run: identity::identity, short_run: 10_000 },
    Target { name: "jwks", run: jwks::jwks, short_run: 20_000 },
    Target { name: "rows", run: rows::rows, short_run: 10_000 },
    Target { name: "handle", run: handle::handle, short_run: 200_000 },
    Target { name: "manifest", run: manifest::manifest, short_run: 50_000 },
    Target { name: "gate", run: gate::gate, short_run: 5_000 },
    Target { name: "ffi", run: ffi::ffi, short_run: 2_000 },
    Target { name: "scan", run: scan::scan, short_run: 20_000 },
];
