//! An identity provider with a key of each algorithm.

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, EncodingKey};
use panveil::reveal::issuer::Issuer;
use panveil::reveal::jwks::Jwks;
use panveil::reveal::verifier::IdentityVerifier;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// What is wrong, if anything.
pub type Failure = Box<dyn std::error::Error>;

/// An identity provider that signs with RS256, ES256, and EdDSA.
pub struct Provider {
    keys: Vec<(Algorithm, &'static str, EncodingKey)>,
    jwks: String,
}

impl Provider {
    /// Fresh keys.
    ///
    /// # Errors
    /// If a key cannot be made.
    pub fn new() -> Result<Self, Failure> {
        let b64 = Base64UrlUnpadded::encode_string;
        let mut random = p256::elliptic_curve::rand_core::OsRng;
        let rs = rsa::RsaPrivateKey::new(&mut random, 2048)?;
        let es = p256::ecdsa::SigningKey::random(&mut random);
        let ed = ed25519_dalek::SigningKey::from_bytes(panveil::crypto::secret::Secret::random()?.expose());
        let point = es.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().ok_or("no x")?, point.y().ok_or("no y")?);
        let jwks = json!({"keys": [
            {"kty": "RSA", "kid": "RS256", "n": b64(&rs.n().to_bytes_be()), "e": b64(&rs.e().to_bytes_be())},
            {"kty": "EC", "crv": "P-256", "kid": "ES256", "x": b64(x), "y": b64(y)},
            {"kty": "OKP", "crv": "Ed25519", "kid": "EdDSA", "x": b64(ed.verifying_key().as_bytes())},
        ]});
        let es = p256::pkcs8::EncodePrivateKey::to_pkcs8_der(&es)?;
        let keys = vec![
            (Algorithm::RS256, "RS256", EncodingKey::from_rsa_der(rs.to_pkcs1_der()?.as_bytes())),
            (Algorithm::ES256, "ES256", EncodingKey::from_ec_der(es.as_bytes())),
            (Algorithm::EdDSA, "EdDSA", EncodingKey::from_ed_der(ed.to_pkcs8_der()?.as_bytes())),
        ];
        Ok(Self { keys, jwks: jwks.to_string() })
    }

    /// The public keys.
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// What verifies the tokens of this provider's persons.
    ///
    /// # Errors
    /// None in practice.
    pub fn verifier(&self) -> Result<IdentityVerifier, Failure> {
        let issuer: Issuer = toml::from_str(PERSONS)?;
        Ok(IdentityVerifier::new(vec![(issuer, Jwks::parse(self.jwks.as_bytes())?)])?)
    }

    /// The names of the algorithms.
    pub fn algorithms(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|(_, name, _)| *name)
    }

    /// A token that lives an hour, of the issuer `iss` and the one role there is.
    ///
    /// # Errors
    /// If there is no such algorithm.
    pub fn token(&self, algorithm: &str, iss: &str) -> Result<String, Failure> {
        let (algorithm, name, key) =
            self.keys.iter().find(|(_, name, _)| *name == algorithm).ok_or("no such algorithm")?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "iss": iss, "aud": "panveil", "sub": "alice", "roles": ["chargeback"], "amr": ["pwd", "mfa"],
            "iat": now, "auth_time": now, "exp": now.saturating_add(3_600), "jti": format!("{name}-1"),
        });
        let part = |value: Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(json!({"alg": name, "kid": name, "typ": "JWT"})), part(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), key, *algorithm)?;
        Ok(format!("{signed}.{signature}"))
    }
}

/// The `[[issuer]]` table for persons.
pub const PERSONS: &str = "iss='https://idp.example'\naud='panveil'\njwks='idp.jwks.json'\nkind='person'\n";
/// And the one for services.
pub const SERVICES: &str =
    "iss='https://services.example'\naud='panveil'\njwks='idp.jwks.json'\nkind='service'\n";
/// The issuer of persons.
pub const PERSON_ISSUER: &str = "https://idp.example";
/// The issuer of services.
pub const SERVICE_ISSUER: &str = "https://services.example";
