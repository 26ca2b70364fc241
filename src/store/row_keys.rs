//! What makes a row authentic: HMAC-SHA-256 over its place, its content and its generation.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::fields::Fields;
use super::table::Table;
use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

/// How a row is called in the index: 128 bits of a keyed hash of its table and key.
pub(super) type Tag = [u8; 16];

const FORMAT: u8 = 1;

/// The keys of a store's rows, derived from the store root.
pub(super) struct RowKeys {
    row: Hmac<Sha256>,
    tag: Hmac<Sha256>,
    /// Of rows that stand alone.
    lone: Hmac<Sha256>,
}

impl RowKeys {
    pub(super) fn new(root: &Secret) -> Result<Self> {
        Ok(Self {
            row: keyed(root, "panveil/v1/store/rows")?,
            tag: keyed(root, "panveil/v1/store/index")?,
            lone: keyed(root, "panveil/v1/store/lone")?,
        })
    }

    /// The name of a row in the index.
    pub(super) fn tag(&self, table: Table, key: &[u8]) -> Result<Tag> {
        let mut mac = self.tag.clone();
        part(&mut mac, table.name().as_bytes())?;
        part(&mut mac, key)?;
        let digest = mac.finalize().into_bytes();
        digest.first_chunk::<16>().copied().ok_or(Error::Internal)
    }

    /// A row as it is stored: format, generation, authentication code, value.
    pub(super) fn seal(&self, table: Table, key: &[u8], value: &[u8], generation: u64) -> Result<Vec<u8>> {
        let mac = mac_of(&self.row, table, key, value, generation)?.finalize().into_bytes();
        let mut stored = Vec::with_capacity(value.len().saturating_add(41));
        stored.push(FORMAT);
        stored.extend_from_slice(&generation.to_be_bytes());
        stored.extend_from_slice(&mac);
        stored.extend_from_slice(value);
        Ok(stored)
    }

    /// The generation and the value of a stored row, if it is authentic in this place.
    pub(super) fn open<'a>(&self, table: Table, key: &[u8], stored: &'a [u8]) -> Result<(u64, &'a [u8])> {
        let mut fields = Fields::new(stored);
        fields.version(FORMAT)?;
        let generation = fields.u64()?;
        let mac = fields.bytes::<32>()?;
        let value = stored.get(41..).ok_or(Error::StoreDamaged)?;
        let expected = mac_of(&self.row, table, key, value, generation)?;
        expected.verify(&mac.into()).map_err(|_| Error::StoreDamaged)?;
        Ok((generation, value))
    }

    /// A row that stands alone, as it is stored: format, generation, 16 bytes of authentication code, value. There
    /// are many, so they are short: 128 bits, as of the index's tags.
    pub(super) fn seal_lone(
        &self,
        table: Table,
        key: &[u8],
        value: &[u8],
        generation: u64,
    ) -> Result<Vec<u8>> {
        let mac = mac_of(&self.lone, table, key, value, generation)?.finalize().into_bytes();
        let mut stored = Vec::with_capacity(value.len().saturating_add(25));
        stored.push(FORMAT);
        stored.extend_from_slice(&generation.to_be_bytes());
        stored.extend_from_slice(mac.first_chunk::<16>().ok_or(Error::Internal)?);
        stored.extend_from_slice(value);
        Ok(stored)
    }

    /// The generation and the value of a row that stands alone, if it is authentic in this place.
    pub(super) fn open_lone<'a>(
        &self,
        table: Table,
        key: &[u8],
        stored: &'a [u8],
    ) -> Result<(u64, &'a [u8])> {
        let mut fields = Fields::new(stored);
        fields.version(FORMAT)?;
        let generation = fields.u64()?;
        let mac = fields.bytes::<16>()?;
        let value = stored.get(25..).ok_or(Error::StoreDamaged)?;
        let expected = mac_of(&self.lone, table, key, value, generation)?;
        expected.verify_truncated_left(&mac).map_err(|_| Error::StoreDamaged)?;
        Ok((generation, value))
    }
}

