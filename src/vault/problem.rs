//! An error with the place it arose at, for people who run a vault.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// What went wrong with a vault directory, and where.
///
/// The text names files, line numbers and settings; it never holds card data, because none is read here.
#[derive(Debug)]
pub struct Problem {
    error: Error,
    place: PathBuf,
    detail: String,
}

impl Problem {
    pub(crate) fn new(error: Error, place: &Path) -> Self {
        Self { error, place: place.to_owned(), detail: String::new() }
    }

    pub(crate) fn with_detail(error: Error, place: &Path, detail: impl Into<String>) -> Self {
        Self { error, place: place.to_owned(), detail: detail.into() }
    }

    /// The error itself, with its stable number.
    pub const fn error(&self) -> Error {
        self.error
    }

    /// The file or directory it concerns.
    pub fn place(&self) -> &Path {
        &self.place
    }
}

impl core::fmt::Display for Problem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.place.display(), self.error)?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Adds the place to an error.
pub(crate) trait At<T> {
    /// The error concerns `place`.
    fn at(self, place: &Path) -> Result<T, Problem>;
}

impl<T> At<T> for Result<T, Error> {
    fn at(self, place: &Path) -> Result<T, Problem> {
        self.map_err(|error| Problem::new(error, place))
    }
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, place: &Path) -> Result<T, Problem> {
        self.map_err(|error| {
            let detail = error.to_string();
            Problem::with_detail(error.into(), place, detail)
        })
    }
}
