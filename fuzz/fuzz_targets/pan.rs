#![no_main]
//! `pan` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::pan::pan(data));
