//! An error with the place it arose at, for people who run a vault.

use std::path::{Path, PathBuf};

use crate::card::spot::holds_card_number;
use crate::error::Error;

/// What went wrong with a vault directory, and where.
///
/// The text names files, line numbers and settings. No card data is read here, but a caller may mistake a card number for
/// a path: a text that holds one is cut to the error alone.
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
        let mut text = format!("{}: {}", self.place.display(), self.error);
        if !self.detail.is_empty() {
            text.push_str(&format!(" ({})", self.detail));
        }
        if holds_card_number(text.as_bytes()) { self.error.fmt(f) } else { f.write_str(&text) }
    }
}

impl core::fmt::Debug for Problem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Problem({self})")
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

#[cfg(test)]
mod tests {
    use super::{Path, Problem};
    use crate::error::Error;

    #[test]
    fn ac_05_a_card_number_taken_for_a_path_is_not_repeated() {
        for place in ["4111111111111111", "/tmp/4111 1111 1111 1111/vault"] {
            let problem = Problem::new(Error::NotAVault, Path::new(place));
            assert_eq!(problem.to_string(), Error::NotAVault.to_string());
            assert!(!format!("{problem:?}").contains("1111"));
        }
        let problem = Problem::with_detail(Error::Io, Path::new("/srv/vault"), "no such file");
        assert_eq!(problem.to_string(), "/srv/vault: a file could not be read or written (no such file)");
    }
}
