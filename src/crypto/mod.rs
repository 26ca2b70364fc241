//! Primitives. They know nothing of cards.

pub mod kdf;
pub mod secret;
