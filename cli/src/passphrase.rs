//! Where the passphrase comes from.

use std::path::Path;

use panveil::vault::Unlock;
use zeroize::{Zeroize, Zeroizing};

use crate::failure::Failure;

const VARIABLE: &str = "PANVEIL_PASSPHRASE";

/// The passphrase of `--passphrase-file`, else of the environment.
pub(crate) fn unlock(file: Option<&Path>) -> Result<Unlock, Failure> {
    if let Some(path) = file {
        let mut content = Zeroizing::new(std::fs::read(path).map_err(|error| Failure::at(path, &error))?);
        let end = content.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(content.len());
        if end == 0 {
            return Err(Failure::new(format!("{}: the first line holds no passphrase", path.display())));
        }
        if let Some(rest) = content.get_mut(end..) {
            rest.zeroize();
        }
        content.truncate(end);
        return Ok(Unlock::passphrase(core::mem::take(&mut *content)));
    }
    match std::env::var_os(VARIABLE) {
        Some(text) if !text.is_empty() => {
            use std::os::unix::ffi::OsStringExt;
            Ok(Unlock::passphrase(text.into_vec()))
        }
        _ => Err(Failure::new("no passphrase: set PANVEIL_PASSPHRASE or give --passphrase-file FILE")),
    }
}
