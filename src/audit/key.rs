//! Who signs: the vault's audit key and the stream keys, Ed25519, in the text form of C2SP signed notes.

use core::fmt;
use core::str::FromStr;

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::tree::Hash;
use crate::card::id::StreamName;
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

/// The public key of a vault's audit key: all that `verify` needs, besides the files.
///
/// Its text is the verifier key of a C2SP signed note, `panveil-vault+HASH+BASE64`, and is no secret: keep it
/// where who writes the vault cannot change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultKey(VerifierKey);

impl VaultKey {
    /// The public key that belongs to the seed of a vault's audit key.
    pub fn from_seed(seed: &Secret) -> Self {
        Self(VerifierKey::from_seed(VAULT_NAME, seed))
    }

    /// The name under which checkpoints of this stream are signed: `panveil/`, 16 hex digits that stand for the
    /// vault, `/`, and the stream's name. No two vaults share one.
    ///
    /// # Errors
    /// [`Error::Argument`] if the name cannot name a file: 1 to 64 letters, digits, `-` and `_`.
    pub fn origin(&self, stream: &StreamName) -> Result<String> {
        check_stream_name(stream.as_str())?;
        Ok(format!("panveil/{}/{stream}", self.fingerprint()))
    }

    /// 16 hex digits that stand for this vault: the first 8 bytes of SHA-256 of the key's text.
    pub fn fingerprint(&self) -> String {
        let hash: Hash = Sha256::digest(self.to_string()).into();
        hex(hash.split_at(8).0)
    }

    /// What checks this key's signatures.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        &self.0
    }

    /// The half that signs.
    pub(crate) fn signer(seed: Secret) -> Signer {
        Signer { name: VAULT_NAME.into(), seed }
    }
}

impl fmt::Display for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for VaultKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let key: VerifierKey = text.parse()?;
        if key.name() != VAULT_NAME {
            return Err(Error::Argument);
        }
        Ok(Self(key))
    }
}

/// A public key with the name it signs under: `NAME+HASH+BASE64` as in C2SP signed-note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: Box<str>,
    key: [u8; 32],
}

impl VerifierKey {
    /// The public key that belongs to `seed`, under `name`.
    pub(crate) fn from_seed(name: &str, seed: &Secret) -> Self {
        let key = SigningKey::from_bytes(seed.expose()).verifying_key().to_bytes();
        Self { name: name.into(), key }
    }

    /// The name it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256 of name, newline, 0x01 and key: what a signature line begins with.
    pub fn id(&self) -> [u8; 4] {
        let hash: Hash = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', ED25519])
            .chain_update(self.key)
            .finalize()
            .into();
        let [a, b, c, d, ..] = hash;
        [a, b, c, d]
    }

    /// Whether `signature` is this key's over `text`; keys and signatures of small order are refused.
    pub(crate) fn verifies(&self, text: &str, signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.key)
            .is_ok_and(|key| key.verify_strict(text.as_bytes(), &Signature::from_bytes(signature)).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = [ED25519; 33];
        let (_, key) = typed.split_at_mut(1);
        key.copy_from_slice(&self.key);
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), Base64::encode_string(&typed))
    }
}

impl FromStr for VerifierKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // The name holds no `+`, base64 may.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::Argument);
        };
        check_key_name(name)?;
        let mut typed = [0; 33];
        let decoded = Base64::decode(key, &mut typed).map_err(|_| Error::Argument)?;
        let Some((&ED25519, key)) = decoded.split_first() else { return Err(Error::Argument) };
        let key = <[u8; 32]>::try_from(key).map_err(|_| Error::Argument)?;
        let parsed = Self { name: name.into(), key };
        let usable = VerifyingKey::from_bytes(&key).is_ok_and(|key| !key.is_weak());
        if !usable || hex(&parsed.id()) != id {
            return Err(Error::Argument);
        }
        Ok(parsed)
    }
}

/// A signing key under its name. The expanded key lives only while it signs.
pub(crate) struct Signer {
    name: Box<str>,
    seed: Secret,
}

impl Signer {
    /// The signing key of a stream.
    pub(crate) fn new(name: &str, seed: Secret) -> Self {
        Self { name: name.into(), seed }
    }

    /// The public half.
    pub(crate) fn verifier(&self) -> VerifierKey {
        VerifierKey::from_seed(&self.name, &self.seed)
    }

    /// The Ed25519 signature over `text`.
    pub(crate) fn sign(&self, text: &str) -> [u8; 64] {
        SigningKey::from_bytes(self.seed.expose()).sign(text.as_bytes()).to_bytes()
    }
}

/// Takes a stream name that can name a file, and no file of another stream.
pub(crate) fn check_stream_name(name: &str) -> Result<()> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if name.is_empty() || name.len() > 64 || !plain { Err(Error::Argument) } else { Ok(()) }
}

/// Takes the name of a note's key: no white space and no `+` (C2SP signed-note).
pub(crate) fn check_key_name(name: &str) -> Result<()> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) { Err(Error::Argument) } else { Ok(()) }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

const VAULT_NAME: &str = "panveil-vault";
/// The signature type of C2SP signed-note.
const ED25519: u8 = 0x01;

#[cfg(test)]
pub(crate) mod tests {
    use super::{Signer, VaultKey, VerifierKey};
    use crate::card::id::StreamName;
    use crate::crypto::secret::Secret;
    use crate::error::Error;

    pub(crate) fn seed(byte: u8) -> Secret {
        Secret::fill_with(|bytes| {
            bytes.fill(byte);
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn the_example_key_of_the_signed_note_specification_is_read_and_written() {
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key: VerifierKey = text.parse().unwrap();
        assert_eq!((key.name(), key.to_string().as_str()), ("PeterNeumann", text));
    }

    #[test]
    fn keys_go_through_text_and_anything_else_is_refused() {
        let key = VaultKey::from_seed(&seed(1));
        let text = key.to_string();
        assert_eq!(text.parse::<VaultKey>().unwrap(), key);
        let (head, tail) = text.split_at(15);
        let weak = {
            // The neutral element: a point of order one.
            let mut point = [0; 32];
            point[0] = 1;
            VerifierKey { name: "panveil-vault".into(), key: point }.to_string()
        };
        for bad in ["", "+", "a+b", "panveil-vault", &text[1..], &format!("{head}{}", &tail[1..]), &weak] {
            assert_eq!(bad.parse::<VaultKey>().err(), Some(Error::Argument), "{bad}");
        }
        let other = VerifierKey::from_seed("somebody", &seed(1)).to_string();
        assert_eq!(other.parse::<VaultKey>().err(), Some(Error::Argument));
    }

    #[test]
    fn a_signature_fits_its_key_and_text_only() {
        let signer = Signer::new("a", seed(1));
        let signature = signer.sign("text\n");
        assert!(signer.verifier().verifies("text\n", &signature));
        assert!(!signer.verifier().verifies("text", &signature));
        assert!(!VerifierKey::from_seed("a", &seed(2)).verifies("text\n", &signature));
    }

    #[test]
    fn a_stream_name_cannot_leave_the_directory() {
        let key = VaultKey::from_seed(&seed(1));
        for bad in ["../x", "a/b", "a.000000000000", ".", "a b", "a+b", &"x".repeat(65)] {
            assert_eq!(key.origin(&StreamName::new(bad).unwrap()), Err(Error::Argument), "{bad}");
        }
        let origin = key.origin(&StreamName::new("app-1").unwrap()).unwrap();
        assert!(
            origin.starts_with("panveil/") && origin.ends_with("/app-1") && origin.len() == 30,
            "{origin}"
        );
    }
}
