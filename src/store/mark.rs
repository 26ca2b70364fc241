//! High-water marks: the highest generation ever seen of a file that stands outside the store.

use super::authenticated::AuthenticatedStore;
use super::fields::Fields;
use super::table::Table;
use crate::card::id::StreamName;
use crate::error::Result;

/// A file whose generation may only grow (PCI DSS 3.7.7: a rollback is a substitution).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The keyring.
    Keyring,
    /// The manifest of configuration and trust files.
    Manifest,
    /// The list of audit streams.
    Streams,
    /// The records of one audit stream that a checkpoint covers.
    Stream(StreamName),
}

impl Mark {
    /// Raises the mark to `generation`, never lowers it; gives the higher of both.
    ///
    /// The caller refuses a file whose generation is below what this returns.
    ///
    /// # Errors
    /// As [`Store::transact`](super::Store::transact). Nothing is written if the mark stands that high already.
    pub fn raise(&self, store: &AuthenticatedStore, generation: u64) -> Result<u64> {
        let seen = self.highest(store)?;
        if generation <= seen {
            return Ok(seen);
        }
        store.write(|tx| {
            let seen = decode(tx.get(Table::Mark, &self.key())?)?;
            if generation > seen {
                tx.put(Table::Mark, &self.key(), &generation.to_be_bytes())?;
            }
            Ok(seen.max(generation))
        })
    }

    /// The highest generation seen, 0 if none was.
    ///
    /// # Errors
    /// As [`Store::view`](super::Store::view).
    pub fn highest(&self, store: &AuthenticatedStore) -> Result<u64> {
        store.read(|rows| decode(rows.get(Table::Mark, &self.key())?))
    }

    fn key(&self) -> Vec<u8> {
        match self {
            Mark::Keyring => b"keyring".to_vec(),
            Mark::Manifest => b"manifest".to_vec(),
            Mark::Streams => b"streams".to_vec(),
            Mark::Stream(name) => [b"stream/", name.as_bytes()].concat(),
        }
    }
}

fn decode(row: Option<Vec<u8>>) -> Result<u64> {
    let Some(value) = row else { return Ok(0) };
    let mut fields = Fields::new(&value);
    let generation = fields.u64()?;
    fields.end()?;
    Ok(generation)
}

#[cfg(test)]
mod tests {
    use super::Mark;
    use crate::crypto::secret::Secret;
    use crate::store::{AuthenticatedStore, MemoryStore};

    #[test]
    fn a_mark_only_rises() {
        let store = AuthenticatedStore::create(MemoryStore::new(), &Secret::random().unwrap()).unwrap();
        for (raised, stands) in [(3, 3), (2, 3), (9, 9), (0, 9)] {
            assert_eq!(Mark::Keyring.raise(&store, raised), Ok(stands));
        }
        assert_eq!(Mark::Keyring.highest(&store), Ok(9));
        assert_eq!(Mark::Manifest.highest(&store), Ok(0));
    }
}
