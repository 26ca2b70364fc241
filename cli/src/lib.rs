//! The parts of the panveil command.

pub mod legacy;
pub mod table;
