//! Makes a vault directory, whole or not at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::audit::{Generations, Opening, Streams, VaultKey};
use crate::card::id::StreamName;
use crate::clock::Clock;
use crate::error::Error;
use crate::keys::kek::Kek;
use crate::keys::keyring::{Environment, Keyring};
use crate::store::{AuthenticatedStore, Mark, SqliteStore};

use super::applied::ConfigurationFiles;
use super::files::{DirectoryLock, Files, replace, sync_directory};
use super::keys::{Roots, stream_seed};
use super::problem::{At, Problem};
use super::system_clock::SystemClock;
use super::test_issuer::TestIssuer;
use super::unlock::{SHORTEST_PASSPHRASE, Unlock};
use super::{DEFAULT_STREAM, copies};

/// How a new vault is to be.
#[derive(Debug)]
pub struct CreateOptions {
    /// Where it may be used.
    pub environment: Environment,
    /// A folder with panveil.toml, policy.toml and trust/ to begin with, in place of the shipped ones. A production
    /// vault gets its real configuration this way, because later changes need two people.
    pub configuration: Option<PathBuf>,
}

/// Makes a vault in `directory`, which must not exist or be empty. Returns the public key of its audit log.
///
/// Everything is made in a folder beside it, `.NAME.<pid>.partial`, and moved into place at the end, so that an
/// interrupted run leaves no half vault. The next run removes what it left.
///
/// # Errors
/// [`Error::VaultExists`] if something is there; [`Error::ConfigInvalid`], [`Error::PolicyInvalid`] or
/// [`Error::JwksInvalid`] if the given configuration is not valid; errors of the file system.
pub fn create(directory: &Path, unlock: Unlock, options: &CreateOptions) -> Result<VaultKey, Problem> {
    refuse_occupied(directory)?;
    let parent = match directory.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(Problem::new(Error::VaultExists, directory)),
    };
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    remove_leftovers(parent, &name);
    let building = parent.join(format!(".{name}.{}.partial", std::process::id()));
    make_folder(&building)?;
    let made = DirectoryLock::take(&building).and_then(|_lock| {
        let key = build(&Files::of(&building), unlock, options)?;
        std::fs::rename(&building, directory).at(directory)?;
        sync_directory(parent)?;
        Ok(key)
    });
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&building);
    }
    made
}

/// Removes unfinished vaults of this name that no process is making. Best effort: they are only clutter.
fn remove_leftovers(parent: &Path, name: &str) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let pid = file_name.to_str().and_then(|text| {
            text.strip_prefix('.')?.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".partial")
        });
        let ours = pid.is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()));
        if ours && let Ok(Some(_lock)) = DirectoryLock::try_take(&entry.path()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn refuse_occupied(directory: &Path) -> Result<(), Problem> {
    match std::fs::read_dir(directory) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Problem::new(Error::VaultExists, directory)),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).at(directory),
    }
}

fn build(files: &Files, unlock: Unlock, options: &CreateOptions) -> Result<VaultKey, Problem> {
    let now = SystemClock::new().now().wall;
    for folder in [&files.audit(), &files.trust()] {
        make_folder(folder)?;
    }
    if options.environment == Environment::Production && unlock.is_short() {
        let detail = format!("a production vault takes a passphrase of {SHORTEST_PASSPHRASE} bytes or more");
        return Err(Problem::with_detail(Error::KekTooWeak, &files.keyring(), detail));
    }
    let kek = unlock.create().at(&files.keyring())?;
    let keyring = Keyring::generate(options.environment, now).at(&files.keyring())?;
    let roots = Roots::of(&keyring).at(&files.keyring())?;
    write_configuration(files, &roots, options)?;
    let found = ConfigurationFiles::read(files)?;
    let configuration = found.parse(files)?;
    if configuration.config.environment() != options.environment {
        return Err(Problem::new(Error::EnvironmentMismatch, &files.config()));
    }
    write_manifest(files, &roots, &found, options.environment)?;
    let store = make_store(files, &roots, &found)?;
    let key = make_audit(files, &roots, Generations { keyring: 1, config: 1, store })?;
    write_keyring(files, &keyring, kek.as_ref())?;
    for folder in [&files.audit(), &files.trust(), files.root()] {
        sync_directory(folder)?;
    }
    Ok(key)
}

fn make_folder(folder: &Path) -> Result<(), Problem> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).recursive(false).create(folder).at(folder)
}

fn write_configuration(files: &Files, roots: &Roots<'_>, options: &CreateOptions) -> Result<(), Problem> {
    if let Some(given) = &options.configuration {
        let given = ConfigurationFiles::read(&Files::of(given))?;
        for (path, content) in given.iter() {
            replace(&files.root().join(path), content)?;
        }
        return Ok(());
    }
    let (config, policy) = match options.environment {
        Environment::Dev => {
            let issuer = TestIssuer::new(roots.first_approval).at(&files.trust())?;
            let jwks = issuer.jwks().at(&files.trust())?;
            replace(&files.trust().join("idp.jwks.json"), &jwks)?;
            (include_str!("templates/panveil.dev.toml"), include_str!("templates/policy.dev.toml"))
        }
        Environment::Production => (
            include_str!("templates/panveil.production.toml"),
            include_str!("templates/policy.production.toml"),
        ),
    };
    replace(&files.config(), config.as_bytes())?;
    replace(&files.policy(), policy.as_bytes())
}

fn write_manifest(
    files: &Files,
    roots: &Roots<'_>,
    found: &ConfigurationFiles,
    environment: Environment,
) -> Result<(), Problem> {
    let path = files.manifest();
    let manifest = found.manifest(environment, 1).to_file(roots.config).at(&path)?;
    replace(&path, &manifest)
}

fn make_store(files: &Files, roots: &Roots<'_>, found: &ConfigurationFiles) -> Result<u64, Problem> {
    let path = files.state();
    let sqlite = SqliteStore::create(&path).at(&path)?;
    let store = AuthenticatedStore::create(sqlite, roots.store).at(&path)?;
    Mark::Keyring.raise(&store, 1).at(&path)?;
    Mark::Manifest.raise(&store, 1).at(&path)?;
    copies::keep(&store, found).at(&path)?;
    Ok(store.generation())
}

fn make_audit(files: &Files, roots: &Roots<'_>, generations: Generations) -> Result<VaultKey, Problem> {
    let path = files.audit();
    let name = StreamName::new(DEFAULT_STREAM).at(&path)?;
    let seed = stream_seed(roots.audit, &name).at(&path)?;
    let vault_seed = super::keys::vault_seed(roots.audit).at(&path)?;
    let key = VaultKey::from_seed(&vault_seed);
    Streams::register(files.root(), vault_seed, &name, &seed).at(&path)?;
    replace(&path.join("vault.vkey"), format!("{key}\n").as_bytes())?;
    // A stream that is listed and has no log does not verify, so its first records are written now.
    let clock = Arc::new(SystemClock::new());
    let log = Opening::new(files.root(), &key, &name, seed, clock)
        .generations(move || generations)
        .open()
        .at(&path)?;
    log.close().at(&path)?;
    Ok(key)
}

fn write_keyring(files: &Files, keyring: &Keyring, kek: &dyn Kek) -> Result<(), Problem> {
    let path = files.keyring();
    let file = keyring.to_file(kek).at(&path)?;
    replace(&path, &file)
}
