//! Batches: every record as the single call would do it, bad ones refused alone, nothing of them left in the output.

use std::sync::Arc;

use panveil::Error;
use panveil::card::id::{Application, FieldName, RecordId, TenantId};
use panveil::card::{Masked, Pan, Shown, luhn};
use panveil::clock::{Clock, Now, Timestamp};
use panveil::crypto::secret::Secret;
use panveil::keys::keyring::{Environment, Keyring};
use panveil::protect::batch::{
    BatchReport, FINGERPRINT_RECORD, MASK_RECORD, PAN_RECORD, SEALED_RECORD, TOKEN_RECORD, mask_all,
    pan_record, status,
};
use panveil::protect::{Fingerprinter, Layout, LayoutChoice, Sealed, Sealer, Tokenizer};
use panveil::store::{AuthenticatedStore, MemoryStore};

const START: Timestamp = Timestamp::from_seconds(1_795_334_400);

struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        Now { wall: START, since_boot_ms: 0, boot: [1; 16] }
    }
}

fn keyring() -> Keyring {
    Keyring::generate(Environment::Dev, START).unwrap()
}

fn tenant() -> TenantId {
    TenantId::new("shop").unwrap()
}

fn tokenizer(keyring: &Keyring) -> Tokenizer {
    Tokenizer::from_keyring(keyring, tenant(), Application::new("test").unwrap(), START).unwrap()
}

/// `count` card numbers of 13 to 19 digits, mixed.
fn cards(count: u64) -> Vec<Vec<u8>> {
    let card = |number: u64| {
        let length = 13 + usize::try_from(number * 5 % 7).unwrap();
        let mut digits =
            format!("{}{:018}", 1 + number % 9, number.wrapping_mul(0x9e37_79b9) % 10u64.pow(18))
                .into_bytes()[..length - 1]
                .to_vec();
        digits.push(b'0' + luhn::check_digit(&digits));
        digits
    };
    (0..count).map(card).collect()
}

fn records(cards: &[Vec<u8>]) -> Vec<[u8; PAN_RECORD]> {
    cards.iter().map(|card| pan_record(card).unwrap()).collect()
}

/// Records that are no card numbers, with what is wrong.
fn bad_records() -> Vec<([u8; PAN_RECORD], Error)> {
    let good = pan_record(b"4111111111111111").unwrap();
    let changed = |at: usize, byte: u8| {
        let mut record = good;
        record[at] = byte;
        record
    };
    let mut twelve = [0; PAN_RECORD];
    twelve[..12].copy_from_slice(b"501800000009");
    twelve[19] = 12;
    vec![
        ([0; PAN_RECORD], Error::PanLength),
        ([0xff; PAN_RECORD], Error::PanLength),
        (twelve, Error::PanLength),
        (changed(15, b'2'), Error::PanLuhn),
        (changed(0, b'a'), Error::PanDigit),
        (changed(3, 0x3a), Error::PanDigit),
        (changed(3, 0x2f), Error::PanDigit),
        (changed(3, 0xb1), Error::PanDigit),
        (changed(3, 1), Error::PanDigit),
        (changed(15, 0), Error::PanDigit),
        (changed(16, b'1'), Error::PanLength), // more than its length says
        (changed(18, 1), Error::PanLength),
        (changed(19, 15), Error::PanLength),
        (changed(19, 17), Error::PanDigit),
        (changed(19, 20), Error::PanLength),
        (changed(19, 0), Error::PanLength),
    ]
}

fn refused<const N: usize>(error: Error) -> [u8; N] {
    let mut record = [0; N];
    record[N - 2..].copy_from_slice(&u16::try_from(error.number()).unwrap().to_be_bytes());
    record
}

#[test]
fn tokens_of_a_batch_are_those_of_single_calls() {
    let keyring = keyring();
    let tokenizer = tokenizer(&keyring);
    let auto = [LayoutChoice::Auto];
    for layout in auto.into_iter().chain(Layout::ALL.map(LayoutChoice::Fixed)) {
        for count in [0, 1, 2, 7, 8, 9, 23, 24, 25, 63, 64, 65, 130, 1_500, 5_000] {
            let cards = cards(count);
            let mut out = vec![[0xaa; TOKEN_RECORD]; cards.len()];
            let report = tokenizer.tokenize_all(&records(&cards), layout, &mut out).unwrap();
            let mut counted = BatchReport::default();
            for (card, record) in cards.iter().zip(&out) {
                match tokenizer.tokenize(&Pan::parse(card).unwrap(), layout) {
                    Ok(token) => {
                        counted.done += 1;
                        assert_eq!(status(record), 0);
                        assert_eq!(&record[..card.len()], token.as_str().as_bytes());
                        assert!(record[card.len()..19].iter().all(|byte| *byte == 0));
                        assert_eq!(usize::from(record[19]), card.len());
                        assert_eq!(Some(Layout::ALL[usize::from(record[20])]), token.format().layout());
                        assert_eq!(record[21], 0);
                    }
                    Err(error) => {
                        counted.refused += 1;
                        assert_eq!(*record, refused(error));
                    }
                }
            }
            assert_eq!(report, counted, "{layout} {count}");
        }
    }
}

