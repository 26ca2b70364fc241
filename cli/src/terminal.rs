//! Everything the command prints goes through here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this file is for")]

use std::io::Write;

use serde_json::{Value, json};

use crate::failure::Failure;

/// Where and how results go.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    json: bool,
}

impl Terminal {
    /// A terminal that speaks JSON, or text for people.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are wanted as JSON.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// A result: `value` as JSON, or `text` for people.
    pub fn result(&self, value: &Value, text: &str) {
        if self.json {
            println!("{value}");
        } else {
            println!("{text}");
        }
    }

    /// A remark beside the result, for people only.
    pub fn remark(&self, text: &str) {
        if !self.json {
            eprintln!("panveil: {text}");
        }
    }

    /// Why nothing came of it.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            eprintln!("{}", json!({ "error": failure.name(), "number": failure.number(), "text": failure.text() }));
        } else if failure.number() == 0 {
            eprintln!("panveil: {}", failure.text());
        } else {
            eprintln!("panveil: {} [{}]", failure.text(), failure.number());
        }
    }

    /// A revealed value and a newline on standard output, past every buffer that would keep it.
    pub fn value(&self, value: &[u8]) -> std::io::Result<()> {
        let mut line = zeroize::Zeroizing::new(Vec::with_capacity(value.len().saturating_add(1)));
        line.extend_from_slice(value);
        line.push(b'\n');
        // `Stdout` would keep a copy in its line buffer; the duplicated descriptor has none.
        let stdout = rustix::stdio::stdout();
        let mut direct = std::fs::File::from(rustix::io::dup(stdout)?);
        direct.write_all(&line)
    }
}

/// Lines up a table of texts, two spaces between columns.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
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
