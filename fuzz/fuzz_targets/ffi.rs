#![no_main]
//! `ffi` under libFuzzer.

libfuzzer_sys::fuzz_target!(|data: &[u8]| panveil_fuzz::ffi::ffi(data));
