//! The head: the one row that says which generation the store is of, and what it holds.

use std::collections::BTreeMap;

use super::fields::Fields;
use super::index::Index;
use super::table::Table;
use crate::error::{Error, Result};

/// The key of the head in its table.
pub(super) const HEAD_KEY: &[u8] = b"head";

const FORMAT: u8 = 1;

/// What the head says. Its generation is that of the store: every writing transaction adds one.
pub(super) struct Head {
    pub(super) generation: u64,
    pub(super) counts: BTreeMap<Table, u64>,
    pub(super) index: Index,
}

impl Head {
    /// The head of a store that holds nothing yet.
    pub(super) fn first() -> Self {
        Self { generation: 0, counts: BTreeMap::new(), index: Index::empty() }
    }

    pub(super) fn count(&self, table: Table) -> u64 {
        self.counts.get(&table).copied().unwrap_or(0)
    }

    /// Format, number of tables, each table's name and number of rows, and the root of the index.
    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        let mut bytes = vec![FORMAT, u8::try_from(self.counts.len()).map_err(|_| Error::Internal)?];
        for (table, count) in &self.counts {
            bytes.push(u8::try_from(table.name().len()).map_err(|_| Error::Internal)?);
            bytes.extend_from_slice(table.name().as_bytes());
            bytes.extend_from_slice(&count.to_be_bytes());
        }
        bytes.extend_from_slice(&self.index.root()?);
        Ok(bytes)
    }

    pub(super) fn decode(generation: u64, bytes: &[u8]) -> Result<Self> {
        let mut fields = Fields::new(bytes);
        fields.version(FORMAT)?;
        let mut counts = BTreeMap::new();
        for _ in 0..fields.u8()? {
            let length = usize::from(fields.u8()?);
            let name = fields.slice(length)?;
            // A table this build does not know was written by a newer one.
            let table = Table::ALL.iter().find(|table| table.name().as_bytes() == name);
            counts.insert(*table.ok_or(Error::StoreVersion)?, fields.u64()?);
        }
        Ok(Self { generation, counts, index: Index::from_root(fields.rest())? })
    }
}

#[cfg(test)]
mod tests {
    use super::Head;
    use crate::error::Error;
    use crate::store::Table;

    #[test]
    fn a_head_goes_there_and_back_and_a_newer_one_is_refused() {
        let mut head = Head::first();
        head.counts.insert(Table::Lock, 3);
        let bytes = head.encode().unwrap();
        assert_eq!(Head::decode(9, &bytes).unwrap().count(Table::Lock), 3);
        assert_eq!(Head::decode(9, &bytes).unwrap().generation, 9);

        let mut newer = bytes.clone();
        newer[0] = 2;
        assert_eq!(Head::decode(9, &newer).err(), Some(Error::StoreVersion));
        let mut unknown = bytes.clone();
        unknown[3] = b'x';
        assert_eq!(Head::decode(9, &unknown).err(), Some(Error::StoreVersion));
        assert_eq!(Head::decode(9, &bytes[..5]).err(), Some(Error::StoreDamaged));
    }
}
