//! The identity provider that is built into dev vaults, so that the gate can be tried out.
//!
//! Its key is derived from the keyring, so no private key lies in a file; its public key set stands in trust/. A
//! production vault has none: its configuration refuses this issuer's name.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::json;

use crate::clock::Timestamp;
use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

use super::config::TEST_ISSUER;

/// What the test issuer is to vouch for.
#[derive(Clone, Debug)]
pub struct TestIdentity {
    /// Who (`sub`).
    pub subject: String,
    /// The roles (`roles`).
    pub roles: Vec<String>,
    /// Whether with a second factor (`amr`).
    pub mfa: bool,
    /// Seconds since the person authenticated.
    pub auth_age_s: i64,
}

pub(crate) struct TestIssuer(SigningKey);

impl TestIssuer {
    pub(crate) fn new(approval_root: &Secret) -> Result<Self> {
        let seed = derive(approval_root, &Label::new("panveil/v1/dev/issuer"))?;
        Ok(Self(SigningKey::from_bytes(seed.expose())))
    }

    /// The public key set, for trust/.
    pub(crate) fn jwks(&self) -> Result<Vec<u8>> {
        let x = Base64UrlUnpadded::encode_string(self.0.verifying_key().as_bytes());
        let key = json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": KEY_NAME, "x": x
        });
        let mut text = serde_json::to_vec_pretty(&json!({ "keys": [key] })).map_err(|_| Error::Internal)?;
        text.push(b'\n');
        Ok(text)
    }

    /// A signed identity token that lives ten minutes.
    pub(crate) fn issue(&self, identity: &TestIdentity, now: Timestamp) -> Result<String> {
        let mut jti = [0u8; 16];
        getrandom::fill(&mut jti).map_err(|_| Error::Random)?;
        let seconds = now.as_seconds();
        let methods: &[&str] = if identity.mfa { &["pwd", "mfa"] } else { &["pwd"] };
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": KEY_NAME });
        let claims = json!({
            "iss": TEST_ISSUER,
            "aud": "panveil",
            "sub": identity.subject,
            "roles": identity.roles,
            "amr": methods,
            "iat": seconds,
            "auth_time": seconds.saturating_sub(identity.auth_age_s),
            "exp": seconds.saturating_add(LIFETIME_S),
            "jti": Base64UrlUnpadded::encode_string(&jti),
        });
        let part = |value: &serde_json::Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.0.sign(signed.as_bytes());
        Ok(format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature.to_bytes())))
    }
}

const KEY_NAME: &str = "panveil-dev-1";
const LIFETIME_S: i64 = 600;
