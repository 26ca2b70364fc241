//! Writes a made-up legacy export to the standard output, and what it planted there as JSON.
//!
//! ```text
//! cargo run -p panveil-cli --example legacy_export -- --rows 200000 --planted planted.json > legacy.csv
//! ```

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use panveil_cli::legacy::Export;
use panveil_cli::table::{Encoding, Separator};

/// Writes a made-up legacy export to the standard output.
#[derive(Parser)]
struct Arguments {
    /// Rows besides the header
    #[arg(long, default_value_t = 1000)]
    rows: u64,
    /// The same seed gives the same table
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// utf-8, shift_jis or euc-jp
    #[arg(long, default_value = "utf-8", value_parser = encoding)]
    encoding: Encoding,
    /// comma, semicolon, tab or pipe, or the character itself
    #[arg(long, default_value = "comma", value_parser = separator)]
    separator: Separator,
    /// Where to write what was planted; the standard error if not given
    #[arg(long)]
    planted: Option<PathBuf>,
}

fn main() -> ExitCode {
    match export(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "legacy_export: {error}");
            ExitCode::FAILURE
        }
    }
}

fn export(arguments: &Arguments) -> io::Result<()> {
    let Arguments { rows, seed, encoding, separator, .. } = *arguments;
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let planted = Export { rows, seed, encoding, separator }.write(&mut out)?;
    let mut report: Box<dyn Write> = match &arguments.planted {
        Some(path) => Box::new(File::create(path)?),
        None => Box::new(io::stderr()),
    };
    serde_json::to_writer_pretty(&mut report, &planted)?;
    writeln!(report)
}

fn encoding(name: &str) -> Result<Encoding, String> {
    let known = [Encoding::Utf8, Encoding::ShiftJis, Encoding::EucJp];
    let named = Encoding::named(name).filter(|encoding| known.contains(encoding));
    named.ok_or_else(|| "utf-8, shift_jis or euc-jp".to_owned())
}

fn separator(name: &str) -> Result<Separator, String> {
    Separator::named(name).ok_or_else(|| "comma, semicolon, tab or pipe".to_owned())
}
