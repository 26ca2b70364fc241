//! How much a file may expand to: archives are made that never end.

use std::cell::Cell;
use std::io::{self, Read};

/// What was read of a file, and what came out of its archives, one in another.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    read: Cell<u64>,
    expanded: Cell<u64>,
}

/// Archives within archives.
pub(crate) const DEEPEST: u8 = 8;
/// This much may come out of every file, in bytes; beyond, `RATIO` decides.
const FLOOR: u64 = 256 << 20;
/// Times its size a file may expand to. A log of one repeated line reaches some 200.
const RATIO: u64 = 1000;

impl Budget {
    /// So much of the file was read, or may be.
    pub(crate) fn took(&self, bytes: u64) {
        self.read.set(self.read.get().saturating_add(bytes));
    }

    fn expanded(&self, bytes: usize) -> io::Result<()> {
        let expanded = self.expanded.get().saturating_add(bytes as u64);
        self.expanded.set(expanded);
        if expanded > FLOOR && expanded > self.read.get().saturating_mul(RATIO) {
            return Err(io::Error::other("it expands to more than 1,000 times its size"));
        }
        Ok(())
    }
}

/// What comes out of an archive, counted.
pub(crate) struct Metered<'a, R> {
    pub(crate) inner: R,
    pub(crate) budget: &'a Budget,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.budget.expanded(bytes)?;
        Ok(bytes)
    }
}

/// Fills the buffer as far as there is text: how much it is, and what cut it off.
pub(crate) fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> (usize, io::Result<()>) {
    let mut filled = 0usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(bytes) => filled = filled.saturating_add(bytes),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}

/// Gives the error that cut something off, once.
pub(crate) struct CutOff(pub(crate) Option<io::Error>);

impl Read for CutOff {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// All of a text, or `None` if it is longer than `most` bytes.
pub(crate) fn whole(reader: &mut dyn Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::{Budget, FLOOR, Metered};
    use std::io::{self, Read};

    #[test]
    fn what_expands_without_end_is_stopped() {
        let budget = Budget::default();
        budget.took(1 << 20);
        let mut endless = Metered { inner: io::repeat(0), budget: &budget };
        let stopped = io::copy(&mut endless, &mut io::sink()).unwrap_err();
        assert!(stopped.to_string().contains("1,000 times"));
        assert!(budget.expanded.get() > 1000 << 20);
        // What is small may be dense.
        let budget = Budget::default();
        budget.took(1);
        let small = Metered { inner: io::repeat(0), budget: &budget };
        assert_eq!(io::copy(&mut small.take(FLOOR), &mut io::sink()).unwrap(), FLOOR);
    }
}
