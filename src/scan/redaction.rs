//! What stands in place of card data, and the stream that puts it there.

use std::sync::Arc;

use zeroize::Zeroize;

use super::dump::Dump;
use super::finder::{Charset, Finder, Writings};
use super::hex::{self, Joined};
use super::hit::{Hit, Kind, Writing};
use super::number::MOST;
use super::search::{Found, Part, Taker};
use super::sign::{self, Sign};
use super::stream::Feed;
use super::utf16;
use super::window::Window;
use crate::card::mask::{Masked, Shown};
use crate::card::pan::{Pan, PanRules};
use crate::error::{Error, Result};
use crate::protect::{LayoutChoice, Tokenizer};

/// What takes the place of card data in a text.
///
/// Security codes, PINs and track data are always hidden entirely; a token or the last four digits only ever take the
/// place of a card number.
///
/// ```
/// use panveil::scan::{Finder, Redaction};
/// let redaction = Redaction::mask(Finder::new());
/// assert_eq!(redaction.redact(b"card 4111 1111 1111 1111, cvv=123"), b"card ************1111, cvv=***");
/// let same_length = redaction.keep_length();
/// assert_eq!(same_length.redact(b"card 4111 1111 1111 1111"), b"card **** **** **** 1111");
/// ```
#[derive(Clone, Debug)]
pub struct Redaction {
    finder: Finder,
    replacement: Replacement,
    keeps_length: bool,
}

/// What takes the place of a card number.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Replacement {
    /// Stars for what `Shown` does not name.
    Mask(Shown),
    /// One text for every card number, in square brackets: `[card number]`.
    Fixed(String),
    /// The card's token under a layout. Where none can be made, a mask of the last four digits.
    Token(Arc<Tokenizer>, LayoutChoice),
}

impl Redaction {
    /// Masks that show the last four digits.
    pub const fn mask(finder: Finder) -> Self {
        Self { finder, replacement: Replacement::Mask(Shown::LAST4), keeps_length: false }
    }

    /// Whatever `replacement` says.
    ///
    /// # Errors
    /// [`Error::Argument`] for a fixed text that does not stand in square brackets, as `[card number]` does, or that has a
    /// digit, a star, another bracket or a control character in it, or more than 100 bytes: what is put in must not make a
    /// number, a name or a line with what stands beside it.
    pub fn new(finder: Finder, replacement: Replacement) -> Result<Self> {
        if let Replacement::Fixed(text) = &replacement {
            let within =
                text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or(Error::Argument)?;
            let refused = |character: char| {
                character.is_numeric() || character.is_control() || matches!(character, '*' | '[' | ']')
            };
            if within.is_empty() || text.len() > LONGEST_FIXED || within.chars().any(refused) {
                return Err(Error::Argument);
            }
        }
        Ok(Self { finder, replacement, keeps_length: false })
    }

    /// Keeps the length and the gaps of what is replaced, so that offsets in the text stay right. A fixed text becomes
    /// stars.
    #[must_use]
    pub const fn keep_length(mut self) -> Self {
        self.keeps_length = true;
        self
    }

    /// What is looked for.
    pub const fn finder(&self) -> &Finder {
        &self.finder
    }

    /// A whole text, redacted.
    pub fn redact(&self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let mut stream = self.stream();
        stream.push(text, &mut out, &mut |_| {});
        stream.finish(&mut out, &mut |_| {});
        out
    }

    /// A stream to push text into, piece by piece.
    pub fn stream(&self) -> RedactionStream {
        RedactionStream { feed: Feed::new(self.finder), redaction: self.clone(), written: 0 }
    }
}

/// The longest fixed text, in bytes.
const LONGEST_FIXED: usize = 100;

/// Takes text in pieces and gives it back redacted. Holds back at most 2 KiB, and wipes what it held.
#[derive(Debug)]
pub struct RedactionStream {
    feed: Feed,
    redaction: Redaction,
    /// How much of the text stands in the output, redacted.
    written: u64,
}

