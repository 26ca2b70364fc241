//! Primitives. They know nothing of cards.

pub mod aead;
pub mod ff1;
mod gcm_siv;
pub mod kdf;
pub mod secret;
