//! FF1 on many strings at once: the same ten rounds, with the strings side by side.
//!
//! ```text
//!               row 0    row 1    ...   row 63      a row is one string
//!   head, tail  [u64     u64            u64   ]     what its blocks begin with: P encrypted, and the tweak
//!   a, b        [u64     u64            u64   ]     its halves as numbers
//!
//!   round i:    block = (head, tail) ^ i ^ b   ──AES of all rows──>   y   ──>   a = (a + y) mod 10^u
//!
//!   two groups of 64 take turns:   AES(0)  AES(1) with arithmetic(0)  AES(0) with arithmetic(1)  ...
//! ```
//!
//! All of it happens inside one closure of the cipher's backend, and every function on the way is inlined into it.
//! The backend compiles it for the processor it found (AVX-512 with VAES, or less), so the loops over rows become
//! vector instructions without `unsafe` and without compiler flags. What callers do before and after the rounds, reading
//! digits for example, is a [`LaneWork`] that is compiled in as well.
//!
//! Up to 24 strings go by eights in step, as scalar rounds ([`FEW`]). What each step gains was measured by taking it out:
//! `docs/performance.md`, "What each step of the lanes gains".

mod batch;
mod columns;
mod group;
mod reduce;
mod set;
mod step;
mod strings;
pub(crate) mod word;

pub(crate) use columns::{Columns, LaneWork};
pub(super) use reduce::LaneModulus;
pub(crate) use set::{FEW, Few, Many, Side};
