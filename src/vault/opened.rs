//! An open vault.

use std::path::Path;
use std::sync::Arc;

use crate::audit::{AuditLog, Event, Generations, Kind, LogOptions, Streams, VaultKey};
use crate::card::id::{Application, FieldName, StreamName, TenantId};
use crate::clock::{Clock, Now};
use crate::error::{Error, Result};
use crate::keys::kek::Kek;
use crate::keys::keyring::{Environment, Keyring, WrappedKeyring};
use crate::keys::purpose::KeyPurpose;
use crate::keys::root::KeyFacts;
use crate::limits::{Limits, Locked};
use crate::protect::fingerprint::Fingerprinter;
use crate::protect::opener::Opener;
use crate::protect::seal_key::SealKey;
use crate::protect::sealer::Sealer;
use crate::protect::tokenizer::Tokenizer;
use crate::reveal::gate::Gate;
use crate::reveal::policy::Policy;
use crate::reveal::verifier::IdentityVerifier;
use crate::store::{AuthenticatedStore, CounterLease, DEFAULT_MESSAGE_LIMIT, Mark, SqliteStore};

use super::applied::{Configuration, ConfigurationFiles, compare, describe, read_small};
use super::config::Config;
use super::files::{Files, lock_directory, replace};
use super::keys::{Roots, stream_seed, vault_seed};
use super::meters::Meters;
use super::problem::{At, Problem};
use super::system_clock::SystemClock;
use super::test_issuer::{TestIdentity, TestIssuer};
use super::unlock::Unlock;
use super::{DEFAULT_STREAM, copies};

/// Which audit stream an opening process writes.
#[derive(Clone, Debug)]
pub enum Stream {
    /// This one; [`Error::AuditLocked`] if another process writes it.
    Only(StreamName),
    /// This one, or the first free one of `NAME-2` to `NAME-16`: for commands that may run at the same time.
    FirstFree(StreamName),
}

/// How a process opens a vault.
#[derive(Clone)]
pub struct OpenOptions {
    /// The group of processes this one belongs to.
    pub application: Application,
    /// The audit stream it writes.
    pub stream: Stream,
    /// The clock to live by.
    pub clock: Arc<dyn Clock>,
}

/// An open vault. Dropping it closes its audit stream; [`close`](Vault::close) says whether that went well.
///
/// After a `fork` the child must open the vault again: its calls return [`Error::Forked`].
pub struct Vault {
    files: Files,
    application: Application,
    config: Config,
    policy: Arc<Policy>,
    verifier: Arc<IdentityVerifier>,
    keyring: Arc<Keyring>,
    store: Arc<AuthenticatedStore>,
    log: Arc<AuditLog>,
    meters: Arc<Meters>,
    clock: Arc<dyn Clock>,
    warnings: Vec<String>,
    process: u32,
}

impl OpenOptions {
    /// For an application's processes: stream and application of one name.
    ///
    /// # Errors
    /// [`Error::IdFormat`] if the name is no id.
    pub fn application(name: &str) -> Result<Self> {
        Ok(Self {
            application: Application::new(name)?,
            stream: Stream::Only(StreamName::new(name)?),
            clock: Arc::new(SystemClock::new()),
        })
    }

    /// For the command, of which several may run at the same time.
    ///
    /// # Errors
    /// None in practice.
    pub fn command() -> Result<Self> {
        Ok(Self {
            stream: Stream::FirstFree(StreamName::new(DEFAULT_STREAM)?),
            ..Self::application(DEFAULT_STREAM)?
        })
    }
}

impl Vault {
    /// Opens the vault in `directory`.
    ///
    /// Everything is checked before anything is handed out: the keyring, the manifest with every file it names,
    /// that nothing is older than the last checkpoint, the store's head, and the end of the audit stream.
    ///
    /// # Errors
    /// [`Error::NotAVault`], [`Error::WrongKek`], the damage, rollback and mismatch errors of 4xx, 6xx, 7xx and
    /// 8xx, each with the file it concerns.
    pub fn open(directory: &Path, unlock: Unlock, options: OpenOptions) -> Result<Self, Problem> {
        let files = Files::of(directory);
        let (keyring, _) = open_keyring(&files, unlock)?;
        Self::open_with(files, keyring, options)
    }

