//! The sealed record: the bytes that sealing returns.
//!
//! Version 1, big endian: `"PV" | 0x01 | suite | key id 32 | nonce 12 | ciphertext | tag 16`. The text form is
//! base64url without padding and begins `UFYB`.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::card::id::{FieldName, MAX_ID, TenantId};
use crate::crypto::aead::{KEY_ID_LENGTH, KeyId, NONCE_LENGTH, TAG_LENGTH};
use crate::error::{Error, Result};

/// The longest value that is sealed, in bytes.
pub const MAX_VALUE: usize = 65_536;

pub(super) const MAGIC: [u8; 2] = *b"PV";
pub(super) const VERSION: u8 = 1;
/// AES-256-GCM-SIV under a committing key. Suite 2 is reserved for public-key intake.
pub(super) const SUITE: u8 = 1;
pub(super) const HEADER_LENGTH: usize = 4 + KEY_ID_LENGTH;
const OVERHEAD: usize = HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH;

/// A sealed record of a known version and suite; whether it is authentic shows only when it is opened.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sealed(Box<[u8]>);

/// The parts of a sealed record.
pub(crate) struct Parts<'a> {
    pub(crate) key: KeyId,
    pub(crate) nonce: &'a [u8; NONCE_LENGTH],
    pub(crate) ciphertext: &'a [u8],
    pub(crate) tag: &'a [u8; TAG_LENGTH],
}

impl Sealed {
    /// Reads a sealed record from its bytes.
    ///
    /// # Errors
    /// [`Error::NotSealed`] if the bytes are none, [`Error::SealedVersion`] or [`Error::SealedSuite`] if a later
    /// release wrote them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        check(bytes)?;
        Ok(Self(bytes.into()))
    }

    /// Reads a sealed record from its text form.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_text(text: &str) -> Result<Self> {
        if text.len() > (MAX_VALUE + OVERHEAD).div_ceil(3).saturating_mul(4) {
            return Err(Error::NotSealed);
        }
        let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| Error::NotSealed)?;
        check(&bytes)?;
        Ok(Self(bytes.into()))
    }

    /// The bytes: 64 more than the sealed value has (a card number counts as 20).
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text form: base64url without padding.
    pub fn to_text(&self) -> String {
        Base64UrlUnpadded::encode_string(&self.0)
    }

    /// The id of the one key that can open it.
    ///
    /// # Errors
    /// None for a record that was read or made by this library.
    pub fn key_id(&self) -> Result<KeyId> {
        self.parts().map(|parts| parts.key)
    }

    pub(super) fn assemble(
        header: &[u8; HEADER_LENGTH],
        nonce: &[u8; NONCE_LENGTH],
        body: &[u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Self {
        Self([header.as_slice(), nonce, body, tag].concat().into())
    }

    pub(crate) fn parts(&self) -> Result<Parts<'_>> {
        let (header, rest) = self.0.split_first_chunk::<HEADER_LENGTH>().ok_or(Error::NotSealed)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(Error::NotSealed)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_LENGTH>().ok_or(Error::NotSealed)?;
        let key = header.last_chunk::<KEY_ID_LENGTH>().ok_or(Error::NotSealed)?;
        Ok(Parts { key: KeyId::from_bytes(*key), nonce, ciphertext, tag })
    }
}

impl core::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl core::str::FromStr for Sealed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_text(text)
    }
}

/// The header of a record under `key`: 36 bytes.
pub(super) fn header(key: &KeyId) -> [u8; HEADER_LENGTH] {
    let mut header = [0; HEADER_LENGTH];
    let (start, id) = header.split_at_mut(4);
    start.copy_from_slice(&[MAGIC[0], MAGIC[1], VERSION, SUITE]);
    id.copy_from_slice(key.as_bytes());
    header
}

/// What the associated data of every record of a key begins with: the header, 0x01, tenant and field.
pub(super) fn associated_start(
    header: &[u8; HEADER_LENGTH],
    tenant: &TenantId,
    field: &FieldName,
) -> Vec<u8> {
    let mut data = Vec::with_capacity(HEADER_LENGTH + 1 + 2 * 64);
    data.extend_from_slice(header);
    data.push(0x01);
    add_part(&mut data, tenant.as_bytes());
    add_part(&mut data, field.as_bytes());
    data
}

/// The associated data of one record after the other, in one buffer: all begin with what [`associated_start`] gave.
pub(super) struct AssociatedData {
    data: Vec<u8>,
    start: usize,
}

impl AssociatedData {
    pub(super) fn new(start: &[u8]) -> Self {
        let mut data = Vec::with_capacity(start.len().saturating_add(2 + MAX_ID));
        data.extend_from_slice(start);
        Self { start: data.len(), data }
    }

    /// That of the record `id`, 1 to 255 bytes.
    pub(super) fn of(&mut self, id: &[u8]) -> &[u8] {
        self.data.truncate(self.start);
        add_part(&mut self.data, id);
        &self.data
    }
}

/// A part behind its two-byte length.
fn add_part(data: &mut Vec<u8>, part: &[u8]) {
    // Ids have at most 255 bytes.
    data.extend_from_slice(&[0, u8::try_from(part.len()).unwrap_or(u8::MAX)]);
    data.extend_from_slice(part);
}

fn check(bytes: &[u8]) -> Result<()> {
    let [magic0, magic1, version, suite, ..] = bytes else { return Err(Error::NotSealed) };
    if [*magic0, *magic1] != MAGIC {
        return Err(Error::NotSealed);
    }
    // A later version may be laid out otherwise, so its number is looked at before anything else.
    if *version != VERSION {
        return Err(if *version == 0 { Error::NotSealed } else { Error::SealedVersion });
    }
    if *suite != SUITE {
        return Err(if *suite == 0 { Error::NotSealed } else { Error::SealedSuite });
    }
    if bytes.len() <= OVERHEAD || bytes.len() > MAX_VALUE + OVERHEAD {
        return Err(Error::NotSealed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{OVERHEAD, Sealed};
    use crate::error::Error;

    #[test]
    fn headers_are_read_before_lengths() {
        let whole = [b"PV\x01\x01".as_slice(), &[7; OVERHEAD - 3]].concat();
        let rows: [(&[u8], Option<Error>); 8] = [
            (&whole, None),
            (&whole[..OVERHEAD], Some(Error::NotSealed)),
            (b"PV", Some(Error::NotSealed)),
            (b"XV\x01\x01", Some(Error::NotSealed)),
            (b"PV\x02\x01", Some(Error::SealedVersion)),
            (b"PV\x01\x02", Some(Error::SealedSuite)),
            (b"PV\x00\x01", Some(Error::NotSealed)),
            (b"PV\x01\x00", Some(Error::NotSealed)),
        ];
        for (bytes, error) in rows {
            assert_eq!(Sealed::from_bytes(bytes).err(), error, "{bytes:?}");
        }
        let text = Sealed::from_bytes(&whole).unwrap().to_text();
        assert!(text.starts_with("UFYB"));
        assert_eq!(Sealed::from_text(&text).unwrap().as_bytes(), whole);
        for bad in ["", "UFYB!", "UFYB=", "plain text"] {
            assert_eq!(Sealed::from_text(bad).err(), Some(Error::NotSealed));
        }
    }
}