#[test]
fn bad_records_are_refused_alone_and_leave_nothing() {
    let keyring = keyring();
    let tokenizer = tokenizer(&keyring);
    let fingerprinter =
        Fingerprinter::from_keyring(&keyring, tenant(), Application::new("test").unwrap(), START).unwrap();
    let sealer = sealer(&keyring, "pan");
    let good = pan_record(b"4111111111111111").unwrap();
    for (bad, error) in bad_records() {
        let pans = [good, bad, good];
        let mut tokens = [[0xaa; TOKEN_RECORD]; 3];
        let report = tokenizer.tokenize_all(&pans, LayoutChoice::Auto, &mut tokens).unwrap();
        assert_eq!((report.done, report.refused, status(&tokens[2])), (2, 1, 0), "{error:?}");
        assert_eq!(tokens[1], refused(error));
        let mut masks = [[0xaa; MASK_RECORD]; 3];
        mask_all(&pans, Shown::LAST4, &mut masks).unwrap();
        assert_eq!(masks[1], refused(error));
        let mut prints = [[0xaa; FINGERPRINT_RECORD]; 3];
        fingerprinter.fingerprint_all(&pans, &mut prints).unwrap();
        assert_eq!(prints[1], refused(error));
        let mut sealed = [[0xaa; SEALED_RECORD]; 3];
        let report = sealer.seal_all(&pans, b"\x01a\x01b\x01c", &mut sealed).unwrap();
        assert_eq!((report.done, report.refused), (2, 1));
        assert_eq!(sealed[1], refused(error));
    }
}

#[test]
fn masks_and_fingerprints_are_those_of_single_calls() {
    let keyring = keyring();
    let fingerprinter =
        Fingerprinter::from_keyring(&keyring, tenant(), Application::new("test").unwrap(), START).unwrap();
    let cards = cards(1_000);
    let mut prints = vec![[0; FINGERPRINT_RECORD]; cards.len()];
    let report = fingerprinter.fingerprint_all(&records(&cards), &mut prints).unwrap();
    assert_eq!(report, BatchReport { done: cards.len(), refused: 0 });
    for shown in [Shown::LAST4, Shown::BIN6_LAST4, Shown::BIN8_LAST4] {
        let mut masks = vec![[0; MASK_RECORD]; cards.len()];
        mask_all(&records(&cards), shown, &mut masks).unwrap();
        for ((card, mask), print) in cards.iter().zip(&masks).zip(&prints) {
            let pan = Pan::parse(card).unwrap();
            match Masked::of(&pan, shown) {
                Ok(masked) => {
                    assert_eq!(&mask[..card.len()], masked.as_str().as_bytes());
                    assert_eq!((usize::from(mask[19]), status(mask)), (card.len(), 0));
                }
                Err(error) => assert_eq!(*mask, refused(error)),
            }
            let single = fingerprinter.fingerprint(&pan).unwrap();
            assert_eq!(&print[..32], single.as_bytes());
            assert_eq!(print[32..36], single.version().to_be_bytes());
            assert_eq!(print[36..], [0; 4]);
        }
    }
}

fn sealer(keyring: &Keyring, field: &str) -> Sealer {
    let store = AuthenticatedStore::create(MemoryStore::new(), &Secret::random().unwrap()).unwrap();
    Sealer::from_keyring(keyring, tenant(), FieldName::new(field).unwrap(), Arc::new(store), Arc::new(Still))
        .unwrap()
}

fn packed(ids: &[&str]) -> Vec<u8> {
    ids.iter().flat_map(|id| [&[u8::try_from(id.len()).unwrap()], id.as_bytes()].concat()).collect()
}

#[test]
fn sealed_batches_are_records_of_their_own_nonces_and_bad_ids_are_refused_alone() {
    let keyring = keyring();
    let sealer = sealer(&keyring, "pan");
    let cards = cards(1_000);
    let mut ids: Vec<String> = (0..cards.len()).map(|number| format!("C{number}")).collect();
    ids[10] = " space".into();
    ids[11] = "ref 4111 1111 1111 1111".into();
    ids[12] = "caf\u{e9}".into();
    ids[13] = "x".repeat(255);
    let texts: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut out = vec![[0xaa; SEALED_RECORD]; cards.len()];
    let report = sealer.seal_all(&records(&cards), &packed(&texts), &mut out).unwrap();
    assert_eq!((report.done, report.refused), (cards.len() - 3, 3));
    assert_eq!(out[10], refused(Error::IdFormat));
    assert_eq!(out[11], refused(Error::HoldsPan));
    assert_eq!(out[12], refused(Error::IdFormat));
    let mut nonces = std::collections::HashSet::new();
    for record in out.iter().filter(|record| status(*record) == 0) {
        let sealed = Sealed::from_bytes(&record[..84]).unwrap();
        assert!(sealed.key_id().unwrap().ct_eq(sealer.key_id()));
        assert!(nonces.insert(record[36..48].to_vec()));
        assert_eq!(record[84..86], [0, 0]);
    }
    assert_eq!(nonces.len(), cards.len() - 3);
    // A batch counts as many messages as single calls would.
    let single = sealer.seal_pan(&Pan::parse(&cards[0]).unwrap(), &RecordId::new("C0").unwrap()).unwrap();
    assert_eq!(single.as_bytes().len(), 84);
}

