//! Checkpoints (C2SP tlog-checkpoint v1.0.0): a signed statement of a stream's size and root.

use base64ct::{Base64, Encoding};

use super::key::{Signer, VerifierKey};
use super::note;
use super::tree::Hash;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// How new keyring, configuration and store were: each counts its changes and never goes back.
///
/// They stand in every record and checkpoint, so that an older file put back is noticed at the next opening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generations {
    /// Generation of the keyring file.
    pub keyring: u64,
    /// Generation of the configuration manifest.
    pub config: u64,
    /// Generation of the state store.
    pub store: u64,
}

impl Generations {
    /// The higher of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            keyring: self.keyring.max(other.keyring),
            config: self.config.max(other.config),
            store: self.store.max(other.store),
        }
    }
}

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Vault and stream, as in [`VaultKey::origin`](super::VaultKey::origin).
    pub origin: String,
    /// Number of records covered: those with sequence numbers below it.
    pub size: u64,
    /// Root of the tree over those records.
    pub root: Hash,
    /// Generations at that time.
    pub generations: Generations,
    /// When it was signed.
    pub time: Timestamp,
}

impl Checkpoint {
    /// The checkpoint in a note that `key` signed, other signatures aside.
    ///
    /// # Errors
    /// [`Error::AuditDamaged`] if the note is malformed, not signed by `key`, or of another origin.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self> {
        let checkpoint = Self::parse(note::open(note, key)?).ok_or(Error::AuditDamaged)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(Error::AuditDamaged) }
    }

    /// The signed note.
    pub(crate) fn sign(&self, signer: &Signer) -> String {
        note::sign(&self.text(), signer)
    }

    fn text(&self) -> String {
        let Self { origin, size, root, generations: Generations { keyring, config, store }, time } = self;
        let (root, time) = (Base64::encode_string(root), time.as_millis());
        format!(
            "{origin}\n{size}\n{root}\npanveil keyring={keyring} config={config} store={store} time={time}\n"
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let origin = lines.next()?.to_owned();
        let size = number(lines.next()?)?;
        let mut root = [0; 32];
        if Base64::decode(lines.next()?, &mut root).ok()?.len() != 32 {
            return None;
        }
        let mut words = lines.next()?.strip_prefix("panveil ")?.split(' ');
        let mut value = |name: &str| number(words.next()?.strip_prefix(name)?.strip_prefix('=')?);
        let generations =
            Generations { keyring: value("keyring")?, config: value("config")?, store: value("store")? };
        let time = Timestamp::from_millis(i64::try_from(value("time")?).ok()?);
        let parsed = Self { origin, size, root, generations, time };
        // Strict without a second grammar: what is read must write itself the same. Further extension lines of a
        // later version may follow.
        text.starts_with(&parsed.text()).then_some(parsed)
    }
}

/// The name of the origin line of a note, whoever signed it, to find out whose it is.
pub(crate) fn origin_of(note: &str) -> &str {
    note.split('\n').next().unwrap_or_default()
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Checkpoint, Generations};
    use crate::audit::key::{Signer, tests::seed};
    use crate::audit::note;
    use crate::clock::Timestamp;
    use proptest::prelude::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "panveil/0011223344556677/cli".to_owned(),
            size: 1042,
            root: [7; 32],
            generations: Generations { keyring: 3, config: 2, store: 17 },
            time: Timestamp::from_millis(1_795_334_400_123),
        }
    }

    #[test]
    fn the_text_is_as_documented() {
        assert_eq!(
            checkpoint().text(),
            "panveil/0011223344556677/cli\n1042\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\
             panveil keyring=3 config=2 store=17 time=1795334400123\n"
        );
    }

    #[test]
    fn malformed_texts_are_refused_though_signed() {
        let signer = Signer::new("panveil/0011223344556677/cli", seed(1));
        let good = checkpoint().text();
        assert!(Checkpoint::open(&note::sign(&good, &signer), &signer.verifier()).is_ok());
        let later = format!("{good}another extension\n");
        assert_eq!(Checkpoint::open(&note::sign(&later, &signer), &signer.verifier()).unwrap(), checkpoint());
        for (from, to) in [
            ("1042", "01042"),
            ("1042", "+1042"),
            ("1042", "-1"),
            ("1042", "18446744073709551616"),
            ("Bwc=", "Bwd="),
            ("BwcHBwcH", ""),
            ("keyring=3 ", ""),
            ("keyring=3", "keyring=03"),
            ("time=1795334400123", "time=1795334400123 x=1"),
            ("time=1795334400123", "time=18446744073709551615"),
            ("panveil keyring", "other keyring"),
            ("/cli", "/app"),
        ] {
            let text = good.replacen(from, to, 1);
            assert_ne!(text, good);
            assert!(Checkpoint::open(&note::sign(&text, &signer), &signer.verifier()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_checkpoint_goes_there_and_back_and_any_changed_byte_is_refused(
            size: u64, root: [u8; 32], keyring: u64, config: u64, store: u64, time in 0..i64::MAX,
            at in any::<prop::sample::Index>(), bit in 0..7_u8,
        ) {
            let signer = Signer::new("panveil/0/s", seed(1));
            let generations = Generations { keyring, config, store };
            let time = Timestamp::from_millis(time);
            let made = Checkpoint { origin: "panveil/0/s".to_owned(), size, root, generations, time };
            let note = made.sign(&signer);
            prop_assert_eq!(&Checkpoint::open(&note, &signer.verifier()).unwrap(), &made);
            let mut bytes = note.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(Checkpoint::open(&changed, &signer.verifier()).is_err());
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[ -~\n\u{2014}=+/]{0,300}") {
            let _ = Checkpoint::open(&text, &Signer::new("a", seed(1)).verifier());
            let _ = Checkpoint::parse(&text);
        }
    }
}
