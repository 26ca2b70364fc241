//! Making, opening and closing a vault, and what is asked of the vault itself.

use std::path::Path;
use std::sync::Arc;

use jni::Env;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use panveil::Result;
use panveil::card::id::{Application, FieldName};
use panveil::crypto::secret::SecretBytes;
use panveil::keys::keyring::Environment;
use panveil::vault::{CreateOptions, OpenOptions, Problem, TestIdentity, Unlock, Vault};

use crate::boundary::Outcome;
use crate::clock::{JavaClock, Watched};
use crate::fields::{self, Fields};
use crate::kek::JavaKek;
use crate::objects::{
    FINGERPRINTERS, GATES, Kind, OpenVault, SEALERS, TOKENIZERS, VALUES, VAULTS, Value, close, hand_out,
    to_java,
};
use crate::sink;
use crate::upcall::{Hooks, read};

/// Makes a vault directory. Fields: directory.
pub(crate) fn create<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    options: JByteArray<'local>,
    passphrase: JByteArray<'local>,
    hooks: jlong,
    production: jint,
    problem: JByteArray<'local>,
) -> Outcome<jlong> {
    let options = read(env, &options)?;
    let unlock = unlock(env, &passphrase, Hooks::new(hooks))?;
    let environment = if production == 0 { Environment::Dev } else { Environment::Production };
    let directory = Fields::new(&options).text()?;
    let wanted = CreateOptions { environment, configuration: None };
    match panveil::vault::create(Path::new(directory), unlock, &wanted) {
        Ok(_) => Ok(0),
        Err(refused) => tell(env, &problem, &refused),
    }
}

/// Opens a vault directory. Fields: directory, application, whether there is a clock (0 or 1), and for each sink name,
/// whether it is required (0 or 1) and its deadline in milliseconds.
pub(crate) fn open<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    options: JByteArray<'local>,
    passphrase: JByteArray<'local>,
    hooks: jlong,
    problem: JByteArray<'local>,
) -> Outcome<jlong> {
    let options = read(env, &options)?;
    let hooks = Hooks::new(hooks);
    let unlock = unlock(env, &passphrase, hooks)?;
    let mut fields = Fields::new(&options);
    let directory = fields.text()?;
    let mut wanted = OpenOptions::application(fields.text()?)?;
    let clock = (fields.number::<u8>()? != 0).then(|| Arc::new(JavaClock::new(hooks)));
    if let Some(clock) = &clock {
        wanted.clock = Arc::<JavaClock>::clone(clock);
    }
    sink::add(&mut fields, hooks, &mut wanted)?;
    let watched = Watched(clock);
    let opened = watched.guard(|| Ok(Vault::open(Path::new(directory), unlock, wanted)))?;
    match opened {
        Ok(vault) => Ok(to_java(VAULTS.insert(OpenVault::new(vault, watched)?)?)),
        Err(refused) => tell(env, &problem, &refused),
    }
}

/// Ends an object of any kind.
pub(crate) fn close_object(kind: jint, ticket: jlong) -> Result<jlong> {
    close(Kind::try_from(kind)?, ticket.cast_unsigned()).map(|()| 0)
}

/// The tokenizer of a caller. Fields: caller.
pub(crate) fn tokenizer<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    vault: jlong,
    caller: JByteArray<'local>,
) -> Outcome<jlong> {
    let caller = application(env, &caller)?;
    let vault = VAULTS.get(vault.cast_unsigned())?;
    Ok(hand_out(&vault, Kind::Tokenizer, &TOKENIZERS, |inner| inner.vault.tokenizer(caller).map(Arc::new))?)
}

/// The sealer of a caller and a field. Fields: caller, field.
pub(crate) fn sealer<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    vault: jlong,
    names: JByteArray<'local>,
) -> Outcome<jlong> {
    let names = read(env, &names)?;
    let mut names = Fields::new(&names);
    let (caller, field) = (Application::new(names.text()?)?, FieldName::new(names.text()?)?);
    let vault = VAULTS.get(vault.cast_unsigned())?;
    Ok(hand_out(&vault, Kind::Sealer, &SEALERS, |inner| inner.vault.sealer(caller, field))?)
}

