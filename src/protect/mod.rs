//! The road in: from bytes to tokens, masks and fingerprints. Nothing here returns a card number.

pub mod fingerprint;
pub mod layout;
pub mod token;
pub(crate) mod token_keys;
pub mod tokenizer;

pub use fingerprint::{Fingerprint, Fingerprinter};
pub use layout::{Layout, LayoutChoice};
pub use token::{Token, TokenFormat};
pub use tokenizer::Tokenizer;

#[cfg(test)]
mod acceptance;
