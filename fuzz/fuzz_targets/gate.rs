#![no_main]
//! `gate` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::gate::gate(data));
