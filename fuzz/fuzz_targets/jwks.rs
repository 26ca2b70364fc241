#![no_main]
//! `jwks` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::jwks::jwks(data));
