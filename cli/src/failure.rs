//! What the command says when it did not do what was asked.

use std::path::Path;

use panveil::Error;
use panveil::vault::Problem;

/// Why a command ended with status 1 or 2: a text for people and, where there is one, the library's error.
#[derive(Debug)]
pub(crate) struct Failure {
    error: Option<Error>,
    text: String,
    status: u8,
}

impl Failure {
    /// A failure of the command itself.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { error: None, text: text.into(), status: 1 }
    }

    /// A command line that cannot be followed, or a file that belongs to it.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { status: 2, ..Self::new(text) }
    }

    /// A failure with the number of `error` and a text that says more.
    pub(crate) fn of(error: Error, text: impl Into<String>) -> Self {
        Self { error: Some(error), text: text.into(), status: 1 }
    }

    /// A failure that concerns a file.
    pub(crate) fn at(place: &Path, error: &std::io::Error) -> Self {
        Self {
            error: Some(std::io::Error::from(error.kind()).into()),
            text: format!("{}: {error}", place.display()),
            status: 1,
        }
    }

    /// The stable number of the library's error, 0 for a failure of the command itself.
    pub(crate) fn number(&self) -> u32 {
        self.error.map_or(0, Error::number)
    }

    /// The stable name of the library's error.
    pub(crate) fn name(&self) -> &'static str {
        self.error.map_or("Failed", Error::name)
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        self.status
    }

    /// The text for people.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error: Some(error), text: error.to_string(), status: 1 }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { error: Some(problem.error()), text: problem.to_string(), status: 1 }
    }
}