#[test]
fn what_does_not_fit_together_is_refused_as_a_whole() {
    let keyring = keyring();
    let good = pan_record(b"4111111111111111").unwrap();
    let mut tokens = [[0xaa; TOKEN_RECORD]; 2];
    assert_eq!(
        tokenizer(&keyring).tokenize_all(&[good], LayoutChoice::Auto, &mut tokens),
        Err(Error::Argument)
    );
    assert_eq!(tokens, [[0xaa; TOKEN_RECORD]; 2]);
    let mut sealed = [[0xaa; SEALED_RECORD]; 1];
    let all = sealer(&keyring, "pan");
    for ids in [&b""[..], b"\x01", b"\x02a", b"\x01a\x01b", b"\x01a\x01", b"\x01ab"] {
        assert_eq!(all.seal_all(&[good], ids, &mut sealed), Err(Error::Argument), "{ids:?}");
    }
    assert_eq!(sealer(&keyring, "name").seal_all(&[good], b"\x01a", &mut sealed), Err(Error::Argument));
    assert_eq!(sealed, [[0xaa; SEALED_RECORD]; 1]);
}

#[test]
fn a_pan_record_holds_13_to_19_digits() {
    assert_eq!(pan_record(b"501800000009").err(), Some(Error::PanLength));
    assert_eq!(pan_record(b"41111111111111111111").err(), Some(Error::PanLength));
    assert_eq!(pan_record(b"4111 1111 1111 1111").err(), Some(Error::PanDigit));
    assert_eq!(pan_record(&[b'4'; 300]).err(), Some(Error::PanLength));
    let record = pan_record(b"6304000000000000000").unwrap();
    assert_eq!((&record[..19], record[19]), (&b"6304000000000000000"[..], 19));
}

/// Chunks of 8,192, the last one short, with records of every kind of refusal among them.
#[cfg(feature = "parallel")]
#[test]
fn a_batch_on_all_cores_is_the_same_batch() {
    use panveil::protect::batch::mask_all_parallel;

    let keyring = keyring();
    let tokenizer = tokenizer(&keyring);
    let fingerprinter =
        Fingerprinter::from_keyring(&keyring, tenant(), Application::new("test").unwrap(), START).unwrap();
    let bad = bad_records();
    let mut all = records(&cards(2 * 8_192 + 77));
    for (record, (bad, _)) in all.iter_mut().step_by(611).zip(bad.iter().cycle()) {
        *record = *bad;
    }
    for count in [0, 1, 8_191, 8_192, 8_193, all.len()] {
        let pans = &all[..count];
        let (mut serial, mut parallel) = (vec![[1; TOKEN_RECORD]; count], vec![[2; TOKEN_RECORD]; count]);
        let report = tokenizer.tokenize_all(pans, LayoutChoice::Auto, &mut serial).unwrap();
        assert_eq!(tokenizer.tokenize_all_parallel(pans, LayoutChoice::Auto, &mut parallel), Ok(report));
        assert_eq!(report.done + report.refused, count);
        assert!(serial == parallel);

        let (mut serial, mut parallel) = (vec![[1; MASK_RECORD]; count], vec![[2; MASK_RECORD]; count]);
        let report = mask_all(pans, Shown::BIN6_LAST4, &mut serial).unwrap();
        assert_eq!(mask_all_parallel(pans, Shown::BIN6_LAST4, &mut parallel), Ok(report));
        assert!(serial == parallel);

        let (mut serial, mut parallel) =
            (vec![[1; FINGERPRINT_RECORD]; count], vec![[2; FINGERPRINT_RECORD]; count]);
        let report = fingerprinter.fingerprint_all(pans, &mut serial).unwrap();
        assert_eq!(fingerprinter.fingerprint_all_parallel(pans, &mut parallel), Ok(report));
        assert!(serial == parallel);
    }
    let mut short = vec![[3; TOKEN_RECORD]; 8_192];
    let refused = tokenizer.tokenize_all_parallel(&all, LayoutChoice::Auto, &mut short);
    assert_eq!(refused, Err(Error::Argument));
    assert_eq!(short, vec![[3; TOKEN_RECORD]; 8_192]);
}
