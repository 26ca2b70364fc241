//! Many cards in one call.
