#![no_main]
//! `identity` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::identity::identity(data));
