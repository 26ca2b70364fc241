//! FF1 of NIST SP 800-38G for decimal digits: format-preserving encryption of 6 to 19 of them.
//!
//! Integers only, no secret-dependent branch, index or division. The domain is at least 10^6, as SP 800-38G
//! Rev. 1 asks. FF1 is patented in the United States until 2029 (US 7,864,952).

mod fixed;
pub(crate) mod lanes;
mod modulus;
mod numeral;
pub(crate) mod rounds;
mod shape;

use aes::Aes256Enc;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit, consts::U16};

pub use fixed::FixedFf1;

use rounds::{Halves, Rounds, Sign};
use shape::Shape;

use crate::crypto::secret::Secret;
use crate::error::Result;

/// FF1 with one key, radix 10: AES-256 unless another block cipher of 128 bits is named.
///
/// ```
/// use panveil::crypto::{ff1::Ff1, secret::Secret};
/// let ff1 = Ff1::new(&Secret::random()?);
/// let mut digits = [1, 2, 3, 4, 5, 6];
/// ff1.encrypt(b"4111111111", &mut digits)?;
/// ff1.decrypt(b"4111111111", &mut digits)?;
/// assert_eq!(digits, [1, 2, 3, 4, 5, 6]);
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct Ff1<C = Aes256Enc> {
    cipher: C,
}

impl Ff1 {
    /// FF1 with AES-256 under `key`.
    pub fn new(key: &Secret) -> Self {
        Self::with_cipher(Aes256Enc::new(key.expose().into()))
    }
}

impl<C: BlockCipherEncrypt<BlockSize = U16>> Ff1<C> {
    /// FF1 with a keyed block cipher of 128 bits. SP 800-38G approves AES.
    pub fn with_cipher(cipher: C) -> Self {
        Self { cipher }
    }

    /// This FF1 for strings of `digits` digits (6 to 19) with tweaks of `tweak` bytes only. What depends on the
    /// lengths is made once, which saves a block encryption each time.
    ///
    /// # Errors
    /// [`Error::Ff1Length`](crate::Error::Ff1Length) for fewer or more digits,
    /// [`Error::Argument`](crate::Error::Argument) if the tweak has 2^32 bytes or more.
    pub fn for_lengths(self, digits: usize, tweak: usize) -> Result<FixedFf1<C>> {
        let shape = self.shape(digits, tweak)?;
        Ok(FixedFf1 { ff1: self, shape })
    }

    /// Encrypts 6 to 19 `digits` (values 0 to 9) in place.
    ///
    /// # Errors
    /// [`Error::Ff1Length`](crate::Error::Ff1Length) for fewer or more digits,
    /// [`Error::Argument`](crate::Error::Argument) if a value is over 9 or the tweak has 2^32 bytes or more. The
    /// digits are then as they were.
    pub fn encrypt(&self, tweak: &[u8], digits: &mut [u8]) -> Result<()> {
        self.encrypt_shaped(&self.shape(digits.len(), tweak.len())?, tweak, digits)
    }

    /// Decrypts 6 to 19 `digits` (values 0 to 9) in place.
    ///
    /// # Errors
    /// As [`Ff1::encrypt`].
    pub fn decrypt(&self, tweak: &[u8], digits: &mut [u8]) -> Result<()> {
        self.decrypt_shaped(&self.shape(digits.len(), tweak.len())?, tweak, digits)
    }

    fn shape(&self, digits: usize, tweak: usize) -> Result<Shape> {
        Shape::new(digits, tweak, |block| self.encrypt_block(block))
    }

    /// [`Ff1::encrypt`], with a shape that this `Ff1` made: that of another key would encrypt without a complaint,
    /// and wrongly.
    fn encrypt_shaped(&self, shape: &Shape, tweak: &[u8], digits: &mut [u8]) -> Result<()> {
        self.permute_shaped(shape, tweak, digits, Sign::Plus)
    }

    /// [`Ff1::decrypt`], with a shape that this `Ff1` made.
    fn decrypt_shaped(&self, shape: &Shape, tweak: &[u8], digits: &mut [u8]) -> Result<()> {
        self.permute_shaped(shape, tweak, digits, Sign::Minus)
    }

    #[inline(always)]
    fn permute_shaped(&self, shape: &Shape, tweak: &[u8], digits: &mut [u8], sign: Sign) -> Result<()> {
        let (left, right) = shape.split(tweak, digits)?;
        let base = shape.base(tweak, |block| self.encrypt_block(block));
        let mut string = Halves { base, a: numeral::read(left), b: numeral::read(right) };
        self.cipher.encrypt_with_backend(Rounds { shape, sign, strings: &mut string });
        numeral::write(string.a, left);
        numeral::write(string.b, right);
        Ok(())
    }

    fn encrypt_block(&self, block: u128) -> u128 {
        let mut bytes = Array::from(block.to_be_bytes());
        self.cipher.encrypt_block(&mut bytes);
        u128::from_be_bytes(bytes.into())
    }
}

impl<C> core::fmt::Debug for Ff1<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ff1(..)")
    }
}
