//! What is wrong with a policy, and where.

use core::ops::Range;

use crate::error::Error;

/// Why a policy was refused: a place in the file and a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What is wrong, in one sentence. Numbers of eight digits and more, grouped or not, are left out, so that a card
    /// number in the wrong file goes no further.
    pub text: String,
}

impl PolicyProblem {
    /// A problem at the bytes `span` of `source`.
    pub(crate) fn at(source: &str, span: Range<usize>, text: &str) -> Self {
        let before = source.get(..span.start).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let in_line = before.get(line_start..).unwrap_or_default();
        Self {
            line: before.matches('\n').count().saturating_add(1),
            column: in_line.chars().count().saturating_add(1),
            text: without_long_numbers(text),
        }
    }

    pub(crate) fn of_toml(source: &str, error: &toml::de::Error) -> Self {
        Self::at(source, error.span().unwrap_or(0..0), error.message().trim_end_matches('.'))
    }
}

/// The text on one line, without numbers of eight digits and more, however their digits are grouped.
fn without_long_numbers(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut number = String::new();
    for character in text.chars().map(|character| if character.is_control() { ' ' } else { character }) {
        // Of a letter or a sign of another kind it is certain that no number goes on behind it.
        if character.is_numeric() || (!character.is_alphabetic() && goes_on(&number)) {
            number.push(character);
            continue;
        }
        push_number(&mut clean, &mut number);
        clean.push(character);
    }
    push_number(&mut clean, &mut number);
    clean
}

/// Whether a number has begun of which at most three signs, such as a dash between spaces, are no digits.
fn goes_on(number: &str) -> bool {
    number.chars().rev().take(MAX_BETWEEN).any(char::is_numeric)
}

fn push_number(clean: &mut String, number: &mut String) {
    let behind = number.trim_end_matches(|character: char| !character.is_numeric()).len();
    let (digits, rest) = number.split_at_checked(behind).unwrap_or((number, ""));
    let few = digits.chars().filter(|character| character.is_numeric()).count() < LONG;
    clean.push_str(if few { digits } else { "(number)" });
    clean.push_str(rest);
    number.clear();
}

const LONG: usize = 8;
const MAX_BETWEEN: usize = 3;

impl core::fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.text)
    }
}

impl std::error::Error for PolicyProblem {}

impl From<PolicyProblem> for Error {
    fn from(_: PolicyProblem) -> Self {
        Error::PolicyInvalid
    }
}

#[cfg(test)]
mod tests {
    use super::PolicyProblem;

    #[test]
    fn a_problem_names_line_and_character() {
        let source = "a\nカード = 1\n";
        for (start, line, column) in [(0, 1, 1), (1, 1, 2), (2, 2, 1), (5, 2, 2), (99, 3, 1)] {
            let problem = PolicyProblem::at(source, start..start, "x");
            assert_eq!((problem.line, problem.column), (line, column), "byte {start}");
        }
    }

    #[test]
    fn long_numbers_go_no_further() {
        for (text, clean) in [
            ("got `4111111111111111`, wanted 1234567\n", "got `(number)`, wanted 1234567 "),
            ("got \"4111 1111 1111 1111\", wanted", "got \"(number)\", wanted"),
            ("4111-1111-1111-1111", "(number)"),
            ("４１１１　１１１１　１１１１　１１１１だ", "(number)だ"),
            ("4111. 1111 - 1111\t1111", "(number)"),
            ("at most 15m (PCI DSS 8.2.8)", "at most 15m (PCI DSS 8.2.8)"),
            ("", ""),
        ] {
            assert_eq!(PolicyProblem::at("", 0..0, text).text, clean, "{text}");
        }
    }
}
