#![no_main]
//! `handle` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::handle::handle(data));