    pub(crate) fn open_with(files: Files, keyring: Keyring, options: OpenOptions) -> Result<Self, Problem> {
        let now = options.clock.now();
        let roots = Roots::of(&keyring).at(&files.keyring())?;
        let audit_key = VaultKey::from_seed(&vault_seed(roots.audit).at(&files.audit())?);
        let floor = Streams::last_generations(&files.audit(), &audit_key).at(&files.audit())?;
        let store = open_store(&files, &roots, &floor)?;
        refuse_keyring_rollback(&files, &keyring, &store, &floor)?;
        let (configuration, manifest, applied) = open_configuration(&files, &keyring, &store, &floor)?;
        let Configuration { config, policy, verifier } = configuration;

        let meters = Arc::new(Meters::default());
        let log = open_log(&files, &roots, &config, &options, Arc::clone(&meters))?;
        let store = Arc::new(store);
        let vault = Self {
            application: options.application,
            config,
            policy: Arc::new(policy),
            verifier: Arc::new(verifier),
            store,
            log: Arc::new(log),
            meters,
            clock: options.clock,
            warnings: applied.iter().cloned().collect(),
            process: std::process::id(),
            keyring: Arc::new(keyring),
            files,
        };
        vault.tell_generations(manifest);
        if applied.is_some() {
            let event = Event::new(Kind::ConfigChanged).application(&vault.application).detail("generation", manifest);
            vault.log.append(event).at(&vault.files.audit())?;
        }
        let _: Now = now;
        Ok(vault)
    }

    /// What a person should know about this opening: in a dev vault, configuration changes that were applied.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The configuration in force.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where the vault may be used.
    pub fn environment(&self) -> Environment {
        self.keyring.environment()
    }

    /// The public facts of every key.
    pub fn keys(&self) -> impl Iterator<Item = &KeyFacts> {
        self.keyring.facts()
    }

    /// The generation of the keyring.
    pub fn keyring_generation(&self) -> u64 {
        self.keyring.generation()
    }

    /// A tokenizer for a named caller, under the current token key. It cannot turn a token back.
    ///
    /// # Errors
    /// [`Error::KeyState`] or [`Error::KeyPeriod`] if no token key may protect, [`Error::Forked`].
    pub fn tokenizer(&self, caller: Application) -> Result<Tokenizer> {
        self.refuse_fork()?;
        let now = self.clock.now().wall;
        let current = self.keyring.current(KeyPurpose::Token, now)?.facts().version;
        let versions = self.keyring.versions(KeyPurpose::Token);
        let versions = versions.map(|root| (root.facts().version, root.secret_whatever_its_state())).collect();
        let count = self.meters.add(Kind::TokenizeCount, caller.clone(), self.config.tenant().clone());
        Tokenizer::new(self.config.tenant().clone(), caller, versions, current, count)
    }

    /// A sealer for one field of the vault's tenant, under the current seal key. It cannot open.
    ///
    /// # Errors
    /// [`Error::SadRefused`] if the field's name denotes sensitive authentication data; as
    /// [`tokenizer`](Self::tokenizer) otherwise.
    pub fn sealer(&self, caller: Application, field: FieldName) -> Result<Sealer> {
        self.refuse_fork()?;
        if crate::card::sad::denotes_sad(field.as_str()) {
            return Err(Error::SadRefused);
        }
        let root = self.keyring.current(KeyPurpose::Seal, self.clock.now().wall)?;
        let tenant: TenantId = self.config.tenant().clone();
        let key = SealKey::derive(root, &tenant, &field)?;
        let counter = CounterLease::new(Arc::clone(&self.store), *key.id().as_bytes(), DEFAULT_MESSAGE_LIMIT)?;
        let count = self.meters.add(Kind::SealCount, caller, tenant.clone());
        Ok(Sealer::new(tenant, field, key, counter, Arc::clone(&self.clock), count))
    }

    /// What makes fingerprints of card numbers under the current fingerprint key.
    ///
    /// # Errors
    /// As [`tokenizer`](Self::tokenizer).
    pub fn fingerprinter(&self) -> Result<Fingerprinter> {
        self.refuse_fork()?;
        let now = self.clock.now().wall;
        let root = self.keyring.current(KeyPurpose::Fingerprint, now)?;
        let secret = root.secret_for(crate::keys::state::KeyUse::Protect, now)?;
        Fingerprinter::new(self.config.tenant(), root.facts().version, secret)
    }

    /// The gate: the only way from a handle to a value.
    ///
    /// # Errors
    /// [`Error::Forked`]; [`Error::Internal`] never in practice.
    pub fn gate(&self) -> Result<Gate> {
        self.refuse_fork()?;
        let roots = Roots::of(&self.keyring)?;
        Ok(Gate {
            tenant: self.config.tenant().clone(),
            application: self.application.clone(),
            policy: Arc::clone(&self.policy),
            verifier: Arc::clone(&self.verifier),
            limits: Limits::new(Arc::clone(&self.store), roots.store)?,
            log: Arc::clone(&self.log),
            opener: Opener::new(Arc::clone(&self.keyring), self.config.tenant().clone())?,
            clock: Arc::clone(&self.clock),
        })
    }

