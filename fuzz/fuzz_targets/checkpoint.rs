#![no_main]
//! `checkpoint` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::checkpoint::checkpoint(data));
