//! The form a case reference must have.

use regex_lite::{Regex, RegexBuilder};

use crate::card::id::CaseRef;

/// A regular expression that the whole reference must match.
#[derive(Clone, Debug)]
pub(crate) struct CasePattern {
    source: Box<str>,
    whole: Regex,
}

impl CasePattern {
    pub(crate) fn new(source: &str) -> Option<Self> {
        if source.is_empty() || source.len() > MAX_PATTERN {
            return None;
        }
        // Compiled alone first: `a)|(?:b` is no pattern, but would be one, unanchored, inside the group below.
        build(source)?;
        let whole = build(&format!(r"\A(?:{source})\z"))?;
        Some(Self { source: source.into(), whole })
    }

    pub(crate) fn matches(&self, case: &CaseRef) -> bool {
        self.whole.is_match(case.as_str())
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }
}

fn build(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).size_limit(MAX_PROGRAM).build().ok()
}

const MAX_PATTERN: usize = 255;
/// Matching takes time in proportion to program and text; this keeps it well under a millisecond.
const MAX_PROGRAM: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::CasePattern;
    use crate::card::id::CaseRef;

    #[test]
    fn the_whole_reference_must_match() {
        let rows = [
            ("CB-[0-9]+", "CB-1042", true),
            ("CB-[0-9]+", "CB-1042x", false),
            ("CB-[0-9]+", "xCB-1042", false),
            ("CB-[0-9]+", "cb-1042", false),
            ("a|ab", "ab", true),
            ("a|b", "bx", false),
            ("(?m)^a$", "a", true),
            ("(?i)cb-[0-9]{1,4}", "CB-12", true),
        ];
        for (pattern, case, good) in rows {
            let pattern = CasePattern::new(pattern).unwrap();
            assert_eq!(pattern.matches(&CaseRef::new(case).unwrap()), good, "{pattern:?} {case}");
        }
    }

    #[test]
    fn patterns_that_would_not_be_anchored_or_would_be_slow_are_refused() {
        for pattern in ["", "(", "a)|(?:b", "(?x)a #", "a{1000}{1000}", "x".repeat(256).as_str()] {
            assert!(CasePattern::new(pattern).is_none(), "{pattern}");
        }
    }
}