/// The fingerprinter of a caller. Fields: caller.
pub(crate) fn fingerprinter<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    vault: jlong,
    caller: JByteArray<'local>,
) -> Outcome<jlong> {
    let caller = application(env, &caller)?;
    let vault = VAULTS.get(vault.cast_unsigned())?;
    let made =
        hand_out(&vault, Kind::Fingerprinter, &FINGERPRINTERS, |inner| inner.vault.fingerprinter(caller));
    Ok(made?)
}

/// The gate of a vault.
pub(crate) fn gate(vault: jlong) -> Result<jlong> {
    let vault = VAULTS.get(vault.cast_unsigned())?;
    hand_out(&vault, Kind::Gate, &GATES, |_| Ok(()))
}

/// 0 for a dev vault, 1 for a production vault.
pub(crate) fn environment(vault: jlong) -> Result<jlong> {
    VAULTS.get(vault.cast_unsigned())?.with(|inner| {
        Ok(match inner.vault.environment() {
            Environment::Dev => 0,
            Environment::Production => 1,
        })
    })
}

/// Whether the audit log has failed: 0 or 1.
pub(crate) fn log_has_failed(vault: jlong) -> Result<jlong> {
    VAULTS.get(vault.cast_unsigned())?.with(|inner| Ok(jlong::from(inner.vault.log_has_failed())))
}

/// Opens a failed audit log again.
pub(crate) fn reopen_log(vault: jlong) -> Result<jlong> {
    VAULTS.get(vault.cast_unsigned())?.with(|inner| inner.vault.reopen_log()).map(|()| 0)
}

/// A value of fields: what a person should know about the opening.
pub(crate) fn warnings(vault: jlong) -> Result<jlong> {
    let vault = VAULTS.get(vault.cast_unsigned())?;
    hand_out(&vault, Kind::Value, &VALUES, |inner| {
        let mut texts = Vec::new();
        for warning in inner.vault.warnings() {
            fields::add(&mut texts, warning);
        }
        Ok(Value::Text(SecretBytes::new(texts)))
    })
}

/// A value: an identity token of the test issuer. Fields: subject, second factor (0 or 1), seconds since the
/// authentication, roles.
pub(crate) fn test_identity<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    vault: jlong,
    wanted: JByteArray<'local>,
) -> Outcome<jlong> {
    let wanted = read(env, &wanted)?;
    let mut wanted = Fields::new(&wanted);
    let mut identity = TestIdentity {
        subject: wanted.text()?.to_owned(),
        mfa: wanted.number::<u8>()? != 0,
        auth_age_s: wanted.number()?,
        roles: Vec::new(),
    };
    while !wanted.is_empty() {
        identity.roles.push(wanted.text()?.to_owned());
    }
    let vault = VAULTS.get(vault.cast_unsigned())?;
    Ok(hand_out(&vault, Kind::Value, &VALUES, |inner| {
        let token = inner.vault.test_identity(&identity)?;
        Ok(Value::Text(SecretBytes::new(token.into_bytes())))
    })?)
}

fn application(env: &Env<'_>, fields: &JByteArray<'_>) -> Outcome<Application> {
    let fields = read(env, fields)?;
    Ok(Application::new(Fields::new(&fields).text()?)?)
}

/// The passphrase if there is one, else the application's key-encryption key.
fn unlock(env: &Env<'_>, passphrase: &JByteArray<'_>, hooks: Hooks) -> Outcome<Unlock> {
    if passphrase.is_null() {
        return Ok(Unlock::Kek(Box::new(JavaKek::new(hooks)?)));
    }
    let bytes = read(env, passphrase)?;
    Ok(Unlock::Passphrase(SecretBytes::from(bytes.as_slice())))
}

/// Writes what is wrong, and where, into `place` as a text behind its length, and returns the number of it.
fn tell(env: &Env<'_>, place: &JByteArray<'_>, problem: &Problem) -> Outcome<jlong> {
    let mut text = Vec::new();
    let whole = problem.to_string();
    let room = place.len(env)?.saturating_sub(2);
    let fits = (0..=room.min(whole.len())).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or(0);
    fields::add(&mut text, whole.get(..fits).unwrap_or_default());
    place.set_region(env, 0, bytemuck::cast_slice(&text))?;
    Err(problem.error().into())
}
