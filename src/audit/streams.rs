//! The signed list of streams: names and public keys, so that a stream that is gone is missed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, Generations};
use super::durable::{self, Lock};
use super::key::{Signer, VaultKey, VerifierKey};
use super::note;
use super::recover;
use super::tree::Frontier;
use crate::card::id::StreamName;
use crate::clock::Timestamp;
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

/// The streams of a vault, as its audit key signed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streams {
    fingerprint: String,
    generation: u64,
    keys: BTreeMap<String, VerifierKey>,
}

impl Streams {
    /// Reads and checks the list of the vault directory `dir`; a vault without streams has an empty one.
    ///
    /// # Errors
    /// [`Error::AuditDamaged`] if the list was edited or belongs to another vault, [`Error::Io`].
    pub fn load(dir: &Path, vault: &VaultKey) -> Result<Self> {
        match durable::read_text(&list_path(dir), MAX_LIST)? {
            Some(text) => Self::verify(&text, vault),
            None => Ok(Self { fingerprint: vault.fingerprint(), generation: 0, keys: BTreeMap::default() }),
        }
    }

    /// Checks the text of a list.
    ///
    /// # Errors
    /// [`Error::AuditDamaged`] if it was edited or belongs to another vault.
    pub fn verify(text: &str, vault: &VaultKey) -> Result<Self> {
        let text = note::open(text, vault.verifier())?;
        Self::parse(text, vault).ok_or(Error::AuditDamaged)
    }

    /// Adds a stream whose key has this seed, and writes the list. A stream that is listed with the same key
    /// already stays as it is.
    ///
    /// A new stream gets a checkpoint of size 0 before it is listed, so that a listed stream without a checkpoint
    /// was robbed of it, whenever a process was killed.
    ///
    /// # Errors
    /// [`Error::Argument`] if the name is taken by another key or cannot name a file (1 to 64 letters, digits,
    /// `-`, `_`); [`Error::AuditDamaged`] also if a new stream has records already; [`Error::Io`],
    /// [`Error::DiskFull`].
    pub fn register(dir: &Path, vault_seed: Secret, name: &StreamName, stream_seed: &Secret) -> Result<Self> {
        let vault = VaultKey::from_seed(&vault_seed);
        let signer = Signer::new(&vault.origin(name)?, stream_seed.duplicate()?);
        let key = signer.verifier();
        let list = list_path(dir);
        fs::create_dir_all(super::directory(dir))?;
        let _lock = Lock::wait(&list.with_extension("lock"))?;
        let mut streams = Self::load(dir, &vault)?;
        match streams.keys.get(name.as_str()) {
            Some(listed) if *listed == key => return Ok(streams),
            Some(_) => return Err(Error::Argument),
            None => {
                begin(dir, name, &signer)?;
                streams.keys.insert(name.as_str().to_owned(), key);
            }
        }
        streams.generation = streams.generation.saturating_add(1);
        let note = note::sign(&streams.text(), &VaultKey::signer(vault_seed));
        if u64::try_from(note.len()).map_or(true, |length| length > MAX_LIST) {
            return Err(Error::Argument);
        }
        durable::replace(&list, note.as_bytes())?;
        Ok(streams)
    }

    /// How often the list was changed.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Names and public keys, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &VerifierKey)> {
        self.keys.iter().map(|(name, key)| (name.as_str(), key))
    }

    /// The public key of a stream.
    pub fn key(&self, name: &str) -> Option<&VerifierKey> {
        self.keys.get(name)
    }

    fn text(&self) -> String {
        let head = format!("{HEADER}\n{}\ngeneration {}\n", self.fingerprint, self.generation);
        self.keys.iter().fold(head, |text, (name, key)| format!("{text}{name} {key}\n"))
    }

    fn parse(text: &str, vault: &VaultKey) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let mut parsed = Self {
            fingerprint: (lines.next()? == HEADER).then(|| lines.next())??.to_owned(),
            generation: lines.next()?.strip_prefix("generation ")?.parse().ok()?,
            keys: BTreeMap::new(),
        };
        for line in lines {
            let (name, key) = line.split_once(' ')?;
            let key: VerifierKey = key.parse().ok()?;
            if vault.origin(&StreamName::new(name).ok()?).ok()? != key.name() {
                return None;
            }
            parsed.keys.insert(name.to_owned(), key);
        }
        // Strict without a second grammar: what is read must write itself the same.
        (parsed.fingerprint == vault.fingerprint() && parsed.text() == text).then_some(parsed)
    }
}