impl RedactionStream {
    /// Takes the next piece; appends to `out` what is certain by now, and calls `on_hit` for each hit, in order.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>, on_hit: &mut dyn FnMut(&Hit)) {
        let mut put = |bytes: &[u8]| out.extend_from_slice(bytes);
        self.push_to(piece, &mut put, on_hit);
    }

    /// Ends the text: appends what was held back. The next piece begins another text.
    pub fn finish(&mut self, out: &mut Vec<u8>, on_hit: &mut dyn FnMut(&Hit)) {
        let mut put = |bytes: &[u8]| out.extend_from_slice(bytes);
        self.finish_to(&mut put, on_hit);
    }

    pub(super) fn push_to(&mut self, piece: &[u8], put: &mut dyn FnMut(&[u8]), on_hit: &mut dyn FnMut(&Hit)) {
        let mut put = Put { redaction: &self.redaction, written: self.written, put, on_hit };
        self.feed.push(piece, &mut put);
        self.written = put.written;
    }

    pub(super) fn finish_to(&mut self, put: &mut dyn FnMut(&[u8]), on_hit: &mut dyn FnMut(&Hit)) {
        let mut put = Put { redaction: &self.redaction, written: self.written, put, on_hit };
        let half = self.feed.finish(&mut put);
        self.written = put.written;
        if let Some(half) = half {
            (put.put)(&[half]);
        }
    }
}

/// Copies text, and replaces hits.
struct Put<'a> {
    redaction: &'a Redaction,
    written: u64,
    put: &'a mut dyn FnMut(&[u8]),
    on_hit: &'a mut dyn FnMut(&Hit),
}

impl Taker for Put<'_> {
    fn hit(&mut self, window: &Window<'_>, found: &Found) {
        let hit = &found.hit;
        self.copy_until(window, hit.offset);
        let end = hit.offset.saturating_add(hit.length as u64);
        let mut replaced = Vec::with_capacity(hit.length.max(LONGEST_FIXED));
        self.redaction.replace(window, found, &mut replaced);
        if window.charset == Charset::AsciiBased {
            (self.put)(&replaced);
        } else {
            let mut wide = Vec::with_capacity(replaced.len().saturating_mul(2));
            // A fixed text may be other than ASCII.
            match core::str::from_utf8(&replaced) {
                Ok(text) => utf16::encode(text, window.charset == Charset::Utf16Be, &mut wide),
                Err(_) => {
                    utf16::encode(&"*".repeat(hit.length), window.charset == Charset::Utf16Be, &mut wide)
                }
            }
            (self.put)(&wide);
            wide.zeroize();
        }
        replaced.zeroize();
        self.written = end;
        (self.on_hit)(&window.in_bytes(hit));
    }

    fn decided(&mut self, window: &Window<'_>, until: u64) {
        self.copy_until(window, until);
    }
}

impl Put<'_> {
    fn copy_until(&mut self, window: &Window<'_>, until: u64) {
        if until > self.written {
            (self.put)(window.slice(self.written, until));
            self.written = until;
        }
    }
}

