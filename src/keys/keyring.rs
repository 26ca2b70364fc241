//! The keyring: wrapped roots of every purpose, authenticated as a whole.
//!
//! The file is text, so that an operator can read it: a JSON document, then a line with its SHA-256 (to tell damage
//! from a wrong passphrase) and a line with an HMAC under the newest config root (to tell edits from damage).

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::crypto::kdf::{Label, derive};
use crate::error::{Error, Result};

use super::kek::{Kek, KekDescription, WrapContext};
use super::purpose::KeyPurpose;
use super::root::{ALGORITHM, KeyFacts, RootKey};
use super::state::{KeyState, KeyUse};

/// The newest keyring format this build writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// Where keys may be used (PCI DSS 6.5.5: live and test never meet).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// For trying out: configuration changes are applied with a warning, a test issuer is built in.
    Dev,
    /// For live cards: nothing unauthenticated is accepted.
    Production,
}

impl Environment {
    /// `dev` or `production`.
    pub const fn name(self) -> &'static str {
        match self {
            Environment::Dev => "dev",
            Environment::Production => "production",
        }
    }
}

/// All keys of a vault, unwrapped.
#[derive(Debug)]
pub struct Keyring {
    vault: String,
    environment: Environment,
    generation: u64,
    roots: Vec<RootKey>,
}

/// A keyring file that has been read but not yet unwrapped: nothing in it is trusted.
#[derive(Debug)]
pub struct WrappedKeyring {
    document: Document,
    signed: Vec<u8>,
    mac: [u8; 32],
}

impl Keyring {
    /// A new keyring with a fresh key of every purpose.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives no randomness.
    pub fn generate(environment: Environment, now: Timestamp) -> Result<Self> {
        let mut id = [0u8; 16];
        getrandom::fill(&mut id).map_err(|_| Error::Random)?;
        let roots = KeyPurpose::ALL.into_iter().map(|purpose| RootKey::generate(purpose, 1, now));
        Ok(Self {
            vault: id.iter().map(|byte| format!("{byte:02x}")).collect(),
            environment,
            generation: 1,
            roots: roots.collect::<Result<_>>()?,
        })
    }

    /// The vault's random name: 32 hexadecimal digits.
    pub fn vault(&self) -> &str {
        &self.vault
    }

    /// Where these keys may be used.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Counts every change of the keyring, from 1.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The public facts of every key, by purpose and version.
    pub fn facts(&self) -> impl Iterator<Item = &KeyFacts> {
        self.roots.iter().map(RootKey::facts)
    }

    /// All versions of the keys of one purpose, oldest first.
    pub fn versions(&self, purpose: KeyPurpose) -> impl Iterator<Item = &RootKey> {
        self.roots.iter().filter(move |root| root.facts.purpose == purpose)
    }

    /// The key that protects new things: the newest active version.
    ///
    /// # Errors
    /// [`Error::KeyState`] if no version is active, [`Error::KeyPeriod`] past its originator usage period.
    pub fn current(&self, purpose: KeyPurpose, now: Timestamp) -> Result<&RootKey> {
        let active = self.versions(purpose).filter(|root| root.facts.state == KeyState::Active);
        let newest = active.max_by_key(|root| root.facts.version).ok_or(Error::KeyState)?;
        newest.secret_for(KeyUse::Protect, now).map(|_| newest)
    }

    /// The key of one version.
    ///
    /// # Errors
    /// [`Error::NoSuchKey`] if there is none.
    pub fn version(&self, purpose: KeyPurpose, version: u32) -> Result<&RootKey> {
        self.versions(purpose).find(|root| root.facts.version == version).ok_or(Error::NoSuchKey)
    }

    /// Makes a new version of a purpose and retires the one in use. Returns the new version.
    ///
    /// # Errors
    /// [`Error::KeyState`] for a purpose whose keys authenticate state and do not rotate this way,
    /// [`Error::Random`] if the operating system gives no randomness.
    pub fn rotate(&mut self, purpose: KeyPurpose, now: Timestamp) -> Result<u32> {
        if !purpose.rotates() {
            return Err(Error::KeyState);
        }
        let newest = self.versions(purpose).map(|root| root.facts.version).max().unwrap_or(0);
        let version = newest.checked_add(1).ok_or(Error::Argument)?;
        let fresh = RootKey::generate(purpose, version, now)?;
        for root in &mut self.roots {
            if root.facts.purpose == purpose && root.facts.state == KeyState::Active {
                root.facts.state = KeyState::Deactivated;
            }
        }
        self.roots.push(fresh);
        self.roots.sort_by_key(|root| (root.facts.purpose, root.facts.version));
        self.generation = self.generation.checked_add(1).ok_or(Error::Argument)?;
        Ok(version)
    }

