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
//! Tickets instead of addresses: how C and Java name the objects of panveil.
//!
//! A caller of another language gets a number, never a pointer. Whatever number it gives back, old, made up or of
//! another kind of object, is looked up and refused; nothing is ever read at an address that a caller chose.

mod table;
mod ticket;

pub use table::Table;
