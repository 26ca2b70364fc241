//! How much may be revealed: locks, identity tokens and budgets, taken in one transaction of the store.
//!
//! [`Limits::admit`] is the one door. It reads no clock; [`Now`](crate::clock::Now) comes in as an argument.

mod admit;
mod budget;
mod clock;
mod handles;
mod jti;
mod lock;
mod tally;
mod window;

pub use admit::{Admission, Admitted, Identifier, Limits, Refusal};
pub use budget::{Budget, Measure, Scope, Usage};
pub use clock::ClockStep;
pub use lock::{LockReason, Locked};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::crypto::kdf::{Label, derive};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};

/// The keys under which the rows of this module are found, so that the store names no handle and no token id.
pub(crate) struct LimitKeys {
    handles: Hmac<Sha256>,
    windows: Hmac<Sha256>,
    jti: Hmac<Sha256>,
}

impl LimitKeys {
    fn new(root: &Secret) -> Result<Self> {
        let keyed = |label| {
            let key = derive(root, &Label::new(label))?;
            Hmac::new_from_slice(key.expose()).map_err(|_| Error::Internal)
        };
        Ok(Self {
            handles: keyed("panveil/v1/store/handles")?,
            windows: keyed("panveil/v1/store/windows")?,
            jti: keyed("panveil/v1/store/jti")?,
        })
    }
}

/// HMAC-SHA-256 over the parts, each with its length before it.
fn digest(key: &Hmac<Sha256>, parts: &[&[u8]]) -> Result<[u8; 32]> {
    let mut mac = key.clone();
    for part in parts {
        let length = u32::try_from(part.len()).map_err(|_| Error::Argument)?;
        mac.update(&length.to_be_bytes());
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}
