#![no_main]
//! `policy` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::policy::policy(data));