impl Redaction {
    /// Writes what takes the place of a hit.
    fn replace(&self, window: &Window<'_>, found: &Found, out: &mut Vec<u8>) {
        let hit = &found.hit;
        let begin = window.place(hit.offset);
        let end = begin.saturating_add(hit.length);
        let region = window.text.get(begin..end).unwrap_or_default();
        let may_show = hit.kind == Kind::Pan && !found.overlaps;
        // Columns of a dump stay where they are.
        if found.part == Part::Characters {
            return self.star_digits(region, &[], out);
        }
        if hit.writing == Writing::Hex && Dump::hide(window.text, begin, end, self.finder.writings, out) {
            return;
        }
        // What is spread over two lines stays so: records of a log are not joined.
        let joined = hex::Joined::at(window.text, begin, self.finder.writings);
        if !is_text(hit.writing) && region.contains(&b'\n') {
            return self.hide(region, hit, joined, out);
        }
        if hit.kind == Kind::Pan && region.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            return self.star_digits(region, &[], out);
        }
        match &self.replacement {
            Replacement::Fixed(text)
                if !self.keeps_length && hit.kind != Kind::SecurityCode && hit.kind != Kind::Pin =>
            {
                out.extend_from_slice(text.as_bytes());
            }
            Replacement::Mask(shown) if may_show => self.write_mask(region, hit, *shown, joined, out),
            Replacement::Token(tokenizer, layout) if may_show && is_text(hit.writing) => {
                let before = window.text.get(begin.saturating_sub(BESIDE)..begin).unwrap_or_default();
                let after = window.text.get(end..).unwrap_or_default();
                let after = after.get(..BESIDE).unwrap_or(after);
                if !self.token(before, region, after, tokenizer, *layout, out) {
                    self.write_mask(region, hit, Shown::LAST4, joined, out);
                }
            }
            _ => self.hide(region, hit, joined, out),
        }
    }

    /// Stars for all digits that `shown` does not name.
    fn write_mask(&self, region: &[u8], hit: &Hit, shown: Shown, joined: Joined, out: &mut Vec<u8>) {
        let mut digits = digits_of(region, self.finder.writings);
        let masked = Masked::of_digits(digits.get(), shown).ok().or(hit.masked);
        digits.wipe();
        let Some(masked) = masked else { return self.hide(region, hit, joined, out) };
        if matches!(hit.writing, Writing::Hex | Writing::Base64) {
            return self.hide(region, hit, joined, out);
        }
        if !self.keeps_length {
            return out.extend_from_slice(masked.as_str().as_bytes());
        }
        self.star_digits(region, masked.as_str().as_bytes(), out);
    }

    /// The region with stars for its digits, but for those that `shown` shows in their order.
    fn star_digits(&self, region: &[u8], shown: &[u8], out: &mut Vec<u8>) {
        let mut shown = shown.iter();
        let mut at = 0usize;
        while let Some((sign, bytes)) = sign::read(region, at, self.finder.writings) {
            let next = at.saturating_add(bytes);
            let hidden = matches!(sign, Sign::Digit(_)) && shown.next().is_none_or(|byte| *byte == b'*');
            if hidden {
                out.extend(core::iter::repeat_n(b'*', bytes));
            } else {
                out.extend_from_slice(region.get(at..next).unwrap_or_default());
            }
            at = next;
        }
    }

    /// Stars for all digits and letters.
    fn hide(&self, region: &[u8], hit: &Hit, joined: Joined, out: &mut Vec<u8>) {
        match hit.writing {
            Writing::Hex => hex::hide(region, joined, out),
            Writing::Base64 => super::base64::hide(region, out),
            _ if self.keeps_length && hit.kind == Kind::Pan => self.star_digits(region, &[], out),
            _ if hit.kind != Kind::Pan => out.extend(core::iter::repeat_n(b'*', region.len())),
            _ => {
                let mut digits = digits_of(region, self.finder.writings);
                out.extend(core::iter::repeat_n(b'*', digits.get().len()));
                digits.wipe();
            }
        }
    }

    /// The token, unless none can be made or what comes out holds a number again with its neighbours.
    fn token(
        &self,
        before: &[u8],
        region: &[u8],
        after: &[u8],
        tokenizer: &Tokenizer,
        layout: LayoutChoice,
        out: &mut Vec<u8>,
    ) -> bool {
        let mut digits = digits_of(region, self.finder.writings);
        let pan = pan_of(digits.get());
        digits.wipe();
        let Ok(token) = pan.and_then(|pan| tokenizer.tokenize(&pan, layout)) else { return false };
        let plain = token.as_str().len() == region.len() && region.iter().all(u8::is_ascii_digit);
        if self.keeps_length && !plain {
            return false;
        }
        let mut beside = before.to_vec();
        beside.extend_from_slice(token.as_str().as_bytes());
        beside.extend_from_slice(after);
        let strict = self.finder.at_least(super::hit::Confidence::Low);
        let (begin, end) = (before.len(), before.len().saturating_add(token.as_str().len()));
        // Neither as it stands, nor as it may stand once more is replaced.
        let makes_number = super::beside::joins_number(&beside, begin, end, self.finder.writings)
            || strict.find(&beside).iter().any(|hit| {
                let from = usize::try_from(hit.offset).unwrap_or(usize::MAX);
                from < end && from.saturating_add(hit.length) > begin
            });
        beside.zeroize();
        if !makes_number {
            out.extend_from_slice(token.as_str().as_bytes());
        }
        !makes_number
    }
}

/// Whether the digits of a hit are its characters.
const fn is_text(writing: Writing) -> bool {
    !matches!(writing, Writing::Hex | Writing::Base64)
}

/// So much text on either side is looked at when a token is put in.
const BESIDE: usize = 64;

/// The digit values of a hit, wiped by whoever asked for them.
struct Digits {
    values: [u8; MOST],
    count: usize,
}

impl Digits {
    fn get(&self) -> &[u8] {
        self.values.get(..self.count).unwrap_or_default()
    }

    fn wipe(&mut self) {
        self.values.zeroize();
    }
}

fn digits_of(region: &[u8], writings: Writings) -> Digits {
    let mut digits = Digits { values: [0; MOST], count: 0 };
    let mut at = 0usize;
    while let Some((sign, bytes)) = sign::read(region, at, writings) {
        if let Sign::Digit(value) = sign
            && let Some(place) = digits.values.get_mut(digits.count)
        {
            *place = value | b'0';
            digits.count = digits.count.saturating_add(1);
        }
        at = at.saturating_add(bytes);
    }
    digits
}

fn pan_of(digits: &[u8]) -> Result<Pan> {
    PanRules::default().parse(digits)
}
