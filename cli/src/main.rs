//! The panveil command.
fn main() {}
