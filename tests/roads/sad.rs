//! Security codes, track data and PINs go nowhere.

use panveil::card::id::{FieldName, RecordId, TenantId};
use panveil::card::{Pan, SecurityCode};
use panveil::error::Error;
use panveil::protect::Context;

use panveil::reveal::request::RevealRequest;

use super::lab::{CARDS, Lab, ORIGIN, ask, caller, contains, files, now, person, reveal, sealed, token};

/// Names under which people keep what may not be kept.
const NAMES: [&str; 14] = [
    "cvv",
    "CVV2",
    "cvc",
    "cvc2",
    "cid2",
    "cav2",
    "pin",
    "PIN block",
    "pin_block",
    "securityCode",
    "track1",
    "Track 2 data",
    "magstripe",
    "card_cid",
];

const TRACK_1: &[u8] = b"%B4111111111111111^YAMADA/TARO^30121010000000000000000000000000000?";
const TRACK_2: &[u8] = b";4111111111111111=30121010000012345678?";
/// As chip and terminal messages carry it, without sentinels.
const TRACK_2_EQUIVALENT: &[u8] = b";4111111111111111D30121010000012345678?";

#[test]
fn ac_03_no_sealer_and_no_context_for_a_field_of_such_a_name() {
    let lab = Lab::dev();
    let vault = lab.open();
    for name in NAMES {
        let field = FieldName::new(name).unwrap();
        assert_eq!(vault.sealer(caller(), field.clone()).map(|_| ()), Err(Error::SadRefused), "{name}");
        let tenant = TenantId::new("shop").unwrap();
        let context = Context::new(tenant, field, RecordId::new("C1").unwrap());
        assert_eq!(context.map(|_| ()), Err(Error::SadRefused), "{name}");
    }
    // A Japanese name is no field name at all, so it cannot be taken for one.
    for name in ["セキュリティコード", "暗証番号"] {
        assert_eq!(FieldName::new(name).map(|_| ()), Err(Error::IdFormat));
    }
    for name in ["name", "shipping", "pinata", "company", "expiry", "pan"] {
        assert!(vault.sealer(caller(), FieldName::new(name).unwrap()).is_ok(), "{name}");
    }
}

#[test]
fn ac_03_track_data_is_neither_sealed_nor_a_card_number() {
    let lab = Lab::dev();
    let vault = lab.open();
    let sealer = vault.sealer(caller(), FieldName::new("note").unwrap()).unwrap();
    let record = RecordId::new("C1").unwrap();
    for track in [TRACK_1, TRACK_2, TRACK_2_EQUIVALENT] {
        let inside = [b"swiped: ".as_slice(), track, b" at till 3"].concat();
        assert_eq!(sealer.seal(track, &record).map(|_| ()), Err(Error::SadRefused));
        assert_eq!(sealer.seal(&inside, &record).map(|_| ()), Err(Error::SadRefused));
        assert!(Pan::parse(track).is_err());
    }
    assert!(sealer.seal(b"left at the door; 12=30, 14=45", &record).is_ok());
}

#[test]
fn ac_03_after_a_run_no_track_and_no_code_is_anywhere() {
    // What follows the expiry date on the stripe: long enough to stand nowhere by chance.
    let (code, stripe) = ("7391", "30121010048273910062");
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = person(&gate, "alice", now());
    let sealer = vault.sealer(caller(), FieldName::new("note").unwrap()).unwrap();
    let record = RecordId::new("C1").unwrap();
    let mut told = String::new();
    for digits in CARDS {
        let track = format!(";{digits}={stripe}?");
        let (handle, _) = (token(&vault, digits), sealed(&vault, digits, "C1"));
        for text in [track.as_str(), code] {
            for error in [
                Pan::parse(text.as_bytes()).err(),
                vault.sealer(caller(), FieldName::new("cvv").unwrap()).err(),
                sealer.seal(track.as_bytes(), &record).err(),
                reveal(&gate, &alice, RevealRequest::new(text, None)).err(),
                reveal(&gate, &alice, ask(&handle).case(&track)).err(),
                reveal(&gate, &alice, ask(&handle).field(&track)).err(),
                reveal(&gate, &alice, RevealRequest::new(&handle, Some(&track))).err(),
                gate.session(text, ORIGIN).err(),
                gate.session(text, &track).err(),
            ] {
                let error = error.expect("refused");
                told += &format!("{error} {error:?} ");
            }
        }
        let held = SecurityCode::parse(code.as_bytes()).unwrap();
        told += &format!("{held:?}");
        held.pass_on(|digits| assert_eq!(digits, code.as_bytes()));
    }
    drop((gate, sealer));
    vault.close().unwrap();
    assert!(!told.contains(code) && !told.contains(&stripe[..5]));
    for (path, bytes) in files(&lab.dir()) {
        assert!(!contains(&bytes, stripe.as_bytes()), "{}", path.display());
    }
}
