//! What a card number is, and what of it may be seen. Knows no keys.

pub mod id;
