//! FF1 on many strings at once: the same ten rounds, with the cards side by side.
//!
//! ```text
//!            lane 0   lane 1   ...   lane 63      one lane is one card
//!   a        [u64     u64            u64   ]      left halves as integers
//!   b        [u64     u64            u64   ]      right halves
//!   base     [128 bit 128 bit        128 bit]     encrypted P and tweak: what each block begins with
//!
//!   round:   blocks = base ^ i ^ b   ──AES of all lanes──>   y   ──>   a = (a + y) mod 10^u
//!
//!   two groups take turns:   AES(group 0)  arithmetic(group 1)  AES(group 1)  arithmetic(group 0) ...
//! ```
//!
//! All of it happens inside one closure of the cipher's backend, and every function on the way is inlined into it.
//! The backend compiles it for the processor it found (AVX-512 with VAES, or less), so the loops over lanes become
//! vector instructions without `unsafe` and without compiler flags. Figures in comments are of one Xeon core with
//! VAES (`make bench`); AES alone takes 11.7 ns for a card's ten blocks there.

mod batch;
mod columns;
mod group;
mod reduce;
mod set;
pub(crate) mod word;

pub(crate) use columns::{Columns, LaneWork};
pub(super) use reduce::LaneModulus;
pub(crate) use set::{FEW, Few, Many, Side};
