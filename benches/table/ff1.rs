//! FF1 alone: one at a time and in batches, every length, its peers, and the block cipher that limits all of them.

use std::hint::black_box;

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Aes256Enc};
use panveil::crypto::secret::Secret;
use panveil::hazmat::Ff1;
use panveil_benches::provider::Failure;
use panveil_benches::turns::Turns;

/// The digits that FF1 takes here.
pub(crate) const LENGTHS: core::ops::RangeInclusive<usize> = 6..=19;
/// Those that are decrypted as well, alone and in batches.
pub(crate) const BOTH_WAYS: [usize; 4] = [6, 12, 16, 19];
/// Strings of a batch.
pub(crate) const BATCH: usize = 4_096;
/// The limit of one at a time: ten rounds, of which each waits for the one before it.
pub(crate) const IN_A_ROW: &str = "ten AES in a row";
/// The limit of batches.
pub(crate) const SIDE_BY_SIDE: &str = "ten AES side by side";
/// As long as the digits that layout `6+4` keeps.
const TWEAK: &[u8] = b"4111111111";

/// The name of a row.
pub(crate) fn single(length: usize) -> String {
    format!("FF1, {length} digits")
}

/// The name of a row.
pub(crate) fn batch(length: usize) -> String {
    format!("FF1, {length} digits, batch")
}

/// The name of the row that undoes what `row` does.
pub(crate) fn decrypt(row: &str) -> String {
    format!("{row}, decrypt")
}

/// The name of a row.
pub(crate) fn fpe(length: usize) -> String {
    format!("fpe, {length} digits")
}

pub(crate) fn add(turns: &mut Turns) -> Result<(), Failure> {
    limits(turns)?;
    for length in LENGTHS {
        peers(turns, length)?;
        let made = || Ff1::new(&key()?).for_lengths(length, TWEAK.len());
        let (ff1, mut text) = (made()?, digits(length));
        let one = move || assert!(ff1.encrypt(TWEAK, black_box(&mut text)).is_ok());
        turns.add(single(length), 1, one).peer(fpe(length)).limit(IN_A_ROW);
        let (ff1, mut many, tweaks) = (made()?, digits(length).repeat(BATCH), TWEAK.repeat(BATCH));
        let all = move || assert!(ff1.encrypt_all(&tweaks, black_box(&mut many)).is_ok());
        turns.add(batch(length), BATCH, all).peer(fpe(length)).limit(SIDE_BY_SIDE);
    }
    for length in BOTH_WAYS {
        let made = || Ff1::new(&key()?).for_lengths(length, TWEAK.len());
        let (ff1, mut text) = (made()?, digits(length));
        let one = move || assert!(ff1.decrypt(TWEAK, black_box(&mut text)).is_ok());
        turns.add(decrypt(&single(length)), 1, one).peer(fpe(length)).limit(IN_A_ROW);
        let (ff1, mut many, tweaks) = (made()?, digits(length).repeat(BATCH), TWEAK.repeat(BATCH));
        let all = move || assert!(ff1.decrypt_all(&tweaks, black_box(&mut many)).is_ok());
        turns.add(decrypt(&batch(length)), BATCH, all).peer(fpe(length)).limit(SIDE_BY_SIDE);
    }
    for length in [6, 12, 16] {
        let ff1 = Ff1::new(&key()?).for_lengths(length, TWEAK.len())?;
        let (mut many, tweaks) = (digits(length).repeat(8), TWEAK.repeat(8));
        let all = move || assert!(ff1.encrypt_all(&tweaks, black_box(&mut many)).is_ok());
        turns.add(format!("FF1, {length} digits, batch of 8"), 8, all).peer(fpe(length)).limit(SIDE_BY_SIDE);
    }
    Ok(())
}

fn limits(turns: &mut Turns) -> Result<(), Failure> {
    let made = || Ok::<_, panveil::Error>(Aes256Enc::new(key()?.expose().into()));
    let (cipher, mut block) = (made()?, Array::from([7; 16]));
    // Each block waits for the one before it, as FF1's rounds do.
    turns.add(IN_A_ROW, 1, move || {
        for _ in 0..10 {
            cipher.encrypt_block(&mut block);
        }
        black_box(&mut block);
    });
    let (cipher, mut blocks) = (made()?, vec![Array::from([7; 16]); 320]);
    turns.add(SIDE_BY_SIDE, 32, move || cipher.encrypt_blocks(black_box(&mut blocks)));
    Ok(())
}

/// Numerals are made once, which is not counted.
fn peers(turns: &mut Turns, length: usize) -> Result<(), Failure> {
    let numerals: Vec<_> = digits(length).into_iter().map(u16::from).collect();
    let theirs = fpe::ff1::FF1::<Aes256>::new(key()?.expose(), 10)?;
    let text = fpe::ff1::FlexibleNumeralString::from(numerals.clone());
    turns.add(fpe(length), 1, move || drop(black_box(theirs.encrypt(TWEAK, black_box(&text)))));
    if [6, 12, 16, 19].contains(&length) {
        let theirs = cosmian_fpe::ff1::FF1::<aes_of_cosmian::Aes256>::new(key()?.expose(), 10)?;
        let text = cosmian_fpe::ff1::FlexibleNumeralString::from(numerals);
        let one = move || drop(black_box(theirs.encrypt(TWEAK, black_box(&text))));
        turns.add(format!("cosmian_fpe, {length} digits"), 1, one);
    }
    Ok(())
}

/// One key for all.
fn key() -> Result<Secret, panveil::Error> {
    Secret::fill_with(|bytes| {
        bytes.fill(1);
        Ok(())
    })
}

fn digits(length: usize) -> Vec<u8> {
    (1..=9).cycle().take(length).collect()
}
