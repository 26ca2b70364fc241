//! Redacts one file: written beside it, scanned again, and only then put in its place.

use std::fs::{self, File};
use std::io::{self, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use panveil::scan::{Finder, Replacement};

use super::attributes;
use super::copy::Copy;
use super::mirror::Mirror;
use super::unfinished::Unfinished;
use crate::scan::budget::fill;
use crate::scan::find::{Looked, Part, Place, Redacted};
use crate::scan::format::{Format, HEAD, Text};
use crate::scan::identity::Identity;
use crate::scan::shown;
use crate::scan::walk::reason_of;
use crate::terminal::plain;

/// Where redacted files go.
#[derive(Debug)]
pub(crate) enum Target {
    InPlace,
    Into(Mirror),
}

/// Redacts files that were looked into.
pub(crate) struct Rewriter<'a> {
    pub(crate) finder: Finder,
    pub(crate) replacement: &'a Replacement,
    pub(crate) keep_length: bool,
    pub(crate) target: Target,
}

/// Is told of the redacted file that will take the place of the one that was looked at.
pub(crate) type Begins<'a> = &'a dyn Fn(Identity, &Looked) -> io::Result<()>;

/// Why a file was left as it is.
pub(super) struct Left(pub(super) String);

impl From<io::Error> for Left {
    fn from(error: io::Error) -> Self {
        Self(reason_of(&error))
    }
}

