//! The two roads from end to end, through the public API only: real vault directories, SQLite, audit files and
//! signed identities.

#![cfg(feature = "vault")]

mod failures;
mod gate;
mod kill;
mod lab;
mod leaks;
mod lifecycle;
mod limits;
mod random;
mod records;
mod sad;
mod sinks;
mod tamper;
mod traces;
mod vectors;
