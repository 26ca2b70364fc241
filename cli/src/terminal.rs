//! Everything the command prints goes through here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this file is for")]

use std::io::Write;

use panveil::card::spot::holds_card_number;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Where and how results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    json: bool,
}

impl Terminal {
    /// A terminal that speaks JSON, or text for people.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are wanted as JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// A result: `value` as JSON, or `text` for people.
    pub(crate) fn result(&self, value: &Value, text: &str) {
        if self.json {
            println!("{value}");
        } else {
            println!("{text}");
        }
    }

    /// A remark beside the result, for people only.
    pub(crate) fn remark(&self, text: &str) {
        if !self.json {
            eprintln!("panveil: {text}");
        }
    }

    /// Why nothing came of it.
    pub(crate) fn failure(&self, failure: &Failure) {
        let text = without_card_number(failure.text());
        if self.json {
            eprintln!("{}", json!({ "error": failure.name(), "number": failure.number(), "text": text }));
        } else if failure.number() == 0 {
            eprintln!("panveil: {text}");
        } else {
            eprintln!("panveil: {text} [{}]", failure.number());
        }
    }

    /// What is wrong with a command line, in the words of its parser, which repeat what was typed.
    pub(crate) fn usage(error: &clap::Error) {
        let text = error.to_string();
        if without_card_number(&text) == text {
            // Help and version are no errors; what cannot be printed is not worth another one.
            let _ = error.print();
        } else {
            eprintln!("panveil: {WITHHELD}");
        }
    }

    /// A revealed value and a newline on standard output, past every buffer that would keep it.
    pub(crate) fn value(&self, value: &[u8]) -> std::io::Result<()> {
        let mut line = Zeroizing::new(Vec::with_capacity(value.len().saturating_add(1)));
        line.extend_from_slice(value);
        line.push(b'\n');
        write_direct(&line)
    }

    /// A revealed value as JSON: `{"field":...,"value":...}`. Bytes that are no UTF-8 are written in base64, as
    /// `value_base64`.
    pub(crate) fn json_value(&self, field: &str, value: &[u8]) -> std::io::Result<()> {
        let mut line = Zeroizing::new(Vec::with_capacity(value.len().saturating_mul(6).saturating_add(64)));
        line.extend_from_slice(b"{\"field\":");
        serde_json::to_writer(&mut *line, field)?;
        match core::str::from_utf8(value) {
            Ok(text) => {
                line.extend_from_slice(b",\"value\":");
                serde_json::to_writer(&mut *line, text)?;
            }
            Err(_) => {
                use base64ct::{Base64, Encoding};
                let text = Zeroizing::new(Base64::encode_string(value));
                line.extend_from_slice(b",\"value_base64\":\"");
                line.extend_from_slice(text.as_bytes());
                line.push(b'"');
            }
        }
        line.extend_from_slice(b"}\n");
        write_direct(&line)
    }
}

/// The text, or a remark in place of one that would show a card number: people paste them into the wrong argument.
fn without_card_number(text: &str) -> &str {
    if holds_card_number(text.as_bytes()) { WITHHELD } else { text }
}

/// The text without control characters, which could steer a terminal, and without those that change the direction in which
/// it is read: a log may have been edited.
pub(crate) fn plain(text: &str) -> String {
    let steers = |character: char| {
        character.is_control()
            || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|character| if steers(character) { '?' } else { character }).collect()
}

const WITHHELD: &str =
    "the message is withheld, because a card number stands in it: one of the arguments is wrong";

fn write_direct(line: &[u8]) -> std::io::Result<()> {
    // `Stdout` would keep a copy in its line buffer; the duplicated descriptor has none.
    let stdout = rustix::stdio::stdout();
    let mut direct = std::fs::File::from(rustix::io::dup(stdout)?);
    direct.write_all(line)
}

/// Lines up a table of texts, two spaces between columns.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut header.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

/// A count with its thousands apart, for people.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(place);
        if place > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{WITHHELD, grouped, plain, without_card_number};
    use crate::args::Cli;
    use clap::Parser;

    #[test]
    fn ac_05_no_message_shows_a_card_number_that_was_typed() {
        for line in [
            "panveil reveal DIR --handle x 4111111111111111",
            "panveil 4111111111111111",
            "panveil protect DIR --in a --out b --pan-column c --threads x4111111111111111",
        ] {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err().to_string();
            assert!(error.contains("4111111111111111"), "{line}");
            assert_eq!(without_card_number(&error), WITHHELD);
        }
        assert_eq!(without_card_number("no such file"), "no such file");
    }

    #[test]
    fn no_text_steers_a_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\n\u{9b}c\u{e9}"), "a?[2Jb??c\u{e9}");
        assert_eq!(plain("paid-\u{202e}gol.txt\u{2069}"), "paid-?gol.txt?");
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
    }
}