    /// The keyring file, wrapped under `kek`.
    ///
    /// # Errors
    /// What the key-encryption key's provider returns.
    pub fn to_file(&self, kek: &dyn Kek) -> Result<Vec<u8>> {
        let keys = self.roots.iter().map(|root| {
            let wrapped = kek.wrap(&root.secret, &self.wrap_context(&root.facts))?;
            Entry::new(&root.facts, &wrapped)
        });
        let document = Document {
            format: FORMAT_NAME.into(),
            version: FORMAT_VERSION,
            vault: self.vault.clone(),
            environment: self.environment,
            generation: self.generation,
            kek: kek.description(),
            keys: keys.collect::<Result<_>>()?,
        };
        let mut file = serde_json::to_vec_pretty(&document).map_err(|_| Error::Internal)?;
        file.push(b'\n');
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(&file));
        let mac = Base64UrlUnpadded::encode_string(&self.mac(&file)?.finalize().into_bytes());
        file.extend_from_slice(format!("sha256 {digest}\nhmac {mac}\n").as_bytes());
        Ok(file)
    }

    fn mac(&self, document: &[u8]) -> Result<Hmac<Sha256>> {
        let newest = self.versions(KeyPurpose::Config).max_by_key(|root| root.facts.version);
        let root = newest.ok_or(Error::KeyringDamaged)?;
        let key = derive(&root.secret, &Label::new("panveil/v1/keyring/mac"))?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).map_err(|_| Error::Internal)?;
        mac.update(document);
        Ok(mac)
    }

    fn wrap_context<'a>(&'a self, facts: &'a KeyFacts) -> WrapContext<'a> {
        WrapContext {
            vault: &self.vault,
            environment: self.environment.name(),
            purpose: facts.purpose,
            tenant: "*",
            key_id: &facts.id,
            algorithm: ALGORITHM,
            version: facts.version,
        }
    }
}

impl WrappedKeyring {
    /// Reads a keyring file.
    ///
    /// # Errors
    /// [`Error::KeyringDamaged`] if it is not whole, [`Error::KeyringVersion`] if a later release wrote it.
    pub fn parse(file: &[u8]) -> Result<Self> {
        let (signed, digest, mac) = split(file).ok_or(Error::KeyringDamaged)?;
        if Sha256::digest(signed).as_slice() != digest.as_slice() {
            return Err(Error::KeyringDamaged);
        }
        let header: Header = serde_json::from_slice(signed).map_err(|_| Error::KeyringDamaged)?;
        if header.format != FORMAT_NAME {
            return Err(Error::KeyringDamaged);
        }
        if header.version != FORMAT_VERSION {
            return Err(Error::KeyringVersion);
        }
        let document = serde_json::from_slice(signed).map_err(|_| Error::KeyringDamaged)?;
        Ok(Self { document, signed: signed.to_vec(), mac })
    }

    /// Which key-encryption key the file asks for. Not authenticated before [`unwrap_with`](Self::unwrap_with).
    pub const fn kek(&self) -> &KekDescription {
        &self.document.kek
    }

    /// Whether the file names this generation; not authenticated.
    pub(crate) const fn claims_generation(&self, generation: u64) -> bool {
        self.document.generation == generation
    }

    /// Unwraps every key and checks the whole.
    ///
    /// # Errors
    /// [`Error::WrongKek`] if the file names another key-encryption key, [`Error::KeyringDamaged`] if anything in
    /// it was changed, and what the provider returns.
    pub fn unwrap_with(self, kek: &dyn Kek) -> Result<Keyring> {
        let document = self.document;
        if document.kek != kek.description() {
            return Err(Error::WrongKek);
        }
        let mut keyring = Keyring {
            vault: document.vault,
            environment: document.environment,
            generation: document.generation,
            roots: Vec::with_capacity(document.keys.len()),
        };
        for entry in document.keys {
            let facts = entry.facts()?;
            let wrapped = Base64UrlUnpadded::decode_vec(&entry.wrapped).map_err(|_| Error::KeyringDamaged)?;
            let secret = kek.unwrap(&wrapped, &keyring.wrap_context(&facts))?;
            keyring.roots.push(RootKey::restore(facts, secret)?);
        }
        let mac = keyring.mac(&self.signed)?;
        mac.verify_slice(&self.mac).map_err(|_| Error::KeyringDamaged)?;
        keyring.check_order()?;
        Ok(keyring)
    }
}

