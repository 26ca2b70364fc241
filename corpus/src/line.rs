//! A line and what it holds.

use std::ops::Range;

use panveil::card::Brand;
use panveil::scan::Kind;

use crate::card::Card;

/// A line (or two, where a number is split), without the line end.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Its bytes.
    pub text: Vec<u8>,
    /// The card data in it.
    pub truths: Vec<Truth>,
    /// The row of the table that it counts for.
    pub row: &'static str,
}

/// Card data in a line.
#[derive(Clone, Debug)]
pub struct Truth {
    /// What it is.
    pub kind: Kind,
    /// The bytes that give it away: one range, or more in a dump.
    pub pieces: Vec<Range<usize>>,
    /// Whose number it is, and its last four digits.
    pub card: Option<(Brand, [u8; 4])>,
}

impl Line {
    /// Appends text that is nobody's card.
    pub fn put(&mut self, text: &str) -> &mut Self {
        self.text.extend_from_slice(text.as_bytes());
        self
    }

    /// Appends a card number as `written`.
    pub fn card(&mut self, card: &Card, written: impl AsRef<[u8]>) -> &mut Self {
        self.secret(Kind::Pan, written);
        if let Some(truth) = self.truths.last_mut() {
            truth.card = Some((card.brand, last_four(card)));
        }
        self
    }

    /// Appends other card data.
    pub fn secret(&mut self, kind: Kind, written: impl AsRef<[u8]>) -> &mut Self {
        let start = self.text.len();
        self.text.extend_from_slice(written.as_ref());
        self.truths.push(Truth { kind, pieces: vec![start..self.text.len()], card: None });
        self
    }

    /// The same line in UTF-16, the low byte first; `None` if its bytes are in another encoding than UTF-8.
    pub fn in_utf16(&self) -> Option<Self> {
        let text = core::str::from_utf8(&self.text).ok()?;
        let moved = |at: usize| text[..at].encode_utf16().count() * 2;
        let mut line = self.clone();
        line.text = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for piece in line.truths.iter_mut().flat_map(|truth| &mut truth.pieces) {
            *piece = moved(piece.start)..moved(piece.end);
        }
        Some(line)
    }

    /// The same line as what stands `before` and `after` of it makes of it.
    pub fn between(mut self, before: &str, after: &str) -> Self {
        for piece in self.truths.iter_mut().flat_map(|truth| &mut truth.pieces) {
            *piece = piece.start + before.len()..piece.end + before.len();
        }
        self.text.splice(..0, before.bytes());
        self.put(after);
        self
    }
}

/// The last four digits of a card.
fn last_four(card: &Card) -> [u8; 4] {
    let digits = card.digits.as_bytes();
    digits[digits.len() - 4..].try_into().expect("four digits")
}
