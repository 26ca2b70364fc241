//! The allow-list: what is known, where, and why it may stay.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use panveil::scan::Kind;
use serde::{Deserialize, Serialize};

use super::shown;

/// What may be found.
#[derive(Debug, Default)]
pub(crate) struct Allow {
    entries: Vec<(Entry, Option<GlobMatcher>)>,
    /// After its last day an entry allows nothing.
    today: Date,
}

/// One `[[allow]]` of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Which files: a glob over the path as reports have it, `archive!member` for members of archives.
    #[serde(default)]
    pub(crate) path: Option<String>,
    /// A kind of find, or `not_looked_into`.
    #[serde(default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) mask: Option<String>,
    pub(crate) reason: String,
    /// The last day it holds.
    #[serde(default)]
    pub(crate) until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    allow: Vec<Entry>,
}

/// The kind of entries that allow what cannot be looked into.
const NOT_LOOKED_INTO: &str = "not_looked_into";

impl Allow {
    /// Reads an allow-list.
    ///
    /// # Errors
    /// A text that says which entry is wrong, and how.
    pub(crate) fn parse(text: &str, today: Date) -> Result<Self, String> {
        // A parser's message would quote the line, and a card number in it.
        let document: Document = toml::from_str(text)
            .map_err(|error| format!("is no allow-list: {}", shown::text(error.message().as_bytes())))?;
        let mut entries = Vec::new();
        for (at, mut entry) in document.allow.into_iter().enumerate() {
            entry.reason = shown::text(entry.reason.as_bytes());
            let number = at.saturating_add(1);
            let matcher = entry.check().map_err(|fault| format!("entry {number}: {fault}"))?;
            entries.push((entry, matcher));
        }
        Ok(Self { entries, today })
    }

    /// Reads the allow-list at `path`.
    pub(crate) fn read(path: &Path, today: Date) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        Self::parse(&text, today)
    }

    /// The entries, in the order of the file.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|(entry, _)| entry)
    }

    /// Whether an entry's last day is over.
    pub(crate) fn is_over(&self, entry: &Entry) -> bool {
        let until = entry.until.as_deref().and_then(|day| day.parse::<Date>().ok());
        until.is_some_and(|until| until < self.today)
    }

    /// What is allowed in the file of this path.
    pub(crate) fn covering(&self, path: &str) -> Covering<'_> {
        let applies = |(entry, matcher): &&(Entry, Option<GlobMatcher>)| {
            !self.is_over(entry) && matcher.as_ref().is_none_or(|matcher| matcher.is_match(path))
        };
        let numbered = self.entries.iter().enumerate();
        Covering(numbered.filter(|(_, entry)| applies(entry)).map(|(at, (entry, _))| (at, entry)).collect())
    }
}

/// What is allowed in one file.
pub(crate) struct Covering<'a>(Vec<(usize, &'a Entry)>);

impl Covering<'_> {
    /// Which entry allows a find of this kind and mask.
    pub(crate) fn entry(&self, kind: &str, mask: Option<&str>) -> Option<usize> {
        let allows = |entry: &Entry| match entry.kind.as_deref() {
            Some(named) if named != kind => false,
            _ => entry.mask.is_none() || entry.mask.as_deref() == mask,
        };
        self.0.iter().find(|(_, entry)| allows(entry)).map(|(at, _)| *at)
    }

    /// Which entry allows that this is not looked into: one that says so, by its kind.
    pub(crate) fn unseen(&self) -> Option<usize> {
        let allows = |entry: &Entry| entry.kind.as_deref() == Some(NOT_LOOKED_INTO);
        self.0.iter().find(|(_, entry)| allows(entry)).map(|(at, _)| *at)
    }
}

