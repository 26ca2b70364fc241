//! A test identity provider: what a fuzzer needs to come past a signature.

use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use panveil::clock::Timestamp;
use panveil::reveal::issuer::Issuer;
use panveil::reveal::jwks::Jwks;
use panveil::reveal::verifier::IdentityVerifier;

/// The moment of every verification.
pub const NOW: i64 = 1_800_000_000;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[1; 32]));

/// Verifies tokens of persons and services of this provider.
pub static VERIFIER: LazyLock<IdentityVerifier> = LazyLock::new(|| {
    let jwks = Jwks::parse(jwks().as_bytes()).expect("a key set");
    let issuers = [PERSONS, SERVICES]
        .map(|table| (toml::from_str::<Issuer>(table).expect("a table of an issuer"), jwks.clone()));
    IdentityVerifier::new(issuers.into()).expect("two different issuers")
});

/// The `[[issuer]]` tables.
pub const PERSONS: &str = "iss='https://idp.example'\naud='panveil'\njwks='idp.jwks.json'\nkind='person'\n\
     roles_claim='realm_access.roles'\nmfa={amr=['mfa'],acr=['gold']}\n";
/// For services.
pub const SERVICES: &str =
    "iss='https://services.example'\naud='panveil'\njwks='idp.jwks.json'\nkind='service'\n";

/// The moment [`NOW`].
pub const fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

/// The public key set: one key of each kind; the private half is known of the first only. The other two are the
/// examples of RFC 7515, appendices A.2 and A.3.
pub fn jwks() -> String {
    let x = Base64UrlUnpadded::encode_string(KEY.verifying_key().as_bytes());
    format!(
        r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"ed","alg":"EdDSA","use":"sig","x":"{x}"}},
        {{"kty":"RSA","kid":"rs","alg":"RS256","n":"{RSA_N}","e":"AQAB"}},
        {{"kty":"EC","crv":"P-256","kid":"es","x":"{EC_X}","y":"{EC_Y}"}}]}}"#
    )
}

/// A token over these bytes of header and payload, signed by the provider.
pub fn token(header: &[u8], payload: &[u8]) -> String {
    let part = Base64UrlUnpadded::encode_string;
    let signed = format!("{}.{}", part(header), part(payload));
    let signature = KEY.sign(signed.as_bytes());
    format!("{signed}.{}", part(&signature.to_bytes()))
}

/// Whether the signature of a token is the provider's.
pub fn signed(token: &str) -> bool {
    let Some((text, signature)) = token.rsplit_once('.') else { return false };
    let Ok(bytes) = Base64UrlUnpadded::decode_vec(signature) else { return false };
    let Ok(signature) = ed25519_dalek::Signature::from_slice(&bytes) else { return false };
    let key: VerifyingKey = KEY.verifying_key();
    key.verify_strict(text.as_bytes(), &signature).is_ok()
}

/// The header of a good token.
pub const HEADER: &str = r#"{"alg":"EdDSA","kid":"ed","typ":"JWT"}"#;

/// The claims of a good token of a person.
pub const CLAIMS: &str = r#"{"iss":"https://idp.example","aud":"panveil","sub":"alice","iat":1799999990,"exp":1800000500,"auth_time":1799999900,"jti":"j1","amr":["pwd","mfa"],"acr":"gold","realm_access":{"roles":["chargeback"]}}"#;

const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const EC_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const EC_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
