//! What the vaults of this suite leave on disk, as the project's own finder sees it: every [`Lab`](super::lab::Lab) is
//! looked through when its test ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding};
use panveil::card::id::{FieldName, RecordId};
use panveil::crypto::secret::{Secret, SecretBytes};
use panveil::keys::kek::{Kek, KekDescription, WrapContext};
use panveil::keys::keyring::WrappedKeyring;
use panveil::keys::passphrase::PassphraseKek;
use panveil::keys::purpose::KeyPurpose;
use panveil::scan::{Confidence, Finder, Hit};
use panveil::vault::{OpenOptions, rotate};

use super::lab::{CARDS, Lab, PASSPHRASE, ask, ask_sealed, caller, contains, files, now, person, reveal};
use super::lab::{sealed, token, unlock};

/// How an identity token begins: `{"alg":` in base64.
const BEARER: &[u8] = b"eyJhbGciOi";

/// Fails if card data, a passphrase or an identity token lies anywhere below `dir`.
pub(crate) fn assert_none(dir: &Path) {
    for (path, bytes) in files(dir) {
        let hits = numbers(&bytes);
        assert!(hits.is_empty(), "card data in {}: {hits:?}", path.display());
        assert!(!contains(&bytes, PASSPHRASE.as_bytes()), "a passphrase in {}", path.display());
        assert!(!contains(&bytes, BEARER), "an identity token in {}", path.display());
    }
}

/// All that it knows of: any confidence, hexadecimal dumps and base64.
fn finder() -> Finder {
    Finder::new().with_base64().at_least(Confidence::Low)
}

fn hits(dir: &Path) -> Vec<(PathBuf, Hit)> {
    let of = |(path, bytes): (PathBuf, Vec<u8>)| {
        numbers(&bytes).into_iter().map(move |hit| (path.clone(), hit)).collect::<Vec<_>>()
    };
    files(dir).into_iter().flat_map(of).collect()
}

fn numbers(bytes: &[u8]) -> Vec<Hit> {
    finder().find(bytes).into_iter().filter(|hit| !lies_in_an_id(bytes, hit)).collect()
}

/// Whether it is a part of a random id or digest of the keyring. About one in five thousand of them, in hexadecimal
/// digits, holds a brand's number by chance, which the finder reports with low confidence.
fn lies_in_an_id(bytes: &[u8], hit: &Hit) -> bool {
    let is_hex = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let start = usize::try_from(hit.offset).unwrap();
    let end = start + hit.length;
    let before = bytes[..start].iter().rev().take_while(is_hex).count();
    let after = bytes[end..].iter().take_while(is_hex).count();
    hit.confidence == Confidence::Low && matches!(before + hit.length + after, 32 | 64)
}

#[test]
fn a_number_in_an_id_is_chance_and_one_elsewhere_is_not() {
    let id = b"id = \"a4111111111111111bcdef0123456789\"";
    assert_eq!(finder().find(id).len(), 1);
    assert_eq!(numbers(id).len(), 0);
    for other in [
        &b"id = \"a4111111111111111bcdef012345678\""[..],
        b"id = \"a4111111111111111g0cdef0123456789\"",
        b"4111111111111111",
        b"card a4111111111111111b",
    ] {
        assert_eq!(numbers(other).len(), 1, "{}", String::from_utf8_lossy(other));
    }
}

#[test]
fn ac_43_the_search_finds_a_number_in_any_file_of_a_vault() {
    let lab = Lab::dev();
    token(&lab.open(), CARDS[0]);
    assert_eq!(hits(&lab.dir()), []);
    let names: Vec<PathBuf> = files(&lab.dir()).into_iter().map(|(path, _)| path).collect();
    assert!(names.len() >= 6, "{names:?}");
    for path in names {
        let kept = fs::read(&path).unwrap();
        let middle = kept.len() / 2;
        let planted = [&kept[..middle], b" card 4111 1111 1111 1111 ", &kept[middle..]].concat();
        fs::write(&path, planted).unwrap();
        let found = hits(&lab.dir());
        assert_eq!(found.len(), 1, "{}", path.display());
        assert_eq!(found[0].0, path);
        fs::write(&path, kept).unwrap();
    }
    assert_eq!(hits(&lab.dir()), []);
}

