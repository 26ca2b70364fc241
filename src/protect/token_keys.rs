//! The FF1 keys of one tenant and one version of the token root, and the walk between card numbers and tokens.

use zeroize::Zeroizing;

use super::layout::Layout;
use super::token::{Token, TokenFormat, TokenKind};
use crate::card::id::TenantId;
use crate::card::luhn;
use crate::card::pan::{MAX_DIGITS, Pan, PanRules};
use crate::crypto::ff1::{Ff1, FixedFf1};
use crate::crypto::kdf::{self, Label};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

/// The shortest card number a token can stand for.
const MIN_LENGTH: usize = 12;

/// The bound of a cycle walk. Nine of ten steps end it, so it is met with probability 10^-128.
pub(super) const MAX_STEPS: usize = 128;

/// Every length with every layout.
pub(super) const SLOTS: usize = (MAX_DIGITS - MIN_LENGTH + 1) * Layout::ALL.len();

/// The most digits a layout keeps: the longest tweak.
const MAX_CLEAR: usize = 10;

/// Tokenizes and detokenizes for one tenant with one version of the token root.
///
/// There is one FF1 key for each length and layout; the tweak is the clear digits in order, ASCII.
pub(crate) struct TokenKeys {
    version: u32,
    slots: Vec<Option<FixedFf1>>, // by `place`; `None` where the layout is not for the length
}

impl TokenKeys {
    /// Derives every key there is for `tenant` from version `version` (from 1) of the token root.
    ///
    /// # Errors
    /// [`Error::TokenFormat`] for version 0.
    pub(crate) fn derive(root: &Secret, version: u32, tenant: &TenantId) -> Result<Self> {
        // With room for all: a growing list would free key schedules unwiped.
        let mut slots = Vec::with_capacity(SLOTS);
        for length in MIN_LENGTH..=MAX_DIGITS {
            for layout in Layout::ALL {
                TokenFormat::new(version, layout)?;
                slots.push(match layout.hidden(length) {
                    Err(_) => None,
                    Ok(hidden) => {
                        let ff1 = Ff1::new(&slot_key(root, version, tenant, length, layout)?);
                        Some(ff1.for_lengths(hidden, length.saturating_sub(hidden))?)
                    }
                });
            }
        }
        Ok(Self { version, slots })
    }

    /// The version of the token root these keys come from.
    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// The token of a card number. The same card number, layout and keys give the same token.
    ///
    /// # Errors
    /// [`Error::PanLuhn`] for a card number taken with a wrong check digit, [`Error::LayoutRefused`] if the layout
    /// is not for its length, [`Error::WalkExhausted`] with probability 10^-128.
    pub(crate) fn tokenize(&self, pan: &Pan, layout: Layout) -> Result<Token> {
        if !pan.passes_luhn() {
            return Err(Error::PanLuhn);
        }
        let ff1 = self.ff1(pan.length(), layout)?;
        let mut work = Work::empty();
        work.load(pan.expose(), layout)?;
        work.add_to_last_hidden(1)?;
        work.walk(|tweak, hidden| ff1.encrypt(tweak, hidden))?;
        Token::new(TokenFormat::new(self.version, layout)?, work.ascii())
    }

    /// The card number behind a token. For the gate.
    ///
    /// # Errors
    /// [`Error::NoSuchKey`] if the token is of another key version, [`Error::NotAToken`] if it was not made by
    /// [`TokenKeys::tokenize`] with these keys; of made-up strings, eight in nine are refused.
    pub(crate) fn detokenize(&self, token: &Token) -> Result<Pan> {
        let format = token.format();
        let TokenKind::Ff1(layout) = format.kind() else { return Err(Error::NotAToken) };
        if format.version() != self.version {
            return Err(Error::NoSuchKey);
        }
        let ff1 = self.ff1(token.digits().len(), layout)?;
        let mut work = Work::empty();
        // A string that passes Luhn never became a `Token`; from any other the walk leads back.
        work.load(token.digits(), layout)?;
        let residue = work.walk(|tweak, hidden| ff1.decrypt(tweak, hidden))?;
        match Kind::of(residue) {
            Kind::Card => {
                work.add_to_last_hidden(9)?; // less one, modulo 10
                PanRules::new().allow_12_digits().parse(work.ascii())
            }
            Kind::Canary | Kind::Random => Err(Error::NotAToken),
        }
    }

