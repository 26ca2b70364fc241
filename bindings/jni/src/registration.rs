//! What the JVM finds when it loads the library, and the only unsafe code of it: registering the natives, and copying
//! from and to direct buffers.
#![expect(
    unsafe_code,
    reason = "exported names, function pointers and foreign memory; everything else is safe"
)]

use core::ffi::c_void;

use jni::exceptions::{
    JArrayIndexOutOfBoundsException, JArrayStoreException, JClassCircularityError, JClassFormatError,
    JClassNotFoundException, JExceptionInInitializerError, JIllegalArgumentException,
    JIllegalMonitorStateException, JInstantiationException, JLinkageError, JNoClassDefFoundError,
    JNoSuchFieldError, JNoSuchMethodError, JNumberFormatException, JOutOfMemoryError, JRuntimeException,
    JSecurityException, JStringIndexOutOfBoundsException,
};
use jni::objects::{
    JByteArray, JByteBuffer, JClass, JClassLoader, JStackTraceElement, JString, JThread, JThrowable,
};
use jni::refs::{LoaderContext, Reference};
use jni::strings::JNIString;
use jni::sys::{JNI_ERR, JNI_VERSION_1_8, jint, jlong};
use jni::{Env, EnvUnowned, JValue, JavaVM, NativeMethod, jni_sig, jni_str, native_method};
use panveil::Error;

use crate::boundary::{Numbers, Outcome, boundary, silence_panics};
use crate::{batch, objects, protect, redact, reveal, upcall, vault};

/// Raised whenever a native changes; Java refuses a library with another one.
const ABI: jlong = 3;

/// Registers the natives of the class that the loader named in the system property `panveil.native.class`.
///
/// By that name, not by one that is built in: the class may have been renamed when it was shaded into another jar.
#[unsafe(no_mangle)]
extern "system" fn JNI_OnLoad(vm: *mut jni::sys::JavaVM, _reserved: *mut c_void) -> jint {
    silence_panics();
    let registered = std::panic::catch_unwind(|| {
        // SAFETY: the JVM passes its own interface, which lives as long as the process.
        let vm = unsafe { JavaVM::from_raw(vm) };
        vm.attach_current_thread(|env| register(env, &vm))
    });
    if matches!(registered, Ok(Ok(()))) { JNI_VERSION_1_8 } else { JNI_ERR }
}

/// The class loader is gone, and with it every vault: `Reaper` closes them before it lets go of the loader.
#[unsafe(no_mangle)]
extern "system" fn JNI_OnUnload(_vm: *mut jni::sys::JavaVM, _reserved: *mut c_void) {}

fn register(env: &mut Env<'_>, vm: &JavaVM) -> jni::errors::Result<()> {
    let property = JString::new(env, "panveil.native.class")?;
    let system = env.find_class(jni_str!("java/lang/System"))?;
    let signature = jni_sig!("(Ljava/lang/String;)Ljava/lang/String;");
    let name =
        env.call_static_method(system, jni_str!("getProperty"), signature, &[JValue::Object(&property)])?;
    let name = env.cast_local::<JString<'_>>(name.l()?)?;
    let name = JNIString::new(name.try_to_string(env)?.replace('.', "/"));
    let class = env.find_class(&*name)?;
    // SAFETY: every entry of NATIVES was made by `native_method!`, which compares signature and function, and is
    // declared static there and in Native.java.
    unsafe { env.register_native_methods(&class, NATIVES)? };
    upcall::set_target(vm.clone(), env.new_weak_ref(&class)?);
    look_up_exceptions(env)
}

