//! Which handles were revealed in a window: a set that forgets, in one row or spread over several.

use super::tally::Span;
use crate::error::{Error, Result};
use crate::store::{Fields, Snapshot, Table, Transaction};

/// 128 bits of HMAC-SHA-256 over tenant and handle: two handles fall together with probability 2^-128.
pub(super) type HandleTag = [u8; 16];

/// Over how many rows sets up to a size are spread, as powers of two: a row has about 64 handles (1.5 KB). Steps
/// are wide, so that spreading a set anew, which reads and writes all of it, is rare.
const SPREADS: [(u32, u8); 3] = [(128, 0), (1_024, 4), (16_384, 8)];
const MOST_BITS: u8 = 12;

/// A part of the set: each handle with the part of the window in which it was last revealed.
pub(super) struct Slot(Vec<(HandleTag, u64)>);

/// Over how many rows a set is spread: none, or a power of two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spread(u8);

impl Spread {
    /// All in the window's own row.
    pub(super) const INLINE: Spread = Spread(0);

    /// What suits a set of `count` handles.
    pub(super) fn for_count(count: u32) -> Self {
        Self(SPREADS.iter().find(|(most, _)| count <= *most).map_or(MOST_BITS, |(_, bits)| *bits))
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

    /// The set, cut into one part for each row of `spread`.
    pub(super) fn cut(self, spread: Spread) -> Vec<(u16, Slot)> {
        let mut parts: Vec<(u16, Slot)> = spread.rows().map(|row| (row, Slot::EMPTY)).collect();
        for (tag, last) in self.0 {
            if let Some((_, part)) = parts.get_mut(usize::from(spread.row_of(&tag))) {
                part.0.push((tag, last));
            }
        }
        parts
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
        let table =
            [(0, 1), (128, 1), (129, 16), (1_024, 16), (1_025, 256), (16_385, 4_096), (u32::MAX, 4_096)];
        for (limit, rows) in table {
            let spread = Spread::for_count(limit);
            assert_eq!(spread.rows().len(), rows, "{limit}");
            for first in [0u8, 1, 127, 128, 255] {
                assert!(spread.rows().contains(&spread.row_of(&[first; 16])), "{limit}");
            }
            assert!(Spread::from_byte(spread.to_byte()).is_ok_and(|same| same == spread));
        }
        assert!(Spread::from_byte(13).is_err());
    }
}