    /// Whether digits that do not pass Luhn are left to random tokens: no token or canary of these keys has them.
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] if the layout is not for their length, [`Error::WalkExhausted`] with probability 10^-128.
    pub(super) fn leaves_to_random(&self, digits: &[u8], layout: Layout) -> Result<bool> {
        let ff1 = self.ff1(digits.len(), layout)?;
        let mut work = Work::empty();
        work.load(digits, layout)?;
        let residue = work.walk(|tweak, hidden| ff1.decrypt(tweak, hidden))?;
        Ok(Kind::of(residue) == Kind::Random)
    }

    /// The FF1 of a slot, with the length and layout it is for.
    pub(super) fn slot(&self, place: usize) -> Option<(&FixedFf1, usize, Layout)> {
        let layout = *Layout::ALL.get(place.checked_rem(Layout::ALL.len())?)?;
        let length = MIN_LENGTH.checked_add(place.checked_div(Layout::ALL.len())?)?;
        Some((self.slots.get(place)?.as_ref()?, length, layout))
    }

    /// Where the slot of a length and layout is.
    #[inline(always)]
    pub(super) fn place(length: usize, layout: Layout) -> Option<usize> {
        let column = match layout {
            Layout::Last4 => 0,
            Layout::Bin6Last4 => 1,
            Layout::Bin8 => 2,
        };
        length.checked_sub(MIN_LENGTH)?.checked_mul(Layout::ALL.len())?.checked_add(column)
    }

    fn ff1(&self, length: usize, layout: Layout) -> Result<&FixedFf1> {
        let place = Self::place(length, layout);
        place.and_then(|place| self.slots.get(place)?.as_ref()).ok_or(Error::LayoutRefused)
    }
}

/// The FF1 key of one length and layout: HKDF(token root, label(version, tenant, length, layout)).
pub(super) fn slot_key(
    root: &Secret,
    version: u32,
    tenant: &TenantId,
    length: usize,
    layout: Layout,
) -> Result<Secret> {
    let length = u32::try_from(length).map_err(|_| Error::PanLength)?;
    let label = Label::new("panveil/v1/token")
        .number(version)
        .text(tenant.as_bytes())
        .number(length)
        .text(layout.as_str().as_bytes());
    kdf::derive(root, &label)
}

/// What the residue of Luhn says of a string that a token was walked back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Residue 1: a card number whose last hidden digit was raised by one.
    Card,
    /// Residue 2: a planted canary.
    Canary,
    /// Residue 3 to 9: left to random tokens, so that the two kinds never meet.
    Random,
}

impl Kind {
    pub(super) fn of(residue: u8) -> Self {
        match residue {
            1 => Kind::Card,
            2 => Kind::Canary,
            _ => Kind::Random,
        }
    }
}

/// The digits under way, wiped when done, and the clear ones among them.
struct Work {
    digits: Zeroizing<[u8; MAX_DIGITS]>, // values 0 to 9
    length: usize,
    hidden: core::ops::Range<usize>,
    tweak: [u8; MAX_CLEAR],
    clear: usize,
}

impl Work {
    /// Nothing yet: card digits are loaded in place, so that no moved copy of them stays behind.
    fn empty() -> Self {
        Self {
            digits: Zeroizing::new([0; MAX_DIGITS]),
            length: 0,
            hidden: 0..0,
            tweak: [0; MAX_CLEAR],
            clear: 0,
        }
    }

    fn load(&mut self, ascii: &[u8], layout: Layout) -> Result<()> {
        let hidden = layout.hidden(ascii.len())?;
        let (bin, last) = (layout.bin(), layout.last());
        self.length = ascii.len();
        self.hidden = bin..ascii.len().saturating_sub(last);
        self.clear = ascii.len().saturating_sub(hidden);
        for (value, digit) in self.digits.iter_mut().zip(ascii) {
            *value = digit & 0x0f;
        }
        let kept = ascii.iter().take(bin).chain(ascii.iter().skip(self.hidden.end));
        for (byte, digit) in self.tweak.iter_mut().zip(kept) {
            *byte = *digit;
        }
        Ok(())
    }

