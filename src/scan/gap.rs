//! What stands between two groups of digits.

use super::finder::Writings;
use super::hit::Writing;
use super::sign::{self, Gap, Sign};

/// More gap characters than this end a number: ` - ` is the longest gap.
pub(super) const WIDEST: usize = 3;

/// A gap that a digit follows.
pub(super) struct Between {
    pub(super) line: bool,
    pub(super) wide: bool,
    pub(super) characters: usize,
    /// What it is, spaces around a dash not counted, and its first byte.
    pub(super) kind: (Gap, u8),
    pub(super) writing: Writing,
}

/// The gap at `at`, if a digit follows it, and where that digit is.
pub(super) fn after(text: &[u8], at: usize, writings: Writings) -> Option<(usize, Between)> {
    let first = text.get(at).copied().unwrap_or_default();
    let mut between = Between {
        line: false,
        wide: false,
        characters: 0,
        kind: (Gap::Space, first),
        writing: Writing::Separated,
    };
    let mut next = at;
    for length in 0..=WIDEST {
        match sign::read(text, next, writings)? {
            (Sign::Digit(_), _) if length > 0 => return Some((next, between)),
            (Sign::Gap(gap), bytes) => {
                between.characters = between.characters.saturating_add(1);
                between.line |= gap == Gap::Line;
                if gap != Gap::Space {
                    between.kind.0 = gap;
                }
                between.wide |= gap != Gap::Line;
                if bytes > 1 {
                    let percent = text.get(next) == Some(&b'%');
                    between.writing = if percent { Writing::Percent } else { Writing::OtherDigits };
                }
                next = next.saturating_add(bytes);
            }
            _ => return None,
        }
    }
    None
}

/// Where the next group of digits begins, if a gap at `at` leads to one.
#[inline]
pub(super) fn end(text: &[u8], at: usize, writings: Writings) -> Option<usize> {
    after(text, at, writings).map(|(next, _)| next)
}

/// Likewise, on the same line.
pub(super) fn end_within_line(text: &[u8], at: usize, writings: Writings) -> Option<usize> {
    after(text, at, writings).filter(|(_, gap)| !gap.line).map(|(next, _)| next)
}
