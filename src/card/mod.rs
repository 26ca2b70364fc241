//! What a card number is, and what of it may be seen. Knows no keys.

pub mod brand;
pub mod expiry;
pub(crate) mod glyph;
pub mod id;
pub mod luhn;
pub mod mask;
pub mod pan;
pub mod sad;
pub mod security_code;
pub mod spot;

pub use brand::Brand;
pub use expiry::Expiry;
pub use mask::{Masked, Shown, Truncated};
pub use pan::{Pan, PanRules};
pub use security_code::SecurityCode;
