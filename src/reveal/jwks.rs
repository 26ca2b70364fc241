//! The public keys of an identity provider (RFC 7517), as its JWKS file holds them.

use std::collections::HashSet;

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

use super::strict_json;
use crate::card::id::MAX_ID;
use crate::error::{Error, Result};

/// The keys with which one identity provider signs: RSA of 2048 to 4096 bits (RS256), P-256 (ES256), Ed25519
/// (EdDSA). Public keys only.
#[derive(Clone)]
pub struct Jwks {
    keys: Vec<PublicKey>,
}

impl Jwks {
    /// Reads a JWKS file of at most 256 KiB and 100 keys.
    ///
    /// Keys that are declared for something else (encryption, another algorithm, another curve) are passed over,
    /// as the files of real providers hold them; they can never verify a token.
    ///
    /// # Errors
    /// [`Error::JwksInvalid`] if it is no key set, if any key in it is private or symmetric, if a signing key is
    /// malformed or weak, if two keys have the same `kid`, if one of several signing keys has no `kid`, or if no
    /// signing key remains.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_FILE {
            return Err(Error::JwksInvalid);
        }
        let set = strict_json::object(bytes).ok_or(Error::JwksInvalid)?;
        let entries = set.get("keys").and_then(Value::as_array).ok_or(Error::JwksInvalid)?;
        if entries.len() > MAX_KEYS {
            return Err(Error::JwksInvalid);
        }
        let mut keys = Vec::new();
        let mut kids = HashSet::new();
        for entry in entries {
            let entry = entry.as_object().ok_or(Error::JwksInvalid)?;
            if entry.keys().any(|member| PRIVATE_MEMBERS.contains(&member.as_str())) {
                return Err(Error::JwksInvalid);
            }
            if text(entry, "kty")? == Some("oct") {
                return Err(Error::JwksInvalid);
            }
            let kid = text(entry, "kid")?;
            if kid.is_some_and(|kid| kid.is_empty() || kid.len() > MAX_ID || !kids.insert(kid)) {
                return Err(Error::JwksInvalid);
            }
            if let Some(key) = PublicKey::read(entry, kid)? {
                keys.push(key);
            }
        }
        let nameless = keys.iter().any(|key| key.kid.is_none());
        if keys.is_empty() || (keys.len() > 1 && nameless) {
            return Err(Error::JwksInvalid);
        }
        Ok(Self { keys })
    }

    /// How many keys can sign.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can sign; never so for a set that was parsed.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key a token names; a token that names none is of the only key, if there is only one.
    pub(crate) fn find(&self, kid: Option<&str>) -> Option<&PublicKey> {
        match (kid, self.keys.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(_), keys) => keys.iter().find(|key| key.kid.as_deref() == kid),
        }
    }
}

impl core::fmt::Debug for Jwks {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Jwks({} keys)", self.keys.len())
    }
}

/// One public key and the one algorithm it verifies.
#[derive(Clone)]
pub(crate) struct PublicKey {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl PublicKey {
    /// Whether `name`, from a token's header, is the algorithm of this key. The token chooses nothing: it can only
    /// agree.
    pub(crate) fn is_for(&self, name: &str) -> bool {
        match self.algorithm {
            Algorithm::RS256 => name == "RS256",
            Algorithm::ES256 => name == "ES256",
            // RFC 9864 gives `EdDSA` with Ed25519 a name of its own.
            Algorithm::EdDSA => name == "EdDSA" || name == "Ed25519",
            _ => false,
        }
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: Vec<u8>) -> bool {
        // The provider is named, not the process-wide default, which the host may have set to another.
        (DEFAULT_PROVIDER.verifier_factory)(&self.algorithm, &self.key)
            .is_ok_and(|verifier| verifier.verify(message, &signature).is_ok())
    }

