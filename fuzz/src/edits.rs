//! Structure-aware input: bytes that say how a valid file is to be edited.

/// Edits `original` as `script` says, three bytes or more for each edit: where, what, and with what.
///
/// Fuzzers cannot guess a file that is signed or MACed; a few edits of a genuine one come past the first checks.
pub fn edited(original: &[u8], script: &[u8]) -> Vec<u8> {
    let mut file = original.to_vec();
    let mut rest = script;
    while let [high, low, what, tail @ ..] = rest {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % (file.len() + 1);
        let count = usize::from(what >> 2) % 16;
        let (bytes, after) = tail.split_at(count.min(tail.len()));
        rest = after;
        let end = (at + count).min(file.len());
        match what & 3 {
            // Overwrite, insert, delete, or repeat what stands here.
            0 => file.iter_mut().skip(at).zip(bytes).for_each(|(old, new)| *old = *new),
            1 => drop(file.splice(at..at, bytes.iter().copied())),
            2 => drop(file.drain(at..end)),
            _ => {
                let piece = file[at..end].to_vec();
                drop(file.splice(at..at, piece));
            }
        }
    }
    file
}
