#![no_main]
//! `audit` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::audit::audit(data));
