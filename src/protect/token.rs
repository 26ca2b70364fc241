//! What stands for a card number in the application's tables: the token, and how it was made.

use subtle::ConstantTimeEq;

use super::layout::Layout;
use crate::card::luhn;
use crate::card::pan::MAX_DIGITS;
use crate::error::{Error, Result};

/// How a token was made, such as `f1.6-4`: FF1, token key version 1, a BIN of six and the last four in the clear.
///
/// It stands in a column beside the token; the two together are a card's key in the application.
///
/// ```
/// use panveil::protect::TokenFormat;
/// let format: TokenFormat = "f1.6-4".parse()?;
/// assert_eq!((format.version(), format.layout().bin()), (1, 6));
/// assert_eq!(format.to_string(), "f1.6-4");
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenFormat {
    version: u32,
    layout: Layout,
}

impl TokenFormat {
    /// The format of tokens made with version `version` (from 1) of the token key.
    ///
    /// # Errors
    /// [`Error::TokenFormat`] for version 0.
    pub fn new(version: u32, layout: Layout) -> Result<Self> {
        if version == 0 { Err(Error::TokenFormat) } else { Ok(Self { version, layout }) }
    }

    /// The version of the token key, from 1.
    pub fn version(self) -> u32 {
        self.version
    }

    /// Which digits the token keeps.
    pub fn layout(self) -> Layout {
        self.layout
    }
}

impl core::fmt::Display for TokenFormat {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "f{}.{}-{}", self.version, self.layout.bin(), self.layout.last())
    }
}

impl core::str::FromStr for TokenFormat {
    type Err = Error;

    /// Reads `f`, a version without sign or leading zero, `.`, and `0-4`, `6-4` or `8-0`.
    fn from_str(text: &str) -> Result<Self> {
        let (version, layout) =
            text.strip_prefix('f').and_then(|rest| rest.split_once('.')).ok_or(Error::TokenFormat)?;
        if !version.bytes().all(|byte| byte.is_ascii_digit()) || version.starts_with('0') {
            return Err(Error::TokenFormat);
        }
        let layout = match layout {
            "0-4" => Layout::Last4,
            "6-4" => Layout::Bin6Last4,
            "8-0" => Layout::Bin8,
            _ => return Err(Error::TokenFormat),
        };
        Self::new(version.parse().map_err(|_| Error::TokenFormat)?, layout)
    }
}

/// A token: digits shaped like a card number that never pass its check, and the format they were made in.
///
/// A token is no card data and may be printed. Its text, by Display and back, is the handle that reveal takes:
/// format, colon, digits. It can begin with zero, so it belongs in a text column.
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
    digits: [u8; MAX_DIGITS], // ASCII; zero after `length`
    length: usize,
    format: TokenFormat,
}

impl Token {
    /// The token that stands in a table: its format and its digits (ASCII).
    ///
    /// # Errors
    /// [`Error::NotAToken`] if `digits` are not digits of a length the format's layout is for, or pass the check
    /// of a card number, which no token does.
    pub fn new(format: TokenFormat, digits: &[u8]) -> Result<Self> {
        let mut token = Self { digits: [0; MAX_DIGITS], length: digits.len(), format };
        format.layout.hidden(digits.len()).map_err(|_| Error::NotAToken)?;
        token.digits.get_mut(..digits.len()).ok_or(Error::NotAToken)?.copy_from_slice(digits);
        if !digits.iter().all(u8::is_ascii_digit) || luhn::residue(digits) == 0 {
            return Err(Error::NotAToken);
        }
        Ok(token)
    }

    /// The digits, as they stand in a table.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.digits()).unwrap_or_default()
    }

    /// How the token was made.
    pub fn format(&self) -> TokenFormat {
        self.format
    }

    pub(super) fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }
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
        let (format, digits) = text.split_once(':').ok_or(Error::NotAHandle)?;
        Self::new(format.parse()?, digits.as_bytes())
    }
}

impl PartialEq for Token {
    /// Constant-time in the digits.
    fn eq(&self, other: &Self) -> bool {
        self.format == other.format && bool::from(self.digits.as_slice().ct_eq(other.digits.as_slice()))
    }
}

impl Eq for Token {}

impl core::hash::Hash for Token {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (self.format, self.digits).hash(state);
    }
}
