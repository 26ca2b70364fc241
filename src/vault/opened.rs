//! An open vault.

use std::path::Path;
use std::sync::Arc;

use crate::audit::{AuditLog, Event, Generations, Kind, Sink, VaultKey, last_generations};
use crate::card::id::{Application, FieldName, StreamName};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::keys::keyring::{Environment, Keyring};
use crate::keys::root::KeyFacts;
use crate::limits::{Limits, Locked};
use crate::protect::fingerprint::Fingerprinter;
use crate::protect::sealer::Sealer;
use crate::protect::tokenizer::Tokenizer;
use crate::reveal::gate::{Gate, GateParts};
use crate::reveal::policy::Policy;
use crate::reveal::verifier::IdentityVerifier;
use crate::store::AuthenticatedStore;

use super::DEFAULT_STREAM;
use super::applied::Configuration;
use super::config::Config;
use super::files::{DirectoryLock, Files};
use super::keys::{Roots, vault_seed};
use super::meters::Meters;
use super::opening::{
    open_configuration, open_keyring, open_log, open_store, refuse_keyring_rollback, refuse_log_rollback,
    settle,
};
use super::problem::{At, Problem};
use super::system_clock::SystemClock;
use super::test_issuer::{TestIdentity, TestIssuer};
use super::unlock::Unlock;

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
    /// Where audit records go besides the stream. One that is required stops reveals when it fails, until
    /// [`Vault::reopen_log`].
    pub sinks: Vec<Sink>,
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
            sinks: Vec::new(),
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

    /// The same, with one more audit sink.
    #[must_use]
    pub fn sink(mut self, sink: Sink) -> Self {
        self.sinks.push(sink);
        self
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
    pub fn open(
        directory: &Path,
        unlock: Unlock,
        options: OpenOptions,
    ) -> core::result::Result<Self, Problem> {
        let files = Files::of(directory);
        let (keyring, kek) = open_keyring(&files, unlock)?;
        let (keyring, lock) = settle(&files, keyring, kek.as_ref())?;
        Self::open_locked(files, keyring, options, &lock)
    }

    pub(crate) fn open_locked(
        files: Files,
        keyring: Keyring,
        options: OpenOptions,
        held: &DirectoryLock,
    ) -> core::result::Result<Self, Problem> {
        let roots = Roots::of(&keyring).at(&files.keyring())?;
        let audit_key = VaultKey::from_seed(&vault_seed(roots.audit).at(&files.audit())?);
        let floor = last_generations(files.root(), &audit_key).at(&files.audit())?;
        let store = Arc::new(open_store(&files, &roots, &floor)?);
        refuse_keyring_rollback(&files, &keyring, &store, &floor)?;
        refuse_log_rollback(&files, &audit_key, &store)?;
        let (configuration, manifest, applied) = open_configuration(&files, &keyring, &store, &floor, held)?;
        let Configuration { config, policy, verifier } = configuration;

        let meters = Arc::new(Meters::default());
        // Asked at every record and checkpoint: what was spent since the opening must not be put back either.
        let (seen, generation) = (Arc::clone(&store), keyring.generation());
        let generations =
            move || Generations { keyring: generation, config: manifest, store: seen.generation() };
        let log = open_log(&files, &roots, &config, &options, generations, Arc::clone(&meters))?;
        // Again, for what opening the stream added.
        refuse_log_rollback(&files, &audit_key, &store)?;
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
        if applied.is_some() {
            let event = Event::new(Kind::ConfigChanged)
                .application(&vault.application)
                .detail("generation", manifest);
            vault.log.append(event).at(&vault.files.audit())?;
        }
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
        let tenant = self.config.tenant();
        let now = self.clock.now().wall;
        let tokenizer = Tokenizer::from_keyring(&self.keyring, tenant.clone(), caller.clone(), now)?;
        self.meters.add(Kind::TokenizeCount, caller, tenant.clone(), tokenizer.count());
        Ok(tokenizer)
    }

    /// A sealer for one field of the vault's tenant, under the current seal key. It cannot open.
    ///
    /// # Errors
    /// [`Error::SadRefused`] if the field's name denotes sensitive authentication data; as
    /// [`tokenizer`](Self::tokenizer) otherwise.
    pub fn sealer(&self, caller: Application, field: FieldName) -> Result<Sealer> {
        self.refuse_fork()?;
        let tenant = self.config.tenant();
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        let sealer = Sealer::from_keyring(&self.keyring, tenant.clone(), field, store, clock)?;
        self.meters.add(Kind::SealCount, caller, tenant.clone(), sealer.count());
        Ok(sealer)
    }

    /// What makes fingerprints of card numbers under the current fingerprint key.
    ///
    /// # Errors
    /// As [`tokenizer`](Self::tokenizer).
    pub fn fingerprinter(&self, caller: Application) -> Result<Fingerprinter> {
        self.refuse_fork()?;
        let tenant = self.config.tenant();
        let now = self.clock.now().wall;
        let fingerprinter = Fingerprinter::from_keyring(&self.keyring, tenant.clone(), caller.clone(), now)?;
        self.meters.add(Kind::FingerprintCount, caller, tenant.clone(), fingerprinter.count());
        Ok(fingerprinter)
    }

    /// The gate: the only way from a handle to a value.
    ///
    /// # Errors
    /// [`Error::Forked`]; [`Error::Internal`] never in practice.
    pub fn gate(&self) -> Result<Gate> {
        self.refuse_fork()?;
        let roots = Roots::of(&self.keyring)?;
        Gate::new(GateParts {
            tenant: self.config.tenant().clone(),
            application: self.application.clone(),
            policy: Arc::clone(&self.policy),
            verifier: Arc::clone(&self.verifier),
            limits: Limits::new(Arc::clone(&self.store), roots.store)?,
            log: Arc::clone(&self.log),
            keyring: Arc::clone(&self.keyring),
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

    /// The public key of this vault's audit log, made from its keyring and not read from its files.
    ///
    /// # Errors
    /// [`Error::Internal`] never in practice.
    pub fn audit_key(&self) -> Result<VaultKey> {
        Ok(VaultKey::from_seed(&vault_seed(Roots::of(&self.keyring)?.audit)?))
    }

    /// Whether the audit log has failed: then nothing is revealed until [`reopen_log`](Self::reopen_log).
    pub fn log_has_failed(&self) -> bool {
        self.log.has_failed()
    }

    /// Opens a failed audit log again, as a new process would, so that a disk that hung for a while does not stop
    /// reveals for good.
    ///
    /// # Errors
    /// 6xx errors if it still cannot be written; it stays failed then.
    pub fn reopen_log(&self) -> Result<()> {
        self.log.reopen()
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
        TestIssuer::new(roots.first_approval)?.issue(identity, self.clock.now().wall)
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

    pub(crate) fn store(&self) -> &AuthenticatedStore {
        &self.store
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
