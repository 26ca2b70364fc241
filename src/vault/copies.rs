//! Copies of the configuration in force, kept in the store.
//!
//! The manifest holds digests only. To verify who may apply a change, the key sets and the policy from before the
//! change are needed, and by then the files on disk are the changed ones.

use crate::error::{Error, Result};
use crate::keys::manifest::Manifest;
use crate::store::{AuthenticatedStore, Table};

use super::applied::ConfigurationFiles;

/// Whether the kept copies are the files of `manifest`: a change that was killed halfway leaves older ones.
pub(crate) fn are_of(store: &AuthenticatedStore, manifest: &Manifest) -> Result<bool> {
    let kept = kept(store)?.manifest(manifest.environment(), manifest.generation());
    Ok(manifest.differences(&kept).is_empty())
}

/// Replaces the kept copies by these files.
pub(crate) fn keep(store: &AuthenticatedStore, files: &ConfigurationFiles) -> Result<()> {
    store.write(|rows| {
        for old in rows.scan(Table::Applied, b"", MAX_FILES)? {
            rows.delete(Table::Applied, &old.key)?;
        }
        for (path, content) in files.iter() {
            rows.put(Table::Applied, path.as_bytes(), content)?;
        }
        Ok(())
    })
}

/// The files that are in force.
pub(crate) fn kept(store: &AuthenticatedStore) -> Result<ConfigurationFiles> {
    let rows = store.read(|rows| rows.scan(Table::Applied, b"", MAX_FILES))?;
    let files = rows.into_iter().map(|row| {
        let path = String::from_utf8(row.key).map_err(|_| Error::StoreDamaged)?;
        Ok((path, row.value))
    });
    files.collect::<Result<_>>().map(ConfigurationFiles::of)
}

const MAX_FILES: usize = 1000;
