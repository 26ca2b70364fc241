//! Card numbers as batch calls take them, in memory that is wiped.

use panveil::protect::batch::PAN_RECORD;
use zeroize::Zeroize;

/// A growing list of card numbers, zero before it is cleared, grown or freed.
pub(super) struct PanRecords {
    records: Vec<[u8; PAN_RECORD]>,
}

impl PanRecords {
    pub(super) const fn new() -> Self {
        Self { records: Vec::new() }
    }

    pub(super) fn push(&mut self, record: &[u8; PAN_RECORD]) {
        // Moved by hand: a `Vec` that grows frees the old bytes unwiped.
        if self.records.len() == self.records.capacity() {
            let mut grown = Vec::with_capacity(self.records.len().saturating_mul(2).max(FEWEST));
            grown.extend_from_slice(&self.records);
            self.clear();
            self.records = grown;
        }
        self.records.push(*record);
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
    use super::{FEWEST, PanRecords};

    #[test]
    fn records_stay_in_order_as_the_list_grows_and_leave_when_it_is_cleared() {
        let mut records = PanRecords::new();
        let record = |number: usize| [u8::try_from(number % 251).unwrap(); 20];
        for number in 0..3 * FEWEST {
            records.push(&record(number));
        }
        assert!(records.as_slice().iter().copied().eq((0..3 * FEWEST).map(record)));
        records.clear();
        assert!(records.as_slice().is_empty());
    }
}
