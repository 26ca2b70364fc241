//! What is printed and what lies on disk: no card number, no identity token, no passphrase, no key.

use std::fmt::{Debug, Display};

use panveil::card::id::{FieldName, RecordId, TenantId};
use panveil::card::{Expiry, Pan, PanRules, SecurityCode};
use panveil::crypto::secret::SecretBytes;
use panveil::protect::{LayoutChoice, Sealed, Token};
use panveil::reveal::request::{Handle, RevealRequest};

use super::lab::{
    CARDS, Idp, Lab, ORIGIN, PASSPHRASE, ask, ask_sealed, caller, card, contains, files, now, reveal,
};
use super::lab::{sealed, token};

/// Repeatable numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit).unwrap()
    }
}

/// Everything that is told about an attempt.
fn told<T: Debug, E: Debug + Display>(outcome: Result<T, E>) -> String {
    match outcome {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{error} {error:?} {error:#?}"),
    }
}

/// Whether five digits in a row of `number` stand in `text`.
fn tells(text: &str, number: &str) -> bool {
    (0..number.len().saturating_sub(4)).any(|at| text.contains(&number[at..at + 5]))
}

/// A card number, made wrong or dressed up in one of many ways.
fn spoiled(numbers: &mut Numbers, digits: &str) -> String {
    let mut text: Vec<char> = digits.chars().collect();
    let at = numbers.below(text.len() as u64);
    match numbers.below(10) {
        0 => text[at] = char::from(b'0' + (text[at] as u8 - b'0' + 1) % 10),
        1 => text.insert(at, 'x'),
        2 => text.insert(at, '\0'),
        3 => text.extend("12345".chars()),
        4 => text.truncate(12.min(at + 5)),
        5 => text.insert(0, ' '),
        6 => return format!("f1.6-4:{digits}"),
        7 => return format!("UFYB{digits}"),
        8 => return format!("{}-{}", &digits[..at.max(1)], &digits[at.max(1)..]),
        _ => text[at] = '\u{ff15}',
    }
    text.into_iter().collect()
}

#[test]
fn ac_05_failures_tell_no_digit_of_the_card_number() {
    let rounds = std::env::var("PANVEIL_LEAK_ROUNDS").map_or(100_000, |rounds| rounds.parse().unwrap());
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = super::lab::person(&gate, "alice", now());
    let tokenizer = vault.tokenizer(caller()).unwrap();
    let sealer = vault.sealer(caller(), FieldName::new("pan").unwrap()).unwrap();
    let other = vault.sealer(caller(), FieldName::new("note").unwrap()).unwrap();
    let record = RecordId::new("C1").unwrap();
    let mut numbers = Numbers(5);
    let mut failures = 0;
    for round in 0..rounds {
        let digits = card(u32::try_from(numbers.below(1_000_000_000)).unwrap());
        let text = spoiled(&mut numbers, &digits);
        let outcome = match round % 12 {
            0 => told(Pan::parse(text.as_bytes())),
            1 => told(PanRules::new().parse_normalized(text.as_bytes())),
            2 => told(Handle::parse(&text, None)),
            3 => told(Handle::parse(&text, Some(&digits))),
            4 => told(text.parse::<Token>()),
            5 => told(Sealed::from_text(&text)),
            6 => told(text.parse::<LayoutChoice>()),
            7 => told(SecurityCode::parse(text.as_bytes())),
            8 => told(Expiry::parse(text.as_bytes())),
            9 => {
                let request = RevealRequest::new(&text, None).case(&digits).purpose(&digits).origin(&digits);
                format!("{request:?}") + &told(gate.decide(&alice, &request.tenant(&digits).field(&digits)))
            }
            10 => {
                let wrong = PanRules::new().allow_12_digits().allow_wrong_check_digit();
                match wrong.parse(text.as_bytes()) {
                    Ok(pan) => {
                        told(tokenizer.tokenize(&pan, LayoutChoice::Auto).map(|_| ()))
                            + &told(other.seal_pan(&pan, &record))
                            + &told(sealer.seal_pan(&pan, &record))
                            + &format!("{pan:?}")
                    }
                    Err(error) => told::<(), _>(Err(error)),
                }
            }
            _ => told(other.seal(format!(";{digits}={digits}?").as_bytes(), &record)),
        };
        failures += 1;
        assert!(!tells(&outcome, &digits), "round {round}: {}", round % 12);
    }
    assert_eq!(failures, rounds);
    // The search itself finds what it is for.
    assert!(tells("case 11111 here", CARDS[0]) && !tells("case 1111 here", CARDS[0]));
}

#[test]
fn ac_02_debug_of_what_is_secret_is_constant() {
    let lab = Lab::dev();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let alice = super::lab::person(&gate, "alice", now());
    let handle = token(&vault, CARDS[0]);
    let revealed = gate.reveal(&alice, ask(&handle)).unwrap();
    let rows = [
        (format!("{:?}", super::lab::pan(CARDS[0])), "Pan(..)"),
        (format!("{:?}", SecurityCode::parse(b"123").unwrap()), "SecurityCode(..)"),
        (format!("{:?}", SecretBytes::new(b"123".to_vec())), "SecretBytes(..)"),
        (format!("{:?}", panveil::crypto::secret::Secret::random().unwrap()), "Secret(..)"),
        (format!("{:?}", super::lab::unlock()), "Unlock(..)"),
        (format!("{revealed:?}"), "Revealed(..)"),
        (format!("{:?}", revealed.pan().unwrap()), "Pan(..)"),
    ];
    for (shown, expected) in rows {
        assert_eq!(shown, expected);
    }
    let everything = format!("{vault:?} {gate:?} {alice:?}");
    assert!(!tells(&everything, CARDS[0]) && !everything.contains(PASSPHRASE));
}

#[test]
fn ac_43_after_a_run_nothing_secret_lies_on_disk() {
    let lab = Lab::production();
    let vault = lab.open();
    let gate = vault.gate().unwrap();
    let idp = Idp::new();
    let jwts = [
        idp.person("alice", &["chargeback"], now()),
        idp.person("bob", &["nothing"], now()),
        Idp::stranger().person("eve", &["chargeback"], now()),
    ];
    let note = b"a very private delivery note";
    for (number, digits) in CARDS.iter().enumerate() {
        let record = format!("C{number}");
        let (handle, sealed) = (token(&vault, digits), sealed(&vault, digits, &record));
        let sealer = vault.sealer(caller(), FieldName::new("name").unwrap()).unwrap();
        let private = sealer.seal(note, &RecordId::new(&record).unwrap()).unwrap().to_text();
        vault.fingerprinter(caller()).unwrap().fingerprint(&super::lab::pan(digits)).unwrap();
        for jwt in &jwts {
            let Ok(session) = gate.session(jwt, ORIGIN) else { continue };
            let _ = reveal(&gate, &session, ask(&handle));
            let _ = reveal(&gate, &session, ask_sealed(&sealed, &record));
            let _ = reveal(&gate, &session, ask_sealed(&private, &record).field("name"));
            let _ = reveal(&gate, &session, ask(digits));
            let _ = reveal(&gate, &session, ask(&handle).case(&format!("CB-{digits}")));
            let _ = reveal(&gate, &session, ask_sealed(&sealed, digits));
            let _ = reveal(&gate, &session, ask(&handle).tenant(digits).field(digits).origin(digits));
        }
        let _ = gate.session(&jwts[0], digits);
        let _ = gate.session(digits, ORIGIN);
        let _ = gate.session(&idp.person(digits, &["chargeback"], now()), ORIGIN);
        let _ = gate.session(&idp.person("dora", &[digits], now()), ORIGIN);
    }
    // While it is open (journal and preallocated log) and after it was closed.
    let open = files(&lab.dir());
    drop(gate);
    vault.close().unwrap();
    let mut secrets: Vec<Vec<u8>> = CARDS.iter().map(|digits| digits.as_bytes().to_vec()).collect();
    secrets.extend(jwts.iter().map(|jwt| jwt.as_bytes().to_vec()));
    // The signature alone, and the claims alone, would be a token or a name too many.
    secrets.extend(jwts.iter().flat_map(|jwt| jwt.split('.').skip(1)).map(|part| part.as_bytes().to_vec()));
    secrets.push(PASSPHRASE.as_bytes().to_vec());
    secrets.push(note.to_vec());
    for (path, bytes) in open.into_iter().chain(files(&lab.dir())) {
        for (number, secret) in secrets.iter().enumerate() {
            assert!(!contains(&bytes, secret), "secret {number} in {}", path.display());
        }
    }
    let kinds = lab.records().iter().filter(|record| record.own("disclosed") == "full").count();
    assert!(kinds > 0, "the run disclosed something");
    lab.assert_verifies();
}

#[test]
fn tenants_share_no_token_and_fields_share_no_key() {
    // AC-10, across the vault.
    let lab = Lab::dev();
    let vault = lab.open();
    let key = |field: &str| {
        let sealer = vault.sealer(caller(), FieldName::new(field).unwrap()).unwrap();
        sealer.key_id().as_bytes().to_vec()
    };
    let ids: std::collections::HashSet<_> =
        ["pan", "name", "phone", "nam", "expiry"].map(key).into_iter().collect();
    assert_eq!(ids.len(), 5);
    assert_eq!(key("pan"), key("pan"));
    // The token of this tenant is no token of the card for another: it opens to another number, or to none.
    let gate = vault.gate().unwrap();
    let service = super::lab::service(&gate, "checkout", "payments", now());
    let mut same = 0;
    for number in 0..200 {
        let digits = card(number);
        let request = super::lab::ask_for(&token(&vault, &digits), "authorization");
        assert_eq!(reveal(&gate, &service, request.clone()).as_deref(), Ok(&*digits));
        let tenant = TenantId::new("other").unwrap();
        same +=
            usize::from(reveal(&gate, &service, request.tenant(tenant.as_str())).as_deref() == Ok(&*digits));
    }
    assert_eq!(same, 0);
}
