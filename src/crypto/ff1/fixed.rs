//! FF1 for one length of strings and one length of tweaks.

use aes::Aes256Enc;
use aes::cipher::{BlockCipherEncrypt, consts::U16};

use super::Ff1;
use super::shape::Shape;
use crate::error::Result;

/// FF1 with one key, for strings and tweaks of one length each. [`Ff1::for_lengths`] makes it.
///
/// ```
/// use panveil::crypto::{ff1::Ff1, secret::Secret};
/// let ff1 = Ff1::new(&Secret::random()?).for_lengths(6, 10)?;
/// let mut digits = [1, 2, 3, 4, 5, 6];
/// ff1.encrypt(b"4111111111", &mut digits)?;
/// ff1.decrypt(b"4111111111", &mut digits)?;
/// assert_eq!(digits, [1, 2, 3, 4, 5, 6]);
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct FixedFf1<C = Aes256Enc> {
    pub(super) ff1: Ff1<C>,
    pub(crate) shape: Shape,
}

impl<C: BlockCipherEncrypt<BlockSize = U16>> FixedFf1<C> {
    /// Encrypts `digits` (values 0 to 9) in place.
    ///
    /// # Errors
    /// [`Error::Ff1Length`](crate::Error::Ff1Length) if string or tweak are not of the length this was made for,
    /// [`Error::Argument`](crate::Error::Argument) if a value is over 9. The digits are then as they were.
    pub fn encrypt(&self, tweak: &[u8], digits: &mut [u8]) -> Result<()> {
        self.ff1.encrypt_shaped(&self.shape, tweak, digits)
    }

    /// Decrypts `digits` (values 0 to 9) in place.
    ///
    /// # Errors
    /// As [`FixedFf1::encrypt`].
    pub fn decrypt(&self, tweak: &[u8], digits: &mut [u8]) -> Result<()> {
        self.ff1.decrypt_shaped(&self.shape, tweak, digits)
    }
}

impl<C> core::fmt::Debug for FixedFf1<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FixedFf1(..)")
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::ff1::Ff1;
    use crate::crypto::secret::Secret;
    use crate::error::Error;

    #[test]
    fn it_does_what_ff1_does_for_its_lengths_and_refuses_others() {
        let secret = Secret::random().unwrap();
        for length in 6..=19_usize {
            for tweak in [&b""[..], b"41111111", b"4111111111", b"a tweak of more than one block"] {
                let fixed = Ff1::new(&secret).for_lengths(length, tweak.len()).unwrap();
                let plain: Vec<u8> = (0..length).map(|place| (place * 7 % 10) as u8).collect();
                let (mut a, mut b) = (plain.clone(), plain.clone());
                fixed.encrypt(tweak, &mut a).unwrap();
                Ff1::new(&secret).encrypt(tweak, &mut b).unwrap();
                assert_eq!(a, b);
                fixed.decrypt(tweak, &mut a).unwrap();
                assert_eq!(a, plain);
                assert_eq!(fixed.encrypt(b"other", &mut a), Err(Error::Ff1Length));
                a.push(0);
                assert_eq!(fixed.encrypt(tweak, &mut a), Err(Error::Ff1Length));
            }
        }
        assert!(Ff1::new(&secret).for_lengths(5, 0).is_err());
    }
}