impl Keyring {
    /// Every purpose is there, in order, with no version twice: what this library writes.
    fn check_order(&self) -> Result<()> {
        let names: Vec<_> = self.facts().map(|facts| (facts.purpose, facts.version)).collect();
        let ascending = names.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        let complete =
            KeyPurpose::ALL.into_iter().all(|wanted| names.iter().any(|(have, _)| *have == wanted));
        if ascending && complete { Ok(()) } else { Err(Error::KeyringDamaged) }
    }
}

const FORMAT_NAME: &str = "panveil keyring";

/// What every version of the format begins with.
#[derive(serde::Deserialize)]
struct Header {
    format: String,
    version: u32,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    version: u32,
    vault: String,
    environment: Environment,
    generation: u64,
    kek: KekDescription,
    keys: Vec<Entry>,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    purpose: String,
    version: u32,
    id: String,
    algorithm: String,
    state: String,
    created: String,
    activated: String,
    protect_until: String,
    process_until: String,
    wrapped: String,
}

impl Entry {
    fn new(facts: &KeyFacts, wrapped: &[u8]) -> Result<Self> {
        Ok(Self {
            purpose: facts.purpose.name().into(),
            version: facts.version,
            id: facts.id.clone(),
            algorithm: ALGORITHM.into(),
            state: facts.state.name().into(),
            created: facts.created.to_rfc3339()?,
            activated: facts.activated.to_rfc3339()?,
            protect_until: facts.protect_until.to_rfc3339()?,
            process_until: facts.process_until.to_rfc3339()?,
            wrapped: Base64UrlUnpadded::encode_string(wrapped),
        })
    }

    fn facts(&self) -> Result<KeyFacts> {
        let date = |text: &str| Timestamp::from_rfc3339(text).map_err(|_| Error::KeyringDamaged);
        if self.algorithm != ALGORITHM {
            return Err(Error::KeyringDamaged);
        }
        Ok(KeyFacts {
            purpose: KeyPurpose::from_name(&self.purpose).ok_or(Error::KeyringDamaged)?,
            version: self.version,
            id: self.id.clone(),
            state: KeyState::from_name(&self.state).ok_or(Error::KeyringDamaged)?,
            created: date(&self.created)?,
            activated: date(&self.activated)?,
            protect_until: date(&self.protect_until)?,
            process_until: date(&self.process_until)?,
        })
    }
}

/// Splits a file into the document with its last line end, the digest and the MAC.
fn split(file: &[u8]) -> Option<(&[u8], [u8; 32], [u8; 32])> {
    let body = file.strip_suffix(b"\n")?;
    let (rest, mac) = last_line(body)?;
    let (rest, digest) = last_line(rest)?;
    let document = file.get(..rest.len().checked_add(1)?)?;
    Some((document, field(digest, b"sha256 ")?, field(mac, b"hmac ")?))
}

fn last_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().rposition(|byte| *byte == b'\n')?;
    Some((text.get(..end)?, text.get(end.checked_add(1)?..)?))
}

