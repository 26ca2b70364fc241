//! Nobody outside makes the keys, the openers or the steps of a reveal, and sealing gives no way back.

use panveil::protect::{Sealed, Sealer, Token, Tokenizer};

fn back(tokenizer: &Tokenizer, sealer: &Sealer, token: &Token, record: &Sealed) {
    let _ = tokenizer.detokenize(token);
    let _ = sealer.open(record);
}

fn main() {
    let _ = panveil::protect::opener::Opener::new;
    let _ = panveil::protect::seal_key::SealKey::derive;
    let _ = panveil::protect::token_keys::TokenKeys::derive;
    let _ = panveil::reveal::steps::Recorded::open;
    let _ = panveil::reveal::session::Session::new;
    let _ = panveil::reveal::revealed::Revealed::of_pan;
    let _ = panveil::reveal::identity::Identity { actor: todo!() };
}
