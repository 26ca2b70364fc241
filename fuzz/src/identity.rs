//! Identity tokens.

use panveil::Error;
use panveil::card::id::ActorKind;
use panveil::reveal::identity::Identity;
use serde_json::Value;

use crate::provider::{CLAIMS, HEADER, VERIFIER, now, signed, token};

/// A token is refused, or the provider signed it and it says what the identity says: as it comes, and as header and
/// claims (two lines) that the provider signs without looking.
pub fn identity(data: &[u8]) {
    if let Ok(text) = core::str::from_utf8(data) {
        verify(text);
    }
    let (header, claims) = match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (HEADER.as_bytes(), data),
    };
    for (header, claims) in [(header, claims), (HEADER.as_bytes(), claims), (header, CLAIMS.as_bytes())] {
        let token = token(header, claims);
        if let Some(identity) = verify(&token) {
            agrees(&identity, claims);
        }
    }
}

fn verify(token: &str) -> Option<Identity> {
    match VERIFIER.verify(token, now()) {
        Ok(identity) => {
            assert!(signed(token), "nobody signed this token");
            assert!(token.len() <= 16 * 1024);
            Some(identity)
        }
        Err(error) => {
            assert!(matches!(error, Error::IdentityRefused | Error::IdentityExpired), "{error:?}");
            None
        }
    }
}

/// The identity is what another reader sees in the claims.
fn agrees(identity: &Identity, claims: &[u8]) {
    let claims: Value = serde_json::from_slice(claims).expect("claims are JSON");
    assert_eq!(claims["iss"], identity.issuer());
    assert_eq!(claims["sub"], identity.subject());
    assert_eq!(claims["jti"], identity.jti());
    assert_eq!(claims["exp"], identity.expires().as_seconds());
    assert_eq!(claims["iat"], identity.issued().as_seconds());
    assert!(claims["aud"] == "panveil" || claims["aud"] == serde_json::json!(["panveil"]));
    assert_eq!(identity.actor().as_str(), format!("{}|{}", identity.issuer(), identity.subject()));
    assert!(identity.issued() < identity.expires());
    assert!(identity.expires().plus_millis(5_000) > now());
    assert!(identity.issued() <= now().plus_millis(5_000));
    match identity.kind() {
        ActorKind::Person => {
            assert_eq!(identity.issuer(), "https://idp.example");
            assert_eq!(claims["auth_time"], identity.auth_time().expect("of a person").as_seconds());
        }
        ActorKind::Service => {
            assert_eq!(identity.issuer(), "https://services.example");
            assert!(!identity.mfa() && identity.auth_time().is_none());
        }
    }
}
