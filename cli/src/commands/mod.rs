//! One file for each command.

pub(crate) mod audit;
mod cards;
pub(crate) mod config;
pub(crate) mod dev;
pub(crate) mod doctor;
pub(crate) mod init;
pub(crate) mod keys;
pub(crate) mod lock;
mod pan_records;
pub(crate) mod policy;
pub(crate) mod protect;
pub(crate) mod reveal;
pub(crate) mod scan;
mod tokens;

use crate::failure::Failure;

/// How a command that ran to its end came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Status 0.
    Done,
    /// Status 1: rows rejected, a check that found something.
    Refused,
}

/// What a command returns; a failure is status 1 with a text.
pub(crate) type Result = core::result::Result<Outcome, Failure>;
