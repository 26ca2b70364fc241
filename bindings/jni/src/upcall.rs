//! Calls from Rust into the class `Native`, on any thread.

use std::sync::OnceLock;

use jni::objects::{JByteArray, JClass};
use jni::refs::Weak;
use jni::strings::JNIStr;
use jni::{Env, JValue, JavaVM, jni_sig, jni_str};
use panveil::{Error, Result};
use zeroize::Zeroizing;

/// Which hook of the application is asked. The numbers are those of `Native.java`.
#[derive(Clone, Copy)]
pub(crate) enum KekCall {
    Describe = 0,
    Wrap = 1,
    Unwrap = 2,
}

/// The callbacks of one vault, as the registry on the Java side knows them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hooks(i64);

struct Target {
    vm: JavaVM,
    /// Weak, so that the library does not hold the class loader that loaded it.
    class: Weak<JClass<'static>>,
}

static TARGET: OnceLock<Target> = OnceLock::new();

/// Remembers the class whose natives were registered.
pub(crate) fn set_target(vm: JavaVM, class: Weak<JClass<'static>>) {
    let _ = TARGET.set(Target { vm, class });
}

impl Hooks {
    pub(crate) const fn new(number: i64) -> Self {
        Self(number)
    }

    /// What the application's clock says, in milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`Error::CallbackFailed`] if it threw or hung.
    pub(crate) fn clock(self) -> Result<i64> {
        let millis = upcall(|env, class| {
            let name = jni_str!("clock");
            env.call_static_method(class, name, jni_sig!("(J)J"), &[JValue::Long(self.0)])?.j()
        })?;
        if millis == FAILED { Err(Error::CallbackFailed) } else { Ok(millis) }
    }

    /// Hands audit records to the sink `sink`.
    ///
    /// # Errors
    /// [`Error::CallbackFailed`] if it threw, [`Error::CallbackTimeout`] if it hung.
    pub(crate) fn deliver(self, sink: i32, records: &[u8]) -> Result<()> {
        let answer = upcall(|env, class| {
            let records = env.byte_array_from_slice(records)?;
            let arguments = [JValue::Long(self.0), JValue::Int(sink), JValue::Object(&records)];
            env.call_static_method(class, jni_str!("deliver"), jni_sig!("(JI[B)I"), &arguments)?.i()
        })?;
        status(answer)
    }

    /// Tells the sink `sink` that the local log has failed.
    ///
    /// # Errors
    /// As [`deliver`](Self::deliver).
    pub(crate) fn log_failed(self, sink: i32, reason: Error) -> Result<()> {
        let reason = i32::try_from(reason.number()).map_err(|_| Error::Internal)?;
        let answer = upcall(|env, class| {
            let arguments = [JValue::Long(self.0), JValue::Int(sink), JValue::Int(reason)];
            env.call_static_method(class, jni_str!("logFailed"), jni_sig!("(JII)I"), &arguments)?.i()
        })?;
        status(answer)
    }

    /// Asks the application's key-encryption key. `secret` is wiped on Java's heap when it returns.
    ///
    /// # Errors
    /// [`Error::KekUnavailable`] if it threw, hung, or returned nothing.
    pub(crate) fn kek(self, call: KekCall, input: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let answer = upcall(|env, class| {
            let (input, context) = (byte_array(env, input)?, byte_array(env, context)?);
            let arguments = [
                JValue::Long(self.0),
                JValue::Int(call as i32),
                JValue::Object(&input),
                JValue::Object(&context),
            ];
            let name: &JNIStr = jni_str!("kek");
            let answer = env.call_static_method(class, name, jni_sig!("(JI[B[B)[B"), &arguments)?.l()?;
            wipe(env, &input)?;
            if answer.is_null() {
                return Ok(None);
            }
            let answer = env.cast_local::<JByteArray<'_>>(answer)?;
            let bytes = read(env, &answer)?;
            wipe(env, &answer)?;
            Ok(Some(bytes))
        });
        answer.ok().flatten().ok_or(Error::KekUnavailable)
    }
}

/// The bytes of a Java array, wiped when dropped.
pub(crate) fn read(env: &Env<'_>, array: &JByteArray<'_>) -> jni::errors::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0u8; array.len(env)?]);
    array.get_region(env, 0, bytemuck::cast_slice_mut(bytes.as_mut_slice()))?;
    Ok(bytes)
}

fn byte_array<'local>(env: &mut Env<'local>, bytes: &[u8]) -> jni::errors::Result<JByteArray<'local>> {
    let array = JByteArray::new(env, bytes.len())?;
    array.set_region(env, 0, bytemuck::cast_slice(bytes))?;
    Ok(array)
}

fn wipe(env: &Env<'_>, array: &JByteArray<'_>) -> jni::errors::Result<()> {
    let zeros = vec![0i8; array.len(env)?];
    array.set_region(env, 0, &zeros)
}

/// A status that Java returned, 0 if all went well.
fn status(number: i32) -> Result<()> {
    match u32::try_from(number) {
        Ok(0) => Ok(()),
        Ok(number) if number == Error::CallbackTimeout.number() => Err(Error::CallbackTimeout),
        _ => Err(Error::CallbackFailed),
    }
}

/// Attaches the thread for this one call only: a thread that stays attached would keep the JVM from ending.
///
/// An exception does not come further than here. `Native` catches all of them; what is left is want of memory.
fn upcall<T>(body: impl FnOnce(&mut Env<'_>, &JClass<'_>) -> jni::errors::Result<T>) -> Result<T> {
    let target = TARGET.get().ok_or(Error::CallbackFailed)?;
    let answer = target.vm.attach_current_thread_for_scope(|env| {
        let class = target.class.upgrade_local(env)?.ok_or(jni::errors::Error::ObjectFreed)?;
        body(env, &class)
    });
    answer.map_err(|_: jni::errors::Error| Error::CallbackFailed)
}

/// What `Native.clock` returns when there is no time to tell.
const FAILED: i64 = i64::MIN;
