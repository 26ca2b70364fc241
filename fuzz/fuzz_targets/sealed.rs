#![no_main]
//! `sealed` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::sealed::sealed(data));
