//! Primitives. They know nothing of cards.

pub mod aead;
pub mod ff1;
pub mod kdf;
pub mod secret;
