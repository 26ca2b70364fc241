//! Keyed hashes of whole card numbers, for equality search and matching.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::card::id::{Application, TenantId};
use crate::card::pan::Pan;
use crate::clock::Timestamp;
use crate::crypto::kdf::{self, Label};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;
use crate::keys::state::KeyUse;

/// Makes fingerprints for one tenant, on behalf of one application. May be shared between threads.
pub struct Fingerprinter {
    tenant: TenantId,
    caller: Application,
    version: u32,
    keyed: Hmac<Sha256>,
    made: Arc<AtomicU64>,
}

impl Fingerprinter {
    /// A fingerprinter for a named caller with the current fingerprint key of a keyring.
    ///
    /// # Errors
    /// [`Error::KeyState`] or [`Error::KeyPeriod`] if no fingerprint key may protect at `now`.
    pub fn from_keyring(
        keyring: &Keyring,
        tenant: TenantId,
        caller: Application,
        now: Timestamp,
    ) -> Result<Self> {
        let root = keyring.current(KeyPurpose::Fingerprint, now)?;
        Self::new(tenant, caller, root.secret_for(KeyUse::Protect, now)?, root.facts().version)
    }

    /// A fingerprinter under version `version` of the fingerprint root.
    ///
    /// # Errors
    /// [`Error::Internal`] never in practice: HMAC takes keys of every length.
    pub(crate) fn new(tenant: TenantId, caller: Application, root: &Secret, version: u32) -> Result<Self> {
        let key = fingerprint_key(root, version, &tenant)?;
        let keyed = Hmac::new_from_slice(key.expose()).map_err(|_| Error::Internal)?;
        Ok(Self { tenant, caller, version, keyed, made: Arc::default() })
    }

    /// HMAC-SHA-256 over all digits (ASCII) of the card number (PCI DSS 3.5.1.1).
    ///
    /// # Errors
    /// [`Error::PanLuhn`] for a card number that was taken with a wrong check digit: it can only be sealed.
    pub fn fingerprint(&self, pan: &Pan) -> Result<Fingerprint> {
        if !pan.passes_luhn() {
            return Err(Error::PanLuhn);
        }
        let mut mac = self.keyed.clone();
        mac.update(pan.expose());
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(Fingerprint { version: self.version, bytes: mac.finalize().into_bytes().into() })
    }

    /// Whose cards these are.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who makes fingerprints: every use is counted for this application.
    pub fn caller(&self) -> &Application {
        &self.caller
    }

    /// How many fingerprints were made, a running count that outlives the fingerprinter.
    pub(crate) fn count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.made)
    }
}

impl core::fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Fingerprinter")
            .field("tenant", &self.tenant)
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

/// The key of one tenant's fingerprints: HKDF(fingerprint root, label(version, tenant)).
pub(super) fn fingerprint_key(root: &Secret, version: u32, tenant: &TenantId) -> Result<Secret> {
    kdf::derive(root, &Label::new("panveil/v1/fingerprint").number(version).text(tenant.as_bytes()))
}

/// A keyed hash of a whole card number, and the version of its key.
///
/// It never goes into a table beside a mask, a truncation or a token (PCI DSS 3.5.1, FAQ 1308): Debug therefore
/// prints a constant.
#[derive(Clone, Copy)]
pub struct Fingerprint {
    version: u32,
    bytes: [u8; 32],
}

impl Fingerprint {
    /// Reads what [`Fingerprint::to_text`] wrote under version `version` of the key.
    ///
    /// # Errors
    /// [`Error::Argument`] if the text is not 43 characters of base64url that stand for 32 bytes.
    pub fn from_text(version: u32, text: &str) -> Result<Self> {
        let mut bytes = [0; 32];
        match Base64UrlUnpadded::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self { version, bytes }),
            _ => Err(Error::Argument),
        }
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The version of the fingerprint key. Fingerprints of different versions never match.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The hash as 43 characters of base64url without padding.
    pub fn to_text(&self) -> String {
        Base64UrlUnpadded::encode_string(&self.bytes)
    }

    /// Whether two fingerprints are of one card number under one key, in constant time.
    pub fn ct_eq(&self, other: &Fingerprint) -> bool {
        self.version == other.version && bool::from(self.bytes.ct_eq(&other.bytes))
    }
}

