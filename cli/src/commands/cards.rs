//! The cards of many rows at a time: tokens, masks and sealed records by the batch calls of the library.

use panveil::card::{PanRules, Shown, spot};
use panveil::protect::Sealer;
use panveil::protect::batch::{MASK_RECORD, SEALED_RECORD, mask_all, outcome};
use panveil::{Error, Result as Protection};
use zeroize::Zeroize;

use super::pan_records::PanRecords;
use super::tokens::{Maker, Tokens, text};
use crate::table::{CardBatch, CardWork, Protected, Reason};

/// Tokenizes, masks and, with a sealer, seals.
pub(crate) struct Cards {
    pub(crate) maker: Maker,
    pub(crate) sealer: Option<Sealer>,
}

impl CardWork for Cards {
    fn batch(&self) -> Box<dyn CardBatch + '_> {
        Box::new(Laid {
            tokens: self.maker.tokens(),
            sealer: self.sealer.as_ref(),
            cells: Vec::new(),
            pans: PanRecords::new(),
            masks: Vec::new(),
            ids: Vec::new(),
            ids_are_random: false,
            sealed: Vec::new(),
        })
    }

    fn is_card_number(&self, digits: &[u8]) -> bool {
        spot::is_card_number(digits)
    }
}

/// The cards that are laid down. All but `cells` have an entry for each cell that was read.
struct Laid<'a> {
    tokens: Tokens<'a>,
    sealer: Option<&'a Sealer>,
    /// What each cell was: the place of its card among the others, or why it is none.
    cells: Vec<Protection<Place>>,
    pans: PanRecords,
    masks: Vec<[u8; MASK_RECORD]>,
    /// The record ids, packed as sealing takes them.
    ids: Vec<u8>,
    /// There is no record column, so no id is of one.
    ids_are_random: bool,
    sealed: Vec<[u8; SEALED_RECORD]>,
}

#[derive(Clone, Copy)]
struct Place {
    at: usize,
    /// Where its record id begins, the length before it.
    id: usize,
    /// The record id holds a card number, and is not among the others.
    id_holds_pan: bool,
}

impl CardBatch for Laid<'_> {
    fn add(&mut self, pan_cell: &[u8], record_cell: Option<&[u8]>) {
        let (at, id) = (self.pans.as_slice().len(), self.ids.len());
        let cell = lay(pan_cell, &mut self.pans).map(|()| {
            let id_holds_pan = self.sealer.is_some() && self.add_id(record_cell);
            Place { at, id, id_holds_pan }
        });
        self.cells.push(cell);
    }

    fn run(&mut self) -> Result<(), Error> {
        let count = self.pans.as_slice().len();
        self.tokens.make(self.pans.as_slice())?;
        self.masks.resize(count, [0; MASK_RECORD]);
        mask_all(self.pans.as_slice(), Shown::LAST4, &mut self.masks)?;
        let Some(sealer) = self.sealer else { return Ok(()) };
        // What has no token is not sealed: a record of zeros costs the key no message number.
        for (at, record) in self.pans.as_mut_slice().iter_mut().enumerate() {
            if self.tokens.refused(at).is_some() {
                record.zeroize();
            }
        }
        if self.ids_are_random {
            draw_ids(&mut self.ids)?;
        }
        self.sealed.resize(count, [0; SEALED_RECORD]);
        sealer.seal_all(self.pans.as_slice(), &self.ids, &mut self.sealed).map(|_| ())
    }

    fn write(&self, number: usize, out: &mut Protected) -> Result<(), Reason> {
        let Place { at, id, id_holds_pan } = (*self.cells.get(number).ok_or(Error::Internal)?)?;
        self.tokens.write(at, &mut out.token, &mut out.token_format)?;
        out.masked.extend_from_slice(text(self.masks.get(at).ok_or(Error::Internal)?)?);
        if self.sealer.is_none() {
            return Ok(());
        }
        if id_holds_pan {
            return Err(Error::HoldsPan.into());
        }
        let sealed = self.sealed.get(at).ok_or(Error::Internal)?;
        outcome(sealed)?;
        let (length, rest) = self.ids.get(id..).and_then(<[u8]>::split_first).ok_or(Error::Internal)?;
        out.record_id.extend_from_slice(rest.get(..usize::from(*length)).ok_or(Error::Internal)?);
        out.sealed.extend_from_slice(&base64url(sealed.first_chunk().ok_or(Error::Internal)?));
        Ok(())
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.pans.clear();
        self.masks.clear();
        self.ids.clear();
        self.sealed.clear();
        self.tokens.clear();
    }
}

