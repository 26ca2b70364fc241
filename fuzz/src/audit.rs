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

/// No bytes make the verifier panic, and a log that satisfies a checkpoint is, as far as that counts, the genuine one.
pub fn audit(data: &[u8]) {
    verify(data, false);
    verify(data, true);
    let log = edited(LOG, data);
    verify(&log, false);
    verify(&log, true);
    // Whole records, kept, dropped, and moved: each byte names one.
    let lines: Vec<&[u8]> = LOG.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let moved: Vec<&[u8]> = data.iter().map(|byte| lines[usize::from(*byte) % lines.len()]).collect();
    verify(&moved.join(&b'\n'), true);
}

fn verify(log: &[u8], against_checkpoint: bool) {
    let mut verifier = StreamVerifier::new("cli", &KEY);
    if against_checkpoint {
        verifier.expect(CHECKPOINT).expect("the checkpoint of the fixture");
    }
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
