//! What the gate lends stays in the closure, and what the guard lends ends with it.

use panveil::card::Pan;
use panveil::reveal::gate::Gate;
use panveil::reveal::request::RevealRequest;
use panveil::reveal::revealed::Revealed;
use panveil::reveal::session::Session;

fn bytes_escape<'a>(gate: &'a Gate, session: &Session, request: RevealRequest) -> &'a [u8] {
    gate.reveal_with(session, request, |revealed| revealed.expose()).unwrap()
}

fn guard_escapes<'a>(gate: &'a Gate, session: &Session, request: RevealRequest) -> &'a Revealed {
    gate.reveal_with(session, request, |revealed| revealed).unwrap()
}

fn stored_outside(gate: &Gate, session: &Session, request: RevealRequest) {
    let mut outside: Option<&[u8]> = None;
    gate.reveal_with(session, request, |revealed| outside = Some(revealed.expose())).unwrap();
}

fn used_after_drop(revealed: Revealed) -> Vec<u8> {
    let bytes = revealed.expose();
    drop(revealed);
    bytes.to_vec()
}

fn pan_taken_out(revealed: &Revealed) -> Pan {
    *revealed.pan().unwrap()
}

fn outlives(gate: &Gate, session: &Session, request: RevealRequest) -> &'static [u8] {
    let revealed = gate.reveal(session, request).unwrap();
    revealed.expose()
}

fn main() {}
