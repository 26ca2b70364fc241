//! The keyring file.

use base64ct::{Base64UrlUnpadded, Encoding};
use panveil::Error;
use panveil::crypto::aead::{CommittingAead, NONCE_LENGTH, TAG_LENGTH};
use panveil::crypto::secret::Secret;
use panveil::keys::kek::{Kek, KekDescription, WrapContext};
use panveil::keys::keyring::WrappedKeyring;
use sha2::{Digest, Sha256};

use crate::edits::edited;

/// A genuine file, wrapped under [`FixedKek`].
pub const GENUINE: &[u8] = include_bytes!("../fixtures/keyring.pvk");

/// A file is refused as damaged, or unwraps and is the genuine one: as it comes, and with its digest mended.
pub fn keyring(data: &[u8]) {
    unwrap(data);
    let file = edited(GENUINE, data);
    unwrap(&file);
    if let Some(mended) = mended(&file) {
        unwrap(&mended);
    }
    if let Some(mended) = mended(data) {
        unwrap(&mended);
    }
}

fn unwrap(file: &[u8]) {
    let wrapped = match WrappedKeyring::parse(file) {
        Ok(wrapped) => wrapped,
        Err(error) => {
            assert!(matches!(error, Error::KeyringDamaged | Error::KeyringVersion), "{error:?}");
            return;
        }
    };
    let _ = wrapped.kek().provider.len();
    match wrapped.unwrap_with(&FixedKek::new()) {
        Ok(_) => assert_eq!(file, GENUINE, "an edited keyring was taken"),
        Err(error) => assert!(matches!(error, Error::KeyringDamaged | Error::WrongKek), "{error:?}"),
    }
}

/// The file with the SHA-256 line that fits what stands before it: anybody can compute that.
fn mended(file: &[u8]) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(file).ok()?;
    let (document, lines) = text.split_at(text.rfind("\nsha256 ")?.checked_add(1)?);
    let mac = lines.lines().nth(1)?;
    let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(document.as_bytes()));
    Some(format!("{document}sha256 {digest}\n{mac}\n").into_bytes())
}

/// A key-encryption key that costs nothing. For fuzzing only: its key is in this file.
pub struct FixedKek(CommittingAead);

impl FixedKek {
    /// The only one there is.
    pub fn new() -> Self {
        let secret = Secret::fill_with(|bytes| {
            bytes.fill(3);
            Ok(())
        });
        Self(CommittingAead::new(&secret.expect("a fixed secret")).expect("a key of it"))
    }
}

impl Default for FixedKek {
    fn default() -> Self {
        Self::new()
    }
}

impl Kek for FixedKek {
    fn description(&self) -> KekDescription {
        KekDescription { provider: "passphrase".into(), id: "00".repeat(32), argon2id: None }
    }

    fn wrap(&self, root: &Secret, context: &WrapContext<'_>) -> panveil::Result<Vec<u8>> {
        let mut body = *root.expose();
        let tag = self.0.encrypt(&[0; NONCE_LENGTH], &context.to_bytes(), &mut body)?;
        Ok([body.as_slice(), &tag].concat())
    }

    fn unwrap(&self, wrapped: &[u8], context: &WrapContext<'_>) -> panveil::Result<Secret> {
        let (body, tag) = wrapped.split_last_chunk::<TAG_LENGTH>().ok_or(Error::KeyringDamaged)?;
        let mut body = <[u8; 32]>::try_from(body).map_err(|_| Error::KeyringDamaged)?;
        self.0
            .decrypt(&[0; NONCE_LENGTH], &context.to_bytes(), &mut body, tag)
            .map_err(|_| Error::KeyringDamaged)?;
        Secret::fill_with(|bytes| {
            bytes.copy_from_slice(&body);
            Ok(())
        })
    }
}
