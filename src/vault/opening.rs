//! The steps of opening a vault, each of which refuses what is not as this library wrote it.

use std::sync::Arc;

use crate::audit::{AuditLog, Generations, Opening, Options, Streams, VaultKey, last_size};
use crate::card::id::StreamName;
use crate::error::Error;
use crate::keys::kek::Kek;
use crate::keys::keyring::{Environment, Keyring, WrappedKeyring};
use crate::keys::manifest::{Difference, Manifest};
use crate::store::{AuthenticatedStore, Mark, SqliteStore};

use super::applied::{Configuration, ConfigurationFiles, compare, describe, read_small};
use super::config::Config;
use super::copies;
use super::files::{DirectoryLock, Files, replace};
use super::keys::{Roots, stream_seed, vault_seed};
use super::meters::Meters;
use super::opened::{OpenOptions, Stream};
use super::problem::{At, Problem};
use super::unlock::Unlock;

/// Reads and unwraps the keyring.
pub(crate) fn open_keyring(files: &Files, unlock: Unlock) -> Result<(Keyring, Box<dyn Kek>), Problem> {
    let path = files.keyring();
    if !path.exists() {
        let vault = files.config().exists() || files.manifest().exists();
        let problem = if vault {
            Problem::new(Error::KeyringDamaged, &path)
        } else {
            Problem::new(Error::NotAVault, files.root())
        };
        return Err(problem);
    }
    let wrapped = WrappedKeyring::parse(&read_small(&path)?).at(&path)?;
    let kek = unlock.open(wrapped.kek()).at(&path)?;
    let keyring = wrapped.unwrap_with(kek.as_ref()).at(&path)?;
    Ok((keyring, kek))
}