    /// `None` if the key is for something else.
    fn read(entry: &Map<String, Value>, kid: Option<&str>) -> Result<Option<Self>> {
        if !for_signatures(entry)? {
            return Ok(None);
        }
        let kty = text(entry, "kty")?.ok_or(Error::JwksInvalid)?;
        let names: (_, &[&str]) = match (kty, text(entry, "crv")?) {
            ("RSA", _) => (Algorithm::RS256, &["RS256"]),
            ("EC", Some("P-256")) => (Algorithm::ES256, &["ES256"]),
            ("OKP", Some("Ed25519")) => (Algorithm::EdDSA, &["EdDSA", "Ed25519"]),
            _ => return Ok(None),
        };
        let (algorithm, names) = names;
        if text(entry, "alg")?.is_some_and(|alg| !names.contains(&alg)) {
            return Ok(None);
        }
        let key = match algorithm {
            Algorithm::RS256 => rsa(entry)?,
            Algorithm::ES256 => p256(entry)?,
            _ => ed25519(entry)?,
        };
        Ok(Some(Self { kid: kid.map(Box::from), algorithm, key }))
    }
}

/// RFC 7517, sections 4.2 and 4.3: what the key may be used for, if the file says so.
fn for_signatures(entry: &Map<String, Value>) -> Result<bool> {
    let signs = text(entry, "use")?.is_none_or(|use_| use_ == "sig");
    let verifies = match entry.get("key_ops") {
        None => true,
        Some(operations) => {
            let operations = operations.as_array().ok_or(Error::JwksInvalid)?;
            operations.iter().any(|operation| operation == "verify")
        }
    };
    Ok(signs && verifies)
}

/// RFC 7518, section 6.3.1, with the floor of NIST SP 800-131A and the exponents of FIPS 186-5.
fn rsa(entry: &Map<String, Value>) -> Result<DecodingKey> {
    let (modulus, exponent) = (bytes(entry, "n")?, bytes(entry, "e")?);
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    let wide = bits(&exponent) <= 32 && bits(&exponent) > 16;
    if !(RSA_BITS.contains(&bits(&modulus)) && odd(&modulus) && odd(&exponent) && wide) {
        return Err(Error::JwksInvalid);
    }
    Ok(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

/// RFC 7518, section 6.2.1: coordinates of full length, a point on the curve.
fn p256(entry: &Map<String, Value>) -> Result<DecodingKey> {
    let (x, y) = (bytes(entry, "x")?, bytes(entry, "y")?);
    if x.len() != 32 || y.len() != 32 {
        return Err(Error::JwksInvalid);
    }
    // SEC 1, section 2.3.3: an uncompressed point.
    let key = DecodingKey::from_ec_der(&[&[0x04], x.as_slice(), y.as_slice()].concat());
    // Making a verifier checks that the point is on the curve.
    (DEFAULT_PROVIDER.verifier_factory)(&Algorithm::ES256, &key).map_err(|_| Error::JwksInvalid)?;
    Ok(key)
}

/// RFC 8037, section 2: a point that is on the curve and not of small order, for which anyone could sign.
fn ed25519(entry: &Map<String, Value>) -> Result<DecodingKey> {
    let x = bytes(entry, "x")?;
    let point = <&[u8; 32]>::try_from(x.as_slice()).map_err(|_| Error::JwksInvalid)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(point).map_err(|_| Error::JwksInvalid)?;
    if key.is_weak() {
        return Err(Error::JwksInvalid);
    }
    Ok(DecodingKey::from_ed_der(&x))
}

/// The text of a member, `None` if it is absent; an error if it is something other than text.
fn text<'a>(entry: &'a Map<String, Value>, member: &str) -> Result<Option<&'a str>> {
    entry.get(member).map(|value| value.as_str().ok_or(Error::JwksInvalid)).transpose()
}

fn bytes(entry: &Map<String, Value>, member: &str) -> Result<Vec<u8>> {
    let encoded = text(entry, member)?.ok_or(Error::JwksInvalid)?;
    Base64UrlUnpadded::decode_vec(encoded).map_err(|_| Error::JwksInvalid)
}

/// The length of a big-endian number in bits, leading zeros not counted.
fn bits(number: &[u8]) -> usize {
    let mut rest = number.iter().skip_while(|byte| **byte == 0);
    rest.next().map_or(0, |first| {
        let first_bits = u8::BITS.saturating_sub(first.leading_zeros()) as usize;
        rest.count().saturating_mul(8).saturating_add(first_bits)
    })
}

const MAX_FILE: usize = 256 * 1024;
const MAX_KEYS: usize = 100;
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;

/// RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1, and RFC 8037, section 2.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

#[cfg(test)]
mod tests {
    use super::bits;

    #[test]
    fn leading_zeros_do_not_count_as_length() {
        for (number, length) in
            [(&[][..], 0), (&[0], 0), (&[1], 1), (&[0, 0x80], 8), (&[1, 0, 1], 17), (&[0, 0, 0xff, 0], 16)]
        {
            assert_eq!(bits(number), length, "{number:?}");
        }
    }
}
