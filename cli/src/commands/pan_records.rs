//! Card numbers as batch calls take them, in memory that is wiped.

use panveil::protect::batch::PAN_RECORD;
use panveil::{Error, Result as Protection};
use zeroize::Zeroize;

/// A growing list of card numbers, zero before it is cleared, grown or freed.
pub(super) struct PanRecords {
    records: Vec<[u8; PAN_RECORD]>,
}

impl PanRecords {
    pub(super) const fn new() -> Self {
        Self { records: Vec::new() }
    }

    /// Adds a card number. Its digits go straight to their place, so that no copy stays on the stack.
    ///
    /// # Errors
    /// Those of [`pan_record`](panveil::protect::batch::pan_record); a wrong check digit is found by the batch.
    pub(super) fn push(&mut self, digits: &[u8]) -> Protection<()> {
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Error::PanDigit);
        }
        if !(13..PAN_RECORD).contains(&digits.len()) {
            return Err(Error::PanLength);
        }
        // Moved by hand: a `Vec` that grows frees the old bytes unwiped.
        if self.records.len() == self.records.capacity() {
            let mut grown = Vec::with_capacity(self.records.len().saturating_mul(2).max(FEWEST));
            grown.extend_from_slice(&self.records);
            self.clear();
            self.records = grown;
        }
        self.records.push([0; PAN_RECORD]);
        let [place @ .., length] = self.records.last_mut().ok_or(Error::Internal)?;
        for (place, digit) in place.iter_mut().zip(digits) {
            *place = *digit;
        }
        *length = u8::try_from(digits.len()).map_err(|_| Error::Internal)?;
        Ok(())
    }

    pub(super) fn as_slice(&self) -> &[[u8; PAN_RECORD]] {
        &self.records
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [[u8; PAN_RECORD]] {
        &mut self.records
    }

    pub(super) fn clear(&mut self) {
        self.records.as_flattened_mut().zeroize();
        self.records.clear();
    }
}

impl Drop for PanRecords {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Room for a batch of usual rows.
const FEWEST: usize = 2048;

#[cfg(test)]
mod tests {
    use panveil::Error;
    use panveil::protect::batch::pan_record;

    use super::{FEWEST, PanRecords};

    #[test]
    fn records_are_those_of_the_library_in_order_as_the_list_grows() {
        let mut records = PanRecords::new();
        let card = |number: usize| format!("4000{number:0width$}", width = 9 + number % 7);
        for number in 0..3 * FEWEST {
            records.push(card(number).as_bytes()).unwrap();
        }
        let expected = (0..3 * FEWEST).map(|number| pan_record(card(number).as_bytes()).unwrap());
        assert!(records.as_slice().iter().copied().eq(expected));
        records.clear();
        assert!(records.as_slice().is_empty());
    }

    #[test]
    fn what_is_no_card_number_is_refused_as_by_the_library() {
        let mut records = PanRecords::new();
        for text in ["", "501800000009", "41111111111111111111", "4111 1111 1111 1111", "411111111111111x"] {
            let refused = records.push(text.as_bytes());
            assert_eq!(refused, pan_record(text.as_bytes()).map(|_| ()), "{text}");
            assert!(matches!(refused, Err(Error::PanLength | Error::PanDigit)), "{text}");
        }
        assert!(records.as_slice().is_empty());
    }
}
