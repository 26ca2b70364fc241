//! Which key may do what, and when.

pub mod kek;
pub mod keyring;
pub mod manifest;
pub mod passphrase;
pub mod purpose;
pub mod root;
pub mod state;
