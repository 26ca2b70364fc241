#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! The C ABI of panveil.

#[rustfmt::skip]
mod status;

pub use status::panveil_status;
