//! The parts of the panveil command.

pub mod table;
