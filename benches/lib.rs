//! Shared by the benchmarks: what is measured with, and a vault to measure.

use std::io::Write as _;
use std::time::{Duration, Instant};

pub mod kit;
pub mod lab;
pub mod parts;
pub mod provider;
pub mod turns;

/// How a benchmark was asked to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All samples, for figures to write down.
    Full,
    /// Few samples, to see in seconds that nothing is broken (`--quick`).
    Quick,
}

impl Mode {
    /// From the arguments of the program.
    pub fn from_arguments() -> Self {
        if std::env::args().any(|argument| argument == "--quick") { Self::Quick } else { Self::Full }
    }

    /// `full` of something, or `quick`.
    pub fn choose<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

/// The durations of many runs of one thing.
#[derive(Clone, Debug)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Runs `work` `count` times and takes the time of each.
    pub fn take(count: usize, mut work: impl FnMut()) -> Self {
        let one = |_| {
            let began = Instant::now();
            work();
            began.elapsed()
        };
        Self::of((0..count).map(one).collect())
    }

    /// Of durations that were taken elsewhere.
    pub fn of(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        Self(durations)
    }

    /// The duration that `percent` of a hundred runs do not exceed, in microseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let at = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(at).map_or(0.0, |duration| duration.as_secs_f64() * 1e6)
    }
}

/// Prints one line of a table: a part, its median and its 99th percentile.
pub fn row(part: &str, samples: &Samples) {
    say(&format!("{part:<44} {:>10.1} {:>10.1}", samples.percentile(50), samples.percentile(99)));
}

/// Prints the head of a table, with the load of the machine: figures of a busy one mean little.
pub fn head(title: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    say(&format!("\n{title} (load average {load})"));
    say(&format!("{:<44} {:>10} {:>10}", "part", "p50 us", "p99 us"));
}

/// Prints a line.
pub fn say(line: &str) {
    // A benchmark whose output is closed has nobody to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The fewest nanoseconds that one of `count` runs of `work` took, over `rounds` rounds: what a busy machine
/// disturbs least.
pub fn fastest(rounds: usize, count: u32, mut work: impl FnMut()) -> f64 {
    let round = |_| {
        let began = Instant::now();
        for _ in 0..count {
            work();
        }
        began.elapsed().as_secs_f64() * 1e9 / f64::from(count)
    };
    (0..rounds).map(round).fold(f64::INFINITY, f64::min)
}
