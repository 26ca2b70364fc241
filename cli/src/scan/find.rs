//! What a scan found, as reports and the journal hold it: never a value.

use std::borrow::Cow;

use panveil::scan::Hit;
use serde::{Deserialize, Serialize};

/// A stable name of the finder: of a kind, a brand, a confidence, a reason, a writing.
pub(crate) type Word = Cow<'static, str>;

/// One find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Find {
    pub(crate) place: Place,
    pub(crate) kind: Word,
    pub(crate) brand: Option<Word>,
    pub(crate) confidence: Word,
    pub(crate) reason: Word,
    pub(crate) writing: Word,
    pub(crate) mask: Option<String>,
}

impl Find {
    pub(crate) fn new(hit: &Hit, place: Place) -> Self {
        Self {
            place,
            kind: hit.kind.name().into(),
            brand: hit.brand.map(|brand| format!("{brand:?}").into()),
            confidence: hit.confidence.name().into(),
            reason: hit.reason.name().into(),
            writing: hit.writing.name().into(),
            mask: hit.masked.as_ref().map(|masked| masked.as_str().to_owned()),
        }
    }
}

/// Where a find lies in its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub(crate) enum Place {
    /// In text or bytes.
    Text {
        /// The line, from 1; none in binary files.
        line: Option<u64>,
        /// Bytes from the beginning.
        offset: u64,
        /// Bytes.
        length: u64,
    },
    /// In a cell of a database.
    Cell {
        table: String,
        column: String,
        /// The rowid, or which row it is, from 1, in a table without.
        row: i64,
    },
    /// In the name of the file or folder.
    Name,
}

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Text { line: Some(line), offset, .. } => write!(f, "line {line}, byte {offset}"),
            Self::Text { line: None, offset, .. } => write!(f, "byte {offset}"),
            Self::Cell { table, column, row } => write!(f, "table {table}, column {column}, row {row}"),
            Self::Name => f.write_str("name"),
        }
    }
}

/// How often one mask was found in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count {
    pub(crate) kind: Word,
    pub(crate) mask: Option<String>,
    pub(crate) confidence: Word,
    pub(crate) count: u64,
    /// Which entry of the allow-list covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allowed: Option<usize>,
}

/// What was found in one file, or in one member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) path: String,
    pub(crate) counts: Vec<Count>,
    /// The first finds that are not allowed.
    pub(crate) finds: Vec<Find>,
}

/// What could not be done, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// All that came of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looked {
    pub(crate) path: String,
    /// Bytes of the file.
    pub(crate) bytes: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<Part>,
    /// What was opened, but not understood or not read to its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_looked_into: Vec<Fault>,
    /// What redaction did to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redaction: Option<Redacted>,
}

/// What redaction did to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "redacted", content = "reason", rename_all = "snake_case")]
pub(crate) enum Redacted {
    /// It was written anew, and a scan of that found nothing.
    Yes,
    /// It was left as it is, for this reason.
    No(String),
}
