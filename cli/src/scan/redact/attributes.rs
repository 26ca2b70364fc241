//! Owner, mode, times and extended attributes of a file, for the one that takes its place.

use std::fs::{File, FileTimes, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use rustix::fs::{Gid, Uid, XattrFlags, fchown, fgetxattr, flistxattr, fsetxattr};
use rustix::io::Errno;

/// Gives `to` all that `from` has.
///
/// # Errors
/// What cannot be kept: then the file must not be replaced.
pub(crate) fn keep_all(from: &File, metadata: &Metadata, to: &File) -> io::Result<()> {
    let now = to.metadata()?;
    if (now.uid(), now.gid()) != (metadata.uid(), metadata.gid()) {
        fchown(to, Some(Uid::from_raw(metadata.uid())), Some(Gid::from_raw(metadata.gid())))?;
    }
    keep_extended(from, to)?;
    // A change of owner takes some of the mode away, so the mode comes after it; and the times last.
    keep_mode_and_times(metadata, to)
}

/// Gives `to` the mode and the times of another file.
pub(crate) fn keep_mode_and_times(metadata: &Metadata, to: &File) -> io::Result<()> {
    to.set_permissions(PermissionsExt::from_mode(metadata.mode() & 0o7777))?;
    let times = FileTimes::new().set_accessed(metadata.accessed()?).set_modified(metadata.modified()?);
    to.set_times(times)
}

/// The longest list of names and the longest value on Linux, in bytes.
const LONGEST: usize = 64 << 10;

/// Access control lists and labels are among them.
fn keep_extended(from: &File, to: &File) -> io::Result<()> {
    let mut names = vec![0u8; LONGEST];
    let length = match flistxattr(from, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::NOTSUP) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut value = vec![0u8; LONGEST];
    let mut there = vec![0u8; LONGEST];
    for name in names.get(..length).unwrap_or_default().split(|byte| *byte == 0) {
        if name.is_empty() {
            continue;
        }
        let length = fgetxattr(from, name, value.as_mut_slice())?;
        let value = value.get(..length).unwrap_or_default();
        // The system gives new files labels of their own; mostly they are the same.
        let same =
            fgetxattr(to, name, there.as_mut_slice()).is_ok_and(|length| there.get(..length) == Some(value));
        if !same {
            fsetxattr(to, name, value, XattrFlags::empty())?;
        }
    }
    Ok(())
}
