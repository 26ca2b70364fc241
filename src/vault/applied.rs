//! The configuration in force: the files as they lie on disk, held against the manifest.

use std::path::Path;

use crate::crypto::secret::Secret;
use crate::error::Error;
use crate::keys::keyring::Environment;
use crate::keys::manifest::{Difference, Manifest};
use crate::reveal::jwks::Jwks;
use crate::reveal::policy::Policy;
use crate::reveal::verifier::IdentityVerifier;

use super::config::Config;
use super::files::Files;
use super::problem::{At, Problem};

/// The largest configuration or trust file, in bytes: what a row of the store takes, which keeps a copy of each.
const MAX_FILE: u64 = (1 << 20) - 64;

/// The most files.
const MAX_FILES: usize = 1000;

/// The bytes of all configuration and trust files, by their path below the vault directory.
pub(crate) struct ConfigurationFiles(Vec<(String, Vec<u8>)>);

/// The parsed configuration.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) config: Config,
    pub(crate) policy: Policy,
    pub(crate) verifier: IdentityVerifier,
}

impl ConfigurationFiles {
    /// Reads panveil.toml, policy.toml and every file in trust/.
    pub(crate) fn read(files: &Files) -> Result<Self, Problem> {
        let mut found = vec![
            ("panveil.toml".to_owned(), read_small(&files.config())?),
            ("policy.toml".to_owned(), read_small(&files.policy())?),
        ];
        let trust = files.trust();
        for entry in std::fs::read_dir(&trust).at(&trust)? {
            let path = entry.at(&trust)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.is_empty() || name.contains(char::is_whitespace) || !path.is_file() {
                let detail = "trust/ holds plain files whose names have no spaces";
                return Err(Problem::with_detail(Error::ConfigInvalid, &path, detail));
            }
            if found.len() >= MAX_FILES {
                return Err(Problem::with_detail(
                    Error::ConfigInvalid,
                    &trust,
                    "trust/ holds too many files",
                ));
            }
            found.push((format!("trust/{name}"), read_small(&path)?));
        }
        Ok(Self(found))
    }

    /// The manifest that these files would have.
    pub(crate) fn manifest(&self, environment: Environment, generation: u64) -> Manifest {
        let files = self.0.iter().map(|(path, content)| (path.as_str(), content.as_slice()));
        Manifest::of_files(environment, generation, files)
    }

    /// Parses everything; a vault with a mistake in any of it does not open.
    pub(crate) fn parse(&self, files: &Files) -> Result<Configuration, Problem> {
        let config = Config::parse(self.text(files, "panveil.toml")?)
            .map_err(|(error, detail)| Problem::with_detail(error, &files.config(), detail))?;
        let policy = Policy::parse(self.text(files, "policy.toml")?).map_err(|problem| {
            Problem::with_detail(Error::PolicyInvalid, &files.policy(), problem.to_string())
        })?;
        let mut issuers = Vec::new();
        for issuer in config.issuers() {
            let path = format!("trust/{}", issuer.jwks());
            let place = files.root().join(&path);
            let bytes = self.get(&path).ok_or_else(|| {
                Problem::with_detail(Error::JwksInvalid, &place, "named by an issuer, but not there")
            })?;
            issuers.push((issuer.clone(), Jwks::parse(bytes).at(&place)?));
        }
        let verifier = IdentityVerifier::new(issuers).at(&files.config())?;
        Ok(Configuration { config, policy, verifier })
    }

    /// All files, for keeping a copy of what was applied.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// Files from a kept copy.
    pub(crate) fn of(files: Vec<(String, Vec<u8>)>) -> Self {
        Self(files)
    }

    fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.iter().find(|(name, _)| name == path).map(|(_, content)| content.as_slice())
    }

    fn text(&self, files: &Files, path: &str) -> Result<&str, Problem> {
        let bytes = self.get(path).unwrap_or_default();
        core::str::from_utf8(bytes).map_err(|_| {
            Problem::with_detail(Error::ConfigInvalid, &files.root().join(path), "the file is not UTF-8")
        })
    }
}

/// Reads and authenticates the manifest, and says how the files differ from it.
pub(crate) fn compare(
    files: &Files,
    config_root: &Secret,
    found: &ConfigurationFiles,
) -> Result<(Manifest, Vec<Difference>), Problem> {
    let path = files.manifest();
    // Without a manifest nothing says what the configuration was.
    if !path.exists() {
        return Err(Problem::new(Error::ManifestDamaged, &path));
    }
    let manifest = Manifest::from_file(&read_small(&path)?, config_root).at(&path)?;
    let differences = manifest.differences(&found.manifest(manifest.environment(), manifest.generation()));
    Ok((manifest, differences))
}

/// The differences in one line, for people.
pub(crate) fn describe(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join(", ")
}

/// Reads a file that must be small.
pub(crate) fn read_small(path: &Path) -> Result<Vec<u8>, Problem> {
    use std::io::Read;
    let file = std::fs::File::open(path).at(path)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).at(path)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Problem::with_detail(
            Error::ConfigInvalid,
            path,
            "the file is larger than 1 MiB less 64 bytes",
        ));
    }
    Ok(bytes)
}
