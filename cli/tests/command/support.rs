//! A vault in a directory of its own, and the built command to run on it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The passphrase of every test vault.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// A card number of each length that is taken, with a right check digit.
pub(crate) const VISA: &str = "4111111111111111";

/// A small table as people export them.
pub(crate) const TABLE: &str = "\
id,card_number,security_code,name
C00000017,4111111111111111,123,山田 太郎
C00000018,4012 8888 8888 1881,,鈴木 花子
C00000019,,999,佐藤
";

/// The built command, which knows the passphrase.
pub(crate) fn panveil() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_panveil"));
    command.env("PANVEIL_PASSPHRASE", PASSPHRASE);
    command
}

/// Says that a test, or a part of one, cannot run here. The print macros would be heard only if the test failed.
pub(crate) fn skipped(what: &str, why: &str) {
    std::io::stderr().write_all(format!("SKIPPED {what}: {why}\n").as_bytes()).unwrap();
}

/// Runs the command.
pub(crate) fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    Ran::of(panveil().args(arguments).output().unwrap())
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// It must have ended with this status, without a panic.
    #[track_caller]
    pub(crate) fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }

    /// It must have refused with this number, and printed nothing as a result.
    #[track_caller]
    pub(crate) fn refused(self, number: u32) -> Self {
        let ran = self.ends(1);
        assert!(ran.stderr.trim_end().ends_with(&format!("[{number}]")), "not {number}: {ran:#?}");
        assert_eq!(ran.stdout, "", "{ran:#?}");
        ran
    }

    /// The error text must hold all of this.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in {self:#?}");
        }
        self
    }

    /// The result as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A dev vault and a folder for tables beside it.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) vault: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self::without_vault();
        run([OsStr::new("init"), place.vault.as_os_str(), "--profile".as_ref(), "dev".as_ref()]).ends(0);
        place
    }

    pub(crate) fn without_vault() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault");
        Self { folder, vault }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file beside the vault, as an argument.
    pub(crate) fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The vault, as an argument.
    pub(crate) fn dir(&self) -> String {
        self.vault.to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.file(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// The names in the folder beside the vault, hidden ones included.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The command's arguments for protecting `input`, a name here, into `output`.
    pub(crate) fn protect(&self, input: &str, output: &str, more: &[&str]) -> Vec<String> {
        let (input, output) = (self.file(input), self.file(output));
        let words = ["protect", &self.dir(), "--in", &input, "--out", &output, "--pan-column", "card_number"];
        words.iter().chain(more).map(|word| (*word).to_owned()).collect()
    }

    /// Protects [`TABLE`] with sealing and gives the handles of its first row: token and sealed record.
    pub(crate) fn protected(&self) -> (String, String) {
        self.write("legacy.csv", TABLE);
        let more = ["--layout", "auto", "--seal", "--record-column", "id"];
        run(self.protect("legacy.csv", "protected.csv", &more)).ends(0);
        let table = self.read("protected.csv");
        let row: Vec<&str> = table.lines().nth(1).unwrap().split(',').collect();
        (format!("{}:{}", row[2], row[1]), row[5].to_owned())
    }

    /// An identity token of the built-in test issuer, for somebody who may reveal.
    pub(crate) fn identity(&self, subject: &str) -> String {
        let dir = self.dir();
        let words = ["dev", &dir, "identity", "--sub", subject, "--role", "chargeback", "--mfa"];
        run(words).ends(0).stdout.trim_end().to_owned()
    }

    /// The command's arguments for revealing `handle` as the bearer of `identity`.
    pub(crate) fn reveal(&self, handle: &str, identity: &str, more: &[&str]) -> Vec<String> {
        let dir = self.dir();
        let words = ["reveal", &dir, "--handle", handle, "--identity", identity];
        let ask = ["--purpose", "chargeback", "--case", "CB-1042", "--origin", "10.0.0.5"];
        words.iter().chain(&ask).chain(more).map(|word| (*word).to_owned()).collect()
    }

    /// The log must be whole.
    #[track_caller]
    pub(crate) fn verifies(&self) {
        run(["audit", "verify", &self.dir()]).ends(0);
    }
}
