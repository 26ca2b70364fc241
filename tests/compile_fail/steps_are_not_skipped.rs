//! Nobody outside makes the openers, the keys or the steps of a reveal, and sealing gives no way back.

use panveil::protect::{Sealed, Sealer, Token, Tokenizer, opener, seal_key, token_keys};
use panveil::reveal::identity::Identity;
use panveil::reveal::steps;

fn back(tokenizer: &Tokenizer, sealer: &Sealer, token: &Token, record: &Sealed) {
    let _ = tokenizer.open(token);
    let _ = sealer.open(record);
}

fn somebody_else(identity: &mut Identity, other: &Identity) {
    identity.actor = other.actor().clone();
}

fn main() {}
