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
//! Embeddable card-data protection.

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
#[cfg(feature = "vault")]
pub mod vault;

pub mod hazmat;

pub use error::{Error, Result};
