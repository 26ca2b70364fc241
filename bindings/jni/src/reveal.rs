//! The road out: sessions, reveals, and the reading of what was revealed.

use jni::Env;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use panveil::reveal::request::RevealRequest;
use panveil::{Error, Result};

use crate::boundary::Outcome;
use crate::fields::Fields;
use crate::objects::{GATES, Kind, SESSIONS, VALUES, Value, hand_out};
use crate::upcall::read;

/// A session for an identity token. Fields: token, origin.
pub(crate) fn session<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    gate: jlong,
    identity: JByteArray<'local>,
) -> Outcome<jlong> {
    let identity = read(env, &identity)?;
    let mut identity = Fields::new(&identity);
    let (token, origin) = (identity.text()?, identity.text()?);
    let gate = GATES.get(gate.cast_unsigned())?;
    Ok(hand_out(&gate.of, Kind::Session, &SESSIONS, |inner| inner.gate.session(token, origin))?)
}

/// When a session ends at the latest, in milliseconds since 1970-01-01T00:00:00Z.
pub(crate) fn session_ends(session: jlong) -> Result<jlong> {
    Ok(SESSIONS.get(session.cast_unsigned())?.it.ends().as_millis())
}

/// The revealed value. Fields: handle, record, purpose, case reference, origin, tenant, field; record, tenant and field
/// may be absent.
pub(crate) fn reveal<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    gate: jlong,
    session: jlong,
    request: JByteArray<'local>,
) -> Outcome<jlong> {
    let request = read(env, &request)?;
    let request = request_of(&mut Fields::new(&request))?;
    let gate = GATES.get(gate.cast_unsigned())?;
    let session = SESSIONS.get(session.cast_unsigned())?;
    Ok(hand_out(&gate.of, Kind::Value, &VALUES, |inner| {
        inner.gate.reveal(&session.it, request).map(Value::Revealed)
    })?)
}

fn request_of(fields: &mut Fields<'_>) -> Result<RevealRequest> {
    let handle = fields.text()?;
    let request = RevealRequest::new(handle, fields.optional()?)
        .purpose(fields.text()?)
        .case(fields.text()?)
        .origin(fields.text()?);
    let request = match fields.optional()? {
        Some(tenant) => request.tenant(tenant),
        None => request,
    };
    Ok(match fields.optional()? {
        Some(field) => request.field(field),
        None => request,
    })
}

/// How many bytes a value has.
pub(crate) fn value_length(value: jlong) -> Result<jlong> {
    let value = VALUES.get(value.cast_unsigned())?;
    jlong::try_from(value.it.bytes().len()).map_err(|_| Error::Internal)
}

/// Copies a value to `out` at `at`.
pub(crate) fn value_copy<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    value: jlong,
    out: JByteArray<'local>,
    at: jint,
) -> Outcome<jlong> {
    let value = VALUES.get(value.cast_unsigned())?;
    out.set_region(env, at, bytemuck::cast_slice(value.it.bytes()))?;
    Ok(0)
}
