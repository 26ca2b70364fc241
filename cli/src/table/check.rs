//! What must hold for any input: the engine run on given bytes, for fuzzers and property tests.

use super::encoding::Encoding;
use super::finder::Finder;
use super::plan::Ask;
use super::protect::{Settings, Table};
use super::summary::Summary;
use super::work::{Protected, Reason, SingleCardWork};
use panveil::Error;

/// What a run in memory gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// The protected table.
    pub table: Vec<u8>,
    /// The rejects file, empty if every row was taken.
    pub rejects: Vec<u8>,
    /// The counts, without the time.
    pub summary: Summary,
    /// How the table is written.
    pub encoding: Encoding,
}

/// Runs the engine on `bytes` in this thread, `batch_bytes` at a time, with rows of at most 4 KiB.
///
/// The table `bytes` has its card numbers in the column `card`; with a column `id`, they are sealed too.
/// `None` if the table as a whole is refused.
pub fn run(bytes: &[u8], batch_bytes: usize) -> Option<Run> {
    let settings = Settings { workers: Some(0), batch_bytes, longest_row: 4096, ..Settings::default() };
    let ask = Ask { pan: "card".to_owned(), ..Ask::default() };
    let sealing = Ask { record: Some("id".to_owned()), seal: true, ..ask.clone() };
    let open = |ask: &Ask| Table::open(Box::new(bytes), ask, settings.clone(), &Stamp).ok();
    let table = open(&sealing).or_else(|| open(&ask))?;
    let encoding = table.dialect().encoding();
    let (mut out, mut rejects) = (Vec::new(), Vec::new());
    let mut summary = table.protect(&mut out, &mut rejects, &mut |_| {}).ok()?;
    summary.elapsed = std::time::Duration::ZERO;
    Some(Run { table: out, rejects, summary, encoding })
}

/// Runs the engine on `bytes` twice and says what does not hold, if anything.
///
/// # Errors
/// The name of the broken promise: the result depends on how the input is cut into batches; rows were lost; the
/// output, read again, is not a protected table of the same dialect; a card number is left.
pub fn rows(bytes: &[u8], batch_bytes: usize) -> Result<(), &'static str> {
    let Some(run_by_batch) = run(bytes, batch_bytes) else { return Ok(()) };
    let Some(run_at_once) = run(bytes, bytes.len().saturating_add(1)) else {
        return Err("refused at one batch size only");
    };
    if run_by_batch != run_at_once {
        return Err("the result depends on the size of a batch");
    }
    let Run { table, rejects, summary, encoding } = run_at_once;
    let taken = summary.protected.saturating_add(summary.empty);
    if taken.saturating_add(summary.rejected_rows()) != summary.rows {
        return Err("rows were lost");
    }
    let lines = memchr::memchr_iter(b'\n', &rejects).count();
    let expected = summary.rejected_rows().saturating_add(u64::from(summary.rejected_rows() > 0));
    if u64::try_from(lines) != Ok(expected) {
        return Err("the rejects file does not list every rejected row");
    }
    // Separators end a number, so the whole output can be looked at as one cell.
    if Finder::new().finds(&table, encoding, |digits| Stamp.is_card_number(digits)) {
        return Err("a card number is left in the output");
    }
    Ok(())
}

/// Takes what passes Luhn and writes the same token for everything: enough to exercise the engine.
struct Stamp;

impl SingleCardWork for Stamp {
    fn protect(&self, pan_cell: &[u8], record: Option<&[u8]>, out: &mut Protected) -> Result<(), Reason> {
        if !self.is_card_number(pan_cell) {
            return Err(Reason::Card(Error::PanLuhn));
        }
        out.token.extend_from_slice(b"TOKEN");
        out.token_format.extend_from_slice(b"f1.0-4");
        out.masked.extend_from_slice(b"****");
        let record = record.unwrap_or(b"-");
        if record.is_empty() || !record.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(Reason::Card(Error::IdFormat));
        }
        out.record_id.extend_from_slice(record);
        out.sealed.extend_from_slice(b"UFYB");
        Ok(())
    }

    /// Luhn and a length of 13 to 19 digits.
    fn is_card_number(&self, digits: &[u8]) -> bool {
        let doubled = [0_u32, 2, 4, 6, 8, 1, 3, 5, 7, 9];
        let mut sum = 0_u32;
        for (place, byte) in digits.iter().rev().enumerate() {
            let Some(digit) = char::from(*byte).to_digit(10) else { return false };
            let double = usize::try_from(digit).ok().and_then(|digit| doubled.get(digit)).copied();
            let value = if place.is_multiple_of(2) { Some(digit) } else { double };
            sum = sum.saturating_add(value.unwrap_or(0));
        }
        (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
    }
}
