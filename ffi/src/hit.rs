//! What was found in a text: numbers and a mask, never a value.

use std::ffi::{c_char, c_void};

use panveil::Result;
use panveil::card::Brand;
use panveil::scan::{Confidence, Hit, Kind, Reason, Writing};

use crate::text::Text;

/// One place where card data lies. It holds no digit beyond the last four, so it may be printed and sent. A number that the
/// header does not know is one of a later release.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_hit {
    /// Where it begins, in bytes from the start of the text.
    pub offset: u64,
    /// How long it is, in bytes.
    pub length: u64,
    /// What it is: PANVEIL_KIND_...
    pub kind: u32,
    /// How sure that is: PANVEIL_CONFIDENCE_..., the higher the surer.
    pub confidence: u32,
    /// Why: PANVEIL_REASON_...
    pub reason: u32,
    /// How it is written: PANVEIL_WRITING_...
    pub writing: u32,
    /// Whose number it is: PANVEIL_BRAND_...; 0 for security codes and PINs.
    pub brand: u32,
    /// The last four digits, the others as `*`, zero-terminated; empty for security codes and PINs.
    pub masked: [c_char; 20],
}

/// Takes a hit, which is lent for the time of the call. It is called on the thread that calls the library.
pub type panveil_on_hit = Option<unsafe extern "C" fn(context: *mut c_void, hit: *const panveil_hit)>;

/// A card number.
pub const PANVEIL_KIND_PAN: u32 = 1;
/// Track 1 of a magnetic stripe (ISO/IEC 7813), its card number included.
pub const PANVEIL_KIND_TRACK1: u32 = 2;
/// Track 2 of a magnetic stripe or its equivalent in a chip, its card number included.
pub const PANVEIL_KIND_TRACK2: u32 = 3;
/// A card security code, beside a card number.
pub const PANVEIL_KIND_SECURITY_CODE: u32 = 4;
/// A PIN or PIN block, beside a card number.
pub const PANVEIL_KIND_PIN: u32 = 5;

/// Range, length and check digit fit, but something beside it speaks against: one number in thirty would fit.
pub const PANVEIL_CONFIDENCE_LOW: u32 = 1;
/// Range, length and check digit fit, and nothing speaks against it.
pub const PANVEIL_CONFIDENCE_MEDIUM: u32 = 2;
/// A name, the grouping or track data says so too.
pub const PANVEIL_CONFIDENCE_HIGH: u32 = 3;

/// Range, length and check digit of a brand.
pub const PANVEIL_REASON_NUMBER: u32 = 1;
/// Likewise, in the groups in which such numbers are written.
pub const PANVEIL_REASON_GROUPED: u32 = 2;
/// Likewise, beside a name that says a card number.
pub const PANVEIL_REASON_NAMED: u32 = 3;
/// It stands in track data.
pub const PANVEIL_REASON_TRACK: u32 = 4;
/// It is spread over two lines.
pub const PANVEIL_REASON_SPLIT_OVER_LINES: u32 = 5;
/// A name beside it says another number (an order, a trace id).
pub const PANVEIL_REASON_OTHER_NAME: u32 = 6;
/// Letters touch it, as in an identifier.
pub const PANVEIL_REASON_TOUCHES_LETTERS: u32 = 7;
/// A length that few cards of the brand have.
pub const PANVEIL_REASON_RARE_LENGTH: u32 = 8;
/// A name says a security code or PIN, and a card number stands near.
pub const PANVEIL_REASON_BESIDE_NUMBER: u32 = 9;
/// Its groups are a part of a longer chain, as in an IBAN or a tracking number.
pub const PANVEIL_REASON_LONGER_CHAIN: u32 = 10;

/// ASCII digits without gaps.
pub const PANVEIL_WRITING_PLAIN: u32 = 1;
/// ASCII digits with spaces, dots, dashes, slashes or underscores between groups.
pub const PANVEIL_WRITING_SEPARATED: u32 = 2;
/// Full-width, Arabic-Indic or other digits than ASCII, in UTF-8 or an East Asian encoding.
pub const PANVEIL_WRITING_OTHER_DIGITS: u32 = 3;
/// Digits or gaps URL-encoded (`%34`, `%20`).
pub const PANVEIL_WRITING_PERCENT: u32 = 4;
/// The bytes of its digits as hexadecimal numbers.
pub const PANVEIL_WRITING_HEX: u32 = 5;
/// Inside base64.
pub const PANVEIL_WRITING_BASE64: u32 = 6;

/// Visa.
pub const PANVEIL_BRAND_VISA: u32 = 1;
/// Mastercard, the 2-series included.
pub const PANVEIL_BRAND_MASTERCARD: u32 = 2;
/// American Express.
pub const PANVEIL_BRAND_AMEX: u32 = 3;
/// JCB.
pub const PANVEIL_BRAND_JCB: u32 = 4;
/// UnionPay.
pub const PANVEIL_BRAND_UNIONPAY: u32 = 5;
/// Diners Club International.
pub const PANVEIL_BRAND_DINERS: u32 = 6;
/// Discover.
pub const PANVEIL_BRAND_DISCOVER: u32 = 7;
/// Maestro.
pub const PANVEIL_BRAND_MAESTRO: u32 = 8;
/// RuPay.
pub const PANVEIL_BRAND_RUPAY: u32 = 9;
/// Mir.
pub const PANVEIL_BRAND_MIR: u32 = 10;
/// Troy.
pub const PANVEIL_BRAND_TROY: u32 = 11;

impl panveil_hit {
    pub(crate) fn of(hit: &Hit) -> Result<Self> {
        let masked = hit.masked.map_or(Ok(Text::new()), |masked| Text::of(masked.as_str()))?;
        Ok(Self {
            offset: hit.offset,
            length: hit.length as u64,
            kind: number(Kind::ALL, hit.kind),
            confidence: number(Confidence::ALL, hit.confidence),
            reason: number(Reason::ALL, hit.reason),
            writing: number(Writing::ALL, hit.writing),
            brand: hit.brand.map_or(0, |brand| number(Brand::ALL, brand)),
            masked: masked.place,
        })
    }
}

/// The number of a name: its place among all of them, from 1. New names come at the end, so a number stays what it is.
fn number<T: Copy + PartialEq>(all: &[T], wanted: T) -> u32 {
    let place = all.iter().position(|name| *name == wanted);
    place.and_then(|place| u32::try_from(place).ok()).map_or(0, |place| place.saturating_add(1))
}

/// What a number stands for.
pub(crate) fn confidence(wanted: u32) -> Option<Confidence> {
    Confidence::ALL.iter().copied().find(|confidence| number(Confidence::ALL, *confidence) == wanted)
}
