//! What kind of random token is wanted.

use super::random_layout::RandomLayout;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// What kind of random token is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RandomOptions {
    /// What it looks like (default: like a card number).
    pub shape: RandomShape,
    /// When it ends: from then on it opens nothing (default: never).
    pub expires: Option<Timestamp>,
    /// Whether a card that has a token gets it again (default: no).
    pub sameness: Sameness,
}

/// What a random token looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RandomShape {
    /// Like a card number, with the layout of [`RandomLayout::auto`].
    #[default]
    Auto,
    /// Like a card number, with these digits kept.
    Layout(RandomLayout),
    /// 26 letters and digits that hold nothing of the card number.
    Opaque,
}

/// Whether a card gets the token that it had before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sameness {
    /// Each call gives a new token: tokens of one card cannot be joined.
    #[default]
    New,
    /// A card has one token for each layout, as long as that lives long enough. Not for opaque tokens: the store would
    /// have to hold a keyed hash of the card number.
    PerCard,
}

/// The name of one request for a token, made by the caller and kept with its own record until the token stands there.
///
/// 128 random bits. Whoever has it, the store and the keyring can find the token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// A fresh one.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives no randomness.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
        Ok(Self(bytes))
    }

    /// One that was made with [`random`](Self::random) before.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl core::fmt::Debug for RequestId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RequestId(..)")
    }
}
