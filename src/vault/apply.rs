//! Puts a changed configuration into force.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::audit::{Event, Generations, Kind, VaultKey, last_generations};
use crate::card::id::{ActorKind, Application, Origin};
use crate::clock::Now;
use crate::error::Error;
use crate::keys::keyring::Environment;
use crate::keys::manifest::{Difference, Manifest};
use crate::limits::{Identifier, Limits};
use crate::reveal::identity::Identity;
use crate::reveal::operation::Operation;
use crate::store::AuthenticatedStore;

use super::applied::{Configuration, ConfigurationFiles, compare};
use super::copies;
use super::files::Files;
use super::keys::{Roots, vault_seed};
use super::opened::OpenOptions;
use super::opening::{
    look, open_keyring, open_log, open_store, put_in_force, refuse_keyring_rollback, refuse_log_rollback,
    settle,
};
use super::problem::{At, Problem};
use super::unlock::Unlock;

/// How the files on disk stand to the manifest.
#[derive(Debug)]
pub struct ConfigStatus {
    /// The generation in force.
    pub generation: u64,
    /// Where the vault may be used.
    pub environment: Environment,
    /// What differs, file by file.
    pub differences: Vec<Difference>,
}

/// Says how the configuration on disk stands to the manifest. Changes nothing.
///
/// # Errors
/// What [`Vault::open`](super::Vault::open) returns for keyring and manifest.
pub fn config_status(directory: &Path, unlock: Unlock) -> Result<ConfigStatus, Problem> {
    let files = Files::of(directory);
    let (keyring, _) = open_keyring(&files, unlock)?;
    let roots = Roots::of(&keyring).at(&files.keyring())?;
    let (manifest, differences) = compare(&files, roots.config, &ConfigurationFiles::read(&files)?)?;
    Ok(ConfigStatus { generation: manifest.generation(), environment: manifest.environment(), differences })
}

/// Puts the configuration on disk into force. Returns its generation.
///
/// In a production vault two different people must stand behind it: `identities` are their identity tokens, judged
/// by the key sets and the policy that were in force before the change (`[[admin]] operation = "config-apply"`). A
/// token that was used for a reveal, or belongs to somebody who is locked, does not count. A change is recorded
/// before it is made, with who stood behind it; a refused one is recorded too.
///
/// # Errors
/// [`Error::ApprovalNeeded`] without two allowed people, and what makes one of them not allowed;
/// [`Error::ConfigInvalid`], [`Error::PolicyInvalid`], [`Error::JwksInvalid`] if the new configuration is not
/// valid; what [`Vault::open`](super::Vault::open)(super::Vault::open) returns.
pub fn apply_config(
    directory: &Path,
    unlock: Unlock,
    identities: &[&str],
    options: OpenOptions,
) -> Result<u64, Problem> {
    let files = Files::of(directory);
    let (keyring, kek) = open_keyring(&files, unlock)?;
    let (keyring, lock) = settle(&files, keyring, kek.as_ref())?;
    let roots = Roots::of(&keyring).at(&files.keyring())?;
    let audit_key = VaultKey::from_seed(&vault_seed(roots.audit).at(&files.audit())?);
    let floor = last_generations(files.root(), &audit_key).at(&files.audit())?;
    let store = Arc::new(open_store(&files, &roots, &floor)?);
    refuse_keyring_rollback(&files, &keyring, &store, &floor)?;
    refuse_log_rollback(&files, &audit_key, &store)?;
    let seen = look(&files, &keyring, &store, &floor)?;
    let generation = seen.manifest.generation();
    if seen.differences.is_empty() {
        return Ok(generation);
    }
    let fresh = seen.parse(&files, &keyring)?;
    let production = keyring.environment() == Environment::Production;
    let before = if production { in_force(&files, &store, &seen.manifest)? } else { fresh };

    let in_force = Arc::new(AtomicU64::new(generation));
    let generations = {
        let (keyring, config, store) = (keyring.generation(), Arc::clone(&in_force), Arc::clone(&store));
        move || Generations { keyring, config: config.load(Ordering::Acquire), store: store.generation() }
    };
    let log = open_log(&files, &roots, &before.config, &options, generations, Arc::default())?;
    let next = generation.saturating_add(1);
    let event = Event::new(Kind::ConfigApplied).application(&options.application).detail("generation", next);
    let people = if production {
        let limits = Limits::new(Arc::clone(&store), roots.store).at(&files.state())?;
        judge(identities, &before, &limits, options.clock.now())
    } else {
        Ok(Vec::new())
    };
    let people = match people {
        Ok(people) => people,
        Err(reason) => {
            log.append(event.denied(reason)).at(directory)?;
            log.close().at(directory)?;
            return Err(Problem::with_detail(reason, &files.policy(), WANTED));
        }
    };
    let approvers: Vec<_> = people.iter().map(|identity| identity.actor().clone()).collect();
    let event = event.approvals(&approvers);
    log.append(event.clone()).at(directory)?;
    let environment = keyring.environment();
    match put_in_force(&files, &roots, &store, &seen.found, environment, generation, &lock) {
        Ok(generation) => in_force.store(generation, Ordering::Release),
        Err(problem) => {
            let _ = log.append(event.failed(problem.error()));
            return Err(problem);
        }
    }
    log.close().at(directory)?;
    Ok(next)
}

/// The configuration that the manifest names, from the copies in the store.
fn in_force(
    files: &Files,
    store: &AuthenticatedStore,
    manifest: &Manifest,
) -> Result<Configuration, Problem> {
    if !copies::are_of(store, manifest).at(&files.state())? {
        let detail = "the change before this one was interrupted: put its files back and open the vault once";
        return Err(Problem::with_detail(Error::ConfigChanged, &files.manifest(), detail));
    }
    copies::kept(store).at(&files.state())?.parse(files)
}

/// The people behind these tokens, if each may apply a configuration and they are two at least.
fn judge(
    identities: &[&str],
    before: &Configuration,
    limits: &Limits,
    now: Now,
) -> Result<Vec<Identity>, Error> {
    let (origin, application) = (Origin::new(PLACE)?, Application::new(PLACE)?);
    let mut people = Vec::new();
    for token in identities {
        let identity = before.verifier.verify(token, now.wall)?;
        let decision = before.policy.decide_operation(Operation::ConfigApply, &identity.asker(), now.wall);
        if !decision.is_allow() || identity.kind() != ActorKind::Person {
            return Err(decision.error().unwrap_or(Error::Denied));
        }
        limits.recheck(identity.actor())?;
        let jti = Identifier { issuer: identity.issuer(), id: identity.jti(), expires: identity.expires() };
        limits.claim(&jti, &origin, &application, now)?;
        people.push(identity);
    }
    if two_people(&people) { Ok(people) } else { Err(Error::ApprovalNeeded) }
}

/// Where an identity token is used that applies a configuration.
const PLACE: &str = "config-apply";

const WANTED: &str = "two different people, each allowed to, with an identity token of its own";

/// At least two, and no two of them the same person.
fn two_people(people: &[Identity]) -> bool {
    let same =
        |a: &Identity, b: &Identity| a.person().eq_ignore_ascii_case(b.person()) || a.actor() == b.actor();
    let distinct = people
        .iter()
        .enumerate()
        .all(|(at, a)| people.iter().skip(at.saturating_add(1)).all(|b| !same(a, b)));
    people.len() >= 2 && distinct
}
