//! Sealed records: nonces, counters, and records that were moved.

use std::collections::HashSet;

use panveil::card::id::{FieldName, RecordId};
use panveil::error::Error;
use panveil::protect::Sealed;
use panveil::reveal::request::RevealRequest;

use super::lab::{
    CARDS, Lab, ORIGIN, ask_for, caller, child, dir_variable, given_dir, now, pan, reveal, service,
};

#[test]
fn ac_23_nonces_do_not_repeat() {
    let draws = std::env::var("PANVEIL_NONCES").map_or(1_000_000, |draws| draws.parse().unwrap());
    let lab = Lab::dev();
    let vault = lab.open();
    let sealer = vault.sealer(caller(), FieldName::new("pan").unwrap()).unwrap();
    let (record, card) = (RecordId::new("C1").unwrap(), pan(CARDS[0]));
    let mut seen = HashSet::with_capacity(draws);
    for _ in 0..draws {
        let sealed = sealer.seal_pan(&card, &record).unwrap();
        let nonce: [u8; 12] = sealed.as_bytes()[36..48].try_into().unwrap();
        assert!(seen.insert(nonce), "a nonce came twice");
    }
    assert_eq!(seen.len(), draws);
}

#[test]
fn ac_23_two_processes_do_not_share_nonces() {
    let lab = Lab::dev();
    let mut seen = HashSet::new();
    for _ in 0..2 {
        let output = child("records::child_seals", &[dir_variable(&lab.dir())]).wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let nonces: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("nonce ")).collect();
        assert_eq!(nonces.len(), 1000);
        assert!(nonces.into_iter().all(|nonce| seen.insert(nonce.to_owned())));
    }
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_seals() {
    let vault = panveil::vault::Vault::open(
        &given_dir(),
        super::lab::unlock(),
        panveil::vault::OpenOptions::application("app-1").unwrap(),
    )
    .unwrap();
    let sealer = vault.sealer(caller(), FieldName::new("pan").unwrap()).unwrap();
    println!();
    for _ in 0..1000 {
        let sealed = sealer.seal_pan(&pan(CARDS[0]), &RecordId::new("C1").unwrap()).unwrap();
        println!("nonce {:02x?}", &sealed.as_bytes()[36..48]);
    }
    drop(sealer);
    vault.close().unwrap();
}

#[test]
fn ac_24_values_of_a_vault_cannot_change_places() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let session = service(&gate, "checkout", "payments", now());
    let mut rows = Vec::new();
    for number in 0..60_u32 {
        let record = format!("C{number}");
        let id = RecordId::new(&record).unwrap();
        let text = if number % 3 == 0 {
            let sealer = vault.sealer(caller(), FieldName::new("name").unwrap()).unwrap();
            (sealer.seal(format!("name {number}").as_bytes(), &id).unwrap().to_text(), "name")
        } else {
            (super::lab::sealed(&vault, &super::lab::card(number), &record), "pan")
        };
        rows.push((text.0, text.1, record));
    }
    let ask = |text: &str, field: &str, record: &str| {
        let request =
            RevealRequest::new(text, Some(record)).purpose("authorization").case("O-1").origin(ORIGIN);
        reveal(&gate, &session, request.field(field))
    };
    for (at, (text, field, record)) in rows.iter().enumerate() {
        assert!(ask(text, field, record).is_ok(), "{at}");
        for other in [(at + 1) % rows.len(), (at + 3) % rows.len()] {
            let (_, other_field, other_record) = &rows[other];
            let refusal = ask(text, other_field, other_record).unwrap_err();
            let expected = if field == other_field { Error::NotAuthentic } else { Error::UnknownKey };
            assert_eq!(refusal, expected, "{at} in the place of {other}");
        }
    }
}

#[test]
fn ac_26_changed_records_are_refused_before_and_after_the_key_is_known() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let session = service(&gate, "checkout", "payments", now());
    let text = super::lab::sealed(&vault, CARDS[0], "C1");
    let bytes = Sealed::from_text(&text).unwrap().as_bytes().to_vec();
    assert_eq!(bytes.len(), 84);
    for (byte, expected) in [
        (0, Error::NotAHandle),
        (2, Error::SealedVersion),
        (3, Error::SealedSuite),
        (4, Error::UnknownKey),
        (35, Error::UnknownKey),
        (36, Error::NotAuthentic),
        (50, Error::NotAuthentic),
        (83, Error::NotAuthentic),
    ] {
        let mut changed = bytes.clone();
        changed[byte] ^= 2;
        use base64ct::Encoding;
        let changed = base64ct::Base64UrlUnpadded::encode_string(&changed);
        let request =
            RevealRequest::new(&changed, Some("C1")).purpose("authorization").case("O-1").origin(ORIGIN);
        assert_eq!(reveal(&gate, &session, request).unwrap_err(), expected, "byte {byte}");
    }
}

#[test]
fn a_record_id_that_is_a_card_number_seals_nothing() {
    // The gate refuses to hear of such a record, so what was sealed for it would be lost.
    let lab = Lab::dev();
    let vault = lab.open();
    let sealer = vault.sealer(caller(), FieldName::new("pan").unwrap()).unwrap();
    let other = vault.sealer(caller(), FieldName::new("name").unwrap()).unwrap();
    for id in [CARDS[0], "4111 1111 1111 1111", "order 4111-1111-1111-1111"] {
        let record = RecordId::new(id).unwrap();
        assert_eq!(sealer.seal_pan(&pan(CARDS[0]), &record).map(|_| ()), Err(Error::HoldsPan));
        assert_eq!(other.seal(b"Taro", &record).map(|_| ()), Err(Error::HoldsPan));
    }
    assert!(sealer.seal_pan(&pan(CARDS[0]), &RecordId::new("C4111").unwrap()).is_ok());
}

#[test]
fn a_token_of_another_vault_is_no_handle_here() {
    let (here, there) = (Lab::dev(), Lab::dev());
    let (vault, other) = (here.open(), there.open());
    let gate = vault.gate().unwrap();
    let session = service(&gate, "checkout", "payments", now());
    let text = super::lab::sealed(&other, CARDS[0], "C1");
    let request = RevealRequest::new(&text, Some("C1")).purpose("authorization").case("O-1").origin(ORIGIN);
    assert_eq!(reveal(&gate, &session, request).unwrap_err(), Error::UnknownKey);
    let mut same = 0;
    for number in 0..100 {
        let digits = super::lab::card(number);
        let request = ask_for(&super::lab::token(&other, &digits), "authorization");
        same += usize::from(reveal(&gate, &session, request).as_deref() == Ok(&*digits));
    }
    assert_eq!(same, 0);
}