fn mac_of(
    keyed: &Hmac<Sha256>,
    table: Table,
    key: &[u8],
    value: &[u8],
    generation: u64,
) -> Result<Hmac<Sha256>> {
    let mut mac = keyed.clone();
    part(&mut mac, table.name().as_bytes())?;
    part(&mut mac, key)?;
    part(&mut mac, value)?;
    mac.update(&generation.to_be_bytes());
    Ok(mac)
}

fn keyed(root: &Secret, label: &'static str) -> Result<Hmac<Sha256>> {
    let key = derive(root, &Label::new(label))?;
    Hmac::new_from_slice(key.expose()).map_err(|_| Error::Internal)
}

/// Length and bytes, so that two different lists of parts never give the same input.
fn part(mac: &mut Hmac<Sha256>, bytes: &[u8]) -> Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| Error::Argument)?;
    mac.update(&length.to_be_bytes());
    mac.update(bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RowKeys;
    use crate::crypto::secret::Secret;
    use crate::error::Error;
    use crate::store::Table;

    #[test]
    fn a_row_is_authentic_only_in_its_place_and_whole() {
        let keys = RowKeys::new(&Secret::random().unwrap()).unwrap();
        let stored = keys.seal(Table::Lock, b"ab", b"value", 7).unwrap();
        assert_eq!(keys.open(Table::Lock, b"ab", &stored), Ok((7, b"value".as_slice())));
        assert_eq!(keys.open(Table::Jti, b"ab", &stored), Err(Error::StoreDamaged));
        assert_eq!(keys.open(Table::Lock, b"a", &stored), Err(Error::StoreDamaged));
        for bit in 8..stored.len() * 8 {
            let mut edited = stored.clone();
            edited[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(keys.open(Table::Lock, b"ab", &edited), Err(Error::StoreDamaged), "bit {bit}");
        }
        for length in 0..stored.len() {
            assert!(keys.open(Table::Lock, b"ab", &stored[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn a_lone_row_is_authentic_only_in_its_place_and_whole() {
        let keys = RowKeys::new(&Secret::random().unwrap()).unwrap();
        let stored = keys.seal_lone(Table::Token, b"ab", b"value", 7).unwrap();
        assert_eq!(stored.len(), 25 + 5);
        assert_eq!(keys.open_lone(Table::Token, b"ab", &stored), Ok((7, b"value".as_slice())));
        assert_eq!(keys.open_lone(Table::Again, b"ab", &stored), Err(Error::StoreDamaged));
        assert_eq!(keys.open_lone(Table::Token, b"a", &stored), Err(Error::StoreDamaged));
        for bit in 8..stored.len() * 8 {
            let mut edited = stored.clone();
            edited[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(keys.open_lone(Table::Token, b"ab", &edited), Err(Error::StoreDamaged), "bit {bit}");
        }
        for length in 0..stored.len() {
            assert!(keys.open_lone(Table::Token, b"ab", &stored[..length]).is_err(), "length {length}");
        }
        // The two classes have keys of their own.
        let indexed = keys.seal(Table::Token, b"ab", b"value", 7).unwrap();
        assert!(keys.open_lone(Table::Token, b"ab", &indexed).is_err());
        assert!(keys.open(Table::Token, b"ab", &stored).is_err());
    }

    #[test]
    fn another_root_gives_other_rows_and_tags() {
        let (a, b) = (Secret::random().unwrap(), Secret::random().unwrap());
        let (a, b) = (RowKeys::new(&a).unwrap(), RowKeys::new(&b).unwrap());
        let stored = a.seal(Table::Lock, b"k", b"v", 1).unwrap();
        assert_eq!(b.open(Table::Lock, b"k", &stored), Err(Error::StoreDamaged));
        assert_ne!(a.tag(Table::Lock, b"k"), b.tag(Table::Lock, b"k"));
        assert_ne!(a.tag(Table::Lock, b"k"), a.tag(Table::Jti, b"k"));
    }
}
