//! The audit log, as a verifier reads it: bytes, public keys, nothing else.

use std::sync::LazyLock;

use panveil::audit::{StreamReport, StreamVerifier, VerifierKey};

use crate::edits::edited;

/// A genuine log of the stream `cli`: its records, its last checkpoint, and the stream's public key.
pub const LOG: &[u8] = include_bytes!("../fixtures/cli.jsonl");
/// See [`LOG`].
pub const CHECKPOINT: &str = include_str!("../fixtures/cli.checkpoint");
/// The stream's public key.
pub static KEY: LazyLock<VerifierKey> =
    LazyLock::new(|| include_str!("../fixtures/cli.vkey").trim().parse().expect("a public key"));

/// A verifier that holds the log to its checkpoint, and one that does not. Made once: a signature is checked.
static VERIFIERS: LazyLock<[StreamVerifier; 2]> = LazyLock::new(|| {
    let free = StreamVerifier::new("cli", &KEY);
    let mut held = free.clone();
    held.expect(CHECKPOINT).expect("the checkpoint of the fixture");
    [free, held]
});

/// No bytes make the verifier panic, and a log that satisfies a checkpoint is, as far as that counts, the genuine one.
///
/// The first byte says what the rest is: a log, edits of the genuine one, or which of its records stand where; and
/// whether the log is held to a checkpoint.
pub fn audit(data: &[u8]) {
    let Some((mode, data)) = data.split_first() else { return };
    let log = match mode >> 1 & 3 {
        0 => data.to_vec(),
        1 | 2 => edited(LOG, data),
        _ => {
            let lines: Vec<&[u8]> =
                LOG.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
            let moved: Vec<&[u8]> = data.iter().map(|byte| lines[usize::from(*byte) % lines.len()]).collect();
            moved.join(&b'\n')
        }
    };
    verify(&log, mode & 1 == 1);
}

fn verify(log: &[u8], against_checkpoint: bool) {
    let mut verifier = VERIFIERS[usize::from(against_checkpoint)].clone();
    let lines: Vec<&[u8]> = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let mut taken = 0;
    for (at, line) in lines.iter().enumerate() {
        match verifier.record(line, lines.get(at + 1).copied()) {
            Ok(()) => taken = at + 1,
            Err(finding) => {
                assert_eq!(finding.stream, "cli");
                let (first, last) = (finding.at.expect("a place"), finding.until.expect("a place"));
                assert!(first <= last && last <= at as u64, "a finding lies in what was read");
                assert!(!finding.to_string().is_empty());
                break;
            }
        }
    }
    let (StreamReport { records, covered, .. }, finding) = verifier.finish();
    assert_eq!(records, taken as u64);
    assert!(covered <= records);
    // What a signature covers is what was written.
    let genuine: Vec<&[u8]> = LOG.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let covered = usize::try_from(covered).expect("a small log");
    assert_eq!(lines[..covered], genuine[..covered], "a signature covers what was not written");
    if against_checkpoint && taken == lines.len() {
        assert_eq!(finding.is_none(), taken >= genuine.len(), "a cut log is noticed");
    }
}
