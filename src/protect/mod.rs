//! The road in: from bytes to tokens, masks and fingerprints. Nothing here returns a card number.

pub mod batch;
pub mod context;
pub mod fingerprint;
pub mod layout;
pub(crate) mod opener;
pub(crate) mod seal_key;
pub mod sealed;
pub mod sealer;
pub mod token;
pub(crate) mod token_keys;
pub mod tokenizer;

pub use context::Context;
pub use fingerprint::{Fingerprint, Fingerprinter};
pub use layout::{Layout, LayoutChoice};
pub use sealed::Sealed;
pub use sealer::Sealer;
pub use token::{Token, TokenFormat};
pub use tokenizer::Tokenizer;

#[cfg(test)]
mod acceptance;
#[cfg(test)]
mod seal_acceptance;
