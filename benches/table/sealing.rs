//! Sealing and opening, beside the bare ciphers of other libraries on as many bytes.

use std::hint::black_box;

use aes_gcm_siv::aead::{AeadInOut, KeyInit};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use panveil::card::Pan;
use panveil::card::id::RecordId;
use panveil::crypto::aead::CommittingAead;
use panveil::crypto::secret::Secret;
use panveil_benches::kit::Kit;
use panveil_benches::provider::Failure;
use panveil_benches::turns::Turns;

/// The bytes of a card number that are encrypted, the nonce, and associated data as long as a record's.
const BODY: [u8; 20] = [3; 20];
const NONCE: [u8; 12] = [1; 12];
const ASSOCIATED: [u8; 57] = [2; 57];
const BARE: &str = "aes-gcm-siv";
const BARE_OPEN: &str = "aes-gcm-siv, new key and open";

pub(crate) fn add(turns: &mut Turns) -> Result<(), Failure> {
    bare(turns)?;
    let (kit, record) = (Kit::new()?, RecordId::new("C00000017")?);
    let pan = Pan::parse(b"4111111111111111")?;
    let one = move || drop(black_box(kit.sealer.seal_pan(black_box(&pan), &record).expect("it seals")));
    turns.add("seal a card number", 1, one).peer(BARE);
    // As the gate does it: cipher key and id derived anew from the field's secret.
    let secret = Secret::random()?;
    let mut sealed = BODY;
    let tag = CommittingAead::new(&secret)?.encrypt(&NONCE, &ASSOCIATED, &mut sealed)?;
    let one = move || {
        let aead = CommittingAead::new(black_box(&secret)).expect("a key");
        aead.decrypt(&NONCE, &ASSOCIATED, black_box(&mut sealed.clone()), &tag).expect("the genuine record");
    };
    turns.add("open: key, id and decryption", 1, one).peer(BARE_OPEN);
    Ok(())
}

fn bare(turns: &mut Turns) -> Result<(), Failure> {
    let cipher = Aes256GcmSiv::new(&[1; 32].into());
    let mut body = BODY;
    turns.add(BARE, 1, move || {
        let encrypted =
            cipher.encrypt_inout_detached(&Nonce::from(NONCE), &ASSOCIATED, black_box(&mut body[..]).into());
        assert!(black_box(encrypted).is_ok());
    });
    let cipher = Aes256GcmSiv::new(&[1; 32].into());
    let mut sealed = BODY;
    let tag = cipher
        .encrypt_inout_detached(&Nonce::from(NONCE), &ASSOCIATED, (&mut sealed[..]).into())
        .map_err(|_| "it is short")?;
    turns.add(BARE_OPEN, 1, move || {
        let cipher = Aes256GcmSiv::new(black_box(&[1; 32]).into());
        let mut body = sealed;
        let opened = cipher.decrypt_inout_detached(
            &Nonce::from(NONCE),
            &ASSOCIATED,
            black_box(&mut body[..]).into(),
            &tag,
        );
        assert!(opened.is_ok());
    });
    {
        use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
        let key = UnboundKey::new(&AES_256_GCM, &[1; 32]).map_err(|_| "a key of 32 bytes")?;
        let (key, mut body) = (LessSafeKey::new(key), BODY);
        turns.add("ring AES-256-GCM", 1, move || {
            let nonce = Nonce::assume_unique_for_key(NONCE);
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(ASSOCIATED), black_box(&mut body));
            assert!(black_box(tag).is_ok());
        });
    }
    #[cfg(feature = "aws-lc")]
    {
        use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
        let key = UnboundKey::new(&AES_256_GCM_SIV, &[1; 32])?;
        let (key, mut body) = (LessSafeKey::new(key), BODY);
        turns.add("aws-lc-rs AES-256-GCM-SIV", 1, move || {
            let nonce = Nonce::assume_unique_for_key(NONCE);
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(ASSOCIATED), black_box(&mut body));
            assert!(black_box(tag).is_ok());
        });
    }
    Ok(())
}
