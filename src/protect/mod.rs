//! The road in: from bytes to tokens, masks and fingerprints. Nothing here returns a card number.

pub mod batch;
pub mod context;
mod draw;
pub mod fingerprint;
pub mod layout;
pub(crate) mod opaque;
pub(crate) mod opener;
pub(crate) mod random_keys;
pub mod random_layout;
pub mod random_options;
mod random_round;
pub mod random_tokenizer;
pub(crate) mod seal_key;
pub mod sealed;
pub mod sealer;
pub mod token;
pub(crate) mod token_keys;
pub mod tokenizer;

pub use context::Context;
pub use fingerprint::{Fingerprint, Fingerprinter};
pub use layout::{Layout, LayoutChoice};
pub use random_layout::RandomLayout;
pub use random_options::{RandomOptions, RandomShape, RequestId, Sameness};
pub use random_tokenizer::RandomTokenizer;
pub use sealed::Sealed;
pub use sealer::Sealer;
pub use token::{Token, TokenFormat, TokenKind};
pub use tokenizer::Tokenizer;

#[cfg(test)]
mod acceptance;
#[cfg(test)]
mod random_acceptance;
#[cfg(test)]
mod seal_acceptance;
