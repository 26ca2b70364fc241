//! What is left in the memory of a process after it protected and revealed a card: looked for in all of it.
#![cfg(all(feature = "vault", target_os = "linux"))]

use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt;

use panveil::card::id::{Application, FieldName, RecordId};
use panveil::card::{Masked, Pan};
use panveil::keys::keyring::Environment;
use panveil::protect::{LayoutChoice, RandomOptions, RandomShape, RequestId, Sameness};
use panveil::reveal::request::RevealRequest;
use panveil::vault::{CreateOptions, OpenOptions, TestIdentity, Unlock, Vault, create};
use zeroize::Zeroize;

/// The card number, hidden so that this program does not hold it itself.
const HIDDEN: [u8; 16] = hide(*b"4539578763621486");
const MASK: u8 = 0xa5;

const fn hide(mut digits: [u8; 16]) -> [u8; 16] {
    let mut at = 0;
    while at < digits.len() {
        digits[at] ^= MASK;
        at += 1;
    }
    digits
}

/// Protects and reveals the card `rounds` times, by token and by sealed record.
fn work(rounds: usize) {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("vault");
    let unlock = || Unlock::passphrase("a passphrase of tests");
    create(&dir, unlock(), &CreateOptions { environment: Environment::Dev, configuration: None }).unwrap();
    let vault = Vault::open(&dir, unlock(), OpenOptions::command().unwrap()).unwrap();
    let caller = || Application::new("test").unwrap();
    let tokenizer = vault.tokenizer(caller()).unwrap();
    let random = vault.random_tokenizer(caller()).unwrap();
    let per_card = RandomOptions { sameness: Sameness::PerCard, ..RandomOptions::default() };
    let opaque = RandomOptions { shape: RandomShape::Opaque, ..RandomOptions::default() };
    let sealer = vault.sealer(caller(), FieldName::new("pan").unwrap()).unwrap();
    let record = RecordId::new("C1").unwrap();
    let identity =
        TestIdentity { subject: "alice".into(), roles: vec!["chargeback".into()], mfa: true, auth_age_s: 0 };
    let gate = vault.gate().unwrap();
    let session = gate.session(&vault.test_identity(&identity).unwrap(), "10.0.0.5").unwrap();
    for _ in 0..rounds {
        let mut text = [0u8; 16];
        for (digit, hidden) in text.iter_mut().zip(black_box(&HIDDEN)) {
            *digit = hidden ^ black_box(MASK);
        }
        let pan = Pan::parse(&text).unwrap();
        let handle = tokenizer.tokenize(&pan, LayoutChoice::Auto).unwrap().to_string();
        let drawn = random.tokenize(&pan, &per_card).unwrap().to_string();
        let request = RequestId::random().unwrap();
        let first = random.tokenize_once(&request, &pan, &opaque).unwrap();
        assert_eq!(random.tokenize_once(&request, &pan, &opaque).unwrap(), first);
        let first = first.to_string();
        let sealed = sealer.seal_pan(&pan, &record).unwrap().to_text();
        assert_eq!(Masked::last4(&pan).as_str(), "************1486");
        // Each where it lies: a moved array would leave its digits behind, and the fault would be the test's.
        text.zeroize();
        drop(pan);
        let handles = [(&handle, None), (&drawn, None), (&first, None), (&sealed, Some("C1"))];
        for (handle, record) in handles {
            let request = RevealRequest::new(handle, record);
            let request = request.purpose("chargeback").case("CB-1").origin("10.0.0.5");
            let revealed = gate.reveal(&session, request).unwrap();
            assert!(revealed.expose().iter().zip(&HIDDEN).all(|(digit, hidden)| *digit ^ MASK == *hidden));
        }
    }
    drop(gate);
    vault.close().unwrap();
}

/// The names of the writable regions in which the card number stands, as text or as sixteen values.
fn found() -> Vec<String> {
    let memory = File::open("/proc/self/mem").unwrap();
    let mut places = Vec::new();
    let mut chunk = vec![0u8; 1 << 20];
    for line in fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (mut at, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        while at < end {
            let length = usize::try_from(end - at).unwrap().min(chunk.len());
            let Ok(read) = memory.read_at(&mut chunk[..length], at) else { break };
            let part = &chunk[..read];
            for window in part.windows(HIDDEN.len()) {
                let all = |offset: u8| {
                    window
                        .iter()
                        .zip(&HIDDEN)
                        .all(|(byte, hidden)| byte.wrapping_add(offset) ^ MASK == *hidden)
                };
                if all(0) || all(b'0') {
                    places.push(line.to_owned());
                }
            }
            if read < length || length < chunk.len() {
                break;
            }
            // The next part begins early enough to hold what lies across the border.
            at += u64::try_from(read - HIDDEN.len()).unwrap();
        }
    }
    chunk.fill(0);
    black_box(&chunk);
    places
}

#[test]
fn ac_04_no_card_number_is_left_in_memory() {
    // The search itself works: what is there is found.
    let there: Vec<u8> = HIDDEN.iter().map(|hidden| hidden ^ black_box(MASK)).collect();
    assert!(!found().is_empty());
    let mut there = black_box(there);
    there.fill(0);
    black_box(&there);
    assert_eq!(found(), Vec::<String>::new());
    work(5);
    assert_eq!(found(), Vec::<String>::new());
}
