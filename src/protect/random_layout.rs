//! Which digits of a card number a random token keeps.

use super::layout::Layout;
use crate::card::mask::{Shown, Truncated};
use crate::card::pan::Pan;
use crate::error::{Error, Result};

/// The digits a random token keeps in the clear.
///
/// A random token is drawn without looking at the hidden digits, so it may hide fewer of them than FF1, which needs
/// 10^6 values (SP 800-38G Rev. 1). Two bounds are left. What is kept must be a permitted truncation of the card number
/// (PCI FAQ 1091); and at least four digits are hidden, 9,000 tokens beside any clear digits: with three, a
/// host that gives its cards new tokens now and then would soon have none left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RandomLayout {
    /// `0+4`: the last four digits. For 12 to 19 digits.
    Last4,
    /// `6+4`: a BIN of six and the last four. For 14 to 19 digits.
    Bin6Last4,
    /// `8+0`: a BIN of eight. For 16 digits.
    Bin8,
    /// `8+4`: a BIN of eight and the last four. For 16 digits of the brands whose truncation may keep them.
    Bin8Last4,
}

impl RandomLayout {
    /// All layouts.
    pub const ALL: [RandomLayout; 4] =
        [RandomLayout::Last4, RandomLayout::Bin6Last4, RandomLayout::Bin8, RandomLayout::Bin8Last4];

    /// The layout for card numbers of `length` digits where none is asked for: that of [`Layout::auto`], `6+4` for 16 to
    /// 19 digits and `0+4` below.
    ///
    /// # Errors
    /// [`Error::PanLength`] if a card number never has `length` digits.
    pub fn auto(length: usize) -> Result<Self> {
        Layout::auto(length).map(Self::from)
    }

    /// How many digits of `length` are hidden: 4 to 15.
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] if the layout is not for this length.
    pub fn hidden(self, length: usize) -> Result<usize> {
        let lengths = match self {
            RandomLayout::Last4 => 12..=19,
            RandomLayout::Bin6Last4 => 14..=19,
            RandomLayout::Bin8 | RandomLayout::Bin8Last4 => 16..=16,
        };
        if !lengths.contains(&length) {
            return Err(Error::LayoutRefused);
        }
        length
            .checked_sub(self.bin())
            .and_then(|rest| rest.checked_sub(self.last()))
            .ok_or(Error::LayoutRefused)
    }

    /// How many digits of this card number are hidden, if the rest may be stored.
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] if the layout is not for its length, [`Error::TruncationRefused`] if its brand does not
    /// permit a truncation that keeps as much.
    pub fn hidden_of(self, pan: &Pan) -> Result<usize> {
        let hidden = self.hidden(pan.length())?;
        if self == RandomLayout::Bin8Last4 {
            Truncated::of(pan, Shown::BIN8_LAST4)?;
        }
        Ok(hidden)
    }

    /// How many digits are kept at the start: 0, 6 or 8.
    pub const fn bin(self) -> usize {
        match self {
            RandomLayout::Last4 => 0,
            RandomLayout::Bin6Last4 => 6,
            RandomLayout::Bin8 | RandomLayout::Bin8Last4 => 8,
        }
    }

    /// How many digits are kept at the end: 0 or 4.
    pub const fn last(self) -> usize {
        match self {
            RandomLayout::Last4 | RandomLayout::Bin6Last4 | RandomLayout::Bin8Last4 => 4,
            RandomLayout::Bin8 => 0,
        }
    }

    /// The layout of FF1 tokens with the same clear digits, if FF1 serves this length.
    pub(super) fn of_ff1(self, length: usize) -> Option<Layout> {
        let layout = match self {
            RandomLayout::Last4 => Layout::Last4,
            RandomLayout::Bin6Last4 => Layout::Bin6Last4,
            RandomLayout::Bin8 => Layout::Bin8,
            RandomLayout::Bin8Last4 => return None,
        };
        layout.hidden(length).is_ok().then_some(layout)
    }

    /// The written form: `0+4`, `6+4`, `8+0` or `8+4`.
    pub const fn as_str(self) -> &'static str {
        match self {
            RandomLayout::Last4 => "0+4",
            RandomLayout::Bin6Last4 => "6+4",
            RandomLayout::Bin8 => "8+0",
            RandomLayout::Bin8Last4 => "8+4",
        }
    }
}

impl From<Layout> for RandomLayout {
    fn from(layout: Layout) -> Self {
        match layout {
            Layout::Last4 => RandomLayout::Last4,
            Layout::Bin6Last4 => RandomLayout::Bin6Last4,
            Layout::Bin8 => RandomLayout::Bin8,
        }
    }
}

impl core::fmt::Display for RandomLayout {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl core::str::FromStr for RandomLayout {
    type Err = Error;

    /// Reads `0+4`, `6+4`, `8+0` or `8+4`; anything else is [`Error::LayoutUnknown`].
    fn from_str(text: &str) -> Result<Self> {
        RandomLayout::ALL.into_iter().find(|layout| layout.as_str() == text).ok_or(Error::LayoutUnknown)
    }
}
