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
    /// What is wrong, in one sentence. Numbers of eight digits and more are left out, so that a card number in the
    /// wrong file goes no further.
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

fn without_long_numbers(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut digits = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        push_number(&mut clean, &mut digits);
        clean.push(if character.is_control() { ' ' } else { character });
    }
    push_number(&mut clean, &mut digits);
    clean
}

fn push_number(clean: &mut String, digits: &mut String) {
    clean.push_str(if digits.len() < 8 { digits } else { "(number)" });
    digits.clear();
}

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
        let problem = PolicyProblem::at("", 0..0, "got `4111111111111111`, wanted 1234567\n");
        assert_eq!(problem.text, "got `(number)`, wanted 1234567 ");
    }
}
