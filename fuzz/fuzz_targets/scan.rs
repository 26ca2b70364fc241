#![no_main]
//! `scan` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::scan::scan(data));
