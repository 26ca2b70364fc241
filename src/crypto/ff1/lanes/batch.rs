//! FF1 on many strings of one length, each with its own tweak.

use aes::cipher::{BlockCipherEncrypt, consts::U16};

use super::set::{FEW, Few, Many, Side};
use super::strings::Strings;
use crate::crypto::ff1::rounds::Sign;
use crate::crypto::ff1::{FixedFf1, numeral};
use crate::error::{Error, Result};

impl<C: BlockCipherEncrypt<BlockSize = U16>> FixedFf1<C> {
    /// Encrypts many strings in place: `digits` holds their digits (values 0 to 9) one string after the other, `tweaks`
    /// as many tweaks.
    ///
    /// ```
    /// use panveil::crypto::{ff1::Ff1, secret::Secret};
    /// let secret = Secret::random()?;
    /// let ff1 = Ff1::new(&secret).for_lengths(6, 4)?;
    /// let mut digits = [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1];
    /// ff1.encrypt_all(b"00010002", &mut digits)?;
    /// let mut second = [6, 5, 4, 3, 2, 1];
    /// ff1.encrypt(b"0002", &mut second)?;
    /// assert_eq!(digits[6..], second);
    /// ff1.decrypt_all(b"00010002", &mut digits)?;
    /// assert_eq!(digits, [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1]);
    /// # Ok::<(), panveil::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Ff1Length`] if the digits are not those of whole strings, or there are not as many tweaks;
    /// [`Error::Argument`] if a value is over 9. The digits are then as they were.
    pub fn encrypt_all(&self, tweaks: &[u8], digits: &mut [u8]) -> Result<()> {
        self.permute_all(Sign::Plus, tweaks, digits)
    }

    /// Decrypts what [`encrypt_all`](Self::encrypt_all) encrypted.
    ///
    /// # Errors
    /// As [`encrypt_all`](Self::encrypt_all).
    pub fn decrypt_all(&self, tweaks: &[u8], digits: &mut [u8]) -> Result<()> {
        self.permute_all(Sign::Minus, tweaks, digits)
    }

    fn permute_all(&self, sign: Sign, tweaks: &[u8], digits: &mut [u8]) -> Result<()> {
        let length = self.shape.digits();
        let count = digits.len().checked_div(length).unwrap_or_default();
        let whole = count.checked_mul(length) == Some(digits.len());
        if !whole || count.checked_mul(self.shape.tweak()) != Some(tweaks.len()) {
            return Err(Error::Ff1Length);
        }
        if !numeral::all_digits(digits) {
            return Err(Error::Argument);
        }
        match count {
            ..=FEW => self.permute_in::<Few>(sign, tweaks, digits),
            _ => self.permute_in::<Many>(sign, tweaks, digits),
        }
        Ok(())
    }

    fn permute_in<S: Side>(&self, sign: Sign, mut tweaks: &[u8], digits: &mut [u8]) {
        let mut lanes = S::empty();
        let (length, work) = (self.shape.digits(), Strings::new(&self.shape));
        for some in digits.chunks_mut(length.saturating_mul(S::ROOM)) {
            let mut count = 0usize;
            for string in some.chunks_exact(length) {
                let (tweak, rest) = tweaks.split_at_checked(self.shape.tweak()).unwrap_or_default();
                tweaks = rest;
                let base = self.shape.base(tweak, |block| self.ff1.encrypt_block(block));
                let [a, b, leading] = work.pack(string);
                lanes.put(count, [(base >> 64) as u64, base as u64, a, b, leading]);
                count = count.saturating_add(1);
            }
            lanes.permute(self, sign, &work, count);
            for (at, string) in some.chunks_exact_mut(length).enumerate() {
                let [_, _, a, b, leading] = lanes.get(at);
                work.unpack([a, b, leading], string);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::crypto::ff1::{Ff1, FixedFf1};
    use crate::crypto::secret::Secret;
    use crate::error::Error;

    /// Repeatable numbers (SplitMix64).
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }

        fn digits(&mut self, count: usize) -> Vec<u8> {
            (0..count).map(|_| (self.next() % 10) as u8).collect()
        }

        fn bytes(&mut self, count: usize) -> Vec<u8> {
            (0..count).map(|_| self.next() as u8).collect()
        }
    }

    fn ff1(length: usize, tweak: usize) -> FixedFf1 {
        Ff1::new(&Secret::random().unwrap()).for_lengths(length, tweak).unwrap()
    }

    /// Lanes against the scalar FF1, both ways, for `strings` strings of each length and tweak.
    fn compare(strings: usize, tweaks: &[usize], seed: u64) {
        let mut numbers = Numbers(seed);
        for length in 6..=19 {
            for tweak in tweaks {
                let ff1 = ff1(length, *tweak);
                let plain = match numbers.next() % 8 {
                    0 => vec![9; strings * length],
                    1 => vec![0; strings * length],
                    _ => numbers.digits(strings * length),
                };
                let tweaks = numbers.bytes(strings * tweak);
                let mut single = plain.clone();
                for (at, string) in single.chunks_exact_mut(length).enumerate() {
                    ff1.encrypt(&tweaks[at * tweak..(at + 1) * tweak], string).unwrap();
                }
                let mut all = plain.clone();
                ff1.encrypt_all(&tweaks, &mut all).unwrap();
                assert_eq!(all, single, "{strings} of {length} digits, tweak of {tweak}");
                ff1.decrypt_all(&tweaks, &mut all).unwrap();
                assert_eq!(all, plain, "{strings} of {length} digits, tweak of {tweak}");
            }
        }
    }

    #[test]
    fn lanes_equal_scalar_for_every_count_and_length() {
        for strings in (0..=70).chain([120, 127, 128, 129, 152, 153, 192, 255, 256, 257, 300]) {
            compare(strings, &[0, 4, 8, 10, 40], strings as u64);
        }
    }

    /// 10^6 strings; `PANVEIL_TEST_STRINGS=100000000` makes it the long run.
    #[test]
    fn lanes_equal_scalar_on_random_strings() {
        let wanted = std::env::var("PANVEIL_TEST_STRINGS").map_or(1_000_000, |text| text.parse().unwrap());
        let (lengths, strings) = (14, 5_000);
        for round in 0..wanted / (lengths * strings) + 1 {
            compare(strings, &[10], 1_000 + round as u64);
        }
    }

    #[test]
    fn what_is_not_whole_is_refused_and_left_as_it_was() {
        let ff1 = ff1(6, 4);
        for (tweaks, digits) in [(4, 7), (8, 6), (0, 6), (4, 0), (4, 5)] {
            let mut text = vec![1; digits];
            assert_eq!(ff1.encrypt_all(&vec![0; tweaks], &mut text), Err(Error::Ff1Length));
            assert_eq!(text, vec![1; digits]);
        }
        let mut text = vec![1; 12];
        text[11] = 10;
        assert_eq!(ff1.encrypt_all(&[0; 8], &mut text), Err(Error::Argument));
        assert_eq!(text[..11], [1; 11]);
    }
}