/// Looks up every class that `jni` compares exceptions with, while there is memory for it.
///
/// It does so itself when it meets the first exception. If that one is want of memory, the look-up ends in the next
/// one, which is looked up in turn, until the stack is full and the process dies.
fn look_up_exceptions(env: &mut Env<'_>) -> jni::errors::Result<()> {
    macro_rules! look_up {
        ($($class:ident),* $(,)?) => {
            $(<$class<'_> as Reference>::lookup_class(env, &LoaderContext::None)?;)*
        };
    }
    look_up!(
        JArrayIndexOutOfBoundsException,
        JArrayStoreException,
        JClassCircularityError,
        JClassFormatError,
        JClassNotFoundException,
        JExceptionInInitializerError,
        JIllegalArgumentException,
        JIllegalMonitorStateException,
        JInstantiationException,
        JLinkageError,
        JNoClassDefFoundError,
        JNoSuchFieldError,
        JNoSuchMethodError,
        JNumberFormatException,
        JOutOfMemoryError,
        JRuntimeException,
        JSecurityException,
        JStringIndexOutOfBoundsException,
        JByteArray,
        JByteBuffer,
        JClass,
        JClassLoader,
        JStackTraceElement,
        JString,
        JThread,
        JThrowable,
    );
    Ok(())
}

/// Copies bytes of a direct buffer.
///
/// # Errors
/// [`Error::Argument`] if they are not all within its capacity.
pub(crate) fn copy_from_direct(
    env: &Env<'_>,
    buffer: &JByteBuffer<'_>,
    from: usize,
    to: &mut [u8],
) -> Outcome<()> {
    let address = within(env, buffer, from, to.len())?;
    // SAFETY: `address` begins `to.len()` bytes of the buffer, whose memory lives while the caller holds the buffer as
    // an argument. Rust borrows nothing of it: other threads may write to it, and what is copied then is any mixture
    // of bytes, each of which is a valid `u8`. `to` is Rust's own memory, so the two do not overlap.
    unsafe { core::ptr::copy_nonoverlapping(address, to.as_mut_ptr(), to.len()) };
    Ok(())
}

/// Copies bytes to a direct buffer.
///
/// # Errors
/// As [`copy_from_direct`]. Java passes no read-only buffer.
pub(crate) fn copy_to_direct(env: &Env<'_>, buffer: &JByteBuffer<'_>, to: usize, from: &[u8]) -> Outcome<()> {
    let address = within(env, buffer, to, from.len())?;
    // SAFETY: as in `copy_from_direct`, the other way round.
    unsafe { core::ptr::copy_nonoverlapping(from.as_ptr(), address, from.len()) };
    Ok(())
}

/// The address of `length` bytes of the buffer from `start` on.
fn within(env: &Env<'_>, buffer: &JByteBuffer<'_>, start: usize, length: usize) -> Outcome<*mut u8> {
    let capacity = env.get_direct_buffer_capacity(buffer)?;
    if start.checked_add(length).is_none_or(|end| end > capacity) {
        return Err(Error::Argument.into());
    }
    Ok(env.get_direct_buffer_address(buffer)?.wrapping_add(start))
}

/// A native that takes and returns numbers only: it does not touch the JVM, which saves a third of its time.
macro_rules! numbers {
    ($name:ident($($argument:ident: $type:ident),*) = $body:path) => {{
        fn $name(_: EnvUnowned<'_>, _: JClass<'_>, $($argument: $type),*) -> jlong {
            boundary(|| $body($($argument),*))
        }
        native_method! { raw static fn $name($($argument: $type),*) -> jlong }
    }};
}

/// A native that reads or writes arrays.
macro_rules! arrays {
    ($name:ident($($argument:ident: $type:tt),*) = $body:path) => {
        native_method! {
            static fn $name($($argument: $type),*) -> jlong,
            fn = $body,
            error_policy = Numbers,
        }
    };
}

/// The natives of `Native.java`, in its order.
const NATIVES: &[NativeMethod<'static>] = &[
    numbers!(abi() = abi_number),
    numbers!(open_objects() = open_count),
    numbers!(close(kind: jint, ticket: jlong) = vault::close_object),
    arrays!(vault_create(options: [jbyte], passphrase: [jbyte], hooks: jlong, production: jint, problem: [jbyte]) = vault::create),
    arrays!(vault_open(options: [jbyte], passphrase: [jbyte], hooks: jlong, problem: [jbyte]) = vault::open),
    numbers!(vault_environment(vault: jlong) = vault::environment),
    numbers!(vault_warnings(vault: jlong) = vault::warnings),
    numbers!(vault_log_has_failed(vault: jlong) = vault::log_has_failed),
    numbers!(vault_reopen_log(vault: jlong) = vault::reopen_log),
    arrays!(test_identity(vault: jlong, wanted: [jbyte]) = vault::test_identity),
    arrays!(tokenizer(vault: jlong, caller: [jbyte]) = vault::tokenizer),
    numbers!(tokenizer_version(tokenizer: jlong) = protect::tokenizer_version),
    numbers!(auto_layout(length: jint) = protect::auto_layout),
    numbers!(tokenize(tokenizer: jlong, pan: jlong, length: jint, layout: jint) = protect::tokenize),
    numbers!(mask(pan: jlong, length: jint, shown: jint) = protect::mask),
    arrays!(tokenize_all(tokenizer: jlong, layout: jint, count: jint, in_array: [jbyte], in_buffer: JByteBuffer, in_start: jint, out_array: [jbyte], out_buffer: JByteBuffer, out_start: jint) = batch::tokenize_all),
    arrays!(mask_all(shown: jint, count: jint, in_array: [jbyte], in_buffer: JByteBuffer, in_start: jint, out_array: [jbyte], out_buffer: JByteBuffer, out_start: jint) = batch::mask_all),
    arrays!(fingerprint_all(fingerprinter: jlong, count: jint, in_array: [jbyte], in_buffer: JByteBuffer, in_start: jint, out_array: [jbyte], out_buffer: JByteBuffer, out_start: jint) = batch::fingerprint_all),
    arrays!(seal_all(sealer: jlong, count: jint, in_array: [jbyte], in_buffer: JByteBuffer, in_start: jint, ids_array: [jbyte], ids_buffer: JByteBuffer, ids_start: jint, ids_length: jint, out_array: [jbyte], out_buffer: JByteBuffer, out_start: jint) = batch::seal_all),
    arrays!(fingerprinter(vault: jlong, caller: [jbyte]) = vault::fingerprinter),
    arrays!(fingerprint(fingerprinter: jlong, pan: jlong, length: jint, out: [jbyte]) = protect::fingerprint),
    arrays!(sealer(vault: jlong, names: [jbyte]) = vault::sealer),
    arrays!(seal_pan(sealer: jlong, pan: jlong, length: jint, record: [jbyte], record_length: jint, out: [jbyte]) = protect::seal_pan),
    arrays!(seal(sealer: jlong, value: [jbyte], record: [jbyte], record_length: jint, out: [jbyte]) = protect::seal),
    numbers!(gate(vault: jlong) = vault::gate),
    arrays!(session(gate: jlong, identity: [jbyte]) = reveal::session),
    numbers!(session_ends(session: jlong) = reveal::session_ends),
    arrays!(reveal(gate: jlong, session: jlong, request: [jbyte]) = reveal::reveal),
    numbers!(value_length(value: jlong) = reveal::value_length),
    arrays!(value_copy(value: jlong, out: [jbyte], at: jint) = reveal::value_copy),
    arrays!(redactor(tokenizer: jlong, options: [jbyte]) = redact::redactor),
    arrays!(redact(redactor: jlong, options: [jbyte], text: [jbyte], out: [jbyte]) = redact::redact),
    arrays!(stream(redactor: jlong, options: [jbyte]) = redact::stream),
    arrays!(push(stream: jlong, text: [jbyte], start: jint, length: jint, ends: jint, out: [jbyte]) = redact::push),
];

fn abi_number() -> panveil::Result<jlong> {
    Ok(ABI)
}

fn open_count() -> panveil::Result<jlong> {
    jlong::try_from(objects::open_count()).map_err(|_| Error::Internal)
}
