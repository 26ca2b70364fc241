//! Tokens of many cards.

use super::record::{BatchReport, PAN_RECORD, TOKEN_RECORD, put_text};
use crate::error::{Error, Result};
use crate::protect::layout::{Layout, LayoutChoice};
use crate::protect::tokenizer::Tokenizer;

impl Tokenizer {
    /// The tokens of a batch of card numbers under the current key; [`batch`](crate::protect::batch) has the layout of
    /// the records.
    ///
    /// Statuses: those of [`Pan::parse`](crate::card::Pan::parse), and [`Error::LayoutRefused`] where the layout is not
    /// for the length of a card number.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are more records on one side than on the other.
    pub fn tokenize_all(
        &self,
        pans: &[[u8; PAN_RECORD]],
        layout: LayoutChoice,
        out: &mut [[u8; TOKEN_RECORD]],
    ) -> Result<BatchReport> {
        BatchReport::of(pans, out, |pan, out| {
            let token = self.tokenize(pan, layout)?;
            put_text(out, token.as_str().as_bytes())?;
            *out.get_mut(20).ok_or(Error::Internal)? = code(token.format().layout());
            Ok(())
        })
    }
}

/// How a layout is written in a token record.
const fn code(layout: Layout) -> u8 {
    match layout {
        Layout::Last4 => 0,
        Layout::Bin6Last4 => 1,
        Layout::Bin8 => 2,
    }
}
