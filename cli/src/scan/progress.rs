//! What a terminal shows while files are read: how much, how fast, and how long it will take. Names of files are not shown.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::walk::Walk;

/// A bar on standard error, if that is a terminal.
pub(crate) struct Progress(ProgressBar);

/// The figures stand still, and the bar takes what is left of the line.
const FILES: &str =
    "{percent:>3}%  {bytes:>10} of {total_bytes}  {bytes_per_sec:>12}  {eta} left  {wide_bar}";
/// Nobody knows how long standard input is.
const STREAM: &str = "{spinner} {bytes:>10}  {bytes_per_sec:>12}  for {elapsed}";
/// It is drawn anew when nothing was read for so long: an archive that is read from its end, a redaction that is written.
const PULSE: Duration = Duration::from_millis(250);

impl Progress {
    /// A bar, unless `wanted` is `false`.
    pub(crate) fn new(walk: &Walk, wanted: bool) -> Self {
        // Where nobody sees it, nobody waits for a sum.
        if !wanted || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let (template, bar) = match walk.reads_stdin() {
            true => (STREAM, ProgressBar::no_length()),
            false => (FILES, ProgressBar::new(walk.bytes())),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = bar.with_style(style);
        // At once, so that even a short scan is seen to have begun.
        bar.tick();
        bar.enable_steady_tick(PULSE);
        Self(bar)
    }

    /// So many bytes more were read.
    pub(crate) fn read(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// So many bytes need not be read: they would make the rate look better than it is.
    pub(crate) fn spared(&self, bytes: u64) {
        self.0.dec_length(bytes);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
