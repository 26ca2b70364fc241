//! A scan against an earlier one: what is new, what is gone, what stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::find::Word;
use super::report::{FORMAT, FileReport};

/// What an earlier scan found that was not allowed.
#[derive(Debug)]
pub(crate) struct Baseline {
    name: String,
    counts: BTreeMap<Key, u64>,
}

/// What is taken for the same find in two scans: lines and offsets move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    path: String,
    kind: Word,
    mask: Option<String>,
}

/// Finds of one kind and mask in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    pub(crate) path: String,
    pub(crate) kind: Word,
    pub(crate) mask: Option<String>,
    pub(crate) count: u64,
}

/// How a scan stands to an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Comparison {
    /// The report it was compared with.
    pub(crate) with: String,
    pub(crate) new: Vec<Change>,
    pub(crate) gone: Vec<Change>,
    pub(crate) stays: Vec<Change>,
    #[serde(skip)]
    new_keys: BTreeSet<Key>,
}

/// What is needed of a report.
#[derive(Deserialize)]
struct Earlier {
    format: u32,
    files: Vec<FileReport>,
}

impl Baseline {
    /// Reads the JSON report at `path`.
    ///
    /// # Errors
    /// A text that says what is wrong with it.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read(path).map_err(|error| super::walk::reason_of(&error))?;
        let wrong = || format!("is no JSON report of panveil scan in format {FORMAT}");
        let earlier: Earlier = serde_json::from_slice(&text).map_err(|_| wrong())?;
        if earlier.format != FORMAT {
            return Err(wrong());
        }
        Ok(Self { name: super::shown::path(path), counts: counts_of(&earlier.files) })
    }

    /// How these files stand to the earlier scan.
    pub(crate) fn compare(&self, files: &[FileReport]) -> Comparison {
        let now = counts_of(files);
        let mut comparison = Comparison { with: self.name.clone(), ..Comparison::default() };
        let change = |key: &Key, count| Change {
            path: key.path.clone(),
            kind: key.kind.clone(),
            mask: key.mask.clone(),
            count,
        };
        for (key, count) in &now {
            let before = self.counts.get(key).copied().unwrap_or_default();
            if *count > before {
                comparison.new_keys.insert(key.clone());
                comparison.new.push(change(key, count.saturating_sub(before)));
            }
            if before > 0 {
                comparison.stays.push(change(key, before.min(*count)));
            }
        }
        for (key, before) in &self.counts {
            let count = now.get(key).copied().unwrap_or_default();
            if *before > count {
                comparison.gone.push(change(key, before.saturating_sub(count)));
            }
        }
        comparison
    }
}

impl Comparison {
    /// Whether there is something new of this kind and mask in this file.
    pub(crate) fn is_new(&self, path: &str, kind: &str, mask: Option<&str>) -> bool {
        let mask = mask.map(str::to_owned);
        self.new_keys.contains(&Key { path: path.to_owned(), kind: kind.to_owned().into(), mask })
    }
}

fn counts_of(files: &[FileReport]) -> BTreeMap<Key, u64> {
    let mut counts = BTreeMap::new();
    for file in files {
        for count in &file.counts {
            let key = Key { path: file.path.clone(), kind: count.kind.clone(), mask: count.mask.clone() };
            let sum: &mut u64 = counts.entry(key).or_default();
            *sum = sum.saturating_add(count.count);
        }
    }
    counts
}
