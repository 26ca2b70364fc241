//! Digits written as the hexadecimal numbers of their ASCII bytes.

/// Stars for all bytes: `2a` for each pair of hexadecimal digits, what stands between them as it is.
pub(super) fn hide(region: &[u8], out: &mut Vec<u8>) {
    let mut second = false;
    for byte in region {
        if byte.is_ascii_hexdigit() {
            out.push(if second { b'a' } else { b'2' });
            second = !second;
        } else {
            out.push(*byte);
        }
    }
}
