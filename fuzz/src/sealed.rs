//! Sealed records: bytes and text, and opening with a key that is at hand.

use std::sync::LazyLock;

use panveil::Error;
use panveil::crypto::aead::{CommittingAead, KEY_ID_LENGTH, KeyId, NONCE_LENGTH, TAG_LENGTH};
use panveil::crypto::secret::Secret;
use panveil::protect::Sealed;

/// What stands before nonce and ciphertext.
const HEADER: usize = 4 + KEY_ID_LENGTH;

/// The key that a record of the corpus is sealed under.
pub static KEY: LazyLock<CommittingAead> = LazyLock::new(|| {
    let secret = Secret::fill_with(|bytes| {
        bytes.fill(7);
        Ok(())
    });
    CommittingAead::new(&secret.expect("a fixed secret")).expect("a key of it")
});

/// A record is refused with a typed error, or is written back as it was read and opens only if it is the genuine one.
pub fn sealed(data: &[u8]) {
    read(Sealed::from_bytes(data), data);
    if let Ok(text) = core::str::from_utf8(data) {
        match Sealed::from_text(text) {
            Ok(record) => {
                assert_eq!(record.to_text(), text, "one text for each record");
                assert!(text.starts_with("UFYB"));
                read(Ok(record.clone()), record.as_bytes());
            }
            Err(error) => assert_refused(error),
        }
    }
    // With a header that is right, so that what comes after it is looked at too.
    let with_header = [b"PV\x01\x01", KEY.id().as_bytes().as_slice(), data].concat();
    read(Sealed::from_bytes(&with_header), &with_header);
}

fn read(record: Result<Sealed, Error>, bytes: &[u8]) {
    let record = match record {
        Ok(record) => record,
        Err(error) => return assert_refused(error),
    };
    assert_eq!(record.as_bytes(), bytes);
    let again = Sealed::from_text(&record.to_text()).expect("what is written is read");
    assert_eq!(again, record);
    assert_eq!(format!("{record:?}"), format!("Sealed({} bytes)", bytes.len()));
    let id = record.key_id().expect("a record names its key");
    assert_eq!(id, KeyId::from_bytes(bytes[4..HEADER].try_into().expect("32 bytes")));
    if !id.ct_eq(KEY.id()) {
        return;
    }
    let opened = open(bytes);
    let genuine = genuine();
    assert_eq!(opened.is_ok(), bytes == genuine, "only the genuine record opens");
    if let Err(error) = opened {
        assert_eq!(error, Error::NotAuthentic);
    }
}

fn assert_refused(error: Error) {
    assert!(matches!(error, Error::NotSealed | Error::SealedVersion | Error::SealedSuite), "{error:?}");
}

/// Opens by the documented layout, as another implementation would.
fn open(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let (header, rest) = bytes.split_at(HEADER);
    let (nonce, rest) = rest.split_at(NONCE_LENGTH);
    let (body, tag) = rest.split_at(rest.len() - TAG_LENGTH);
    let mut body = body.to_vec();
    let outcome = KEY.decrypt(
        nonce.try_into().expect("12 bytes"),
        &associated(header),
        &mut body,
        tag.try_into().expect("16 bytes"),
    );
    if outcome.is_err() {
        assert!(body.iter().all(|byte| *byte == 0), "nothing unauthenticated is left");
    }
    outcome.map(|()| body)
}

/// The one record that was ever sealed under this key.
pub fn genuine() -> Vec<u8> {
    let header = [b"PV\x01\x01".as_slice(), KEY.id().as_bytes()].concat();
    let mut body = *b"\x004111111111111111\0\0\0";
    let nonce = [9; NONCE_LENGTH];
    let tag = KEY.encrypt(&nonce, &associated(&header), &mut body).expect("20 bytes can be sealed");
    [header.as_slice(), &nonce, &body, &tag].concat()
}

fn associated(header: &[u8]) -> Vec<u8> {
    [header, b"\x01\x00\x04main\x00\x03pan\x00\x09C00000017"].concat()
}
