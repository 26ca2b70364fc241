//! Sealed records against the acceptance criteria, with the keys at hand.

use std::collections::HashSet;
use std::sync::Arc;

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes_gcm_siv::aead::AeadInOut;
use aes_gcm_siv::{Aes256GcmSiv, Nonce, Tag};

use super::batch::{PAN_RECORD, SEALED_RECORD, pan_record, status};
use super::context::Context;
use super::opener::{Opened, Opener};
use super::seal_key::{OpenedPan, SealKey};
use super::sealed::{self, Sealed};
use super::sealer::Sealer;
use crate::card::id::{FieldName, RecordId, TenantId};
use crate::card::{Pan, PanRules, luhn};
use crate::clock::{Clock, Now, Timestamp};
use crate::crypto::aead::NONCE_LENGTH;
use crate::crypto::kdf::{self, Label};
use crate::crypto::secret::Secret;
use crate::error::Error;
use crate::keys::keyring::{Environment, Keyring};
use crate::keys::purpose::KeyPurpose;
use crate::keys::root::RootKey;
use crate::store::{AuthenticatedStore, CounterLease, MemoryStore};

const START: Timestamp = Timestamp::from_seconds(1_795_334_400);

fn tenant(text: &str) -> TenantId {
    TenantId::new(text).unwrap()
}

fn field(text: &str) -> FieldName {
    FieldName::new(text).unwrap()
}

fn context(of: &str, name: &str, record: &str) -> Context {
    Context::new(tenant(of), field(name), RecordId::new(record).unwrap()).unwrap()
}

fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::generate(Environment::Dev, START).unwrap())
}

/// Opens sealed records; its store holds no random tokens.
fn opener_of(ring: Arc<Keyring>, of: &str) -> Opener {
    let store = AuthenticatedStore::create(MemoryStore::new(), &Secret::random().unwrap()).unwrap();
    Opener::new(ring, tenant(of), Arc::new(store)).unwrap()
}

fn key(ring: &Keyring, of: &str, name: &str) -> SealKey {
    let root = ring.current(KeyPurpose::Seal, START).unwrap();
    SealKey::derive(root, &tenant(of), &field(name)).unwrap()
}

fn nonce() -> [u8; NONCE_LENGTH] {
    let mut bytes = [0; NONCE_LENGTH];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

fn card(number: u32) -> Pan {
    let text = format!("400000{number:010}");
    PanRules::new().allow_wrong_check_digit().parse(text.as_bytes()).unwrap()
}

#[test]
fn ac_28_sealed_records_of_version_1_open_for_ever() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../../vectors/sealed_v1.json")).unwrap();
    let byte = u8::try_from(file["root_byte"].as_u64().unwrap()).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let version = u32::try_from(vector["version"].as_u64().unwrap()).unwrap();
        let root = RootKey::generate(KeyPurpose::Seal, version, START).unwrap().with_bytes([byte; 32]);
        let key = SealKey::derive(&root, &tenant(text("tenant")), &field(text("field"))).unwrap();
        assert_eq!(hex(key.id().as_bytes()), text("key_id"));
        let context = context(text("tenant"), text("field"), text("record"));
        let record = Sealed::from_text(text("sealed")).unwrap();
        let nonce: [u8; NONCE_LENGTH] = record.as_bytes()[36..48].try_into().unwrap();
        assert_eq!(hex(&nonce), text("nonce"));
        let value = text("value");
        let again = if text("field") == "pan" {
            let pan = PanRules::new().parse(value.as_bytes()).unwrap();
            let OpenedPan::Pan(opened) = key.open_pan(&record, &context).unwrap() else { panic!("a canary") };
            assert!(opened.ct_eq(&pan));
            key.seal_pan(&nonce, context.record(), &pan)
        } else {
            assert_eq!(key.open(&record, &context).unwrap().expose(), value.as_bytes());
            key.seal(&nonce, context.record(), value.as_bytes())
        };
        assert_eq!(
            again.unwrap().to_text(),
            text("sealed"),
            "sealing is a function of key, nonce and context"
        );
    }
    assert_eq!(vectors.len(), 27);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn ac_24_any_two_of_ten_thousand_values_cannot_be_swapped() {
    const VALUES: u32 = 10_000;
    let ring = keyring();
    let places = [("a", "pan"), ("a", "card"), ("b", "pan"), ("b", "card")];
    let keys = places.map(|(of, name)| key(&ring, of, name));
    let rows: Vec<(usize, Context, Sealed)> = (0..VALUES)
        .map(|number| {
            let place = number as usize % places.len();
            let (of, name) = places[place];
            let context = context(of, name, &format!("C{}", number / 4));
            let sealed = keys[place].seal_pan(&nonce(), context.record(), &card(number)).unwrap();
            (place, context, sealed)
        })
        .collect();
    let mut refused = 0;
    for (at, (place, own, record)) in rows.iter().enumerate() {
        assert!(keys[*place].open_pan(record, own).is_ok());
        // The neighbours (same record, other field or tenant), the next record, and one far away.
        for step in [1, 2, 3, 4, 4999, 7919] {
            let (other_place, other, _) = &rows[(at + step) % rows.len()];
            let outcome = keys[*other_place].open_pan(record, other).err();
            let expected = if place == other_place { Error::NotAuthentic } else { Error::UnknownKey };
            assert_eq!(outcome, Some(expected), "{at} in the place of {}", at + step);
            // And with the key that made it, whoever would take the wrong one.
            assert!(keys[*place].open_pan(record, other).is_err());
            refused += 1;
        }
    }
    assert_eq!(refused, 6 * VALUES);
}

