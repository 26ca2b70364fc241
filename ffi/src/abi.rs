//! Which ABI this is, and the texts of its statuses.

use std::ffi::{CStr, c_char};

use crate::status;

/// The version of the ABI: the release of the interface in the high 16 bits, what was added to it in the low ones.
pub const PANVEIL_ABI_VERSION: u32 = 0x0001_0000;

/// Returns the version of the ABI that the loaded library has, to be compared with PANVEIL_ABI_VERSION of the header:
/// see PANVEIL_ABI_CHECK.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_abi_version() -> u32 {
    PANVEIL_ABI_VERSION
}

/// Returns the fixed English text of a status, in lower case without a full stop, zero-terminated, never NULL. It is the
/// library's, and stays. It holds no card data and may be logged.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_status_text(status: u32) -> *const c_char {
    let text: &'static CStr = status::text(status);
    text.as_ptr()
}
