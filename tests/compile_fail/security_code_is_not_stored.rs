//! A security code fits no call that stores, seals or tokenizes, and gives no bytes that would.

use panveil::card::SecurityCode;
use panveil::card::id::RecordId;
use panveil::protect::{LayoutChoice, Sealer, Tokenizer};

fn store(code: SecurityCode, sealer: &Sealer, tokenizer: &Tokenizer, record: &RecordId) {
    let _ = sealer.seal_pan(&code, record);
    let _ = sealer.seal(&code, record);
    let _ = tokenizer.tokenize(&code, LayoutChoice::Auto);
    let _ = code.expose();
}

fn keep(code: SecurityCode) -> &'static [u8] {
    code.pass_on(|digits| digits)
}

fn twice(code: SecurityCode) {
    code.pass_on(|_| ());
    code.pass_on(|_| ());
}

fn main() {}
