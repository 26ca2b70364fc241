//! Names as they may be shown.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use panveil::scan::{Confidence, Finder, Redaction};

use crate::terminal::plain;

/// The text with card numbers masked, however unsure, and without control characters.
pub(crate) fn text(text: &[u8]) -> String {
    let redaction = Redaction::mask(Finder::new().at_least(Confidence::Low));
    plain(&String::from_utf8_lossy(&redaction.redact(text)))
}

/// A path as reports name it: without `./` before it.
pub(crate) fn path(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    let mut rest = bytes;
    while let Some(after) = rest.strip_prefix(b"./") {
        rest = after;
    }
    text(if rest.is_empty() { bytes } else { rest })
}

/// The last part of a path, which is looked at as text of its own.
pub(crate) fn name(path: &Path) -> &[u8] {
    path.file_name().map(OsStr::as_bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::path;
    use std::path::Path;

    #[test]
    fn a_path_shows_no_card_number() {
        for (given, shown) in [
            ("./logs/a.log", "logs/a.log"),
            (".", "."),
            ("x/card-4111111111111111.txt", "x/card-************1111.txt"),
            ("x/id4111111111111111x", "x/id************1111x"),
            ("a\nb\u{1b}", "a?b?"),
        ] {
            assert_eq!(path(Path::new(given)), shown);
        }
    }
}
