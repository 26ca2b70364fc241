//! A sum over a sliding window, kept in sixty parts: it may count too long, never too short.

use crate::error::{Error, Result};
use crate::store::Fields;

/// Into how many parts a window is cut.
const PARTS: u64 = 60;

/// The length of a window in budget time, and of its parts.
#[derive(Clone, Copy)]
pub(super) struct Span {
    window_ms: u64,
    part_ms: u64,
}

impl Span {
    pub(super) fn new(window_ms: u64) -> Self {
        Self { window_ms, part_ms: window_ms.div_ceil(PARTS).max(1) }
    }

    /// The part that `time_ms` falls into.
    pub(super) fn part(self, time_ms: u64) -> u64 {
        time_ms.checked_div(self.part_ms).unwrap_or(0)
    }

    /// Whether any moment of `part` may still be inside the window that ends at `time_ms`.
    pub(super) fn covers(self, part: u64, time_ms: u64) -> bool {
        let end = part.saturating_add(1).saturating_mul(self.part_ms);
        end.saturating_add(self.window_ms) > time_ms
    }
}

/// Counts by part of the window, oldest first: at most sixty-two, since parts outside are dropped when read.
pub(super) struct Tally(Vec<(u64, u32)>);

impl Tally {
    pub(super) const EMPTY: Tally = Tally(Vec::new());

    /// Drops the parts that are wholly outside the window.
    pub(super) fn forget(&mut self, span: Span, time_ms: u64) {
        self.0.retain(|(part, _)| span.covers(*part, time_ms));
    }

    pub(super) fn total(&self) -> u32 {
        self.0.iter().fold(0, |total, (_, count)| total.saturating_add(*count))
    }

    /// Counts one in the newest part. Time never runs back, so that is the last one or a new one.
    pub(super) fn add(&mut self, part: u64) {
        match self.0.last_mut() {
            Some((newest, count)) if *newest >= part => *count = count.saturating_add(1),
            _ => self.0.push((part, 1)),
        }
    }

    /// Takes one back out of `part`.
    pub(super) fn remove(&mut self, part: u64) {
        if let Some((_, count)) = self.0.iter_mut().find(|(held, _)| *held == part) {
            *count = count.saturating_sub(1);
        }
        self.0.retain(|(_, count)| *count != 0);
    }

    pub(super) fn encode(&self, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.push(u8::try_from(self.0.len()).map_err(|_| Error::Internal)?);
        for (part, count) in &self.0 {
            bytes.extend_from_slice(&part.to_be_bytes());
            bytes.extend_from_slice(&count.to_be_bytes());
        }
        Ok(())
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self> {
        let length = fields.u8()?;
        (0..length).map(|_| Ok((fields.u64()?, fields.u32()?))).collect::<Result<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{PARTS, Span, Tally};

    #[test]
    fn a_part_leaves_only_when_wholly_outside() {
        let span = Span::new(600_000);
        assert_eq!(span.part(9_999), 0);
        assert_eq!(span.part(10_000), 1);
        // Part 0 ends at 10 s; its last moment is inside the window that ends just before 610 s.
        assert!(span.covers(0, 609_999));
        assert!(!span.covers(0, 610_000));
    }

    #[test]
    fn a_tally_never_outgrows_its_window() {
        for window_ms in [1_000, 1_001, 59_999, 600_000, 366 * 86_400_000] {
            let span = Span::new(window_ms);
            let mut tally = Tally::EMPTY;
            let mut time = 0;
            for _ in 0..1_000 {
                tally.forget(span, time);
                tally.add(span.part(time));
                assert!(tally.0.len() as u64 <= PARTS + 2, "{window_ms}");
                time += window_ms / 130 + 1;
            }
            tally.forget(span, time + 2 * window_ms);
            assert_eq!(tally.total(), 0, "{window_ms}");
        }
    }
}
