#![no_main]
//! `manifest` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::manifest::manifest(data));
