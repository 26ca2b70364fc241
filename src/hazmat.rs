//! Primitives without the guards: for experts, test vectors and benchmarks.
//!
//! Nothing here checks layouts, walks past card numbers, counts, or writes a log. Card data goes through
//! [`protect`](crate::protect) instead.

pub use crate::crypto::ff1::{Ff1, FixedFf1};
