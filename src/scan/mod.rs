//! Finds card numbers in any text or file, and takes them out: one engine for logs as they are written and for what is
//! already there.
//!
//! [`Finder`] says where card numbers, track data and the security codes beside them lie; [`Redaction`] replaces them,
//! [`Redactor`] does so on the way into any [`std::io::Write`]. Both work on streams of any length in constant memory, and
//! the result does not depend on where the pieces of a stream begin and end.
//!
//! A card number is what fits a brand's range and length and the check digit; names and characters beside it say how sure
//! that is ([`Confidence`]). A panveil token never passes the check digit, so it is never taken for a card.

mod base64;
mod beside;
mod chain;
mod codes;
mod colour;
mod context;
mod dump;
mod finder;
mod gap;
mod glance;
mod hex;
mod hints;
mod hit;
mod lanes;
mod left;
#[cfg(feature = "log")]
mod log_layer;
mod names;
mod number;
mod reading;
mod redaction;
mod redactor;
mod runs;
mod search;
mod shape;
mod sign;
mod stream;
mod stripe;
#[cfg(feature = "tracing")]
mod tracing_layer;
mod track;
mod utf16;
mod walk;
mod window;

pub use finder::{Charset, Finder};
pub use hit::{Confidence, Hit, Kind, Reason, Writing};
#[cfg(feature = "log")]
pub use log_layer::RedactingLog;
pub use redaction::{Redaction, RedactionStream, Replacement};
pub use redactor::Redactor;
pub use stream::HitStream;
#[cfg(feature = "tracing")]
pub use tracing_layer::{RedactedEvent, RedactingWriter};
