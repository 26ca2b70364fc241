//! The manifest of configuration and trust files.

use panveil::Error;
use panveil::crypto::secret::Secret;
use panveil::keys::keyring::Environment;
use panveil::keys::manifest::Manifest;

use crate::edits::edited;

/// A manifest is refused as damaged, or is the genuine one; one of any files comes back as it was written.
pub fn manifest(data: &[u8]) {
    let root = root();
    let genuine = genuine();
    for file in [data.to_vec(), edited(&genuine, data)] {
        match Manifest::from_file(&file, &root) {
            Ok(manifest) => {
                assert_eq!(file, genuine, "an edited manifest was taken");
                assert_eq!(manifest.to_file(&root).expect("it can be written"), file);
            }
            Err(error) => assert_eq!(error, Error::ManifestDamaged),
        }
    }
    // Any name without white space, which is what the vault takes, and any content.
    let (name, content) = data.split_at(data.len() / 2);
    let name = String::from_utf8_lossy(name).split_whitespace().collect::<String>();
    if name.is_empty() || name == "panveil.toml" {
        return;
    }
    let files = [("panveil.toml", content), (name.as_str(), data)];
    let made = Manifest::of_files(Environment::Production, u64::MAX, files);
    let file = made.to_file(&root).expect("it can be written");
    let read = Manifest::from_file(&file, &root).expect("what is written is read");
    assert_eq!(read, made);
    assert_eq!(read.digest(), made.digest());
    assert_eq!(made.differences(&read), []);
}

/// A manifest that was written under [`root`].
pub fn genuine() -> Vec<u8> {
    let files = [("panveil.toml", &b"a"[..]), ("policy.toml", b"b"), ("trust/idp.jwks.json", b"c")];
    Manifest::of_files(Environment::Dev, 3, files).to_file(&root()).expect("it can be written")
}

fn root() -> Secret {
    let root = Secret::fill_with(|bytes| {
        bytes.fill(5);
        Ok(())
    });
    root.expect("a fixed secret")
}
