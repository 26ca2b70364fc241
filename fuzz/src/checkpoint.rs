//! Checkpoints, the list of streams, and public keys.

use std::sync::LazyLock;

use panveil::Error;
use panveil::audit::{Checkpoint, StreamVerifier, Streams, VaultKey, VerifierKey};
use panveil::crypto::secret::Secret;

use crate::audit::{CHECKPOINT, KEY};
use crate::edits::edited;

/// The list of streams of the log's vault.
pub const STREAMS: &str = include_str!("../fixtures/streams");

/// The public key of the log's vault.
pub static VAULT: LazyLock<VaultKey> = LazyLock::new(|| {
    let seed = Secret::fill_with(|bytes| {
        bytes.fill(1);
        Ok(())
    });
    VaultKey::from_seed(&seed.expect("a fixed secret"))
});

/// Only what the stream's key signed is a checkpoint, and a public key has one text.
pub fn checkpoint(data: &[u8]) {
    let genuine = Checkpoint::open(CHECKPOINT, &KEY).expect("the checkpoint of the fixture");
    for note in [data.to_vec(), edited(CHECKPOINT.as_bytes(), data)] {
        let Ok(note) = String::from_utf8(note) else { continue };
        let opened = Checkpoint::open(&note, &KEY);
        let expected = StreamVerifier::new("cli", &KEY).expect(&note);
        assert_eq!(opened.as_ref().err(), expected.as_ref().err(), "both readers say the same");
        if let Ok(opened) = opened {
            assert_eq!(opened, genuine, "an edited checkpoint was taken");
            let text = |note: &str| note.rsplit_once("\n\n").map(|(text, _)| text.to_owned());
            assert_eq!(text(&note), text(CHECKPOINT));
        }
    }
    let list = Streams::verify(STREAMS, &VAULT).expect("the list of the fixture");
    for text in [data.to_vec(), edited(STREAMS.as_bytes(), data)] {
        let Ok(text) = String::from_utf8(text) else { continue };
        match Streams::verify(&text, &VAULT) {
            Ok(read) => assert_eq!(read, list, "an edited list was taken"),
            Err(error) => assert_eq!(error, Error::AuditDamaged),
        }
    }
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = text.parse::<VaultKey>() {
        assert_eq!(key.to_string(), text);
    }
}
