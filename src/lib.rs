#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]
#![cfg_attr(
    not(feature = "vault"),
    allow(
        dead_code,
        reason = "what opens tokens and sealed records, and what counts, is there for gate and vault"
    )
)]
//! Embeddable card-data protection: tokens, masks and sealed records on the way in, and one access-gated, audited reveal
//! on the way out.
//!
//! Begin with [`vault`] (feature `vault`), which opens a vault directory and hands out
//! [`Tokenizer`](protect::Tokenizer), [`Sealer`](protect::Sealer) and [`Gate`](reveal::gate::Gate). The modules stand in the order
//! in which they may use each other.

/// The README, whose example runs as a test.
#[cfg(all(doctest, feature = "vault"))]
#[doc = include_str!("../README.md")]
pub struct Readme;

pub mod clock;
pub mod error;

pub mod card;
pub mod crypto;
pub mod keys;

pub mod audit;
pub mod store;

pub mod limits;
pub mod protect;

#[cfg(feature = "jwt")]
pub mod reveal;
pub mod scan;
#[cfg(feature = "vault")]
pub mod vault;

pub mod hazmat;

pub use error::{Error, Result};
