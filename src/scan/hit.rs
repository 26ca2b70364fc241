//! What was found, and where: never the value.

use crate::card::brand::Brand;
use crate::card::mask::Masked;

/// One place where card data lies. Holds no digit beyond the last four, so it may be printed and sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// Where it begins, in bytes from the start of the stream.
    pub offset: u64,
    /// How long it is, in bytes.
    pub length: usize,
    /// What it is.
    pub kind: Kind,
    /// Whose number it is; `None` for security codes and PINs.
    pub brand: Option<Brand>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why.
    pub reason: Reason,
    /// How it is written.
    pub writing: Writing,
    /// The last four digits, the others as stars; `None` for security codes and PINs.
    pub masked: Option<Masked>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A card number.
    Pan,
    /// Track 1 of a magnetic stripe (ISO/IEC 7813), its card number included.
    Track1,
    /// Track 2 of a magnetic stripe or its equivalent in a chip, its card number included.
    Track2,
    /// A card security code, beside a card number.
    SecurityCode,
    /// A PIN or PIN block, beside a card number.
    Pin,
}

impl Kind {
    /// Every kind, as reports list them.
    pub const ALL: &'static [Self] = &[Self::Pan, Self::Track1, Self::Track2, Self::SecurityCode, Self::Pin];

    /// The stable name: `pan`, `track1`, `track2`, `security_code`, `pin`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pan => "pan",
            Self::Track1 => "track1",
            Self::Track2 => "track2",
            Self::SecurityCode => "security_code",
            Self::Pin => "pin",
        }
    }

    /// Whether it is sensitive authentication data, which nobody may keep after authorization (PCI DSS 3.3.1).
    pub const fn is_sad(self) -> bool {
        !matches!(self, Self::Pan)
    }
}

/// How sure a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Range, length and check digit fit, but something beside it speaks against: one number in thirty would fit.
    Low,
    /// Range, length and check digit fit, and nothing speaks against it.
    Medium,
    /// A name, the grouping or track data says so too.
    High,
}

impl Confidence {
    /// Every confidence, from low to high.
    pub const ALL: &'static [Self] = &[Self::Low, Self::Medium, Self::High];

    /// The stable name: `low`, `medium`, `high`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Why something is a hit, and why no surer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Range, length and check digit of a brand.
    Number,
    /// Likewise, in the groups in which such numbers are written.
    Grouped,
    /// Likewise, beside a name that says a card number.
    Named,
    /// It stands in track data.
    Track,
    /// It is spread over two lines.
    SplitOverLines,
    /// A name beside it says another number (an order, a trace id).
    OtherName,
    /// Letters touch it, as in an identifier.
    TouchesLetters,
    /// A length that few cards of the brand have.
    RareLength,
    /// A name says a security code or PIN, and a card number stands near.
    BesideNumber,
    /// Its groups are a part of a longer chain, as in an IBAN or a tracking number.
    LongerChain,
}

impl Reason {
    /// Every reason; new ones come at the end.
    pub const ALL: &'static [Self] = &[
        Self::Number,
        Self::Grouped,
        Self::Named,
        Self::Track,
        Self::SplitOverLines,
        Self::OtherName,
        Self::TouchesLetters,
        Self::RareLength,
        Self::BesideNumber,
        Self::LongerChain,
    ];

    /// The stable name, such as `grouped`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Grouped => "grouped",
            Self::Named => "named",
            Self::Track => "track",
            Self::SplitOverLines => "split_over_lines",
            Self::OtherName => "other_name",
            Self::TouchesLetters => "touches_letters",
            Self::RareLength => "rare_length",
            Self::BesideNumber => "beside_number",
            Self::LongerChain => "longer_chain",
        }
    }

    /// The reason as a person reads it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Number => "range, length and check digit of a brand",
            Self::Grouped => "a brand's number, written in its groups",
            Self::Named => "a brand's number beside a name that says a card number",
            Self::Track => "data of a magnetic stripe",
            Self::SplitOverLines => "a brand's number, spread over two lines",
            Self::OtherName => "a brand's number beside a name that says another number",
            Self::TouchesLetters => "a brand's number in a word with letters",
            Self::RareLength => "a brand's number of a length that few cards have",
            Self::BesideNumber => "a name says so, and a card number stands near",
            Self::LongerChain => "a brand's number within a longer chain of groups",
        }
    }
}

/// How a hit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Writing {
    /// ASCII digits without gaps.
    Plain,
    /// ASCII digits with spaces, dots, dashes, slashes or underscores between groups.
    Separated,
    /// Full-width, Arabic-Indic or other digits than ASCII, in UTF-8 or an East Asian encoding.
    OtherDigits,
    /// Digits or gaps URL-encoded (`%34`, `%20`).
    Percent,
    /// The bytes of its digits as hexadecimal numbers.
    Hex,
    /// Inside base64.
    Base64,
}

impl Writing {
    /// Every writing; new ones come at the end.
    pub const ALL: &'static [Self] =
        &[Self::Plain, Self::Separated, Self::OtherDigits, Self::Percent, Self::Hex, Self::Base64];

    /// The stable name, such as `separated`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Separated => "separated",
            Self::OtherDigits => "other_digits",
            Self::Percent => "percent",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}
