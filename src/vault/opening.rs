//! The steps of opening a vault, each of which refuses what is not as this library wrote it.

use std::sync::Arc;

use crate::audit::{AuditLog, Generations, Opening, Options, Streams, VaultKey};
use crate::card::id::StreamName;
use crate::error::Error;
use crate::keys::kek::Kek;
use crate::keys::keyring::{Environment, Keyring, WrappedKeyring};
use crate::store::{AuthenticatedStore, Mark, SqliteStore};

use super::applied::{Configuration, ConfigurationFiles, compare, describe, read_small};
use super::config::Config;
use super::copies;
use super::files::{Files, lock_directory, replace};
use super::keys::{Roots, stream_seed, vault_seed};
use super::meters::Meters;
use super::opened::{OpenOptions, Stream};
use super::problem::{At, Problem};
use super::unlock::Unlock;

/// Reads and unwraps the keyring.
pub(crate) fn open_keyring(files: &Files, unlock: Unlock) -> Result<(Keyring, Box<dyn Kek>), Problem> {
    let path = files.keyring();
    if !path.exists() {
        let error = if files.config().exists() { Error::KeyringDamaged } else { Error::NotAVault };
        return Err(Problem::new(error, if error == Error::NotAVault { files.root() } else { &path }));
    }
    let wrapped = WrappedKeyring::parse(&read_small(&path)?).at(&path)?;
    let kek = unlock.open(wrapped.kek()).at(&path)?;
    let keyring = wrapped.unwrap_with(kek.as_ref()).at(&path)?;
    Ok((keyring, kek))
}

pub(crate) fn open_store(
    files: &Files,
    roots: &Roots<'_>,
    floor: &Generations,
) -> Result<AuthenticatedStore, Problem> {
    let path = files.state();
    let sqlite = SqliteStore::open(&path).at(&path)?;
    let store = AuthenticatedStore::open(sqlite, roots.store, floor.store).at(&path)?;
    store.check().at(&path)?;
    Ok(store)
}

pub(crate) fn refuse_keyring_rollback(
    files: &Files,
    keyring: &Keyring,
    store: &AuthenticatedStore,
    floor: &Generations,
) -> Result<(), Problem> {
    let seen = Mark::Keyring.raise(store, keyring.generation()).at(&files.state())?;
    if keyring.generation() < seen.max(floor.keyring) {
        return Err(Problem::new(Error::KeyringRollback, &files.keyring()));
    }
    Ok(())
}

/// A vault is made with its list of streams. Without it the log was taken away, and a fresh one would hide that.
pub(crate) fn refuse_missing_log(files: &Files, key: &VaultKey) -> Result<(), Problem> {
    let place = files.audit();
    if Streams::load(files.root(), key).at(&place)?.iter().next().is_none() {
        let detail = "the list of streams is missing; restore the folder from a backup";
        return Err(Problem::with_detail(Error::AuditDamaged, &place, detail));
    }
    Ok(())
}

/// The configuration, its generation, and what was changed and is applied now (dev vaults only).
pub(crate) fn open_configuration(
    files: &Files,
    keyring: &Keyring,
    store: &AuthenticatedStore,
    floor: &Generations,
) -> Result<(Configuration, u64, Option<String>), Problem> {
    let roots = Roots::of(keyring).at(&files.keyring())?;
    let found = ConfigurationFiles::read(files)?;
    let (manifest, differences) = compare(files, roots.config, &found)?;
    if manifest.environment() != keyring.environment() {
        return Err(Problem::new(Error::EnvironmentMismatch, &files.manifest()));
    }
    let seen = Mark::Manifest.raise(store, manifest.generation()).at(&files.state())?;
    if manifest.generation() < seen.max(floor.config) {
        return Err(Problem::new(Error::ConfigRollback, &files.manifest()));
    }
    if !differences.is_empty() && keyring.environment() == Environment::Production {
        return Err(Problem::with_detail(Error::ConfigChanged, files.root(), describe(&differences)));
    }
    let configuration = found.parse(files)?;
    if configuration.config.environment() != keyring.environment() {
        return Err(Problem::new(Error::EnvironmentMismatch, &files.config()));
    }
    if differences.is_empty() {
        return Ok((configuration, manifest.generation(), None));
    }
    let generation =
        put_in_force(files, &roots, store, &found, keyring.environment(), manifest.generation())?;
    Ok((
        configuration,
        generation,
        Some(format!("{}; applied, because this is a dev vault", describe(&differences))),
    ))
}

/// Writes the next manifest for these files. Returns its generation.
pub(crate) fn put_in_force(
    files: &Files,
    roots: &Roots<'_>,
    store: &AuthenticatedStore,
    found: &ConfigurationFiles,
    environment: Environment,
    generation: u64,
) -> Result<u64, Problem> {
    let _lock = lock_directory(files.root())?;
    let path = files.manifest();
    let generation = generation.saturating_add(1);
    let manifest = found.manifest(environment, generation);
    replace(&path, &manifest.to_file(roots.config).at(&path)?)?;
    Mark::Manifest.raise(store, generation).at(&files.state())?;
    copies::keep(store, found).at(&files.state())?;
    Ok(generation)
}

pub(crate) fn open_log(
    files: &Files,
    roots: &Roots<'_>,
    config: &Config,
    options: &OpenOptions,
    store: &AuthenticatedStore,
    generations: Generations,
    meters: Arc<Meters>,
) -> Result<AuditLog, Problem> {
    let names = match &options.stream {
        Stream::Only(name) => vec![name.clone()],
        Stream::FirstFree(name) => {
            let more = (2..=16).map(|number| StreamName::new(&format!("{name}-{number}")));
            std::iter::once(Ok(name.clone()))
                .chain(more)
                .collect::<Result<Vec<_>, Error>>()
                .at(&files.audit())?
        }
    };
    let place = files.audit();
    let seed = vault_seed(roots.audit).at(&place)?;
    let vault_key = VaultKey::from_seed(&seed);
    let settings = Options { deadline: config.audit_deadline(), ..Options::default() };
    let mut outcome = Err(Problem::new(Error::AuditLocked, &place));
    for name in names {
        refuse_lost_stream(files, store, &name)?;
        let seed = stream_seed(roots.audit, &name).at(&place)?;
        Streams::register(files.root(), vault_seed(roots.audit).at(&place)?, &name, &seed).at(&place)?;
        let meters = Arc::clone(&meters);
        outcome = Opening::new(files.root(), &vault_key, &name, seed, Arc::clone(&options.clock))
            .options(settings.clone())
            .generations(generations)
            .poll(move |_| meters.read())
            .open()
            .at(&place);
        match &outcome {
            Err(problem) if problem.error() == Error::AuditLocked => {}
            Err(_) => break,
            Ok(_) => {
                Mark::Stream(&name).raise(store, 1).at(&files.state())?;
                break;
            }
        }
    }
    outcome
}

/// A stream that had a log must still have one. Where only the log or only its checkpoint is gone, opening it fails;
/// without both it looks new, and only the store remembers.
fn refuse_lost_stream(files: &Files, store: &AuthenticatedStore, name: &StreamName) -> Result<(), Problem> {
    let log = files.audit().join(format!("{name}.jsonl"));
    let gone = !log.exists() && !files.audit().join(format!("{name}.checkpoint")).exists();
    if gone && Mark::Stream(name).highest(store).at(&files.state())? > 0 {
        let detail = "the log of the stream is gone; restore the folder from a backup";
        return Err(Problem::with_detail(Error::AuditDamaged, &log, detail));
    }
    Ok(())
}
