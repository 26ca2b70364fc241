//! The finder and the redactor over a log that is heavy in digits, in the same run as the `regex` crate doing the same job,
//! and the time they need for the worst inputs, by size.
//!
//! `--quick` takes 64 MB instead of 512. It fails if the redactor is no faster than its floor beside `regex`, or if time
//! grows faster than the input. `--random` reads 10^9 random bytes as well.

mod peer;
mod speed;
mod worst;

use std::process::ExitCode;

use panveil_benches::Mode;

fn main() -> ExitCode {
    let mode = Mode::from_arguments();
    let fast = speed::measure(mode);
    let linear = worst::measure(mode);
    if std::env::args().any(|argument| argument == "--random") {
        worst::random();
    }
    if fast && linear { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
