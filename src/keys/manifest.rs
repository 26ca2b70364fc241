//! The manifest: which configuration and trust files belong to the vault, authenticated.
//!
//! A text file: a title, the generation, the environment, one line for each file with its SHA-256, and an HMAC under
//! the newest config root over all lines before it.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

use super::keyring::Environment;

/// Digests of the configuration and trust files, by their path below the vault directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    environment: Environment,
    generation: u64,
    files: Vec<(String, [u8; 32])>,
}

/// How a file on disk differs from the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The file's content is another.
    Changed(String),
    /// The file is not in the manifest.
    Added(String),
    /// The manifest's file is not there.
    Missing(String),
}

impl Manifest {
    /// A manifest of the given files (path below the vault directory, content).
    pub fn of_files<'a>(
        environment: Environment,
        generation: u64,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Self {
        let mut files: Vec<_> = files
            .into_iter()
            .map(|(path, content)| (path.to_owned(), Sha256::digest(content).into()))
            .collect();
        files.sort();
        Self { environment, generation, files }
    }

    /// Counts every applied configuration, from 1.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Where the vault may be used.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// One SHA-256 over the whole manifest, as it stands in audit records.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.lines()).into()
    }

    /// What differs between this manifest and the files found on disk.
    pub fn differences(&self, found: &Manifest) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (path, digest) in &self.files {
            match found.files.iter().find(|(other, _)| other == path) {
                None => differences.push(Difference::Missing(path.clone())),
                Some((_, other)) if other != digest => differences.push(Difference::Changed(path.clone())),
                Some(_) => {}
            }
        }
        for (path, _) in &found.files {
            if !self.files.iter().any(|(other, _)| other == path) {
                differences.push(Difference::Added(path.clone()));
            }
        }
        differences
    }

    /// The manifest file, authenticated under the config root.
    ///
    /// # Errors
    /// [`Error::Internal`] never in practice.
    pub fn to_file(&self, config_root: &Secret) -> Result<Vec<u8>> {
        let mut file = self.lines().into_bytes();
        let mac = mac(config_root, &file)?.finalize().into_bytes();
        file.extend_from_slice(format!("hmac {}\n", Base64UrlUnpadded::encode_string(&mac)).as_bytes());
        Ok(file)
    }

    /// Reads and authenticates a manifest file.
    ///
    /// # Errors
    /// [`Error::ManifestDamaged`] if it is not what [`to_file`](Self::to_file) wrote under this root.
    pub fn from_file(file: &[u8], config_root: &Secret) -> Result<Self> {
        let text = core::str::from_utf8(file).map_err(|_| Error::ManifestDamaged)?;
        let (signed, tag) = text.rsplit_once("hmac ").ok_or(Error::ManifestDamaged)?;
        let tag = tag.strip_suffix('\n').ok_or(Error::ManifestDamaged)?;
        let tag = Base64UrlUnpadded::decode_vec(tag).map_err(|_| Error::ManifestDamaged)?;
        mac(config_root, signed.as_bytes())?.verify_slice(&tag).map_err(|_| Error::ManifestDamaged)?;
        let manifest = Self::read(signed).ok_or(Error::ManifestDamaged)?;
        // Authentic, so it is what some release wrote; this one must write it back to the byte.
        if manifest.lines() == signed { Ok(manifest) } else { Err(Error::ManifestDamaged) }
    }

    fn lines(&self) -> String {
        let mut text =
            format!("{TITLE}\ngeneration {}\nenvironment {}\n", self.generation, self.environment.name());
        for (path, digest) in &self.files {
            text.push_str(&format!("file {} {path}\n", Base64UrlUnpadded::encode_string(digest)));
        }
        text
    }

    fn read(signed: &str) -> Option<Self> {
        let mut lines = signed.lines();
        (lines.next()? == TITLE).then_some(())?;
        let generation = lines.next()?.strip_prefix("generation ")?.parse().ok()?;
        let environment = match lines.next()?.strip_prefix("environment ")? {
            "dev" => Environment::Dev,
            "production" => Environment::Production,
            _ => return None,
        };
        let files = lines.map(|line| {
            let (digest, path) = line.strip_prefix("file ")?.split_once(' ')?;
            let digest = Base64UrlUnpadded::decode_vec(digest).ok()?.try_into().ok()?;
            Some((path.to_owned(), digest))
        });
        Some(Self { environment, generation, files: files.collect::<Option<_>>()? })
    }
}

const TITLE: &str = "panveil manifest v1";

fn mac(config_root: &Secret, signed: &[u8]) -> Result<Hmac<Sha256>> {
    let key = derive(config_root, &Label::new("panveil/v1/manifest/mac"))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).map_err(|_| Error::Internal)?;
    mac.update(signed);
    Ok(mac)
}

impl core::fmt::Display for Difference {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Difference::Changed(path) => write!(f, "{path} was changed"),
            Difference::Added(path) => write!(f, "{path} was added"),
            Difference::Missing(path) => write!(f, "{path} is missing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, Manifest};
    use crate::crypto::secret::Secret;
    use crate::error::Error;
    use crate::keys::keyring::Environment;

    #[test]
    fn ac_57_an_edited_manifest_is_refused_at_every_byte() {
        let root = Secret::random().unwrap();
        let manifest = Manifest::of_files(Environment::Production, 3, [("policy.toml", &b"x"[..])]);
        let file = manifest.to_file(&root).unwrap();
        assert_eq!(Manifest::from_file(&file, &root).unwrap(), manifest);
        for position in 0..file.len() {
            let mut edited = file.clone();
            edited[position] ^= 1;
            assert_eq!(Manifest::from_file(&edited, &root), Err(Error::ManifestDamaged), "byte {position}");
        }
        assert_eq!(Manifest::from_file(&file, &Secret::random().unwrap()), Err(Error::ManifestDamaged));
    }

    #[test]
    fn differences_are_named() {
        let old = Manifest::of_files(Environment::Dev, 1, [("a", &b"1"[..]), ("b", &b"1"[..])]);
        let new = Manifest::of_files(Environment::Dev, 1, [("a", &b"2"[..]), ("c", &b"1"[..])]);
        assert_eq!(
            old.differences(&new),
            [Difference::Changed("a".into()), Difference::Missing("b".into()), Difference::Added("c".into())]
        );
        assert_eq!(old.differences(&old.clone()), []);
    }
}