/// Takes the directory's lock and reads the keyring again if it was rotated in the meantime. What is opened under the
/// lock belongs together: no other process changes keyring or configuration until it is dropped.
pub(crate) fn settle(
    files: &Files,
    keyring: Keyring,
    kek: &dyn Kek,
) -> Result<(Keyring, DirectoryLock), Problem> {
    let lock = DirectoryLock::take(files.root())?;
    let path = files.keyring();
    let wrapped = WrappedKeyring::parse(&read_small(&path)?).at(&path)?;
    if wrapped.claims_generation(keyring.generation()) {
        return Ok((keyring, lock));
    }
    let keyring = wrapped.unwrap_with(kek).at(&path)?;
    Ok((keyring, lock))
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

pub(crate) fn refuse_config_rollback(
    files: &Files,
    manifest: &Manifest,
    store: &AuthenticatedStore,
    floor: &Generations,
) -> Result<(), Problem> {
    let seen = Mark::Manifest.raise(store, manifest.generation()).at(&files.state())?;
    if manifest.generation() < seen.max(floor.config) {
        return Err(Problem::new(Error::ConfigRollback, &files.manifest()));
    }
    Ok(())
}

/// The log must not have lost what the store has seen of it: a stream that was taken out of the list, deleted with its
/// checkpoint, or put back in an older state is refused. Raises the marks to what is there.
pub(crate) fn refuse_log_rollback(
    files: &Files,
    key: &VaultKey,
    store: &AuthenticatedStore,
) -> Result<(), Problem> {
    let place = files.audit();
    // The mark is read before the file: files only grow, so an honest one has reached whatever mark was seen.
    let mark = Mark::Streams.highest(store).at(&files.state())?;
    let streams = Streams::load(files.root(), key).at(&place)?;
    if streams.generation() < mark {
        let list = place.join("streams");
        return Err(Problem::with_detail(
            Error::AuditDamaged,
            &list,
            "the list of streams is gone or an older one",
        ));
    }
    Mark::Streams.raise(store, streams.generation()).at(&files.state())?;
    for (name, _) in streams.iter() {
        let mark = Mark::Stream(StreamName::new(name).at(&place)?);
        let seen = mark.highest(store).at(&files.state())?;
        let size = last_size(files.root(), key, name).at(&place)?;
        if size < seen {
            let checkpoint = place.join(format!("{name}.checkpoint"));
            let detail = "records that the store has seen are gone; restore the folder from a backup";
            return Err(Problem::with_detail(Error::AuditDamaged, &checkpoint, detail));
        }
        mark.raise(store, size).at(&files.state())?;
    }
    Ok(())
}

/// The configuration, its generation, and what was changed and is applied now (dev vaults only).
pub(crate) fn open_configuration(
    files: &Files,
    keyring: &Keyring,
    store: &AuthenticatedStore,
    floor: &Generations,
    held: &DirectoryLock,
) -> Result<(Configuration, u64, Option<String>), Problem> {
    let seen = look(files, keyring, store, floor)?;
    let (generation, change) = (seen.manifest.generation(), describe(&seen.differences));
    if seen.differences.is_empty() {
        // A change that was killed halfway left older copies; who is asked about the next is judged by them.
        if !copies::are_of(store, &seen.manifest).at(&files.state())? {
            copies::keep(store, &seen.found).at(&files.state())?;
        }
        return Ok((seen.parse(files, keyring)?, generation, None));
    }
    if keyring.environment() == Environment::Production {
        return Err(Problem::with_detail(Error::ConfigChanged, &files.manifest(), change));
    }
    let configuration = seen.parse(files, keyring)?;
    let roots = Roots::of(keyring).at(&files.keyring())?;
    let generation =
        put_in_force(files, &roots, store, &seen.found, keyring.environment(), generation, held)?;
    Ok((configuration, generation, Some(format!("{change}; applied, because this is a dev vault"))))
}

/// The files as they lie on disk beside the manifest, which is authentic and not older than one seen before.
pub(crate) struct Seen {
    pub(crate) found: ConfigurationFiles,
    pub(crate) manifest: Manifest,
    pub(crate) differences: Vec<Difference>,
}

impl Seen {
    /// The configuration of the files, which must be valid and of the vault's environment.
    pub(crate) fn parse(&self, files: &Files, keyring: &Keyring) -> Result<Configuration, Problem> {
        let configuration = self.found.parse(files)?;
        if configuration.config.environment() != keyring.environment() {
            return Err(Problem::new(Error::EnvironmentMismatch, &files.config()));
        }
        Ok(configuration)
    }
}

/// Reads files and manifest.
pub(crate) fn look(
    files: &Files,
    keyring: &Keyring,
    store: &AuthenticatedStore,
    floor: &Generations,
) -> Result<Seen, Problem> {
    let roots = Roots::of(keyring).at(&files.keyring())?;
    let found = ConfigurationFiles::read(files)?;
    let (manifest, differences) = compare(files, roots.config, &found)?;
    if manifest.environment() != keyring.environment() {
        return Err(Problem::new(Error::EnvironmentMismatch, &files.manifest()));
    }
    refuse_config_rollback(files, &manifest, store, floor)?;
    Ok(Seen { found, manifest, differences })
}

/// Writes the next manifest for these files. Returns its generation.
pub(crate) fn put_in_force(
    files: &Files,
    roots: &Roots<'_>,
    store: &AuthenticatedStore,
    found: &ConfigurationFiles,
    environment: Environment,
    generation: u64,
    _held: &DirectoryLock,
) -> Result<u64, Problem> {
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
    generations: impl Fn() -> Generations + Clone + Send + 'static,
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
        let seed = stream_seed(roots.audit, &name).at(&place)?;
        Streams::register(files.root(), vault_seed(roots.audit).at(&place)?, &name, &seed).at(&place)?;
        let meters = Arc::clone(&meters);
        outcome = Opening::new(files.root(), &vault_key, &name, seed, Arc::clone(&options.clock))
            .options(settings.clone())
            .generations(generations.clone())
            .poll(move |_| meters.read())
            .sinks(options.sinks.clone())
            .open()
            .at(&place);
        if !matches!(&outcome, Err(problem) if problem.error() == Error::AuditLocked) {
            break;
        }
    }
    outcome
}
