//! The file that records go to: preallocated with zeros, so that a commit changes data only, and watched, so that
//! it is noticed when it was removed, replaced or cut.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::durable;
use crate::error::{Error, Result};

/// An open segment.
pub(crate) struct Segment {
    file: File,
    path: PathBuf,
    end: u64,
    allocated: u64,
}

impl Segment {
    /// An empty segment at `path`; whatever stood there before is gone.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = durable::create(path)?;
        Ok(Self { file, path: path.to_owned(), end: 0, allocated: 0 })
    }

    /// Opens the segment at `path`; the caller finds out where its records end.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let allocated = file.metadata()?.len();
        Ok(Self { file, path: path.to_owned(), end: 0, allocated })
    }

    /// Says where the records end.
    pub(crate) fn set_end(&mut self, end: u64) {
        self.end = end;
    }

    /// Bytes of all records.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// The file, for reading.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Writes `records` after the last one and returns when they are on disk under the segment's name.
    ///
    /// Space is taken in steps of `extent` bytes.
    ///
    /// # Errors
    /// [`Error::AuditReplaced`] if the file was removed, replaced or cut; [`Error::DiskFull`]; [`Error::Io`].
    pub(crate) fn append(&mut self, records: &[u8], extent: u64) -> Result<()> {
        let end = self.end.saturating_add(u64::try_from(records.len()).unwrap_or(u64::MAX));
        // Before: writing into a file that was cut would leave a hole of zeros in front of these records.
        self.check()?;
        if end > self.allocated {
            self.allocate(end.checked_next_multiple_of(extent.max(1)).ok_or(Error::DiskFull)?)?;
        }
        self.file.write_all_at(records, self.end)?;
        self.file.sync_data()?;
        // After: an answer is given only for records that stand where a reader will look.
        self.check()?;
        self.end = end;
        Ok(())
    }

    /// Overwrites what an unfinished write left after the last record, up to offset `until`, in the same write
    /// that appends `record`: at no moment is it gone without a record of it.
    pub(crate) fn append_over(&mut self, record: &[u8], until: u64, extent: u64) -> Result<()> {
        let garbage = usize::try_from(until.saturating_sub(self.end)).map_err(|_| Error::Internal)?;
        let mut bytes = record.to_vec();
        bytes.resize(record.len().max(garbage), 0);
        self.append(&bytes, extent)?;
        let padding = u64::try_from(bytes.len().saturating_sub(record.len())).unwrap_or(u64::MAX);
        self.end = self.end.saturating_sub(padding);
        Ok(())
    }

    /// Writes the records from offset `from` on once more, and returns when they are on disk.
    pub(crate) fn rewrite(&mut self, from: u64) -> Result<()> {
        let mut buffer = vec![0; 1 << 16];
        let mut at = from;
        while at < self.end {
            let left = usize::try_from(self.end.saturating_sub(at)).unwrap_or(buffer.len());
            let part = buffer.get_mut(..left.min(1 << 16)).ok_or(Error::Internal)?;
            self.file.read_exact_at(part, at)?;
            self.file.write_all_at(part, at)?;
            at = at.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok(self.file.sync_data()?)
    }

    /// Gives back the space that holds no record.
    pub(crate) fn truncate(&mut self) -> Result<()> {
        self.file.set_len(self.end)?;
        self.file.sync_all()?;
        self.allocated = self.end;
        Ok(())
    }

    /// Moves the file to `path`; its directory is still to be synced.
    pub(crate) fn rename(&mut self, path: &Path) -> Result<()> {
        fs::rename(&self.path, path)?;
        path.clone_into(&mut self.path);
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let whole = self.file.metadata()?.len() == self.allocated;
        if whole && durable::stands_at(&self.file, &self.path)? { Ok(()) } else { Err(Error::AuditReplaced) }
    }

    fn allocate(&mut self, size: u64) -> Result<()> {
        // Zeros that are written, not only reserved: a reserved block would be converted, and the conversion
        // logged by the file system, at the commit that first writes to it.
        let zeros = [0; 1 << 16];
        let mut at = self.allocated;
        while at < size {
            let step =
                usize::try_from(size.saturating_sub(at)).map_or(zeros.len(), |left| left.min(zeros.len()));
            let part = zeros.get(..step).ok_or(Error::Internal)?;
            if let Err(error) = self.file.write_all_at(part, at) {
                // A half-made extension is cut, so that the size stays what this value says.
                let _ = self.file.set_len(self.allocated);
                return Err(error.into());
            }
            at = at.saturating_add(u64::try_from(step).unwrap_or(u64::MAX));
        }
        self.file.sync_all()?;
        self.allocated = size;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Segment;
    use crate::error::Error;
    use std::fs::{self, OpenOptions};

    #[test]
    fn records_stand_before_preallocated_zeros_until_truncated() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.jsonl");
        let mut segment = Segment::create(&path).unwrap();
        segment.append(b"one\n", 64).unwrap();
        segment.append(b"two\n", 64).unwrap();
        let mut expected = b"one\ntwo\n".to_vec();
        expected.resize(64, 0);
        assert_eq!(fs::read(&path).unwrap(), expected);
        segment.append(&[b'x'; 60], 64).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 128);
        segment.truncate().unwrap();
        assert_eq!((segment.end(), fs::metadata(&path).unwrap().len()), (68, 68));
        segment.append(b"y", 0).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 69);
    }

    #[test]
    fn garbage_is_overwritten_by_the_record_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.jsonl");
        fs::write(&path, b"one\ngarbage\0\0garbage\0\0").unwrap();
        let mut segment = Segment::open(&path).unwrap();
        segment.set_end(4);
        segment.append_over(b"cut\n", 20, 64).unwrap();
        let mut expected = b"one\ncut\n".to_vec();
        expected.resize(22, 0);
        assert_eq!((fs::read(&path).unwrap(), segment.end()), (expected, 8));
    }

    #[test]
    fn removed_replaced_or_cut_is_noticed() {
        type Attack = fn(&std::path::Path);
        let attacks: [Attack; 5] = [
            |path| fs::remove_file(path).unwrap(),
            |path| fs::rename(path, path.with_extension("old")).unwrap(),
            |path| {
                fs::copy(path, path.with_extension("copy")).unwrap();
                fs::rename(path.with_extension("copy"), path).unwrap();
            },
            |path| OpenOptions::new().write(true).open(path).unwrap().set_len(2).unwrap(),
            |path| OpenOptions::new().write(true).open(path).unwrap().set_len(4096).unwrap(),
        ];
        for (i, attack) in attacks.iter().enumerate() {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("s.jsonl");
            let mut segment = Segment::create(&path).unwrap();
            segment.append(b"one\n", 64).unwrap();
            attack(&path);
            assert_eq!(segment.append(b"two\n", 64), Err(Error::AuditReplaced), "attack {i}");
        }
    }
}
