//! A growing byte buffer that is zero before it is cleared, grown or freed.

use std::io::{self, Read};

use zeroize::optimization_barrier;

/// Bytes that may hold card numbers. Whatever leaves the buffer leaves zeros behind.
pub(super) struct Wiped {
    /// Initialized throughout, so that input is read straight into it; only the first `len` bytes count.
    store: Box<[u8]>,
    len: usize,
}

impl Wiped {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { store: vec![0; capacity].into_boxed_slice(), len: 0 }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.store.get(..self.len).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn clear(&mut self) {
        self.truncate(0);
    }

    /// Keeps the first `len` bytes and wipes the rest.
    pub(super) fn truncate(&mut self, len: usize) {
        if let Some(gone) = self.store.get_mut(len..self.len) {
            wipe(gone);
            self.len = len;
        }
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        self.grow_to(end);
        if let Some(room) = self.store.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.grow_to(self.len.saturating_add(1));
        if let Some(room) = self.store.get_mut(self.len) {
            *room = byte;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Reads once, so that at most `limit` bytes are held; 0 means the input has ended or the limit is reached.
    pub(super) fn read_from(&mut self, input: &mut dyn Read, limit: usize) -> io::Result<usize> {
        self.grow_to(limit);
        let Some(room) = self.store.get_mut(self.len..limit) else { return Ok(0) };
        loop {
            match input.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(read) => {
                    self.len = self.len.saturating_add(read).min(limit);
                    return Ok(read);
                }
            }
        }
    }

    /// At least `capacity` bytes, moved by hand: a growing `Vec` would free the old bytes unwiped.
    fn grow_to(&mut self, capacity: usize) {
        if capacity > self.store.len() {
            self.grow(capacity);
        }
    }

    /// Apart from `grow_to`, so that the usual case, enough room, is inlined into the writers.
    #[cold]
    fn grow(&mut self, capacity: usize) {
        let roomy = capacity.max(self.store.len().saturating_mul(2));
        let mut grown = vec![0; roomy].into_boxed_slice();
        if let Some(start) = grown.get_mut(..self.len) {
            start.copy_from_slice(self.as_slice());
        }
        let mut old = std::mem::replace(&mut self.store, grown);
        wipe(&mut old);
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.store);
    }
}

impl core::fmt::Debug for Wiped {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Wiped(..)")
    }
}

/// Zeros, at the speed of memset; the barrier keeps the stores from being optimized away.
pub(super) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    optimization_barrier(bytes);
}

#[cfg(test)]
mod tests {
    use super::Wiped;

    #[test]
    fn what_is_cut_off_is_zero() {
        let mut buffer = Wiped::with_capacity(4);
        buffer.extend(b"4111111111111111");
        assert_eq!(buffer.as_slice(), b"4111111111111111");
        buffer.truncate(6);
        assert_eq!(buffer.as_slice(), b"411111");
        assert!(buffer.store[6..].iter().all(|byte| *byte == 0));
        buffer.clear();
        assert_eq!((buffer.len(), buffer.store.iter().max()), (0, Some(&0)));
    }

    #[test]
    fn reading_stops_at_the_limit_and_at_the_end() {
        let mut buffer = Wiped::with_capacity(0);
        let mut input = b"0123456789".as_slice();
        assert_eq!(buffer.read_from(&mut input, 4).unwrap(), 4);
        assert_eq!(buffer.read_from(&mut input, 4).unwrap(), 0);
        assert_eq!(buffer.read_from(&mut input, 99).unwrap(), 6);
        assert_eq!(buffer.read_from(&mut input, 99).unwrap(), 0);
        assert_eq!(buffer.as_slice(), b"0123456789");
        assert_eq!(format!("{buffer:?}"), "Wiped(..)");
    }
}