/// The highest generations that any stream's last checkpoint has seen: an older keyring, configuration or store
/// was put back.
///
/// # Errors
/// [`Error::AuditDamaged`] if the list or a checkpoint is missing or does not verify, [`Error::Io`].
pub fn last_generations(dir: &Path, vault: &VaultKey) -> Result<Generations> {
    let mut highest = Generations::default();
    for (name, key) in Streams::load(dir, vault)?.iter() {
        let note = durable::read_text(&super::checkpoint_path(dir, name), super::MAX_CHECKPOINT)?;
        // A stream that lost its checkpoint may be the one that knew best.
        highest = highest.max(Checkpoint::open(&note.ok_or(Error::AuditDamaged)?, key)?.generations);
    }
    Ok(highest)
}

/// How many records of a stream its last checkpoint covers.
///
/// # Errors
/// [`Error::StreamUnknown`] for a stream that is not in the list; else as [`last_generations`].
pub fn last_size(dir: &Path, vault: &VaultKey, stream: &str) -> Result<u64> {
    let streams = Streams::load(dir, vault)?;
    let key = streams.key(stream).ok_or(Error::StreamUnknown)?;
    let note = durable::read_text(&super::checkpoint_path(dir, stream), super::MAX_CHECKPOINT)?;
    Ok(Checkpoint::open(&note.ok_or(Error::AuditDamaged)?, key)?.size)
}

/// The checkpoint of a stream that has no record yet.
fn begin(dir: &Path, name: &StreamName, signer: &Signer) -> Result<()> {
    let audit = super::directory(dir);
    let records = recover::active_path(&audit, name.as_str()).try_exists()?
        || recover::prepared_path(&audit, name.as_str()).try_exists()?
        || !recover::closed_segments(&audit, name.as_str())?.is_empty();
    if records {
        return Err(Error::AuditDamaged);
    }
    let none = Checkpoint {
        origin: signer.verifier().name().to_owned(),
        size: 0,
        root: Frontier::new().root(),
        generations: Generations::default(),
        time: Timestamp::from_millis(0),
    };
    durable::replace(&super::checkpoint_path(dir, name.as_str()), none.sign(signer).as_bytes())
}

fn list_path(dir: &Path) -> PathBuf {
    super::directory(dir).join("streams")
}

const HEADER: &str = "panveil/streams/v1";
const MAX_LIST: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::{Streams, list_path};
    use crate::audit::key::{VaultKey, tests::seed};
    use crate::card::id::StreamName;
    use crate::error::Error;
    use std::fs;

    #[test]
    fn a_list_grows_and_only_its_vault_signs_it() {
        let dir = tempfile::tempdir().unwrap();
        let vault = VaultKey::from_seed(&seed(1));
        assert_eq!(Streams::load(dir.path(), &vault).unwrap().iter().count(), 0);
        let name = |text: &str| StreamName::new(text).unwrap();
        Streams::register(dir.path(), seed(1), &name("cli"), &seed(2)).unwrap();
        let two = Streams::register(dir.path(), seed(1), &name("app-1"), &seed(3)).unwrap();
        assert_eq!(Streams::register(dir.path(), seed(1), &name("cli"), &seed(2)).unwrap(), two);
        assert_eq!(
            Streams::register(dir.path(), seed(1), &name("cli"), &seed(3)).err(),
            Some(Error::Argument)
        );
        assert_eq!(
            Streams::register(dir.path(), seed(1), &name("../x"), &seed(3)).err(),
            Some(Error::Argument)
        );
        let loaded = Streams::load(dir.path(), &vault).unwrap();
        assert_eq!((loaded.generation(), &loaded), (2, &two));
        assert_eq!(loaded.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["app-1", "cli"]);
        assert_eq!(
            Streams::load(dir.path(), &VaultKey::from_seed(&seed(9))).err(),
            Some(Error::AuditDamaged)
        );
    }

    #[test]
    fn every_edit_of_the_list_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let vault = VaultKey::from_seed(&seed(1));
        Streams::register(dir.path(), seed(1), &StreamName::new("cli").unwrap(), &seed(2)).unwrap();
        let text = fs::read(list_path(dir.path())).unwrap();
        for at in 0..text.len() {
            let mut edited = text.clone();
            edited[at] ^= 1;
            fs::write(list_path(dir.path()), &edited).unwrap();
            assert_eq!(Streams::load(dir.path(), &vault).err(), Some(Error::AuditDamaged), "byte {at}");
        }
    }
}