fn field(line: &[u8], name: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0u8; 32];
    let value = Base64UrlUnpadded::decode(line.strip_prefix(name)?, &mut bytes).ok()?;
    (value.len() == 32).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Environment, Keyring, WrappedKeyring};
    use crate::clock::Timestamp;
    use crate::crypto::secret::SecretBytes;
    use crate::error::Error;
    use crate::keys::passphrase::PassphraseKek;
    use crate::keys::purpose::KeyPurpose;
    use crate::keys::state::{KeyState, KeyUse};

    fn sample() -> (Keyring, PassphraseKek, Timestamp) {
        let now = Timestamp::from_seconds(1_795_334_400);
        let kek = PassphraseKek::create(&SecretBytes::from(&b"a passphrase"[..])).unwrap();
        (Keyring::generate(Environment::Dev, now).unwrap(), kek, now)
    }

    #[test]
    fn a_keyring_comes_back_from_its_file() {
        let (keyring, kek, now) = sample();
        let file = keyring.to_file(&kek).unwrap();
        let back = WrappedKeyring::parse(&file).unwrap().unwrap_with(&kek).unwrap();
        assert_eq!(back.generation(), 1);
        for purpose in KeyPurpose::ALL {
            let (a, b) = (keyring.current(purpose, now).unwrap(), back.current(purpose, now).unwrap());
            let same = a.secret_for(KeyUse::Protect, now).unwrap();
            assert!(same.ct_eq(b.secret_for(KeyUse::Protect, now).unwrap()));
        }
    }

    #[test]
    fn ac_57_every_edited_byte_of_the_file_is_refused() {
        let (keyring, kek, _) = sample();
        let file = keyring.to_file(&kek).unwrap();
        for position in 0..file.len() {
            let mut edited = file.clone();
            edited[position] ^= 1;
            let outcome = WrappedKeyring::parse(&edited).and_then(|wrapped| wrapped.unwrap_with(&kek));
            assert!(outcome.is_err(), "byte {position}");
        }
    }

    #[test]
    fn ac_57_an_edit_with_a_mended_digest_is_refused() {
        use base64ct::{Base64UrlUnpadded, Encoding};
        use sha2::{Digest, Sha256};
        let (keyring, kek, _) = sample();
        let text = String::from_utf8(keyring.to_file(&kek).unwrap()).unwrap();
        for (from, to) in [
            ("\"dev\"", "\"production\""),
            ("\"generation\": 1", "\"generation\": 2"),
            ("\"active\"", "\"deactivated\""),
        ] {
            let (document, trailer) = text.split_at(text.find("sha256 ").unwrap());
            let edited = document.replacen(from, to, 1);
            assert_ne!(edited, document);
            let mac = trailer.lines().nth(1).unwrap();
            let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(edited.as_bytes()));
            let file = format!("{edited}sha256 {digest}\n{mac}\n");
            let outcome = WrappedKeyring::parse(file.as_bytes()).unwrap().unwrap_with(&kek);
            assert_eq!(outcome.err(), Some(Error::KeyringDamaged), "{from}");
        }
    }

    #[test]
    fn a_newer_format_is_refused_by_name() {
        use base64ct::{Base64UrlUnpadded, Encoding};
        use sha2::{Digest, Sha256};
        let document = b"{\"format\":\"panveil keyring\",\"version\":2,\"new\":true}\n";
        let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(document));
        let mut file = document.to_vec();
        file.extend_from_slice(format!("sha256 {digest}\nhmac {digest}\n").as_bytes());
        assert_eq!(WrappedKeyring::parse(&file).err(), Some(Error::KeyringVersion));
    }

    #[test]
    fn rotation_makes_a_new_version_and_retires_the_old() {
        let (mut keyring, kek, now) = sample();
        assert_eq!(keyring.rotate(KeyPurpose::Seal, now).unwrap(), 2);
        assert_eq!(keyring.current(KeyPurpose::Seal, now).unwrap().facts().version, 2);
        let old = keyring.version(KeyPurpose::Seal, 1).unwrap();
        assert_eq!(old.facts().state, KeyState::Deactivated);
        assert_eq!(old.secret_for(KeyUse::Protect, now).err(), Some(Error::KeyState));
        assert!(old.secret_for(KeyUse::Process, now).is_ok());
        assert_eq!(keyring.generation(), 2);
        assert_eq!(keyring.rotate(KeyPurpose::Store, now), Err(Error::KeyState));
        let file = keyring.to_file(&kek).unwrap();
        assert!(WrappedKeyring::parse(&file).unwrap().unwrap_with(&kek).is_ok());
    }

    #[test]
    fn a_file_under_another_kek_is_refused() {
        let (keyring, kek, _) = sample();
        let other = PassphraseKek::create(&SecretBytes::from(&b"another"[..])).unwrap();
        let file = keyring.to_file(&kek).unwrap();
        let outcome = WrappedKeyring::parse(&file).unwrap().unwrap_with(&other);
        assert_eq!(outcome.err(), Some(Error::WrongKek));
    }
}
