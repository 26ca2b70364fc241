//! Primitives. They know nothing of cards.

pub mod aead;
pub mod kdf;
pub mod secret;