impl From<&str> for Left {
    fn from(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl Rewriter<'_> {
    pub(crate) fn is_in_place(&self) -> bool {
        matches!(self.target, Target::InPlace)
    }

    /// Redacts the file that `looked` tells of; `None` where there was nothing to do. In place it says which file stands there
    /// now, unless somebody wrote to that already. `begins` is told before, and can prevent it.
    pub(crate) fn rewrite(
        &self,
        path: &Path,
        file: &File,
        identity: Identity,
        looked: &Looked,
        begins: Begins<'_>,
    ) -> (Option<Redacted>, Option<Identity>) {
        let found = looked.parts.iter().any(holds_finds);
        let outcome = match &self.target {
            Target::InPlace if !found => return (None, None),
            Target::InPlace => self.in_place(path, file, identity, looked, begins),
            Target::Into(mirror) => self.into(mirror, path, file, identity, looked).map(|()| None),
        };
        match outcome {
            Ok(new) => (Some(Redacted::Yes), new),
            Err(Left(reason)) => (Some(Redacted::No(reason)), None),
        }
    }

    fn in_place(
        &self,
        path: &Path,
        file: &File,
        identity: Identity,
        looked: &Looked,
        begins: Begins<'_>,
    ) -> Result<Option<Identity>, Left> {
        let in_name_only = looked.parts.iter().filter(|part| holds_finds(part)).all(is_name_only);
        if in_name_only {
            return Err("card data stands in its name only: rename it".into());
        }
        let metadata = file.metadata()?;
        if metadata.nlink() > 1 {
            return Err("it has other names (hard links), which would keep the old content".into());
        }
        if fs::symlink_metadata(path)?.is_symlink() {
            return Err("it is a symbolic link: name the file itself".into());
        }
        let text = self.text_of(file)?;
        let mut new = Unfinished::create(path)?;
        self.redact(file, text, new.file())?;
        attributes::keep_all(file, &metadata, new.file())?;
        let redacted = Looked { redaction: Some(Redacted::Yes), ..looked.clone() };
        let mut ready = None;
        let there = new.publish(|new| {
            let new = Identity::of(&new.metadata()?);
            ready = Some(new.under_any_name());
            begins(new, &redacted)?;
            let there = fs::symlink_metadata(path)?;
            if Identity::of(&there) != identity || Identity::of(&file.metadata()?) != identity {
                return Err(Left::from("it changed while it was read: scan it again"));
            }
            Ok(())
        })?;
        let there = Identity::of(&there);
        Ok((ready == Some(there.under_any_name())).then_some(there))
    }

    fn into(
        &self,
        mirror: &Mirror,
        path: &Path,
        file: &File,
        identity: Identity,
        looked: &Looked,
    ) -> Result<(), Left> {
        let place = mirror.place_of(path).ok_or("it has no place in the folder")?;
        if shown::text(place.as_os_str().as_bytes()) != plain(&place.as_os_str().to_string_lossy()) {
            return Err("its name holds card data, and would be copied".into());
        }
        if !looked.not_looked_into.is_empty() {
            return Err("a part of it was not looked into".into());
        }
        let found = looked.parts.iter().any(holds_finds);
        let text = if found { Some(self.text_of(file)?) } else { None };
        Mirror::make_way(&place)?;
        let metadata = file.metadata()?;
        let mut new = Unfinished::create(&place)?;
        match text {
            Some(text) => self.redact(file, text, new.file())?,
            None => {
                let mut from = file;
                from.rewind()?;
                io::copy(&mut from, new.file())?;
            }
        }
        attributes::keep_mode_and_times(&metadata, new.file())?;
        new.publish(|_| match Identity::of(&file.metadata()?) == identity {
            true => Ok(()),
            false => Err(Left::from("it changed while it was read: scan it again")),
        })?;
        Ok(())
    }

    /// How the file is to be read, if it is one that can be redacted.
    fn text_of(&self, mut file: &File) -> Result<Text, Left> {
        let mut head = vec![0; HEAD];
        file.rewind()?;
        let (length, outcome) = fill(&mut file, &mut head);
        outcome?;
        match Format::of(head.get(..length).unwrap_or_default()) {
            Format::Text(text) if text.binary && !self.keep_length => {
                Err("it is binary, and other lengths would break it: use --keep-length".into())
            }
            Format::Text(text) => Ok(text),
            Format::Sqlite => Err("it is a database: change it with SQL".into()),
            _ => Err("it is an archive or compressed: extract it, and redact what is in it".into()),
        }
    }

    fn redact(&self, file: &File, text: Text, to: &mut File) -> Result<(), Left> {
        let copy = Copy { finder: self.finder, replacement: self.replacement, keep_length: self.keep_length };
        copy.write(file, text, to)
    }
}

fn holds_finds(part: &Part) -> bool {
    part.counts.iter().any(|count| count.allowed.is_none())
}

fn is_name_only(part: &Part) -> bool {
    part.finds.iter().all(|find| find.place == Place::Name)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Write;

    use panveil::card::mask::Shown;
    use panveil::scan::{Finder, Replacement};

    use super::{Rewriter, Target};
    use crate::scan::allow::Allow;
    use crate::scan::find::Redacted;
    use crate::scan::identity::Identity;
    use crate::scan::look::{Looker, Search};

    #[test]
    fn a_file_that_changes_while_it_is_read_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let replacement = Replacement::Mask(Shown::LAST4);
        let finder = Finder::new();
        let rewriter =
            Rewriter { finder, replacement: &replacement, keep_length: false, target: Target::InPlace };
        let allow = Allow::default();
        let mut looker = Looker::new(Search { finder, base64: false, allow: &allow, most: 10 });
        type Change = fn(&std::path::Path);
        let changes: [(Change, &str); 3] = [
            (|path| File::options().append(true).open(path).unwrap().write_all(b"more").unwrap(), "more"),
            (|path| fs::write(path, "4111111111111112").unwrap(), "2"),
            (
                |path| {
                    fs::rename(path, path.with_extension("1")).unwrap();
                    fs::write(path, "rotated").unwrap();
                },
                "rotated",
            ),
        ];
        for (change, end) in changes {
            fs::write(&path, "4111111111111111 ").unwrap();
            let file = File::open(&path).unwrap();
            let identity = Identity::of(&file.metadata().unwrap());
            let looked = looker.file(&path, &file, &|_| {});
            change(&path);
            let (outcome, _) = rewriter.rewrite(&path, &file, identity, &looked, &|_, _| Ok(()));
            let Some(Redacted::No(reason)) = outcome else { panic!("it was redacted: {end}") };
            assert!(reason.contains("changed"), "{reason}");
            assert!(fs::read_to_string(&path).unwrap().ends_with(end));
        }
        let left = fs::read_dir(folder.path()).unwrap();
        assert!(
            left.map(|entry| entry.unwrap().file_name()).all(|name| !name.to_str().unwrap().starts_with('.'))
        );
    }
}
