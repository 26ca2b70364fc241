//! The parts of the panveil command.
