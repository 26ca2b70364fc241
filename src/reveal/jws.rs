//! A signed token in compact form (RFC 7515, section 7.1), taken apart but not yet believed.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};

use super::strict_json;
use crate::error::{Error, Result};

/// The parts of one token.
pub(crate) struct Compact<'a> {
    /// What the signature is over: header and payload as they came.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
    pub(crate) algorithm: Box<str>,
    pub(crate) kid: Option<Box<str>>,
    pub(crate) claims: Map<String, Value>,
}

impl<'a> Compact<'a> {
    /// Takes a token of at most 16 KiB apart.
    ///
    /// # Errors
    /// [`Error::IdentityRefused`] unless it is three parts of base64url, an unambiguous header that neither brings
    /// a key nor asks for processing that is not done here, and an unambiguous object of claims.
    pub(crate) fn parse(token: &'a str) -> Result<Self> {
        if token.len() > MAX_TOKEN {
            return Err(Error::IdentityRefused);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Error::IdentityRefused)?;
        // A dot in the payload, as in an encrypted token of five parts, is no base64url.
        let (header, payload) = signed.split_once('.').ok_or(Error::IdentityRefused)?;
        let header = object(header)?;
        if REFUSED_HEADERS.iter().any(|member| header.contains_key(*member)) {
            return Err(Error::IdentityRefused);
        }
        if !header.get("typ").is_none_or(is_token_type) {
            return Err(Error::IdentityRefused);
        }
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(Error::IdentityRefused)?;
        let kid = header
            .get("kid")
            .map(|kid| kid.as_str().map(Box::from).ok_or(Error::IdentityRefused))
            .transpose()?;
        let signature = decode(signature)?;
        if signature.is_empty() {
            return Err(Error::IdentityRefused);
        }
        Ok(Self { signed, signature, algorithm: algorithm.into(), kid, claims: object(payload)? })
    }
}

/// RFC 8725, section 3.11: a token of another type (a logout, an event, a proof of possession) is no identity.
fn is_token_type(value: &Value) -> bool {
    value.as_str().is_some_and(|typ| {
        ["JWT", "at+jwt", "application/at+jwt"].iter().any(|t| t.eq_ignore_ascii_case(typ))
    })
}

fn object(part: &str) -> Result<Map<String, Value>> {
    strict_json::object(&decode(part)?).ok_or(Error::IdentityRefused)
}

fn decode(part: &str) -> Result<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(part).map_err(|_| Error::IdentityRefused)
}

/// The largest token, in bytes.
pub(crate) const MAX_TOKEN: usize = 16 * 1024;

/// Headers by which a token would bring or name its own key (RFC 7515, section 4.1), change how it is processed
/// (`crit`, RFC 7797 `b64`), or hold another token or ciphertext (`cty`, `enc`, `zip`).
const REFUSED_HEADERS: [&str; 9] = ["crit", "jku", "jwk", "x5u", "x5c", "b64", "cty", "enc", "zip"];
