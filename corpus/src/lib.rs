//! Lines of logs, files and dumps, each with the truth of what it holds, and the count of what [`panveil::scan::Finder`]
//! makes of them.
//!
//! Everything is made from a seed, and is the same in every run: [`positives::Positives`] are lines with card data,
//! [`negatives::Negatives`] are lines without any, [`log::Log`] is a long log in which card numbers are rare.
//! [`accuracy`] runs a finder over lines and counts.
//!
//! The lines were written from what systems print, not from what the finder looks for; the shares of their kinds stand in
//! one table each, and in `docs/scan-accuracy.md`.
#![expect(clippy::single_range_in_vec_init, reason = "a truth has one piece or several")]
#![expect(
    clippy::explicit_auto_deref,
    reason = "what is picked are references; without the star nothing is inferred"
)]

pub mod accuracy;
pub mod card;
pub mod chance;
pub mod dump;
pub mod identifier;
pub mod line;
pub mod log;
pub mod moment;
pub mod negatives;
pub mod phone;
pub mod positives;
pub mod writing;