/// Bytes of a sealed card number, and characters of its text form.
const SEALED_BYTES: usize = 84;
const SEALED_TEXT: usize = 112;

impl Laid<'_> {
    /// Packs the record id of the column, or 128 random bits; says whether it holds a card number, and then keeps none
    /// of it. What cannot be packed is packed as nothing, and refused as an id when it comes to sealing.
    fn add_id(&mut self, cell: Option<&[u8]>) -> bool {
        let Some(cell) = cell else {
            // Drawn for all of them when they are all there.
            self.ids_are_random = true;
            self.ids.push(RANDOM_ID);
            self.ids.extend_from_slice(&[0; RANDOM_ID as usize]);
            return false;
        };
        let holds_pan = spot::holds_card_number(cell);
        match u8::try_from(cell.len()) {
            Ok(length) if !holds_pan => {
                self.ids.push(length);
                self.ids.extend_from_slice(cell);
            }
            _ => self.ids.push(0),
        }
        holds_pan
    }
}

/// Characters of a random record id.
const RANDOM_ID: u8 = 32;

/// Adds the card number of a cell. A wrong check digit of bare digits is left to the batch to find.
fn lay(cell: &[u8], pans: &mut PanRecords) -> Protection<()> {
    pans.push(cell).or_else(|_| pans.push(PanRules::new().parse_normalized(cell)?.expose()))
}

/// The text form of a sealed record, base64url (RFC 4648, section 5).
///
/// By a table: `base64ct`, which has none, took a tenth of a run, and what is sealed is no secret.
fn base64url(record: &[u8; SEALED_BYTES]) -> [u8; SEALED_TEXT] {
    let mut text = [0; SEALED_TEXT];
    let digit = |bits: u32| BASE64URL.get((bits & 0x3f) as usize).copied().unwrap_or_default();
    for ([a, b, c], out) in record.as_chunks::<3>().0.iter().zip(text.as_chunks_mut::<4>().0) {
        let bits = u32::from_be_bytes([0, *a, *b, *c]);
        *out = [digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)];
    }
    text
}

const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Gives each of these packed ids its random digits.
fn draw_ids(ids: &mut [u8]) -> Protection<()> {
    let (ids, _) = ids.as_chunks_mut::<{ 1 + RANDOM_ID as usize }>();
    let mut random = vec![[0u8; RANDOM_ID as usize / 2]; ids.len()];
    getrandom::fill(random.as_flattened_mut()).map_err(|_| Error::Random)?;
    for ([_, digits @ ..], random) in ids.iter_mut().zip(random) {
        for ([high, low], byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(random) {
            (*high, *low) = (hex_digit(byte >> 4), hex_digit(byte & 0x0f));
        }
    }
    Ok(())
}

const fn hex_digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0'.wrapping_add(value),
        _ => b'a'.wrapping_add(value.wrapping_sub(10)),
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

    use super::{RANDOM_ID, base64url, draw_ids};

    proptest! {
        #[test]
        fn texts_are_those_of_base64ct(record in prop::array::uniform32(any::<u8>()), more: [[u8; 26]; 2]) {
            let record: [u8; 84] = [record.as_slice(), &more[0], &more[1]].concat().try_into().unwrap();
            prop_assert_eq!(base64url(&record).to_vec(), Base64UrlUnpadded::encode_string(&record).into_bytes());
        }
    }

    #[test]
    fn random_ids_are_hexadecimal_and_differ() {
        let mut packed = [[RANDOM_ID; 33]; 100].concat();
        draw_ids(&mut packed).unwrap();
        let ids: std::collections::HashSet<&[u8]> = packed.chunks(33).map(|id| &id[1..]).collect();
        assert_eq!(ids.len(), 100);
        assert!(packed.chunks(33).all(|id| id[0] == RANDOM_ID));
        assert!(ids.iter().flat_map(|id| id.iter()).all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
    }
}
