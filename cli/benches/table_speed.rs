//! Rows per second of the CSV engine alone: a legacy export from file to file, with work that does nothing.
//!
//! `cargo bench -p panveil-cli --bench table_speed -- [rows]`; without `--bench` (as under `cargo test`) a short run.

use std::fs;
use std::io::{self, BufWriter, Write};

use panveil::Error;
use panveil_cli::legacy::Export;
use panveil_cli::table::{
    Ask, CardBatch, CardWork, Encoding, Existing, Input, Job, Protected, Reason, Separator, Settings,
    protect_file,
};

/// Copies constants: what is measured is everything else.
struct Nothing;

impl CardWork for Nothing {
    fn batch(&self) -> Box<dyn CardBatch + '_> {
        Box::new(Nothing)
    }

    fn is_card_number(&self, _: &[u8]) -> bool {
        false
    }
}

impl CardBatch for Nothing {
    fn add(&mut self, _: &[u8], _: Option<&[u8]>) {}

    fn run(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn write(&self, _: usize, out: &mut Protected) -> Result<(), Reason> {
        out.token.extend_from_slice(b"4111110394821111");
        out.token_format.extend_from_slice(b"f1.6-4");
        out.masked.extend_from_slice(b"************1111");
        out.record_id.extend_from_slice(b"C00000017");
        out.sealed.extend_from_slice(&[b'x'; 112]);
        Ok(())
    }

    fn clear(&mut self) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quick = !std::env::args().any(|argument| argument == "--bench");
    let given = std::env::args().find_map(|argument| argument.parse::<u64>().ok());
    let rows = given.unwrap_or(if quick { 20_000 } else { 1_000_000 });
    let directory = tempfile::tempdir()?;
    let mut out = io::stdout().lock();
    for (encoding, separator) in [(Encoding::Utf8, Separator::Comma), (Encoding::ShiftJis, Separator::Pipe)] {
        let path = directory.path().join("legacy.csv");
        let mut file = BufWriter::new(fs::File::create(&path)?);
        Export { rows, seed: 1, encoding, separator }.write(&mut file)?;
        file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        for seal in [false, true] {
            let job = Job {
                input: Input::File(path.clone()),
                output: directory.path().join("out.csv"),
                existing: Existing::Replace,
                ask: Ask { pan: "card_number".into(), record: Some("id".into()), seal, ..Ask::default() },
                settings: Settings::default(),
            };
            let mut rates = Vec::new();
            let mut bytes = 0;
            let cpu_before = cpu_ms().unwrap_or(0);
            let runs = if quick { 1 } else { 5 };
            for _ in 0..runs {
                let summary = protect_file(&job, &Nothing, &mut |_| Ok(()), &mut |_| {})?;
                rates.push(summary.rows_per_second());
                bytes = summary.bytes;
            }
            // On a busy machine the processor time says more than the clock.
            let cpu_ms = cpu_ms().unwrap_or(0).saturating_sub(cpu_before);
            let cpu = cpu_ms.saturating_mul(1_000_000).checked_div(rows.saturating_mul(runs)).unwrap_or(0);
            rates.sort_unstable();
            writeln!(
                out,
                "{encoding:?} seal={seal}: median {} rows/s, best {}, {cpu} ns of CPU a row, {} bytes a row, peak memory so far {} KiB",
                rates.get(rates.len() / 2).copied().unwrap_or(0),
                rates.last().copied().unwrap_or(0),
                bytes.checked_div(rows).unwrap_or(0),
                peak_kib().unwrap_or(0)
            )?;
        }
    }
    Ok(())
}

/// Processor time of all threads so far: fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms.
fn cpu_ms() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap_or(0));
    Some(ticks.sum::<u64>().saturating_mul(10))
}

/// The most memory this process ever held, in KiB.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find(|line| line.starts_with("VmHWM:"))?.split_whitespace().nth(1)?.parse().ok()
}
