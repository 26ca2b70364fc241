//! Puts a changed configuration into force.

use std::path::Path;

use crate::audit::{Event, Kind, VaultKey, last_generations};
use crate::card::id::ActorKind;
use crate::error::Error;
use crate::keys::keyring::Environment;
use crate::keys::manifest::Difference;
use crate::reveal::decide::Decision;
use crate::reveal::identity::Identity;
use crate::reveal::operation::Operation;

use super::applied::{ConfigurationFiles, compare};
use super::copies;
use super::files::Files;
use super::keys::{Roots, vault_seed};
use super::opened::{OpenOptions, Vault};
use super::opening::{
    open_keyring, open_store, put_in_force, refuse_config_rollback, refuse_keyring_rollback, settle,
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
/// What [`Vault::open`] returns for keyring and manifest.
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
/// by the key sets and the policy that were in force before the change (`[[admin]] operation = "config-apply"`).
///
/// # Errors
/// [`Error::ApprovalNeeded`] without two allowed people; [`Error::ConfigInvalid`], [`Error::PolicyInvalid`],
/// [`Error::JwksInvalid`] if the new configuration is not valid; what [`Vault::open`] returns.
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
    let store = open_store(&files, &roots, &floor)?;
    let found = ConfigurationFiles::read(&files)?;
    let (manifest, differences) = compare(&files, roots.config, &found)?;
    refuse_keyring_rollback(&files, &keyring, &store, &floor)?;
    refuse_config_rollback(&files, &manifest, &store, &floor)?;
    if differences.is_empty() {
        return Ok(manifest.generation());
    }
    let fresh = found.parse(&files)?;
    if fresh.config.environment() != keyring.environment() {
        return Err(Problem::new(Error::EnvironmentMismatch, &files.config()));
    }
    let people = match keyring.environment() {
        Environment::Dev => Vec::new(),
        Environment::Production => {
            let before = copies::kept(&store).at(&files.state())?.parse(&files)?;
            let now = options.clock.now().wall;
            let judge = |token: &&str| {
                let identity = before.verifier.verify(token, now)?;
                match before.policy.decide_operation(Operation::ConfigApply, &identity.asker(), now) {
                    Decision::Allow { .. } if identity.kind() == ActorKind::Person => Ok(identity),
                    other => Err(other.error().unwrap_or(Error::Denied)),
                }
            };
            let people: Vec<Identity> =
                identities.iter().map(judge).collect::<Result<_, Error>>().at(&files.policy())?;
            if !two_people(&people) {
                let detail = "two different people, each with an identity token of its own";
                return Err(Problem::with_detail(Error::ApprovalNeeded, &files.policy(), detail));
            }
            people
        }
    };
    let generation =
        put_in_force(&files, &roots, &store, &found, keyring.environment(), manifest.generation(), &lock)?;
    drop(store);
    let vault = Vault::open_locked(files, keyring, options, &lock)?;
    let approvers: Vec<_> = people.iter().map(|identity| identity.actor().clone()).collect();
    let event = Event::new(Kind::ConfigApplied).approvals(&approvers).detail("generation", generation);
    vault.log().append(event).at(directory)?;
    vault.close().at(directory)?;
    Ok(generation)
}

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
