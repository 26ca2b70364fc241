//! Counts what is found in one file.

use std::collections::{BTreeMap, BTreeSet};

use panveil::scan::{Confidence, Hit, Kind};

use super::allow::{Allow, Covering};
use super::find::{Count, Find, Part, Place};

/// The finds of one file: all are counted, the first ones kept.
pub(crate) struct Tally<'a> {
    path: String,
    covering: Covering<'a>,
    most: u64,
    counts: BTreeMap<Key, u64>,
    finds: Vec<Find>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: Kind,
    mask: Option<String>,
    confidence: Confidence,
    allowed: Option<usize>,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(path: &str, allow: &'a Allow, most: u64) -> Self {
        Self {
            path: path.to_owned(),
            covering: allow.covering(path),
            most,
            counts: BTreeMap::new(),
            finds: Vec::new(),
        }
    }

    /// Counts a hit; asks for its place only if it is kept.
    pub(crate) fn add(&mut self, hit: &Hit, place: impl FnOnce() -> Place) {
        let mask = hit.masked.as_ref().map(|masked| masked.as_str().to_owned());
        let allowed = self.covering.entry(hit.kind.name(), mask.as_deref());
        let key = Key { kind: hit.kind, mask, confidence: hit.confidence, allowed };
        let count = self.counts.entry(key).or_default();
        *count = count.saturating_add(1);
        if allowed.is_none() && (self.finds.len() as u64) < self.most {
            self.finds.push(Find::new(hit, place()));
        }
    }

    /// The masks that were found.
    pub(crate) fn masks(&self) -> BTreeSet<Option<String>> {
        self.counts.keys().map(|key| key.mask.clone()).collect()
    }

    /// What was found, if anything.
    pub(crate) fn part(self) -> Option<Part> {
        if self.counts.is_empty() {
            return None;
        }
        let count = |(key, count): (Key, u64)| Count {
            kind: key.kind.name().into(),
            mask: key.mask,
            confidence: key.confidence.name().into(),
            count,
            allowed: key.allowed,
        };
        Some(Part {
            path: self.path,
            counts: self.counts.into_iter().map(count).collect(),
            finds: self.finds,
        })
    }
}