    /// Adds `amount` (0 to 9), modulo 10, to the rightmost hidden digit. Behind it stand no digits or four, so
    /// Luhn never doubles it, and the residue moves by `amount`.
    fn add_to_last_hidden(&mut self, amount: u8) -> Result<()> {
        let digit = self.hidden().and_then(|hidden| hidden.last_mut()).ok_or(Error::Internal)?;
        let sum = digit.wrapping_add(amount);
        let carry = sum.wrapping_add(6) >> 4; // 1 from 10 on, for sums to 18: no branch on the digit
        *digit = sum.wrapping_sub(carry.wrapping_mul(10));
        Ok(())
    }

    /// Takes steps of a permutation of the hidden digits until the whole no longer passes Luhn; the residue
    /// found, 1 to 9. The first step is always taken.
    fn walk(&mut self, step: impl Fn(&[u8], &mut [u8]) -> Result<()>) -> Result<u8> {
        for _ in 0..MAX_STEPS {
            let hidden = self.digits.get_mut(self.hidden.clone()).ok_or(Error::Internal)?;
            step(self.tweak.get(..self.clear).ok_or(Error::Internal)?, hidden)?;
            let residue = luhn::residue(self.digits.get(..self.length).ok_or(Error::Internal)?);
            if residue != 0 {
                return Ok(residue);
            }
        }
        Err(Error::WalkExhausted)
    }

    /// The digits as ASCII. The values are gone then: this is the last step.
    fn ascii(&mut self) -> &[u8] {
        for value in self.digits.iter_mut() {
            *value |= b'0';
        }
        self.digits.get(..self.length).unwrap_or_default()
    }

    fn hidden(&mut self) -> Option<&mut [u8]> {
        self.digits.get_mut(self.hidden.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Work};
    use crate::card::luhn;
    use crate::error::Error;
    use crate::protect::layout::Layout;

    #[test]
    fn ac_17_a_walk_that_finds_nothing_ends_in_an_error() {
        let mut work = Work::empty();
        work.load(b"4111111111111111", Layout::Bin6Last4).unwrap();
        let steps = core::cell::Cell::new(0);
        // A permutation that never leaves the strings that pass Luhn.
        let outcome = work.walk(|_, _| {
            steps.set(steps.get() + 1);
            Ok(())
        });
        assert_eq!(outcome, Err(Error::WalkExhausted));
        assert_eq!(steps.get(), 128);
    }

    #[test]
    fn a_failing_step_ends_the_walk() {
        let mut work = Work::empty();
        work.load(b"4111111111111111", Layout::Bin6Last4).unwrap();
        assert_eq!(work.walk(|_, _| Err(Error::Ff1Length)), Err(Error::Ff1Length));
    }

    #[test]
    fn the_residue_moves_with_the_last_hidden_digit() {
        for (number, layout) in [
            (&b"4111111111111111"[..], Layout::Last4),
            (b"4111111111111111", Layout::Bin6Last4),
            (b"5105105105105100", Layout::Bin8),
            (b"378282246310005", Layout::Last4),
            (b"6304000000000000000", Layout::Bin6Last4),
        ] {
            for amount in 0..=9 {
                let before = luhn::residue(number);
                let mut work = Work::empty();
                work.load(number, layout).unwrap();
                work.add_to_last_hidden(amount).unwrap();
                assert_eq!(luhn::residue(&work.digits[..number.len()]), (before + amount) % 10);
                work.add_to_last_hidden((10 - amount) % 10).unwrap();
                assert_eq!(work.ascii(), number);
            }
        }
    }

    #[test]
    fn residues_name_kinds() {
        let kinds: Vec<_> = (1..=9).map(Kind::of).collect();
        assert_eq!(kinds[..2], [Kind::Card, Kind::Canary]);
        assert!(kinds[2..].iter().all(|kind| *kind == Kind::Random));
    }
}
