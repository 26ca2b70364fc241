//! Makes a vault for each tenant and key version of `vectors/tokens_v1.json` and `sealed_v1.json`, so that C and Java,
//! which reach keys through a vault only, can check them too:
//!
//! ```text
//! cargo run -p panveil-ffi --example vector_vaults -- vectors DIR
//! ```
//!
//! DIR/HEX-VERSION is the vault of the tenant whose name HEX is, with that version of the token and seal root. These roots
//! are the vectors' 32 bytes of 0x42; the keyring is written by its description in docs/formats.md. The passphrase is
//! `vectors`.

#![allow(clippy::print_stderr, reason = "a command-line program")]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use panveil::crypto::kdf::{Label, derive};
use panveil::crypto::secret::{Secret, SecretBytes};
use panveil::keys::kek::{Kek, WrapContext};
use panveil::keys::keyring::{Environment, WrappedKeyring};
use panveil::keys::passphrase::PassphraseKek;
use panveil::keys::purpose::KeyPurpose;
use panveil::keys::root::ALGORITHM;
use panveil::vault::{CreateOptions, Unlock, create};
use serde_json::Value;
use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

const PASSPHRASE: &str = "vectors";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [vectors, directory] = arguments.as_slice() else {
        eprintln!("vector_vaults VECTORS DIR");
        return ExitCode::from(2);
    };
    match make_all(vectors, directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vector_vaults: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make_all(vectors: &Path, directory: &Path) -> Outcome<()> {
    let mut wanted = BTreeSet::new();
    for name in ["tokens_v1.json", "sealed_v1.json"] {
        let file: Value = serde_json::from_slice(&std::fs::read(vectors.join(name))?)?;
        if file["root_byte"] != 0x42 {
            return Err("another root than 0x42".into());
        }
        for row in file["vectors"].as_array().ok_or("no vectors")? {
            let tenant = row["tenant"].as_str().ok_or("no tenant")?;
            let version = row["version"].as_u64().and_then(|version| u32::try_from(version).ok());
            wanted.insert((tenant.to_owned(), version.ok_or("no version")?));
        }
    }
    std::fs::create_dir_all(directory)?;
    for (tenant, version) in wanted {
        make(directory, &tenant, version)?;
    }
    Ok(())
}

fn make(directory: &Path, tenant: &str, version: u32) -> Outcome<()> {
    let hex: String = tenant.bytes().map(|byte| format!("{byte:02x}")).collect();
    let place = directory.join(format!("{hex}-{version}"));
    // The shipped configuration with another tenant, and a policy that lets the desk see every field of the vectors. The
    // key set of the built-in issuer is the vault's own, so it is copied from a first one.
    let first = directory.join("first");
    create(&first, unlock(), &CreateOptions { environment: Environment::Dev, configuration: None })?;
    std::fs::write(first.join("policy.toml"), POLICY)?;
    let settings = std::fs::read_to_string(first.join("panveil.toml"))?;
    std::fs::write(
        first.join("panveil.toml"),
        settings.replace("tenant = \"main\"", &format!("tenant = {tenant:?}")),
    )?;
    let keyring = first.join("keyring.pvk");
    let edited = with_the_vectors_roots(&std::fs::read(&keyring)?, version)?;
    std::fs::write(&keyring, edited)?;
    std::fs::rename(first, place)?;
    Ok(())
}

const POLICY: &str = "version = 1\n[[rule]]\nname = \"vectors\"\nkind = \"person\"\nroles = [\"chargeback\"]\n\
                      purposes = [\"chargeback\"]\nfields = [\"pan\", \"name\", \"phone\", \"note\"]\n\
                      budget = { handles = 1000, window = \"10m\" }\n";

/// The keyring file with other token and seal roots, under the same passphrase.
fn with_the_vectors_roots(file: &[u8], version: u32) -> Outcome<Vec<u8>> {
    let kek =
        PassphraseKek::open(&SecretBytes::from(PASSPHRASE.as_bytes()), WrappedKeyring::parse(file)?.kek())?;
    let text = std::str::from_utf8(file)?;
    let end = text.find("\nsha256 ").ok_or("no digest")? + 1;
    let mut document: Value = serde_json::from_str(text.get(..end).ok_or("no document")?)?;
    let vault = document["vault"].as_str().ok_or("no vault")?.to_owned();
    let mut config = None;
    for entry in document["keys"].as_array_mut().ok_or("no keys")? {
        let purpose =
            KeyPurpose::from_name(entry["purpose"].as_str().unwrap_or_default()).ok_or("a purpose")?;
        let bound_to = |key_id, version| WrapContext {
            vault: &vault,
            environment: Environment::Dev.name(),
            purpose,
            tenant: "*",
            key_id,
            algorithm: ALGORITHM,
            version,
        };
        if purpose == KeyPurpose::Config {
            let wrapped = Base64UrlUnpadded::decode_vec(entry["wrapped"].as_str().ok_or("no root")?)?;
            config = Some(kek.unwrap(&wrapped, &bound_to(entry["id"].as_str().ok_or("no id")?, 1))?);
        }
        if matches!(purpose, KeyPurpose::Token | KeyPurpose::Seal) {
            let root = Secret::fill_with(|bytes| {
                bytes.fill(0x42);
                Ok(())
            })?;
            let label = Label::new("panveil/v1/root/id").text(purpose.name().as_bytes()).number(version);
            let id: String =
                derive(&root, &label)?.expose().iter().take(16).map(|b| format!("{b:02x}")).collect();
            entry["wrapped"] =
                Base64UrlUnpadded::encode_string(&kek.wrap(&root, &bound_to(&id, version))?).into();
            entry["version"] = version.into();
            entry["id"] = id.into();
        }
    }
    let mut file = serde_json::to_vec_pretty(&document)?;
    file.push(b'\n');
    let key = derive(&config.ok_or("no config root")?, &Label::new("panveil/v1/keyring/mac"))?;
    let mac = Hmac::<Sha256>::new_from_slice(key.expose())?.chain_update(&file).finalize().into_bytes();
    let digest = Base64UrlUnpadded::encode_string(&Sha256::digest(&file));
    let mac = Base64UrlUnpadded::encode_string(&mac);
    file.extend_from_slice(format!("sha256 {digest}\nhmac {mac}\n").as_bytes());
    Ok(file)
}

fn unlock() -> Unlock {
    Unlock::passphrase(PASSPHRASE)
}
