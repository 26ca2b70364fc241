//! Which handles were revealed in a window: a set that forgets, in one row or spread over several.

use super::tally::Span;
use crate::error::{Error, Result};
use crate::store::{Fields, Snapshot, Table, Transaction};

/// 128 bits of HMAC-SHA-256 over tenant and handle: two handles fall together with probability 2^-128.
pub(super) type HandleTag = [u8; 16];

/// Sets of up to this many stand in the window's own row (3 KB).
const INLINE: u32 = 128;

/// Larger sets are spread over rows of about this many, at most 2^14 rows.
const IN_A_ROW: u32 = 64;
const MOST_BITS: u8 = 14;

/// A part of the set: each handle with the part of the window in which it was last revealed.
pub(super) struct Slot(Vec<(HandleTag, u64)>);

/// Over how many rows a set is spread: none, or a power of two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spread(u8);

impl Spread {
    /// All in the window's own row.
    pub(super) const INLINE: Spread = Spread(0);

    /// What suits a limit of `handles`.
    pub(super) fn for_limit(handles: u32) -> Self {
        if handles <= INLINE {
            return Self::INLINE;
        }
        let rows = handles.div_ceil(IN_A_ROW).checked_next_power_of_two().unwrap_or(u32::MAX);
        Self(u8::try_from(rows.trailing_zeros()).unwrap_or(MOST_BITS).min(MOST_BITS))
    }

    pub(super) fn from_byte(bits: u8) -> Result<Self> {
        if bits <= MOST_BITS { Ok(Self(bits)) } else { Err(Error::StoreDamaged) }
    }

    pub(super) fn to_byte(self) -> u8 {
        self.0
    }

    /// The numbers of the rows.
    pub(super) fn rows(self) -> core::ops::Range<u16> {
        0..1u16.checked_shl(u32::from(self.0)).unwrap_or(0)
    }

    /// The row a handle belongs to.
    pub(super) fn row_of(self, tag: &HandleTag) -> u16 {
        let front = u16::from_be_bytes([tag[0], tag[1]]);
        // A set of one row has no bits to tell rows apart.
        front.checked_shr(16u32.saturating_sub(u32::from(self.0))).unwrap_or(0)
    }
}

impl Slot {
    pub(super) const EMPTY: Slot = Slot(Vec::new());

    /// Drops what is wholly outside the window.
    pub(super) fn forget(&mut self, span: Span, time_ms: u64) {
        self.0.retain(|(_, part)| span.covers(*part, time_ms));
    }

    /// The part in which the handle was last revealed.
    pub(super) fn find(&self, tag: &HandleTag) -> Option<u64> {
        self.0.iter().find(|(held, _)| held == tag).map(|(_, part)| *part)
    }

    /// Notes that the handle was revealed in `part`.
    pub(super) fn set(&mut self, tag: &HandleTag, part: u64) {
        match self.0.iter_mut().find(|(held, _)| held == tag) {
            Some(entry) => entry.1 = part,
            None => self.0.push((*tag, part)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over all of `other`.
    pub(super) fn merge(&mut self, other: Slot) {
        self.0.extend(other.0);
    }

    /// Those of the handles that belong to row `row` of `spread`.
    pub(super) fn share(&self, spread: Spread, row: u16) -> Slot {
        Slot(self.0.iter().filter(|(tag, _)| spread.row_of(tag) == row).copied().collect())
    }

    pub(super) fn load<S: Snapshot + ?Sized>(rows: &mut S, window: &[u8; 32], row: u16) -> Result<Self> {
        match rows.get(Table::Handles, &key(window, row))? {
            Some(value) => Self::decode(&value),
            None => Ok(Self::EMPTY),
        }
    }

    pub(super) fn store(&self, tx: &mut dyn Transaction, window: &[u8; 32], row: u16) -> Result<()> {
        if self.is_empty() {
            return tx.delete(Table::Handles, &key(window, row));
        }
        let mut bytes = Vec::new();
        self.encode(&mut bytes);
        tx.put(Table::Handles, &key(window, row), &bytes)
    }

    pub(super) fn encode(&self, bytes: &mut Vec<u8>) {
        for (tag, part) in &self.0 {
            bytes.extend_from_slice(tag);
            bytes.extend_from_slice(&part.to_be_bytes());
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let (entries, []) = bytes.as_chunks::<24>() else { return Err(Error::StoreDamaged) };
        let entry = |entry: &[u8; 24]| {
            let mut fields = Fields::new(entry);
            Ok((fields.bytes()?, fields.u64()?))
        };
        entries.iter().map(entry).collect::<Result<_>>().map(Self)
    }
}

fn key(window: &[u8; 32], row: u16) -> Vec<u8> {
    [window.as_slice(), &row.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn large_sets_are_spread_over_rows_of_their_own() {
        for (limit, rows) in
            [(0, 1), (20, 1), (128, 1), (129, 4), (1_000, 16), (1 << 20, 1 << 14), (u32::MAX, 1 << 14)]
        {
            let spread = Spread::for_limit(limit);
            assert_eq!(spread.rows().len(), rows, "{limit}");
            for first in [0u8, 1, 127, 128, 255] {
                assert!(spread.rows().contains(&spread.row_of(&[first; 16])), "{limit}");
            }
            assert!(Spread::from_byte(spread.to_byte()).is_ok_and(|same| same == spread));
        }
        assert!(Spread::from_byte(15).is_err());
    }
}
