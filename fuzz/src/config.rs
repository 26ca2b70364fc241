//! `panveil.toml`.

use panveil::Error;
use panveil::keys::keyring::Environment;
use panveil::vault::Config;

use crate::digits::assert_no_long_number;

/// A configuration is refused with a reason that repeats no long number, or holds what a vault can live by.
pub fn config(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    match Config::parse(text) {
        Ok(config) => {
            assert!((50..=60_000).contains(&config.audit_deadline().as_millis()));
            assert!(!config.tenant().as_str().is_empty());
            let trusts_test_issuer = config.issuers().iter().any(|issuer| issuer.iss() == TEST_ISSUER);
            assert!(config.environment() == Environment::Dev || !trusts_test_issuer);
            for issuer in config.issuers() {
                assert!(!issuer.jwks().contains('/') && !issuer.jwks().starts_with('.'));
                assert!(!issuer.iss().contains('|'));
            }
        }
        Err((error, reason)) => {
            assert_eq!(error, Error::ConfigInvalid);
            assert_no_long_number(&reason);
            assert!(!reason.contains(char::is_control), "a reason is one line");
        }
    }
}

const TEST_ISSUER: &str = "https://issuer.dev.panveil.invalid";
