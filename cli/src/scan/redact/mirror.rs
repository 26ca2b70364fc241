//! A folder that holds what was scanned, redacted, under the same names.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Component, Path, PathBuf};

/// Where the redacted files go.
#[derive(Clone, Debug)]
pub(crate) struct Mirror {
    folder: PathBuf,
    roots: Vec<PathBuf>,
}

impl Mirror {
    /// Makes the folder for the files of these roots.
    ///
    /// # Errors
    /// A text that says why it cannot be there.
    pub(crate) fn create(folder: &Path, roots: &[PathBuf]) -> Result<Self, String> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
                if !empty {
                    return Err("must be new or an empty folder".into());
                }
            }
            Err(error) => return Err(super::super::walk::reason_of(&error)),
        }
        let real = fs::canonicalize(folder).map_err(|error| error.to_string())?;
        let lies_within =
            roots.iter().filter_map(|root| fs::canonicalize(root).ok()).any(|root| real.starts_with(root));
        if lies_within {
            return Err("lies within what is scanned".into());
        }
        let mirror = Self { folder: folder.to_owned(), roots: roots.to_vec() };
        for (at, root) in roots.iter().enumerate() {
            let name = mirror.place_of(root);
            if name.is_some()
                && roots.iter().skip(at.saturating_add(1)).any(|other| mirror.place_of(other) == name)
            {
                return Err("would hold two trees of the same name: scan them one by one".into());
            }
        }
        Ok(mirror)
    }

    /// Where the file of this path goes.
    pub(crate) fn place_of(&self, path: &Path) -> Option<PathBuf> {
        let root = self
            .roots
            .iter()
            .filter(|root| path.starts_with(root))
            .max_by_key(|root| root.as_os_str().len())?;
        let rest = path.strip_prefix(root).ok()?;
        let mut place = self.folder.clone();
        place.extend(root.file_name());
        // Nothing leads out of the folder.
        place.extend(rest.components().filter(|part| matches!(part, Component::Normal(_))));
        Some(place)
    }

    /// Makes the folders above a place.
    pub(crate) fn make_way(place: &Path) -> io::Result<()> {
        place.parent().map_or(Ok(()), |parent| DirBuilder::new().recursive(true).mode(0o700).create(parent))
    }
}

#[cfg(test)]
mod tests {
    use super::Mirror;
    use std::path::{Path, PathBuf};

    #[test]
    fn names_stay_under_the_folder() {
        let roots = ["logs", ".", "/var/log", "../x.log"].map(PathBuf::from).to_vec();
        let mirror = Mirror { folder: "out".into(), roots };
        for (path, place) in [
            ("logs/a/b.log", "out/logs/a/b.log"),
            ("./c/d.log", "out/c/d.log"),
            ("/var/log/syslog", "out/log/syslog"),
            ("../x.log", "out/x.log"),
        ] {
            assert_eq!(mirror.place_of(Path::new(path)).unwrap(), Path::new(place));
        }
    }
}