    /// The actors that are locked.
    ///
    /// # Errors
    /// 7xx errors if the store cannot be read or was edited.
    pub fn locks(&self) -> Result<Vec<Locked>> {
        let roots = Roots::of(&self.keyring)?;
        Limits::new(Arc::clone(&self.store), roots.store)?.locked()
    }

    /// Reads and checks every row of the store.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`] if a row was edited, deleted or added.
    pub fn check_store(&self) -> Result<()> {
        self.store.check()
    }

    /// Records that somebody read the audit log (PCI DSS 10.2.1.3).
    ///
    /// # Errors
    /// 6xx errors if it cannot be recorded; then the log should not be shown.
    pub fn record_log_read(&self) -> Result<()> {
        let event = Event::new(Kind::LogRead).application(&self.application);
        self.log.append(event).map(|_| ())
    }

    /// An identity token of the test issuer that is built into dev vaults.
    ///
    /// # Errors
    /// [`Error::EnvironmentMismatch`] in a production vault.
    pub fn test_identity(&self, identity: &TestIdentity) -> Result<String> {
        if self.environment() != Environment::Dev {
            return Err(Error::EnvironmentMismatch);
        }
        let roots = Roots::of(&self.keyring)?;
        TestIssuer::new(roots.approval)?.issue(identity, self.clock.now().wall)
    }

    /// Closes the vault: tells the last counts, signs a checkpoint, and frees the stream.
    ///
    /// # Errors
    /// 6xx errors if the end of the log could not be written, and [`Error::AuditLocked`] while a gate of this vault
    /// is still held.
    pub fn close(self) -> Result<()> {
        let log = Arc::try_unwrap(self.log).map_err(|_| Error::AuditLocked)?;
        log.close()
    }

    pub(crate) fn log(&self) -> &AuditLog {
        &self.log
    }

    pub(crate) fn tell_generations(&self, config: u64) {
        self.log.set_generations(Generations {
            keyring: self.keyring.generation(),
            config,
            store: self.store.generation(),
        });
    }

    fn refuse_fork(&self) -> Result<()> {
        if std::process::id() == self.process { Ok(()) } else { Err(Error::Forked) }
    }
}

impl core::fmt::Debug for Vault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Vault").field("directory", &self.files.root()).finish_non_exhaustive()
    }
}

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

pub(crate) fn open_store(files: &Files, roots: &Roots<'_>, floor: &Generations) -> Result<AuthenticatedStore, Problem> {
    let path = files.state();
    let sqlite = SqliteStore::open(&path).at(&path)?;
    let store = AuthenticatedStore::open(sqlite, roots.store, floor.store).at(&path)?;
    store.check().at(&path)?;
    Ok(store)
}

fn refuse_keyring_rollback(
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

/// The configuration, its generation, and what was changed and is applied now (dev vaults only).
fn open_configuration(
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
    let generation = put_in_force(files, &roots, store, &found, keyring.environment(), manifest.generation())?;
    Ok((configuration, generation, Some(format!("{}; applied, because this is a dev vault", describe(&differences)))))
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

fn open_log(
    files: &Files,
    roots: &Roots<'_>,
    config: &Config,
    options: &OpenOptions,
    meters: Arc<Meters>,
) -> Result<AuditLog, Problem> {
    let names = match &options.stream {
        Stream::Only(name) => vec![name.clone()],
        Stream::FirstFree(name) => {
            let more = (2..=16).map(|number| StreamName::new(&format!("{name}-{number}")));
            std::iter::once(Ok(name.clone())).chain(more).collect::<Result<Vec<_>>>().at(&files.audit())?
        }
    };
    let directory = files.audit();
    let mut outcome = Err(Problem::new(Error::AuditLocked, &directory));
    for name in names {
        let seed = stream_seed(roots.audit, &name).at(&directory)?;
        Streams::register(&directory, vault_seed(roots.audit).at(&directory)?, &name, &seed).at(&directory)?;
        let settings = LogOptions { deadline: config.audit_deadline(), ..LogOptions::default() };
        let meters = Arc::clone(&meters);
        let poll = Box::new(move |_: Now| meters.read());
        outcome = AuditLog::open(&directory, name, seed, options.application.clone(), settings, Arc::clone(&options.clock), poll)
            .at(&directory);
        if !matches!(&outcome, Err(problem) if problem.error() == Error::AuditLocked) {
            break;
        }
    }
    outcome
}
