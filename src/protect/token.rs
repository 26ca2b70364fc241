//! What stands for a card number in the application's tables: the token, and how it was made.

use subtle::ConstantTimeEq;

use super::layout::Layout;
use super::opaque::{self, OPAQUE_LENGTH};
use super::random_layout::RandomLayout;
use crate::card::luhn;
use crate::error::{Error, Result};

/// How a token was made, such as `f1.6-4`: FF1, token key version 1, a BIN of six and the last four in the clear.
///
/// Or `r1.0-4`: drawn at random, found with lookup key version 1, the last four in the clear; or `o1`: opaque. It
/// stands in a column beside the token; the two together are a card's key in the application.
///
/// ```
/// use panveil::protect::{Layout, TokenFormat, TokenKind};
/// let format: TokenFormat = "f1.6-4".parse()?;
/// assert_eq!((format.version(), format.kind()), (1, TokenKind::Ff1(Layout::Bin6Last4)));
/// assert_eq!(format.to_string(), "f1.6-4");
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenFormat {
    version: u32,
    kind: TokenKind,
}

/// What made a token, and which digits it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// FF1: the token leads back to the card number with the token key alone.
    Ff1(Layout),
    /// A random number generator: the way back is a row of the store. Shaped like a card number.
    Random(RandomLayout),
    /// Likewise, with nothing of the card number in it: 26 letters and digits.
    Opaque,
}

impl TokenFormat {
    /// The format of FF1 tokens made with version `version` (from 1) of the token key.
    ///
    /// # Errors
    /// [`Error::TokenFormat`] for version 0.
    pub fn new(version: u32, layout: Layout) -> Result<Self> {
        Self::of(version, TokenKind::Ff1(layout))
    }

    /// The format of tokens of this kind: for FF1 `version` is that of the token key, for the others that of the lookup
    /// key, each from 1.
    ///
    /// # Errors
    /// [`Error::TokenFormat`] for version 0.
    pub fn of(version: u32, kind: TokenKind) -> Result<Self> {
        if version == 0 { Err(Error::TokenFormat) } else { Ok(Self { version, kind }) }
    }

    /// The version of the token key, or of the lookup key, from 1.
    pub fn version(self) -> u32 {
        self.version
    }

    /// What made the token, and which digits it keeps.
    pub fn kind(self) -> TokenKind {
        self.kind
    }

    /// Which digits an FF1 token keeps; `None` for random tokens.
    pub fn layout(self) -> Option<Layout> {
        match self.kind {
            TokenKind::Ff1(layout) => Some(layout),
            TokenKind::Random(_) | TokenKind::Opaque => None,
        }
    }
}

impl core::fmt::Display for TokenFormat {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let version = self.version;
        match self.kind {
            TokenKind::Ff1(layout) => write!(f, "f{version}.{}-{}", layout.bin(), layout.last()),
            TokenKind::Random(layout) => write!(f, "r{version}.{}-{}", layout.bin(), layout.last()),
            TokenKind::Opaque => write!(f, "o{version}"),
        }
    }
}

impl core::str::FromStr for TokenFormat {
    type Err = Error;

    /// Reads `f` or `r`, a version without sign or leading zero, `.`, and `0-4`, `6-4` or `8-0` (after `r` also `8-4`); or `o`
    /// and a version.
    fn from_str(text: &str) -> Result<Self> {
        let (kind, rest) = text.split_at_checked(1).ok_or(Error::TokenFormat)?;
        let (version, kept) = match rest.split_once('.') {
            Some((version, kept)) => (version, Some(kept)),
            None => (rest, None),
        };
        if !version.bytes().all(|byte| byte.is_ascii_digit()) || version.starts_with('0') {
            return Err(Error::TokenFormat);
        }
        let kind = match (kind, kept) {
            ("f", Some("0-4")) => TokenKind::Ff1(Layout::Last4),
            ("f", Some("6-4")) => TokenKind::Ff1(Layout::Bin6Last4),
            ("f", Some("8-0")) => TokenKind::Ff1(Layout::Bin8),
            ("r", Some("0-4")) => TokenKind::Random(RandomLayout::Last4),
            ("r", Some("6-4")) => TokenKind::Random(RandomLayout::Bin6Last4),
            ("r", Some("8-0")) => TokenKind::Random(RandomLayout::Bin8),
            ("r", Some("8-4")) => TokenKind::Random(RandomLayout::Bin8Last4),
            ("o", None) => TokenKind::Opaque,
            _ => return Err(Error::TokenFormat),
        };
        Self::of(version.parse().map_err(|_| Error::TokenFormat)?, kind)
    }
}

