#![no_main]
//! `rows` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::rows::rows(data));
