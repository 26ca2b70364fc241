#![no_main]
//! `keyring` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::keyring::keyring(data));
