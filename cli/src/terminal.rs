//! Everything the command prints goes through here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this file is for")]

use std::io::Write;

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
        if self.json {
            eprintln!(
                "{}",
                json!({ "error": failure.name(), "number": failure.number(), "text": failure.text() })
            );
        } else if failure.number() == 0 {
            eprintln!("panveil: {}", failure.text());
        } else {
            eprintln!("panveil: {} [{}]", failure.text(), failure.number());
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