/// A token: digits shaped like a card number that never pass its check, or 26 characters, and the format they were made
/// in.
///
/// A token is no card data and may be printed. Its text, by Display and back, is the handle that reveal takes:
/// format, colon, token. It can begin with zero, so it belongs in a text column.
///
/// ```
/// use panveil::protect::Token;
/// let token: Token = "f1.6-4:4111110394821112".parse()?;
/// assert_eq!(token.as_str(), "4111110394821112");
/// assert_eq!(token.to_string(), "f1.6-4:4111110394821112");
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Token {
    text: [u8; MAX_TOKEN], // ASCII; zero after `length`
    length: usize,
    format: TokenFormat,
}

/// The longest token: an opaque one.
const MAX_TOKEN: usize = OPAQUE_LENGTH;

impl Token {
    /// The token that stands in a table: its format and its digits or characters (ASCII).
    ///
    /// # Errors
    /// [`Error::NotAToken`] if `text` is not digits of a length the format's layout is for, or passes the check
    /// of a card number, which no token does; or is not the text of an opaque token.
    pub fn new(format: TokenFormat, text: &[u8]) -> Result<Self> {
        match format.kind {
            TokenKind::Ff1(layout) => shaped(layout.hidden(text.len()), text)?,
            TokenKind::Random(layout) => shaped(layout.hidden(text.len()), text)?,
            TokenKind::Opaque => opaque::check(text)?,
        }
        let mut token = Self { text: [0; MAX_TOKEN], length: text.len(), format };
        token.text.get_mut(..text.len()).ok_or(Error::NotAToken)?.copy_from_slice(text);
        Ok(token)
    }

    /// The digits or characters, as they stand in a table.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.digits()).unwrap_or_default()
    }

    /// How the token was made.
    pub fn format(&self) -> TokenFormat {
        self.format
    }

    pub(super) fn digits(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// Digits of a length that a layout is for, which do not pass Luhn.
fn shaped(hidden: Result<usize>, text: &[u8]) -> Result<()> {
    let digits = text.iter().all(u8::is_ascii_digit);
    if hidden.is_ok() && digits && luhn::residue(text) != 0 { Ok(()) } else { Err(Error::NotAToken) }
}

impl core::fmt::Display for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}:{}", self.format, self.as_str())
    }
}

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Token({self})")
    }
}

impl core::str::FromStr for Token {
    type Err = Error;

    /// Reads a handle such as `f1.6-4:4111110394821112`.
    ///
    /// [`Error::NotAHandle`] without a colon, [`Error::TokenFormat`] if what stands before it is no token format,
    /// [`Error::NotAToken`] if what stands after it cannot be a token of that format.
    fn from_str(text: &str) -> Result<Self> {
        let (format, token) = text.split_once(':').ok_or(Error::NotAHandle)?;
        Self::new(format.parse()?, token.as_bytes())
    }
}

impl PartialEq for Token {
    /// Constant-time in the digits or characters.
    fn eq(&self, other: &Self) -> bool {
        self.format == other.format && bool::from(self.text.as_slice().ct_eq(other.text.as_slice()))
    }
}

impl Eq for Token {}

impl core::hash::Hash for Token {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (self.format, self.text).hash(state);
    }
}
