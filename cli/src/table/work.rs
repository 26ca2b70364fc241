//! The boundary to the cryptography: what the engine asks of whoever protects the cards.

use panveil::Error;

/// Turns card numbers into what is stored in their place.
pub trait CardWork: Sync {
    /// Where one thread lays down the cards of many rows, to have them worked on together.
    fn batch(&self) -> Box<dyn CardBatch + '_>;

    /// Whether 12 to 19 ASCII digits are a card number: known BIN, fitting length, right check digit.
    ///
    /// Asked only for strings of digits that the engine found in a kept cell.
    fn is_card_number(&self, digits: &[u8]) -> bool;
}

/// The cards of some rows: laid down, worked on all at once, and picked up.
///
/// Cells arrive as UTF-8 bytes without their quotes (bytes that are no text of the table's encoding arrive as
/// U+FFFD); the slices live in buffers that are wiped, and so must be what is kept of them.
pub trait CardBatch {
    /// Lays down the card of one more row; the first since [`clear`](Self::clear) is number 0.
    ///
    /// `record_cell` is the cell of the record column, `None` if the caller named no such column. Implementations
    /// refuse a record id that contains the card number.
    fn add(&mut self, pan_cell: &[u8], record_cell: Option<&[u8]>);

    /// Works on all that was laid down.
    ///
    /// # Errors
    /// What concerns all of them; the run then ends with nothing written.
    fn run(&mut self) -> Result<(), Error>;

    /// Fills `out`, whose buffers arrive empty, with what became of card `number`.
    ///
    /// # Errors
    /// The reason why its row cannot be taken. A reason that says the whole run cannot go on
    /// ([`Reason::stops_the_run`]) ends it with nothing written.
    fn write(&self, number: usize, out: &mut Protected) -> Result<(), Reason>;

    /// Wipes and forgets all cards.
    fn clear(&mut self);
}

/// [`CardWork`] that gains nothing from having many cards at once.
pub trait SingleCardWork: Sync {
    /// What [`CardBatch::write`] does, for the cells of one row.
    ///
    /// # Errors
    /// As [`CardBatch::write`].
    fn protect(&self, pan_cell: &[u8], record_cell: Option<&[u8]>, out: &mut Protected)
    -> Result<(), Reason>;

    /// As [`CardWork::is_card_number`].
    fn is_card_number(&self, digits: &[u8]) -> bool;
}

impl<W: SingleCardWork> CardWork for W {
    fn batch(&self) -> Box<dyn CardBatch + '_> {
        Box::new(OneByOne { work: self, made: Vec::new() })
    }

    fn is_card_number(&self, digits: &[u8]) -> bool {
        SingleCardWork::is_card_number(self, digits)
    }
}

struct OneByOne<'a, W> {
    work: &'a W,
    made: Vec<Result<Protected, Reason>>,
}

impl<W: SingleCardWork> CardBatch for OneByOne<'_, W> {
    fn add(&mut self, pan_cell: &[u8], record_cell: Option<&[u8]>) {
        let mut out = Protected::default();
        self.made.push(self.work.protect(pan_cell, record_cell, &mut out).map(|()| out));
    }

    fn run(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn write(&self, number: usize, out: &mut Protected) -> Result<(), Reason> {
        match self.made.get(number) {
            Some(Ok(made)) => {
                out.clone_from(made);
                Ok(())
            }
            Some(Err(reason)) => Err(*reason),
            None => Err(Reason::Card(Error::Internal)),
        }
    }

    fn clear(&mut self) {
        self.made.clear();
    }
}

/// What stands in place of one card number: ASCII text, in buffers that are used again for the next row.
#[derive(Clone, Debug, Default)]
pub struct Protected {
    /// The token, such as `4111110394821111`.
    pub token: Vec<u8>,
    /// How it was made, such as `f1.6-4`.
    pub token_format: Vec<u8>,
    /// What a person may see, such as `************1111`.
    pub masked: Vec<u8>,
    /// The record id the sealed value is bound to; written only when sealing.
    pub record_id: Vec<u8>,
    /// The sealed record in its text form; written only when sealing.
    pub sealed: Vec<u8>,
}

impl Protected {
    pub(super) fn clear(&mut self) {
        for buffer in
            [&mut self.token, &mut self.token_format, &mut self.masked, &mut self.record_id, &mut self.sealed]
        {
            buffer.clear();
        }
    }
}

/// Why a row was not taken. Its name stands in the rejects file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The row has more or fewer cells than the header.
    RaggedRow,
    /// The row has more than 1 MiB.
    RowTooLong,
    /// A quoted cell that begins on this line is not closed within 1 MiB or before the end of the file.
    UnclosedQuote,
    /// A cell that would be kept is, or contains, a card number.
    PanElsewhere,
    /// The card number, or its record id, was refused.
    Card(Error),
}

impl Reason {
    /// The stable name, as in the rejects file and the summary.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::RaggedRow => "RaggedRow",
            Reason::RowTooLong => "RowTooLong",
            Reason::UnclosedQuote => "UnclosedQuote",
            Reason::PanElsewhere => "PanElsewhere",
            Reason::Card(error) => error.name(),
        }
    }

    /// The error, if it concerns more than this row: keys, store, randomness, configuration.
    ///
    /// Errors about the card itself (1xx), its token (2xx) or the length of a value reject the row and no more.
    pub const fn stops_the_run(self) -> Option<Error> {
        match self {
            Reason::Card(Error::ValueLength) => None,
            Reason::Card(error) if error.number() >= 300 => Some(error),
            _ => None,
        }
    }
}

impl From<Error> for Reason {
    fn from(error: Error) -> Self {
        Reason::Card(error)
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;
    use panveil::Error;

    #[test]
    fn only_what_concerns_more_than_a_row_stops_the_run() {
        for (reason, stops) in [
            (Reason::RaggedRow, None),
            (Reason::Card(Error::PanLuhn), None),
            (Reason::Card(Error::LayoutRefused), None),
            (Reason::Card(Error::ValueLength), None),
            (Reason::Card(Error::SealLimit), Some(Error::SealLimit)),
            (Reason::Card(Error::StoreUnavailable), Some(Error::StoreUnavailable)),
        ] {
            assert_eq!(reason.stops_the_run(), stops, "{}", reason.name());
        }
    }
}
