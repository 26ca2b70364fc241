#![deny(
    unsafe_op_in_unsafe_fn,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::missing_safety_doc,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![expect(non_camel_case_types, reason = "types bear the names of the C header")]
//! The C ABI of panveil. C programs read `include/panveil.h`, which is made from this crate, and docs/c.md.
//!
//! A C pointer becomes a reference in `ptr.rs` and nowhere else. Each function is one [`boundary`](boundary::boundary):
//! what it returns is a status, and a panic ends there. Handles are tickets that are looked up, never followed.

mod boundary;
mod made_redactor;
mod process;
mod text;

pub mod abi;
pub mod handle;
pub mod ptr;
#[rustfmt::skip]
pub mod status;

pub mod callback;
pub mod clock;
pub mod kek;
pub mod sink;

pub mod batch;
pub mod card;
pub mod create;
pub mod finder;
pub mod fingerprinter;
pub mod gate;
pub mod hit;
pub mod keys;
pub mod lock;
pub mod log;
pub mod redactor;
pub mod reveal;
pub mod sealer;
pub mod session;
pub mod test_identity;
pub mod tokenizer;
pub mod vault;

#[cfg(feature = "faults")]
pub use boundary::faults;