#[test]
fn ac_26_every_flipped_bit_of_a_thousand_records_is_refused_in_one_way() {
    let ring = keyring();
    let opener = opener_of(Arc::clone(&ring), "a");
    let key = key(&ring, "a", "pan");
    let mut texts = HashSet::new();
    for number in 0..1000 {
        let context = context("a", "pan", &format!("C{number}"));
        let record = key.seal_pan(&nonce(), context.record(), &card(number)).unwrap();
        assert_eq!(record.as_bytes().len(), 84);
        let mut bytes = record.as_bytes().to_vec();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            let outcome = Sealed::from_bytes(&bytes);
            let error = match bit / 8 {
                // Up to the key id the header is public, and each fault has an error of its own.
                0..=3 => outcome.err(),
                4..=35 => opener.open_sealed(&outcome.unwrap(), &context, START).err(),
                _ => key.open_pan(&outcome.unwrap(), &context).err(),
            };
            let expected = match bit / 8 {
                0 | 1 => Some(Error::NotSealed),
                2 if bytes[2] == 0 => Some(Error::NotSealed),
                2 => Some(Error::SealedVersion),
                3 if bytes[3] == 0 => Some(Error::NotSealed),
                3 => Some(Error::SealedSuite),
                4..=35 => Some(Error::UnknownKey),
                _ => Some(Error::NotAuthentic),
            };
            assert_eq!(error, expected, "record {number}, bit {bit}");
            if bit / 8 >= 36 {
                texts.extend(error.map(|error| format!("{error} {error:?}")));
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        // Cut and extended.
        for length in [36, 64, 65, 83] {
            let outcome =
                Sealed::from_bytes(&bytes[..length]).and_then(|record| key.open_pan(&record, &context));
            let expected = if length <= 64 { Error::NotSealed } else { Error::NotAuthentic };
            assert_eq!(outcome.err(), Some(expected), "{length} bytes");
        }
        bytes.push(0);
        let longer = Sealed::from_bytes(&bytes).unwrap();
        assert_eq!(key.open_pan(&longer, &context).err(), Some(Error::NotAuthentic));
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[test]
fn what_is_authentic_and_no_card_number_is_not_authentic_either() {
    let ring = keyring();
    let key = key(&ring, "a", "pan");
    let context = context("a", "pan", "C1");
    let rows: [&[u8]; 6] = [
        b"\x004111111111111111\0\0\0x",
        b"\x024111111111111111\0\0\0",
        b"\x004111111111111111\0\0",
        b"\x00411111111111111a\0\0\0",
        b"\x0012345\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"4111111111111111\0\0\0\0",
    ];
    for plain in rows {
        let record = key.seal(&nonce(), context.record(), plain).unwrap();
        assert_eq!(key.open_pan(&record, &context).err(), Some(Error::NotAuthentic));
    }
    let canary = key.seal(&nonce(), context.record(), &[b"\x01".as_slice(), &[0; 19]].concat()).unwrap();
    assert!(matches!(key.open_pan(&canary, &context), Ok(OpenedPan::Canary)));
}

#[test]
fn ac_10_seal_keys_of_versions_tenants_and_fields_differ() {
    let mut ring = Keyring::generate(Environment::Dev, START).unwrap();
    ring.rotate(KeyPurpose::Seal, START).unwrap();
    let mut ids = HashSet::new();
    for root in ring.versions(KeyPurpose::Seal) {
        for of in ["a", "b", "ab"] {
            for name in ["pan", "name", "c", "bc"] {
                ids.insert(*SealKey::derive(root, &tenant(of), &field(name)).unwrap().id());
            }
        }
    }
    assert_eq!(ids.len(), 2 * 3 * 4);
}

#[test]
fn ac_25_the_record_of_an_old_key_opens_and_that_of_no_key_does_not() {
    let mut ring = Keyring::generate(Environment::Dev, START).unwrap();
    let context = context("a", "pan", "C1");
    let old = key(&ring, "a", "pan").seal_pan(&nonce(), context.record(), &card(1)).unwrap();
    ring.rotate(KeyPurpose::Seal, START).unwrap();
    let new = key(&ring, "a", "pan").seal_pan(&nonce(), context.record(), &card(2)).unwrap();
    let opener = opener_of(Arc::new(ring), "a");
    for record in [&old, &new] {
        assert!(matches!(opener.open_sealed(record, &context, START), Ok(Opened::Pan(_))));
    }
    // Each under the name of the other.
    let relabel = |record: &Sealed, name: &Sealed| {
        Sealed::from_bytes(&[&name.as_bytes()[..36], &record.as_bytes()[36..]].concat()).unwrap()
    };
    for (record, name) in [(&old, &new), (&new, &old)] {
        let outcome = opener.open_sealed(&relabel(record, name), &context, START).err();
        assert_eq!(outcome, Some(Error::NotAuthentic));
    }
    let stranger = opener_of(keyring(), "a");
    assert_eq!(stranger.open_sealed(&old, &context, START).err(), Some(Error::UnknownKey));
    // Past its recipient period the key opens nothing.
    let late = START.plus_days(5 * 365);
    assert_eq!(opener.open_sealed(&old, &context, late).err(), Some(Error::KeyPeriod));
}

// ---------------------------------------------------------------- counters

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Now {
        Now { wall: START, since_boot_ms: 0, boot: [0; 16] }
    }
}

#[test]
fn ac_27_at_the_limit_sealing_refuses_also_after_a_restart() {
    let ring = keyring();
    let store = Arc::new(AuthenticatedStore::create(MemoryStore::new(), &Secret::random().unwrap()).unwrap());
    let sealer = || {
        let key = key(&ring, "a", "pan");
        let counter = CounterLease::new(Arc::clone(&store), *key.id().as_bytes(), 100_000).unwrap();
        Sealer::new(tenant("a"), field("pan"), key, counter, Arc::new(Fixed))
    };
    let (pan, record) = (card(1), RecordId::new("C1").unwrap());
    // Three processes; the first two are killed before they used up what they leased.
    let mut sealed = 0;
    for count in [10, 20, usize::MAX] {
        let sealer = sealer();
        let outcome = (0..count).find_map(|_| match sealer.seal_pan(&pan, &record) {
            Ok(_) => {
                sealed += 1;
                None
            }
            Err(error) => Some(error),
        });
        let expected = (count == usize::MAX).then_some(Error::SealLimit);
        assert_eq!(outcome, expected);
    }
    assert!((30..=100_000).contains(&sealed), "{sealed}");
    assert_eq!(sealer().seal_pan(&pan, &record).err(), Some(Error::SealLimit));
    let id = *key(&ring, "a", "pan").id().as_bytes();
    assert_eq!(CounterLease::counted(&store, &id), Ok(100_000));
}

#[test]
fn ac_27_a_batch_ends_where_the_limit_is_and_every_record_of_it_opens() {
    const LIMIT: usize = 1500;
    let ring = keyring();
    let store = Arc::new(AuthenticatedStore::create(MemoryStore::new(), &Secret::random().unwrap()).unwrap());
    let id = *key(&ring, "a", "pan").id().as_bytes();
    let sealer = || {
        let counter = CounterLease::new(Arc::clone(&store), id, LIMIT as u64).unwrap();
        Sealer::new(tenant("a"), field("pan"), key(&ring, "a", "pan"), counter, Arc::new(Fixed))
    };
    // Every third record is no card number: it costs the key no message number, before the limit and behind it.
    let good = |number: u32| {
        let payload = format!("400000{number:09}");
        let digit = luhn::check_digit(payload.as_bytes());
        Pan::parse(format!("{payload}{digit}").as_bytes()).unwrap()
    };
    let cards: Vec<Pan> = (0..3000).map(good).collect();
    let record = |(place, card): (usize, &Pan)| {
        if place % 3 == 0 { [0; PAN_RECORD] } else { pan_record(card.expose()).unwrap() }
    };
    let pans: Vec<_> = cards.iter().enumerate().map(record).collect();
    let ids: Vec<u8> = (0..3000).flat_map(|place| packed_id(&format!("C{place}"))).collect();
    let mut out = vec![[0xaa; SEALED_RECORD]; pans.len()];
    let sealing = sealer();
    let report = sealing.seal_all(&pans, &ids, &mut out).unwrap();
    assert_eq!((report.done, report.refused), (LIMIT, 1500));
    assert_eq!(sealing.count().load(core::sync::atomic::Ordering::Relaxed), LIMIT as u64);
    let opener = opener_of(Arc::clone(&ring), "a");
    // The card after the last number; before it stands one of zeros.
    let end = 2251;
    let mut nonces = HashSet::new();
    for (place, record) in out.iter().enumerate() {
        let expected = match place {
            place if place >= end => Error::SealLimit.number(),
            place if place % 3 == 0 => Error::PanLength.number(),
            _ => 0,
        };
        assert_eq!(status(record), expected, "{place}");
        if expected != 0 {
            assert!(record[..86].iter().all(|byte| *byte == 0), "{place}");
            continue;
        }
        assert!(nonces.insert(record[36..48].to_vec()));
        let context = context("a", "pan", &format!("C{place}"));
        let sealed = Sealed::from_bytes(&record[..84]).unwrap();
        let Ok(Opened::Pan(pan)) = opener.open_sealed(&sealed, &context, START) else { panic!("{place}") };
        assert!(pan.ct_eq(&cards[place]));
    }
    assert_eq!(CounterLease::counted(&store, &id), Ok(LIMIT as u64));
    // The next process seals nothing, and its batch says why at every record.
    assert_eq!(sealer().seal_all(&pans, &ids, &mut out).unwrap().done, 0);
}

#[test]
fn a_batch_of_one_is_the_record_of_a_single_call() {
    let ring = keyring();
    let (own, record, nonce) = (key(&ring, "a", "pan"), RecordId::new("C1").unwrap(), nonce());
    for number in 0..50 {
        let single = own.seal_pan(&nonce, &record, &card(number)).unwrap();
        let mut place = [0xaa; 84];
        let mut associated = own.associated();
        for other in ["a much longer id than the next", "C1"] {
            associated.of(other.as_bytes());
        }
        own.seal_digits(&nonce, associated.of(b"C1"), card(number).expose(), &mut place).unwrap();
        assert_eq!(single.as_bytes(), place);
    }
}

fn packed_id(id: &str) -> Vec<u8> {
    [&[u8::try_from(id.len()).unwrap()], id.as_bytes()].concat()
}

// ---------------------------------------------------------------- key commitment

#[test]
fn ac_25_a_record_crafted_to_open_under_two_keys_is_refused() {
    let ring = keyring();
    let root = ring.current(KeyPurpose::Seal, START).unwrap();
    // Two keys that an attacker knows: two tenants' of one vault.
    let (own, other) = (key(&ring, "a", "name"), key(&ring, "b", "name"));
    let context_of = |of: &str| context(of, "name", "C1");
    let header = sealed::header(own.id());
    let start = sealed::associated_start(&header, &tenant("a"), &field("name"));
    let associated = sealed::AssociatedData::new(&start).of(context_of("a").record().as_bytes()).to_vec();
    let [cipher, other_cipher] = ["a", "b"].map(|of| cipher_key(root, of, "name"));
    let nonce = nonce();
    let (body, tag) = craft([&cipher, &other_cipher], &nonce, &associated);

    // The cipher alone takes it under both keys, for two different texts.
    let plain = [&cipher, &other_cipher].map(|key| {
        let bare = Aes256GcmSiv::new_from_slice(key).unwrap();
        let mut body = body;
        bare.decrypt_inout_detached(
            &Nonce::from(nonce),
            &associated,
            (&mut body[..]).into(),
            &Tag::from(tag),
        )
        .expect("AES-GCM-SIV does not commit to its key");
        body
    });
    assert_ne!(plain[0], plain[1]);

    // A record names one key, and no other opens it.
    let record = Sealed::from_bytes(&[&header[..], &nonce, &body, &tag].concat()).unwrap();
    assert_eq!(own.open(&record, &context_of("a")).unwrap().expose(), plain[0]);
    assert_eq!(other.open(&record, &context_of("b")).err(), Some(Error::UnknownKey));
    let opener = opener_of(Arc::clone(&ring), "a");
    assert_eq!(opener.open_sealed(&record, &context_of("b"), START).err(), Some(Error::UnknownKey));
    // Under the other name it is another message.
    let relabelled = [&sealed::header(other.id())[..], &nonce, &body, &tag].concat();
    let relabelled = Sealed::from_bytes(&relabelled).unwrap();
    assert_eq!(other.open(&relabelled, &context_of("b")).err(), Some(Error::NotAuthentic));
    assert_eq!(other.open(&relabelled, &context_of("a")).err(), Some(Error::UnknownKey));
}

fn cipher_key(root: &RootKey, of: &str, name: &str) -> [u8; 32] {
    let label = Label::new("panveil/v1/seal").number(root.facts().version);
    let label = label.text(of.as_bytes()).text(name.as_bytes());
    let secret = kdf::derive(root.secret_whatever_its_state(), &label).unwrap();
    *kdf::expand(&secret, b"panveil/v1/seal/key").unwrap().expose()
}

/// Two blocks and a tag that AES-256-GCM-SIV accepts under both keys (RFC 8452, section 4, run backwards): a tag
/// fixes both key streams and both values of POLYVAL, which are linear in the two blocks.
fn craft(keys: [&[u8; 32]; 2], nonce: &[u8; 12], associated: &[u8]) -> ([u8; 32], [u8; 16]) {
    let derived = keys.map(|key| Derived::of(key, nonce));
    let (tag, targets) = (0_u64..)
        .find_map(|number| {
            let mut tag = [0x55; 16];
            tag[..8].copy_from_slice(&number.to_le_bytes());
            // The tag is the encryption of a block whose top bit is clear: true of every fourth tag.
            let blocks = [derived[0].block_behind(&tag)?, derived[1].block_behind(&tag)?];
            Some((tag, blocks))
        })
        .unwrap();
    let mut sums = [0; 2];
    let mut factors = [[0; 2]; 2];
    for (side, key) in derived.iter().enumerate() {
        let stream = key.stream(&tag);
        let mut padded = [0; 16];
        padded[..12].copy_from_slice(nonce);
        let lengths = u128::from(associated.len() as u64 * 8) | (256_u128 << 64);
        // POLYVAL is a sum: what the known blocks give, and each unknown block times a power of the key.
        let mut known: Vec<u128> = associated.chunks(16).map(padded_block).collect();
        known.extend([stream[0], stream[1], lengths]);
        let target = targets[side] ^ u128::from_le_bytes(padded);
        sums[side] = polyval(key.authentication, &known) ^ target;
        let square = dot(key.authentication, key.authentication);
        factors[side] = [dot(square, key.authentication), square];
    }
    // Cramer's rule, in the group whose product is `dot`.
    let [[a, b], [c, d]] = factors;
    let scale = inverse(dot(a, d) ^ dot(b, c));
    let first = dot(scale, dot(d, sums[0]) ^ dot(b, sums[1]));
    let second = dot(scale, dot(a, sums[1]) ^ dot(c, sums[0]));
    let mut body = [0; 32];
    body[..16].copy_from_slice(&first.to_le_bytes());
    body[16..].copy_from_slice(&second.to_le_bytes());
    (body, tag)
}

fn padded_block(bytes: &[u8]) -> u128 {
    let mut block = [0; 16];
    block[..bytes.len()].copy_from_slice(bytes);
    u128::from_le_bytes(block)
}

/// The two keys that one key and nonce give (RFC 8452, section 4).
struct Derived {
    authentication: u128,
    cipher: aes::Aes256,
}

impl Derived {
    fn of(key: &[u8; 32], nonce: &[u8; 12]) -> Self {
        let cipher = aes::Aes256::new_from_slice(key).unwrap();
        let part = |number: u32| -> [u8; 8] {
            let mut block = [0; 16];
            block[..4].copy_from_slice(&number.to_le_bytes());
            block[4..].copy_from_slice(nonce);
            let mut block = block.into();
            cipher.encrypt_block(&mut block);
            block[..8].try_into().unwrap()
        };
        let authentication = u128::from_le_bytes([part(0), part(1)].concat().try_into().unwrap());
        let key = [part(2), part(3), part(4), part(5)].concat();
        Self { authentication, cipher: aes::Aes256::new_from_slice(&key).unwrap() }
    }

    /// The block whose encryption is the tag, if it can be one: its top bit is clear.
    fn block_behind(&self, tag: &[u8; 16]) -> Option<u128> {
        let mut block = (*tag).into();
        self.cipher.decrypt_block(&mut block);
        let block = u128::from_le_bytes(block.into());
        (block >> 127 == 0).then_some(block)
    }

    /// The key stream of two blocks under a tag.
    fn stream(&self, tag: &[u8; 16]) -> [u128; 2] {
        let mut counter = *tag;
        counter[15] |= 0x80;
        let start = u32::from_le_bytes(counter[..4].try_into().unwrap());
        [0, 1].map(|number| {
            counter[..4].copy_from_slice(&start.wrapping_add(number).to_le_bytes());
            let mut block = counter.into();
            self.cipher.encrypt_block(&mut block);
            u128::from_le_bytes(block.into())
        })
    }
}

/// RFC 8452, section 3.
fn polyval(key: u128, blocks: &[u128]) -> u128 {
    blocks.iter().fold(0, |sum, block| dot(sum ^ block, key))
}

/// a * b * x^-128 in GF(2^128) of RFC 8452: x^128 + x^127 + x^126 + x^121 + 1.
fn dot(a: u128, b: u128) -> u128 {
    const LOW: u128 = (1 << 127) | (1 << 126) | (1 << 121) | 1;
    (0..128).fold(0, |sum, bit| {
        let sum = if a >> bit & 1 == 1 { sum ^ b } else { sum };
        // Divided by x: a sum with a constant term first has the polynomial added.
        if sum & 1 == 1 { ((sum ^ LOW) >> 1) | (1 << 127) } else { sum >> 1 }
    })
}

/// The element whose `dot` with `a` is the one of that product: a to the power 2^128 - 2.
fn inverse(a: u128) -> u128 {
    let (mut power, mut square) = (None, a);
    for _ in 1..128 {
        square = dot(square, square);
        power = Some(power.map_or(square, |power| dot(power, square)));
    }
    power.unwrap()
}