impl Entry {
    fn check(&self) -> Result<Option<GlobMatcher>, String> {
        if self.reason.trim().is_empty() {
            return Err("give a reason".into());
        }
        if self.path.is_none() && self.mask.is_none() {
            return Err("give path, mask or both: an entry without would allow everything".into());
        }
        if let Some(kind) = &self.kind
            && kind != NOT_LOOKED_INTO
            && !Kind::ALL.iter().any(|known| known.name() == kind)
        {
            let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            return Err(format!("kind is one of {}, {NOT_LOOKED_INTO}", known.join(", ")));
        }
        if self.kind.as_deref() == Some(NOT_LOOKED_INTO) && self.mask.is_some() {
            return Err("what is not looked into has no mask".into());
        }
        if let Some(mask) = &self.mask
            && !is_mask(mask)
        {
            return Err("mask is stars and the last four digits, such as ************1111".into());
        }
        if let Some(until) = &self.until
            && until.parse::<Date>().is_err()
        {
            return Err("until is a day, such as 2027-01-31".into());
        }
        let Some(path) = &self.path else { return Ok(None) };
        let glob = GlobBuilder::new(path).literal_separator(true).build();
        glob.map(|glob| Some(glob.compile_matcher()))
            .map_err(|error| format!("path is no glob: {}", shown::text(error.kind().to_string().as_bytes())))
    }
}

fn is_mask(text: &str) -> bool {
    let digits = text.trim_start_matches('*');
    digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) && (12..=19).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::Allow;
    use jiff::civil::date;

    const TODAY: jiff::civil::Date = date(2026, 11, 26);

    fn allow(text: &str) -> Allow {
        Allow::parse(text, TODAY).unwrap()
    }

    #[test]
    fn entries_allow_what_they_say() {
        let list = allow(
            r#"
            [[allow]]
            path = "**/fixtures/**"
            kind = "pan"
            mask = "************1111"
            reason = "the test card"
            [[allow]]
            mask = "************0004"
            reason = "another test card"
            until = "2026-11-26"
            [[allow]]
            path = "*.pdf"
            kind = "not_looked_into"
            reason = "manuals"
            [[allow]]
            path = "old/**"
            reason = "long ago"
            until = "2026-11-25"
            "#,
        );
        let entry = |path: &str, kind: &str, mask: &str| list.covering(path).entry(kind, Some(mask));
        assert_eq!(entry("a/fixtures/x/y.log", "pan", "************1111"), Some(0));
        assert_eq!(entry("fixtures/y.zip!z", "pan", "************1111"), Some(0));
        assert_eq!(entry("a/fixtures/x.log", "track2", "************1111"), None);
        assert_eq!(entry("a/other/x.log", "pan", "************1111"), None);
        assert_eq!(entry("anywhere", "track2", "************0004"), Some(1));
        assert_eq!(entry("a.pdf", "pan", "************1111"), None);
        assert_eq!(entry("old/a", "pan", "************1111"), None);
        assert_eq!(list.covering("a.pdf").unseen(), Some(2));
        assert_eq!(list.covering("a/b.pdf").unseen(), None);
        assert_eq!(list.covering("fixtures/x").unseen(), None);
        assert!(list.entries().map(|entry| list.is_over(entry)).eq([false, false, false, true]));
    }

    #[test]
    fn what_would_allow_too_much_or_nothing_is_refused() {
        for (text, said) in [
            ("[[allow]]\nmask = \"************1111\"", "reason"),
            ("[[allow]]\nmask = \"************1111\"\nreason = \" \"", "entry 1: give a reason"),
            ("[[allow]]\nreason = \"x\"", "path, mask or both"),
            ("[[allow]]\nkind = \"pan\"\nreason = \"x\"", "path, mask or both"),
            ("[[allow]]\npath = \"x\"\nkind = \"card\"\nreason = \"x\"", "kind is one of pan, track1"),
            ("[[allow]]\nmask = \"4111111111111111\"\nreason = \"x\"", "mask is stars"),
            ("[[allow]]\nmask = \"*1111\"\nreason = \"x\"", "mask is stars"),
            ("[[allow]]\npath = \"x\"\nreason = \"x\"\nuntil = \"soon\"", "until is a day"),
            ("[[allow]]\npath = \"a[\"\nreason = \"x\"", "no glob"),
            ("[[allow]]\npath = \"x\"\nreason = \"x\"\nmaks = \"y\"", "unknown field"),
            ("[[alow]]\npath = \"x\"\nreason = \"x\"", "unknown field"),
        ] {
            let fault = Allow::parse(text, TODAY).unwrap_err();
            assert!(fault.contains(said), "{fault}");
            assert!(!fault.contains("4111111111111111"));
        }
    }
}
