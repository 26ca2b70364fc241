//! Names as they may be shown.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use panveil::scan::{Confidence, Finder, Redaction};

use crate::terminal::plain;

/// The text with card numbers masked, however unsure, and without control characters.
pub(crate) fn text(text: &[u8]) -> String {
    if !may_hold_number(text) {
        return plain(&String::from_utf8_lossy(text));
    }
    let redaction = Redaction::mask(Finder::new().at_least(Confidence::Low));
    plain(&String::from_utf8_lossy(&redaction.redact(text)))
}

/// Whether a name is worth a search: in ASCII every writing of a card number, escaped or in hexadecimal, has 12 digits in it, and
/// codes count beside a number only. Most names have none, and in a tree of small files a search of each name shows in the time.
pub(crate) fn may_hold_number(text: &[u8]) -> bool {
    !text.is_ascii() || text.iter().filter(|byte| byte.is_ascii_digit()).count() >= SHORTEST_NUMBER
}

/// The fewest digits of a card number (ISO/IEC 7812-1).
const SHORTEST_NUMBER: usize = 12;

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
    use super::{may_hold_number, path};
    use panveil::scan::{Confidence, Finder};
    use std::path::Path;

    #[test]
    fn no_name_with_a_number_goes_without_a_search() {
        let finder = Finder::new().at_least(Confidence::Low);
        let number = "4111111111111111";
        let hex: String = number.bytes().map(|byte| format!("{byte:02x}")).collect();
        let escaped: String = number.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for name in [
            number,
            "630412345678",
            "4111-1111-1111-1111.log",
            &hex,
            &escaped,
            "４１１１１１１１１１１１１１１１",
        ] {
            assert!(may_hold_number(name.as_bytes()), "{name}");
        }
        for name in ["cvv=123", "pin: 1234", "pin=12345678901", "2026-11-26.log", "id-3431313131"] {
            assert!(!may_hold_number(name.as_bytes()) && finder.find(name.as_bytes()).is_empty(), "{name}");
        }
    }

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
