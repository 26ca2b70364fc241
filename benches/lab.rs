//! A real vault on the disk that benchmarks work with.

use panveil::card::id::{Application, FieldName, RecordId};
use panveil::card::{Pan, luhn};
use panveil::crypto::secret::SecretBytes;
use panveil::keys::keyring::Environment;
use panveil::protect::{LayoutChoice, Sealer, Tokenizer};
use panveil::vault::{CreateOptions, OpenOptions, Unlock, Vault, create};
use tempfile::TempDir;

use crate::provider::{Failure, PERSONS, Provider, SERVICES};

/// An open vault, and the provider it trusts.
pub struct Lab {
    /// The vault.
    pub vault: Vault,
    /// Its identity provider.
    pub provider: Provider,
    directory: TempDir,
}

impl Lab {
    /// A new vault below the working directory, which is on a disk where the system's temporary one may not be.
    ///
    /// # Errors
    /// If the vault cannot be made.
    pub fn new() -> Result<Self, Failure> {
        let directory = directory()?;
        let provider = Provider::new()?;
        let (given, place) = (directory.path().join("given"), directory.path().join("vault"));
        std::fs::create_dir_all(given.join("trust"))?;
        std::fs::write(
            given.join("panveil.toml"),
            format!("{CONFIG}[[issuer]]\n{PERSONS}[[issuer]]\n{SERVICES}"),
        )?;
        std::fs::write(given.join("policy.toml"), POLICY)?;
        std::fs::write(given.join("trust/idp.jwks.json"), provider.jwks())?;
        let unlock = || Unlock::Passphrase(SecretBytes::from(&b"a passphrase"[..]));
        create(
            &place,
            unlock(),
            &CreateOptions { environment: Environment::Dev, configuration: Some(given) },
        )?;
        let vault = Vault::open(&place, unlock(), OpenOptions::command()?)?;
        Ok(Self { vault, provider, directory })
    }

    /// Where the vault lies.
    pub fn directory(&self) -> std::path::PathBuf {
        self.directory.path().join("vault")
    }

    /// A tokenizer.
    ///
    /// # Errors
    /// None in practice.
    pub fn tokenizer(&self) -> Result<Tokenizer, Failure> {
        Ok(self.vault.tokenizer(Application::new("bench")?)?)
    }

    /// A sealer of card numbers.
    ///
    /// # Errors
    /// None in practice.
    pub fn sealer(&self) -> Result<Sealer, Failure> {
        Ok(self.vault.sealer(Application::new("bench")?, FieldName::new("pan")?)?)
    }

    /// `count` handles of different cards: a token, or a sealed record with its record id.
    ///
    /// # Errors
    /// None in practice.
    pub fn handles(&self, count: u32, sealed: bool) -> Result<Vec<(String, Option<String>)>, Failure> {
        let (tokenizer, sealer) = (self.tokenizer()?, self.sealer()?);
        (0..count)
            .map(|number| {
                let pan = pan(16, number)?;
                if !sealed {
                    return Ok((tokenizer.tokenize(&pan, LayoutChoice::Auto)?.to_string(), None));
                }
                let record = format!("C{number:08}");
                let text = sealer.seal_pan(&pan, &RecordId::new(&record)?)?.to_text();
                Ok((text, Some(record)))
            })
            .collect()
    }
}

/// A directory that goes with what it holds, on the disk of the working directory.
///
/// # Errors
/// If none can be made.
pub fn directory() -> Result<TempDir, Failure> {
    Ok(tempfile::Builder::new().prefix("panveil-bench-").tempdir_in(".")?)
}

/// The `number`th test card number of `length` digits.
///
/// # Errors
/// None in practice.
pub fn pan(length: usize, number: u32) -> Result<Pan, Failure> {
    let mut digits = format!("4{:0width$}", number, width = length.saturating_sub(2)).into_bytes();
    digits.push(b'0' | luhn::check_digit(&digits));
    Ok(Pan::parse(&digits)?)
}

const CONFIG: &str = r#"
version = 1
environment = "dev"
tenant = "main"
kek = { provider = "passphrase" }
store = { engine = "sqlite" }
"#;

const POLICY: &str = r#"
version = 1

[[rule]]
name = "chargeback desk"
kind = "person"
roles = ["chargeback"]
purposes = ["chargeback"]
fields = ["pan"]
case = "CB-[0-9]+"
budget = { handles = 100, calls = 1000000, window = "10m" }

[[rule]]
name = "settlement"
kind = "service"
roles = ["chargeback"]
purposes = ["settlement"]
fields = ["pan"]
case = "S-[0-9]+"
budget = { calls = 1000000, window = "10m" }
"#;
