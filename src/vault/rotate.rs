//! A new version of a key.

use std::path::Path;

use crate::audit::{Event, Kind, Word};
use crate::error::Error;
use crate::keys::purpose::KeyPurpose;

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
    let (mut keyring, lock) = settle(&files, keyring, kek.as_ref())?;
    let version = keyring.rotate(purpose, options.clock.now().wall).at(&files.keyring())?;
    let file = keyring.to_file(kek.as_ref()).at(&files.keyring())?;
    // Open with the new keyring before it is written: a vault that does not open is not changed.
    let probe = open_keyring_again(&file, kek.as_ref()).at(&files.keyring())?;
    replace(&files.keyring(), &file)?;
    let vault = Vault::open_locked(files, probe, options, &lock)?;
    let event = Event::new(Kind::KeyRotated)
        .detail("version", u64::from(version))
        .detail("purpose", Word::new(purpose.name()).at(directory)?);
    vault.log().append(event).at(directory)?;
    vault.close().at(directory)?;
    Ok(version)
}

fn open_keyring_again(
    file: &[u8],
    kek: &dyn crate::keys::kek::Kek,
) -> Result<crate::keys::keyring::Keyring, Error> {
    crate::keys::keyring::WrappedKeyring::parse(file)?.unwrap_with(kek)
}
