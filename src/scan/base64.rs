//! Digits inside base64.

/// Stars for all bytes: `Kioq` is the base64 of three of them.
pub(super) fn hide(region: &[u8], out: &mut Vec<u8>) {
    out.extend(b"Kioq".iter().cycle().take(region.len()));
}
