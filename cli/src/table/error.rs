//! Why a whole table was not protected.

use std::io;
use std::path::{Path, PathBuf};

use panveil::Error;

/// Why a table was not protected; then nothing was written. Neither kind nor text carries a cell.
#[derive(Debug)]
#[non_exhaustive]
pub enum TableError {
    /// There is no column of this name.
    NoSuchColumn {
        /// The name that was asked for.
        name: String,
        /// The columns there are; none if the first row could be data, which must not be shown.
        columns: Vec<String>,
    },
    /// Several columns have this name.
    AmbiguousColumn(String),
    /// The table has a column that the output needs for itself.
    ReservedColumn(String),
    /// One column was asked for in two roles.
    ColumnConflict(String),
    /// A column that is certainly sensitive authentication data was to be kept or used (PCI DSS 3.3.1).
    SadRefused(String),
    /// The first row holds a card number, so it is no header.
    HeaderHoldsPan,
    /// The header is longer than 256 KiB, or has an unclosed quote.
    HeaderUnreadable,
    /// The input has no row at all.
    EmptyInput,
    /// The input is UTF-16, or binary.
    Utf16,
    /// The input is neither UTF-8 nor Shift_JIS.
    UnknownEncoding,
    /// The output exists.
    OutputExists(PathBuf),
    /// The output or its rejects file is the input.
    OutputIsInput,
    /// The output is no place for a file.
    NotAFile(PathBuf),
    /// The cryptography could not go on.
    Stopped(Error),
    /// A file could not be read or written.
    Io {
        /// What was being done, and to which file.
        doing: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A defect of this program; please report it.
    Internal,
}

impl TableError {
    pub(super) fn io(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let doing = format!("{doing} {}", path.display());
        move |source| TableError::Io { doing, source }
    }
}

impl core::fmt::Display for TableError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoSuchColumn { name, columns } if columns.is_empty() => {
                write!(f, "no column `{}`; the first row seems to be data, not names of columns", shown(name))
            }
            Self::NoSuchColumn { name, columns } => {
                write!(f, "no column `{}`; the columns are: {}", shown(name), columns.join(", "))
            }
            Self::AmbiguousColumn(name) => {
                write!(f, "several columns are named `{}`; rename all but one", shown(name))
            }
            Self::ReservedColumn(name) => {
                write!(f, "the table has a column `{}` already: was it protected before? If not, rename that column", shown(name))
            }
            Self::ColumnConflict(name) => {
                write!(f, "column `{}` was given for two things that exclude each other", shown(name))
            }
            Self::SadRefused(name) => write!(
                f,
                "column `{}` is sensitive authentication data, which may not be kept (PCI DSS 3.3.1)",
                shown(name)
            ),
            Self::HeaderHoldsPan => {
                f.write_str("the first row holds a card number; the table needs a first row that names its columns")
            }
            Self::HeaderUnreadable => {
                f.write_str("the first row is longer than 256 KiB or has a quote that is not closed")
            }
            Self::EmptyInput => f.write_str("the input is empty; the table needs a first row that names its columns"),
            Self::Utf16 => {
                f.write_str("the input is UTF-16 or binary; convert it, for example with iconv -f UTF-16 -t UTF-8")
            }
            Self::UnknownEncoding => f.write_str(
                "the input is neither UTF-8 nor Shift_JIS; give its --encoding (euc-jp, windows-1252, shift_jis, utf-8)",
            ),
            Self::OutputExists(path) => {
                write!(f, "{} exists; give another name, or --force to replace it", path.display())
            }
            Self::OutputIsInput => f.write_str("the output is the input; give another name"),
            Self::NotAFile(path) => write!(f, "{} cannot be the name of an output file", path.display()),
            Self::Stopped(error) => write!(f, "{error}"),
            Self::Io { doing, source } if is_full(source) => {
                write!(f, "{doing}: {}", Error::from(io::Error::from(source.kind())))
            }
            Self::Io { doing, source } => write!(f, "{doing}: {source}"),
            Self::Internal => f.write_str("internal error; please report it"),
        }
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Stopped(error) => Some(error),
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<&TableError> for Error {
    /// The number for `--json` and for the audit record.
    fn from(error: &TableError) -> Self {
        match error {
            TableError::Stopped(error) => *error,
            TableError::Io { source, .. } => Error::from(io::Error::from(source.kind())),
            TableError::SadRefused(_) => Error::SadRefused,
            TableError::HeaderHoldsPan => Error::HoldsPan,
            TableError::Internal => Error::Internal,
            _ => Error::Argument,
        }
    }
}

/// A column name that is safe to show: one with more than five digits could be data of a table without header.
pub(super) fn shown(name: &str) -> &str {
    let digits = name.chars().filter(|character| character.is_numeric()).count();
    let calm = !name.is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
    if digits <= 5 && calm { name } else { "(not shown)" }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::{TableError, shown};
    use panveil::Error;

    #[test]
    fn names_that_could_be_data_are_not_shown() {
        for (name, safe) in [
            ("card_number", true),
            ("カード番号2", true),
            ("4111111111111112", false),
            ("４１１１１１１１１１１１１１１２", false),
            ("a\nb", false),
            ("", false),
        ] {
            assert_eq!(shown(name) == name, safe, "{name}");
        }
        let error = TableError::NoSuchColumn { name: "4111111111111111".into(), columns: vec!["id".into()] };
        assert_eq!(error.to_string(), "no column `(not shown)`; the columns are: id");
    }

    #[test]
    fn a_full_disk_says_what_to_do() {
        let full =
            TableError::Io { doing: "writing x".into(), source: std::io::ErrorKind::StorageFull.into() };
        assert_eq!(Error::from(&full), Error::DiskFull);
        assert!(full.to_string().ends_with("free some and run again"), "{full}");
    }
}
