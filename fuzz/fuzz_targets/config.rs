#![no_main]
//! `config` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::config::config(data));