/// Opens as another does, and keeps what it gave out.
struct Listening {
    kek: PassphraseKek,
    roots: Mutex<Vec<[u8; 32]>>,
}

impl Kek for Listening {
    fn description(&self) -> KekDescription {
        self.kek.description()
    }

    fn wrap(&self, root: &Secret, context: &WrapContext<'_>) -> panveil::Result<Vec<u8>> {
        self.kek.wrap(root, context)
    }

    fn unwrap(&self, wrapped: &[u8], context: &WrapContext<'_>) -> panveil::Result<Secret> {
        let root = self.kek.unwrap(wrapped, context)?;
        self.roots.lock().unwrap().push(*root.expose());
        Ok(root)
    }
}

/// The root keys of a vault, as its passphrase opens them.
fn roots(dir: &Path) -> Vec<[u8; 32]> {
    let file = fs::read(dir.join("keyring.pvk")).unwrap();
    let wrapped = WrappedKeyring::parse(&file).unwrap();
    let passphrase = SecretBytes::new(PASSPHRASE.as_bytes().to_vec());
    let kek = PassphraseKek::open(&passphrase, wrapped.kek()).unwrap();
    let listening = Listening { kek, roots: Mutex::default() };
    wrapped.unwrap_with(&listening).unwrap();
    listening.roots.into_inner().unwrap()
}

/// The ways in which a key could have been written down.
fn writings(key: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    // Within a longer text in base64 a key would begin at another bit: what stands for its bytes from there on.
    let inside = |skipped: usize| Base64Unpadded::encode_string(&key[skipped..skipped + 27]).into_bytes();
    vec![
        key.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        Base64::encode_string(key).into_bytes(),
        Base64UrlUnpadded::encode_string(key).into_bytes(),
        inside(0),
        inside(1),
        inside(2),
        key.iter().rev().copied().collect(),
    ]
}

#[test]
fn ac_56_no_root_key_lies_on_disk_after_a_run() {
    let lab = Lab::production();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    for (number, digits) in CARDS.iter().enumerate() {
        let record = format!("C{number}");
        let (handle, text) = (token(&vault, digits), sealed(&vault, digits, &record));
        let names = vault.sealer(caller(), FieldName::new("name").unwrap()).unwrap();
        names.seal(b"YAMADA TARO", &RecordId::new(&record).unwrap()).unwrap();
        assert!(reveal(&gate, &alice, ask(&handle)).is_ok());
        assert!(reveal(&gate, &alice, ask_sealed(&text, &record)).is_ok());
    }
    let open = files(&lab.dir());
    drop(gate);
    vault.close().unwrap();
    let before = roots(&lab.dir());
    rotate(&lab.dir(), unlock(), KeyPurpose::Token, OpenOptions::command().unwrap()).unwrap();
    let after = roots(&lab.dir());
    assert!(before.len() >= 4 && after.len() == before.len() + 1);
    let places: Vec<_> = open.into_iter().chain(files(&lab.dir())).collect();
    for (number, key) in after.iter().enumerate() {
        for (way, writing) in writings(key).into_iter().enumerate() {
            for (path, bytes) in &places {
                assert!(
                    !contains(bytes, &writing),
                    "root key {number}, writing {way}, in {}",
                    path.display()
                );
            }
        }
    }
    // The search finds a key that was written down.
    let text = format!("config = \"{}\"", Base64::encode_string(&[b"key ", &after[0][..]].concat()));
    assert!(writings(&after[0]).iter().any(|writing| contains(text.as_bytes(), writing)));
}
