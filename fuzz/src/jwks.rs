//! Key sets of identity providers.

use panveil::Error;
use panveil::reveal::jwks::Jwks;
use serde_json::Value;

use crate::edits::edited;
use crate::provider::jwks as genuine;

/// A key set is refused, or holds at least one key and nothing private.
pub fn jwks(data: &[u8]) {
    read(data);
    read(&edited(genuine().as_bytes(), data));
    if let Ok(text) = core::str::from_utf8(data) {
        read(format!("{{\"keys\":[{text}]}}").as_bytes());
    }
}

fn read(bytes: &[u8]) {
    match Jwks::parse(bytes) {
        Ok(set) => {
            let value: Value = serde_json::from_slice(bytes).expect("a key set is JSON");
            let keys = value["keys"].as_array().expect("with a list of keys");
            assert!(!set.is_empty() && set.len() <= keys.len() && keys.len() <= 100);
            for key in keys {
                let key = key.as_object().expect("a key is an object");
                assert!(
                    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().all(|name| !key.contains_key(*name))
                );
                assert_ne!(key.get("kty"), Some(&Value::from("oct")));
            }
            assert_eq!(format!("{set:?}"), format!("Jwks({} keys)", set.len()));
        }
        Err(error) => assert_eq!(error, Error::JwksInvalid),
    }
}
