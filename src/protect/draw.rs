//! Draws card-shaped tokens: digits from the operating system's randomness that are no card and no FF1 token.

use zeroize::Zeroizing;

use super::random_layout::RandomLayout;
use super::token::{Token, TokenFormat, TokenKind};
use super::token_keys::TokenKeys;
use crate::card::luhn;
use crate::card::pan::MAX_DIGITS;
use crate::error::{Error, Result};

/// Random bytes of the operating system, fetched many at a time, wiped when done.
pub(super) struct Randomness {
    bytes: Zeroizing<Vec<u8>>,
    used: usize,
}

impl Randomness {
    pub(super) fn new() -> Self {
        Self { bytes: Zeroizing::new(vec![0; BLOCK]), used: BLOCK }
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives none.
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        if self.used.saturating_add(N) > self.bytes.len() {
            getrandom::fill(&mut self.bytes).map_err(|_| Error::Random)?;
            self.used = 0;
        }
        let taken = self.bytes.get(self.used..).and_then(<[u8]>::first_chunk).ok_or(Error::Internal)?;
        self.used = self.used.saturating_add(N);
        Ok(*taken)
    }

    /// A digit as ASCII, each equally likely: of 256 values the last six are drawn again.
    fn digit(&mut self) -> Result<u8> {
        loop {
            let [byte] = self.bytes()?;
            if byte < 250 {
                return Ok(b'0' | (byte % 10));
            }
        }
    }
}

/// A token for a card number with these digits: the kept ones stay, the others are drawn, all of them again until the
/// whole does not pass Luhn and, under every version of the token key, is left to random tokens.
///
/// The hidden digits of the card number are not looked at.
///
/// # Errors
/// [`Error::WalkExhausted`] if 4,096 draws found none: with one version of the token key each finds one with probability
/// 0.7, with twenty 0.006. [`Error::LayoutRefused`], [`Error::Random`].
pub(super) fn draw(
    format: TokenFormat,
    layout: RandomLayout,
    card: &[u8],
    token_keys: &[TokenKeys],
    random: &mut Randomness,
) -> Result<Token> {
    debug_assert!(format.kind() == TokenKind::Random(layout));
    let hidden = layout.hidden(card.len())?;
    let mut digits = [0; MAX_DIGITS];
    let digits = digits.get_mut(..card.len()).ok_or(Error::PanLength)?;
    let after = layout.bin().saturating_add(hidden);
    for (place, (digit, own)) in digits.iter_mut().zip(card).enumerate() {
        if place < layout.bin() || place >= after {
            *digit = *own;
        }
    }
    for _ in 0..MAX_DRAWS {
        for digit in digits.iter_mut().skip(layout.bin()).take(hidden) {
            *digit = random.digit()?;
        }
        if luhn::residue(digits) != 0 && is_left(layout, digits, token_keys)? {
            return Token::new(format, digits);
        }
    }
    Err(Error::WalkExhausted)
}

fn is_left(layout: RandomLayout, digits: &[u8], token_keys: &[TokenKeys]) -> Result<bool> {
    let Some(layout) = layout.of_ff1(digits.len()) else { return Ok(true) };
    for keys in token_keys {
        if !keys.leaves_to_random(digits, layout)? {
            return Ok(false);
        }
    }
    Ok(true)
}

const BLOCK: usize = 4096;
const MAX_DRAWS: usize = 4096;
