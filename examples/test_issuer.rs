//! A small identity provider for demos and for tests of production vaults: it makes a P-256 key, writes the public
//! half as a JWKS, and issues signed tokens. Whoever holds its key file can be anybody: never trust it where cards
//! are real.
//!
//! ```text
//! cargo run --features jwt --example test_issuer -- --key idp.key --jwks idp.jwks.json
//! cargo run --features jwt --example test_issuer -- --key idp.key --iss https://idp.example --aud panveil \
//!     --sub alice --role chargeback --mfa
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::ecdsa::SigningKey;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "\
test_issuer --key FILE [--jwks FILE]             make the key if it is not there; write its public half
test_issuer --key FILE --sub S [options]         print a signed token

  --iss URL         issuer (https://test-issuer.example)
  --aud A           audience (panveil)
  --kind K          person or service (person)
  --role R          a role; may be given several times
  --mfa             say that a second factor was used (amr mfa)
  --acr C           class of authentication
  --auth-age S      seconds since the person authenticated (0)
  --lifetime S      seconds until the token ends (600)
  --jti ID          id of the token (random)
  --claim NAME=V    another claim, as text; may be given several times";

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)) {
        Ok(options) if options.help => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Ok(options) => match run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("test_issuer: {error}");
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            eprintln!("test_issuer: {error}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Outcome<()> {
    let key = open_key(options.key.as_deref().ok_or("--key is needed")?.as_ref())?;
    if let Some(path) = &options.jwks {
        fs::write(path, format!("{:#}\n", jwks(&key)))?;
        eprintln!("public key written to {path}");
    }
    if let Some(subject) = &options.sub {
        println!("{}", token(&key, subject, options)?);
    }
    Ok(())
}

/// Reads the key, or makes one that only its owner can read.
fn open_key(path: &Path) -> Outcome<SigningKey> {
    if path.exists() {
        return Ok(SigningKey::from_pkcs8_der(&fs::read(path)?)?);
    }
    let key = SigningKey::random(&mut p256::elliptic_curve::rand_core::OsRng);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(key.to_pkcs8_der()?.as_bytes())?;
    Ok(key)
}

/// RFC 7517, with RFC 7518, section 6.2.
fn jwks(key: &SigningKey) -> Value {
    let point = key.verifying_key().to_encoded_point(false);
    let coordinate =
        |bytes: Option<&p256::FieldBytes>| bytes.map(|bytes| Base64UrlUnpadded::encode_string(bytes));
    let (x, y) = (coordinate(point.x()), coordinate(point.y()));
    json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": KID, "use": "sig", "alg": "ES256", "x": x, "y": y}]})
}

fn token(key: &SigningKey, subject: &str, options: &Options) -> Outcome<String> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let mut claims = json!({
        "iss": options.iss, "aud": options.aud, "sub": subject, "roles": options.roles,
        "iat": now, "exp": now + options.lifetime, "jti": options.jti()?,
    });
    if !options.service {
        claims["auth_time"] = json!(now - options.auth_age);
        claims["amr"] = if options.mfa { json!(["pwd", "mfa"]) } else { json!(["pwd"]) };
    }
    if let Some(acr) = &options.acr {
        claims["acr"] = json!(acr);
    }
    for (name, value) in &options.claims {
        claims[name] = json!(value);
    }
    let header = Header { kid: Some(KID.to_owned()), ..Header::new(Algorithm::ES256) };
    let private = EncodingKey::from_ec_der(key.to_pkcs8_der()?.as_bytes());
    Ok(jsonwebtoken::encode(&header, &claims, &private)?)
}

struct Options {
    help: bool,
    key: Option<String>,
    jwks: Option<String>,
    sub: Option<String>,
    iss: String,
    aud: String,
    service: bool,
    roles: Vec<String>,
    mfa: bool,
    acr: Option<String>,
    auth_age: i64,
    lifetime: i64,
    jti: Option<String>,
    claims: Vec<(String, String)>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut options = Self {
            help: false,
            key: None,
            jwks: None,
            sub: None,
            iss: "https://test-issuer.example".to_owned(),
            aud: "panveil".to_owned(),
            service: false,
            roles: Vec::new(),
            mfa: false,
            acr: None,
            auth_age: 0,
            lifetime: 600,
            jti: None,
            claims: Vec::new(),
        };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--help" | "-h" => options.help = true,
                "--mfa" => options.mfa = true,
                "--key" => options.key = Some(value()?),
                "--jwks" => options.jwks = Some(value()?),
                "--sub" => options.sub = Some(value()?),
                "--iss" => options.iss = value()?,
                "--aud" => options.aud = value()?,
                "--role" => options.roles.push(value()?),
                "--acr" => options.acr = Some(value()?),
                "--auth-age" => options.auth_age = value()?.parse()?,
                "--lifetime" => options.lifetime = value()?.parse()?,
                "--jti" => options.jti = Some(value()?),
                "--kind" => {
                    options.service = match value()?.as_str() {
                        "person" => false,
                        "service" => true,
                        _ => return Err("--kind is person or service".into()),
                    }
                }
                "--claim" => {
                    let claim = value()?;
                    let (name, value) = claim.split_once('=').ok_or("--claim is NAME=VALUE")?;
                    options.claims.push((name.to_owned(), value.to_owned()));
                }
                _ => return Err(format!("unknown argument {name}").into()),
            }
        }
        Ok(options)
    }

    fn jti(&self) -> Outcome<String> {
        if let Some(jti) = &self.jti {
            return Ok(jti.clone());
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| "the operating system gave no randomness")?;
        Ok(Base64UrlUnpadded::encode_string(&random))
    }
}

const KID: &str = "test-issuer-1";

#[cfg(test)]
mod tests {
    use panveil::card::id::ActorKind;
    use panveil::clock::Timestamp;
    use panveil::error::Error;
    use panveil::reveal::{issuer::Issuer, jwks::Jwks, verifier::IdentityVerifier};

    use super::*;

    #[test]
    fn its_tokens_are_taken_by_a_verifier_that_trusts_its_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("idp.key");
        let key = open_key(&path).unwrap();
        assert_eq!(open_key(&path).unwrap(), key, "the key is kept");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let jwks = Jwks::parse(jwks(&key).to_string().as_bytes()).unwrap();
        let issuer = |kind: &str, aud: &str| -> Issuer {
            let text = format!("iss='https://test-issuer.example'\naud='{aud}'\njwks='j'\nkind='{kind}'");
            toml::from_str(&text).unwrap()
        };
        let trusted = vec![(issuer("person", "panveil"), jwks.clone()), (issuer("service", "batch"), jwks)];
        let verifier = IdentityVerifier::new(trusted).unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let now = Timestamp::from_millis(now.try_into().unwrap());
        let verify = |arguments: &str| {
            let options = Options::read(arguments.split(' ').map(str::to_owned)).unwrap();
            verifier.verify(&token(&key, options.sub.as_deref().unwrap(), &options).unwrap(), now)
        };

        let alice = verify("--sub alice --role chargeback --role fraud --mfa --auth-age 60").unwrap();
        assert_eq!((alice.subject(), alice.roles().len(), alice.mfa()), ("alice", 2, true));
        assert!(!verify("--sub alice").unwrap().mfa());
        let service = verify("--sub settle --kind service --aud batch --role settlement").unwrap();
        assert_eq!(service.kind(), ActorKind::Service);
        assert_eq!(verify("--sub alice --aud shop").err(), Some(Error::IdentityRefused));
        assert_eq!(verify("--sub alice --lifetime 100000").err(), Some(Error::IdentityRefused));
    }
}
