//! FF1 on many strings of one length, each with its own tweak.

use aes::cipher::{BlockCipherEncrypt, consts::U16};

use super::columns::{Columns, LaneWork};
use super::set::{FEW, Few, Many, Side};
use super::word;
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
        let (length, u, v) = (self.shape.digits(), self.shape.u(), self.shape.v());
        let work = Strings { in_words: in_words(v) };
        for some in digits.chunks_mut(length.saturating_mul(S::ROOM)) {
            let count = some.len().checked_div(length).unwrap_or_default();
            let mut end = 0usize;
            for at in 0..count {
                let (tweak, rest) = tweaks.split_at_checked(self.shape.tweak()).unwrap_or_default();
                tweaks = rest;
                let base = self.shape.base(tweak, |block| self.ff1.encrypt_block(block));
                let middle = end.saturating_add(u);
                end = end.saturating_add(length);
                let (a, b) = (read(some, middle, u, v), read(some, end, v, v));
                lanes.put(at, [(base >> 64) as u64, base as u64, a, b, 0]);
            }
            lanes.permute(self, sign, &work, count);
            for (at, string) in some.chunks_exact_mut(length).enumerate() {
                let [_, _, a, b, _] = lanes.get(at);
                if let Some((left, right)) = string.split_at_mut_checked(u) {
                    write(a, left, v);
                    write(b, right, v);
                }
            }
        }
    }
}

/// Bases and halves as they are put; halves of up to eight digits as words.
struct Strings {
    in_words: bool,
}

impl LaneWork for Strings {
    #[inline(always)]
    fn read<const L: usize>(&self, columns: &mut Columns<L>) {
        let Columns { head, tail, a, b, own } = columns;
        [*head, *tail, *a, *b, _] = *own;
        if self.in_words {
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (word::number_of(*a), word::number_of(*b));
            }
        }
    }

    #[inline(always)]
    fn write<const L: usize>(&self, columns: &mut Columns<L>) {
        let Columns { a, b, own: [_, _, to_a, to_b, _], .. } = columns;
        for ((to_a, to_b), (a, b)) in to_a.iter_mut().zip(to_b).zip(a.iter().zip(b)) {
            let (a, b) = (*a, *b);
            (*to_a, *to_b) = if self.in_words { (word::word_of(a), word::word_of(b)) } else { (a, b) };
        }
    }
}

/// Whether the halves of strings, of which the longer has `v` digits, are given to lanes as words.
const fn in_words(v: usize) -> bool {
    v <= 8
}

/// The `count` digits before place `end`, as lanes take them.
#[inline(always)]
fn read(digits: &[u8], end: usize, count: usize, v: usize) -> u64 {
    // Eight bytes at once where there are eight: a copy of as many as there are digits waits for its stores.
    let before = digits.get(..end).unwrap_or_default();
    match before.last_chunk::<8>() {
        Some(eight) if in_words(v) => u64::from_be_bytes(*eight) & word::last(count),
        _ => {
            let number = numeral::read(before.get(end.saturating_sub(count)..).unwrap_or_default());
            if in_words(v) { word::word_of(number) } else { number }
        }
    }
}

/// Writes what lanes gave.
#[inline(always)]
fn write(half: u64, digits: &mut [u8], v: usize) {
    if !in_words(v) {
        return numeral::write(half, digits);
    }
    let mut word = half;
    for digit in digits.iter_mut().rev() {
        *digit = word as u8;
        word >>= 8;
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

    /// 10^6 strings; `PANVEIL_LANES=100000000` makes it the long run.
    #[test]
    fn lanes_equal_scalar_on_random_strings() {
        let wanted = std::env::var("PANVEIL_LANES").map_or(1_000_000, |text| text.parse().unwrap());
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
