//! A new version of a key.

use std::path::Path;

use crate::audit::{Event, Kind, Word};
use crate::error::Error;
use crate::keys::kek::Kek;
use crate::keys::keyring::{Keyring, WrappedKeyring};
use crate::keys::purpose::KeyPurpose;
use crate::store::Mark;

use super::files::{Files, replace};
use super::opened::{OpenOptions, Vault};
use super::opening::{open_keyring, settle};
use super::problem::{At, Problem};
use super::unlock::Unlock;

/// Makes a new version of the keys of one purpose; the old one opens what it protected and protects nothing more.
/// Returns the new version.
///
/// Processes that have the vault open go on with the old version until they open it again.
///
/// # Errors
/// [`Error::KeyState`] for a purpose whose keys do not rotate this way (store, config, audit); what
/// [`Vault::open`] returns.
pub fn rotate(
    directory: &Path,
    unlock: Unlock,
    purpose: KeyPurpose,
    options: OpenOptions,
) -> Result<u32, Problem> {
    let files = Files::of(directory);
    let (keyring, kek) = open_keyring(&files, unlock)?;
    let (keyring, lock) = settle(&files, keyring, kek.as_ref())?;
    let place = files.keyring();
    let mut next = again(&keyring.to_file(kek.as_ref()).at(&place)?, kek.as_ref()).at(&place)?;
    let version = next.rotate(purpose, options.clock.now().wall).at(&place)?;
    let file = next.to_file(kek.as_ref()).at(&place)?;
    again(&file, kek.as_ref()).at(&place)?;
    // A vault that does not open, or cannot record the change, is not changed.
    let vault = Vault::open_locked(files, keyring, options, &lock)?;
    let event = Event::new(Kind::KeyRotated)
        .detail("version", u64::from(version))
        .detail("purpose", Word::new(purpose.name()).at(directory)?);
    vault.log().append(event.clone()).at(directory)?;
    if let Err(problem) = replace(&place, &file) {
        let _ = vault.log().append(event.failed(problem.error()));
        return Err(problem);
    }
    Mark::Keyring.raise(vault.store(), next.generation()).at(directory)?;
    vault.close().at(directory)?;
    Ok(version)
}

/// Reads a keyring file as the next opening will.
fn again(file: &[u8], kek: &dyn Kek) -> Result<Keyring, Error> {
    WrappedKeyring::parse(file)?.unwrap_with(kek)
}
