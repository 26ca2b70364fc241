//! Writes files anew without what was found in them.

mod attributes;
mod copy;
pub(crate) mod leftover;
mod mirror;
mod rewrite;
mod unfinished;

pub(crate) use leftover::Leftover;
pub(crate) use mirror::Mirror;
pub(crate) use rewrite::{Rewriter, Target};
pub(crate) use unfinished::Unfinished;

/// What takes the place of a card number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Stars and the last four digits.
    Mask,
    /// The card's token.
    Token,
    /// A text.
    Fixed(String),
}

impl core::str::FromStr for Replace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mask" => Ok(Self::Mask),
            "token" => Ok(Self::Token),
            _ => match text.strip_prefix("fixed:") {
                Some(fixed) => Ok(Self::Fixed(fixed.to_owned())),
                None => Err("mask, token or fixed:[TEXT]"),
            },
        }
    }
}
