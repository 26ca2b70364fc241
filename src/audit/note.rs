//! Signed notes (C2SP signed-note v1.0.0): text, an empty line, and signature lines, of which unknown ones are
//! ignored, so that witnesses can add theirs.

use base64ct::{Base64, Encoding};

use super::key::{Signer, VerifierKey, check_key_name};
use crate::error::{Error, Result};

/// Signs `text`, which must end with a newline and hold no empty line: the whole note.
pub(crate) fn sign(text: &str, signer: &Signer) -> String {
    let verifier = signer.verifier();
    let mut tagged = verifier.id().to_vec();
    tagged.extend_from_slice(&signer.sign(text));
    format!("{text}\n\u{2014} {} {}\n", verifier.name(), Base64::encode_string(&tagged))
}

/// The text of a note that `key` signed.
///
/// # Errors
/// [`Error::AuditDamaged`] if the note is malformed or does not carry a valid signature of `key`.
pub(crate) fn open<'a>(note: &'a str, key: &VerifierKey) -> Result<&'a str> {
    let (text, signatures) = parse(note).ok_or(Error::AuditDamaged)?;
    let mut ours = signatures.iter().filter(|line| line.name == key.name() && line.id == key.id()).peekable();
    let signed = ours.peek().is_some()
        && ours.all(|line| {
            // signed-note: one invalid signature of a known key spoils the note.
            <&[u8; 64]>::try_from(line.signature.as_slice()).is_ok_and(|s| key.verifies(text, s))
        });
    if signed { Ok(text) } else { Err(Error::AuditDamaged) }
}

struct SignatureLine<'a> {
    name: &'a str,
    id: [u8; 4],
    signature: Vec<u8>,
}

fn parse(note: &str) -> Option<(&str, Vec<SignatureLine<'_>>)> {
    if note.len() > MAX_NOTE || note.chars().any(|c| c != '\n' && c.is_control()) {
        return None;
    }
    // The signatures begin after the last empty line; the text keeps its final newline.
    let (text, lines) = note.split_at_checked(note.rfind("\n\n")?.checked_add(1)?)?;
    let lines = lines.strip_prefix('\n')?.strip_suffix('\n')?;
    let signatures = lines.split('\n').map(parse_line).collect::<Option<Vec<_>>>()?;
    (signatures.len() <= MAX_SIGNATURES).then_some((text, signatures))
}

fn parse_line(line: &str) -> Option<SignatureLine<'_>> {
    let (name, base64) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    check_key_name(name).ok()?;
    let bytes = Base64::decode_vec(base64).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    (!signature.is_empty()).then(|| SignatureLine { name, id: *id, signature: signature.to_vec() })
}

/// Far more than a checkpoint with all its witnesses, or a list of 500 streams, needs.
const MAX_NOTE: usize = 1 << 16;
const MAX_SIGNATURES: usize = 64;

#[cfg(test)]
mod tests {
    use super::{open, sign};
    use crate::audit::key::{Signer, VerifierKey, tests::seed};
    use crate::error::Error;

    #[test]
    fn the_example_of_the_signed_note_specification_opens() {
        let key: VerifierKey =
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
        let note = format!(
            "{text}\n\u{2014} PeterNeumann \
             x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        assert_eq!(open(&note, &key).unwrap(), text);
    }

    #[test]
    fn other_signatures_are_ignored_and_ours_must_hold() {
        let (ours, other) = (Signer::new("ours", seed(1)), Signer::new("witness", seed(2)));
        let note = sign("text\n", &ours);
        let cosigned = format!("{note}{}", sign("text\n", &other).trim_start_matches("text\n\n"));
        assert_eq!(open(&cosigned, &ours.verifier()).unwrap(), "text\n");
        assert_eq!(open(&cosigned, &other.verifier()).unwrap(), "text\n");
        let forged = sign("text\n", &Signer::new("ours", seed(3)));
        let bad = [
            forged,
            note.replace("text", "texu"),
            note.replace("\n\n", "\n"),
            note.trim_end().to_owned(),
            format!("{note}\n"),
            format!("{note}x\n"),
            note.replace('\u{2014}', "-"),
            note.replace("text", "te\txt"),
            String::new(),
            "\n\n".to_owned(),
            cosigned.repeat(64),
        ];
        for note in bad {
            assert_eq!(open(&note, &ours.verifier()), Err(Error::AuditDamaged), "{note}");
        }
    }
}