impl core::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Fingerprinter};
    use crate::card::id::{Application, TenantId};
    use crate::card::{Pan, PanRules};
    use crate::crypto::kdf::Label;
    use crate::crypto::secret::Secret;
    use crate::error::Error;
    use hkdf::Hkdf;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    fn fingerprinter(tenant: &str, version: u32) -> Fingerprinter {
        let root = Secret::fill_with(|bytes| {
            bytes.fill(0x42);
            Ok(())
        })
        .unwrap();
        let tenant = TenantId::new(tenant).unwrap();
        Fingerprinter::new(tenant, Application::new("test").unwrap(), &root, version).unwrap()
    }

    #[test]
    fn ac_09_the_fingerprint_is_hmac_sha_256_of_the_whole_number() {
        let pan = Pan::parse(b"4111111111111111").unwrap();
        let made = fingerprinter("shop", 3).fingerprint(&pan).unwrap();
        // The same from the primitives: HKDF for the tenant's key, HMAC over all sixteen digits.
        let mut key = [0; 32];
        let label = Label::new("panveil/v1/fingerprint").number(3).text(b"shop");
        Hkdf::<Sha256>::new(None, &[0x42; 32]).expand(label.as_bytes(), &mut key).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(b"4111111111111111");
        assert_eq!(made.as_bytes().as_slice(), mac.finalize().into_bytes().as_slice());
    }

    #[test]
    fn tenant_version_and_number_each_change_the_fingerprint() {
        let pan = Pan::parse(b"4111111111111111").unwrap();
        let base = fingerprinter("shop", 1).fingerprint(&pan).unwrap();
        assert!(base.ct_eq(&fingerprinter("shop", 1).fingerprint(&pan).unwrap()));
        assert!(!base.ct_eq(&fingerprinter("shop2", 1).fingerprint(&pan).unwrap()));
        assert!(!base.ct_eq(&fingerprinter("shop", 2).fingerprint(&pan).unwrap()));
        let other = Pan::parse(b"5105105105105100").unwrap();
        assert!(!base.ct_eq(&fingerprinter("shop", 1).fingerprint(&other).unwrap()));
    }

    #[test]
    fn text_goes_there_and_back_and_debug_shows_nothing() {
        let pan = Pan::parse(b"4111111111111111").unwrap();
        let print = fingerprinter("shop", 1).fingerprint(&pan).unwrap();
        assert_eq!(print.to_text().len(), 43);
        assert!(print.ct_eq(&Fingerprint::from_text(1, &print.to_text()).unwrap()));
        assert_eq!(format!("{print:?}"), "Fingerprint(..)");
        for bad in
            ["", "AAAA", &"A".repeat(42), &"A".repeat(44), &format!("{}=", "A".repeat(43)), &"+".repeat(43)]
        {
            assert_eq!(Fingerprint::from_text(1, bad).err(), Some(Error::Argument), "{bad}");
        }
    }

    #[test]
    fn every_fingerprint_is_counted() {
        let maker = fingerprinter("shop", 1);
        let count = maker.count();
        for _ in 0..3 {
            maker.fingerprint(&Pan::parse(b"4111111111111111").unwrap()).unwrap();
        }
        assert_eq!(count.load(core::sync::atomic::Ordering::Relaxed), 3);
    }

    #[test]
    fn a_wrong_check_digit_has_no_fingerprint() {
        let pan = PanRules::new().allow_wrong_check_digit().parse(b"4111111111111112").unwrap();
        assert_eq!(fingerprinter("shop", 1).fingerprint(&pan).err(), Some(Error::PanLuhn));
    }
}
