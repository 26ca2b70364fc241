//! Many cards in one call: fixed records in, fixed records out, a status for each.
//!
//! The same bytes serve Rust, C and Java. Integers are big endian. A status of 0 means done; anything else is the
//! number of an [`Error`](crate::Error), and then all other bytes of that output record are zero. A bad
//! record costs nobody else anything.
//!
//! | record | bytes | what stands where |
//! |---|---|---|
//! | card number, in | [`PAN_RECORD`] = 20 | 0..19 ASCII digits, then zeros; 19 how many digits, 13 to 19 |
//! | token, out | [`TOKEN_RECORD`] = 24 | 0..19 ASCII digits, then zeros; 19 how many; 20 layout: 0 = `0+4`, 1 = `6+4`, 2 = `8+0`; 21 zero; 22..24 status |
//! | mask, out | [`MASK_RECORD`] = 24 | 0..19 ASCII, then zeros; 19 how many; 20..22 zero; 22..24 status |
//! | fingerprint, out | [`FINGERPRINT_RECORD`] = 40 | 0..32 the hash; 32..36 version of the key; 36..38 zero; 38..40 status |
//! | sealed record, out | [`SEALED_RECORD`] = 88 | 0..84 the record's bytes; 84..86 zero; 86..88 status |
//! | record ids, in, packed | | for each card one byte of length, 1 to 255, then that many bytes |
//!
//! Tokens of a batch are all of the current key version, [`Tokenizer::version`](super::Tokenizer::version).
//! With the feature `parallel`, large batches can be spread over all cores.
//!
//! ```
//! use panveil::card::Shown;
//! use panveil::protect::batch::{self, MASK_RECORD, pan_record};
//!
//! let cards = [pan_record(b"4111111111111111")?, pan_record(b"4111111111111112")?];
//! let mut masks = [[0; MASK_RECORD]; 2];
//! let report = batch::mask_all(&cards, Shown::LAST4, &mut masks)?;
//! assert_eq!((report.done, report.refused), (1, 1));
//! assert_eq!(&masks[0][..16], b"************1111");
//! assert_eq!(batch::status(&masks[1]), panveil::Error::PanLuhn.number());
//! # Ok::<(), panveil::Error>(())
//! ```

mod card;
mod fingerprints;
mod masks;
#[cfg(feature = "parallel")]
mod parallel;
mod record;
mod seals;
mod tokens;
mod walk;

pub use masks::mask_all;
#[cfg(feature = "parallel")]
pub use parallel::mask_all_parallel;
pub use record::{
    BatchReport, FINGERPRINT_RECORD, MASK_RECORD, PAN_RECORD, SEALED_RECORD, TOKEN_RECORD, outcome,
    pan_record, status,
};
