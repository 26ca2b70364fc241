//! The card verification code: it can be passed on, and nothing else.

use zeroize::Zeroize;

use crate::error::{Error, Result};

/// A security code (CVC2, CVV2, CID): 3 or 4 digits that may not be kept (PCI DSS 3.3.1.2).
///
/// No call of this library stores, seals, tokenizes or prints it; the one thing to do with it is to hand it to
/// an authorization request, once.
///
/// ```
/// use panveil::card::SecurityCode;
/// let code = SecurityCode::parse(b"123")?;
/// let sent = code.pass_on(|digits| digits.len());
/// assert_eq!(sent, 3);
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct SecurityCode {
    digits: Box<[u8; 4]>,
    length: usize,
}

impl SecurityCode {
    /// Takes 3 or 4 ASCII digits.
    ///
    /// # Errors
    /// [`Error::SecurityCodeFormat`] otherwise.
    pub fn parse(text: &[u8]) -> Result<Self> {
        if !matches!(text.len(), 3 | 4) || !text.iter().all(u8::is_ascii_digit) {
            return Err(Error::SecurityCodeFormat);
        }
        let mut code = Self { digits: Box::new([0; 4]), length: text.len() };
        code.digits.get_mut(..text.len()).ok_or(Error::SecurityCodeFormat)?.copy_from_slice(text);
        Ok(code)
    }

    /// Lends the digits to `send` and wipes them when it returns.
    pub fn pass_on<R>(self, send: impl FnOnce(&[u8]) -> R) -> R {
        send(self.digits.get(..self.length).unwrap_or_default())
    }
}

impl Drop for SecurityCode {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

impl core::fmt::Debug for SecurityCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SecurityCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::SecurityCode;
    use crate::error::Error;

    #[test]
    fn three_or_four_digits_are_passed_on_and_never_printed() {
        for good in [&b"123"[..], b"0000", b"9999"] {
            let code = SecurityCode::parse(good).unwrap();
            assert_eq!(format!("{code:?}"), "SecurityCode(..)");
            code.pass_on(|digits| assert_eq!(digits, good));
        }
        for bad in [&b""[..], b"12", b"12345", b"12a", b" 123", "１２３".as_bytes()] {
            assert_eq!(SecurityCode::parse(bad).err(), Some(Error::SecurityCodeFormat));
        }
    }
}
