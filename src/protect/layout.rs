//! Which digits of a card number a token keeps, and which layouts hide enough.

use crate::error::{Error, Result};

/// The digits a token keeps in the clear. There is no layout but these three.
///
/// Written as digits kept at the start, `+`, digits kept at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `0+4`: the last four digits. For 12 to 19 digits.
    Last4,
    /// `6+4`: a BIN of six and the last four. For 16 to 19 digits.
    Bin6Last4,
    /// `8+0`: a BIN of eight. For 16 digits.
    Bin8,
}

impl Layout {
    /// All layouts.
    pub const ALL: [Layout; 3] = [Layout::Last4, Layout::Bin6Last4, Layout::Bin8];

    /// The layout that keeps `bin` digits at the start and `last` at the end of a card number of `length` digits.
    ///
    /// ```
    /// use panveil::{Error, protect::Layout};
    /// assert_eq!(Layout::check(16, 6, 4), Ok(Layout::Bin6Last4));
    /// assert_eq!(Layout::check(16, 8, 4), Err(Error::LayoutRefused));
    /// ```
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] if fewer than six digits would be hidden, or more kept than a truncation of this
    /// length may keep; [`Error::LayoutUnknown`] if there is no such layout; [`Error::PanLength`] if a card
    /// number never has `length` digits.
    pub fn check(length: usize, bin: usize, last: usize) -> Result<Self> {
        if !(12..=19).contains(&length) {
            return Err(Error::PanLength);
        }
        let layout = match (bin, last) {
            (0, 4) => Layout::Last4,
            (6, 4) => Layout::Bin6Last4,
            (8, 0) => Layout::Bin8,
            // Four digits of sixteen, or no truncation that FAQ 1091 permits: known, and refused for good.
            (8, 4) => return Err(Error::LayoutRefused),
            _ => return Err(Error::LayoutUnknown),
        };
        layout.hidden(length).map(|_| layout)
    }

    /// The layout of `auto`: `6+4` for 16 to 19 digits, `0+4` below.
    ///
    /// # Errors
    /// [`Error::PanLength`] if a card number never has `length` digits.
    pub fn auto(length: usize) -> Result<Self> {
        match length {
            12..=15 => Ok(Layout::Last4),
            16..=19 => Ok(Layout::Bin6Last4),
            _ => Err(Error::PanLength),
        }
    }

    /// How many digits of `length` this layout hides: 6 to 15, so that there are 10^6 values or more
    /// (SP 800-38G Rev. 1).
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] if the layout is not for this length.
    pub fn hidden(self, length: usize) -> Result<usize> {
        let lengths = match self {
            Layout::Last4 => 12..=19,
            Layout::Bin6Last4 => 16..=19,
            Layout::Bin8 => 16..=16,
        };
        if !lengths.contains(&length) {
            return Err(Error::LayoutRefused);
        }
        length
            .checked_sub(self.bin())
            .and_then(|rest| rest.checked_sub(self.last()))
            .ok_or(Error::LayoutRefused)
    }

    /// How many digits are kept at the start: 0, 6 or 8.
    pub const fn bin(self) -> usize {
        match self {
            Layout::Last4 => 0,
            Layout::Bin6Last4 => 6,
            Layout::Bin8 => 8,
        }
    }

    /// How many digits are kept at the end: 0 or 4.
    pub const fn last(self) -> usize {
        match self {
            Layout::Last4 | Layout::Bin6Last4 => 4,
            Layout::Bin8 => 0,
        }
    }

    /// The written form: `0+4`, `6+4` or `8+0`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Layout::Last4 => "0+4",
            Layout::Bin6Last4 => "6+4",
            Layout::Bin8 => "8+0",
        }
    }
}

impl core::fmt::Display for Layout {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl core::str::FromStr for Layout {
    type Err = Error;

    /// Reads `0+4`, `6+4` or `8+0`; `8+4` is [`Error::LayoutRefused`], anything else [`Error::LayoutUnknown`].
    fn from_str(text: &str) -> Result<Self> {
        match Layout::ALL.into_iter().find(|layout| layout.as_str() == text) {
            Some(layout) => Ok(layout),
            None if text == "8+4" => Err(Error::LayoutRefused),
            None => Err(Error::LayoutUnknown),
        }
    }
}

/// A layout for every card number, or the one that fits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LayoutChoice {
    /// `auto`: by the length of the card number, see [`Layout::auto`].
    #[default]
    Auto,
    /// One layout; card numbers whose length it is not for are refused.
    Fixed(Layout),
}

impl LayoutChoice {
    /// The layout for a card number of `length` digits.
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] if the fixed layout is not for this length, [`Error::PanLength`] if a card number
    /// never has `length` digits.
    pub fn resolve(self, length: usize) -> Result<Layout> {
        match self {
            LayoutChoice::Auto => Layout::auto(length),
            LayoutChoice::Fixed(layout) => layout.hidden(length).map(|_| layout),
        }
    }
}

impl core::fmt::Display for LayoutChoice {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            LayoutChoice::Auto => f.pad("auto"),
            LayoutChoice::Fixed(layout) => layout.fmt(f),
        }
    }
}

impl core::str::FromStr for LayoutChoice {
    type Err = Error;

    /// Reads `auto`, `0+4`, `6+4` or `8+0`; errors as [`Layout`]'s.
    fn from_str(text: &str) -> Result<Self> {
        if text == "auto" { Ok(LayoutChoice::Auto) } else { text.parse().map(LayoutChoice::Fixed) }
    }
}
