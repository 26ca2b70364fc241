//! A key-encryption key of the host: an HSM, a cloud service.

use std::ffi::c_void;

use panveil::crypto::secret::Secret;
use panveil::keys::kek::{Kek, KekDescription, WrapContext};
use panveil::{Error, Result};

use crate::callback::{Context, answer, panveil_release};
use crate::ptr::{self, SizedStruct, panveil_bytes};

/// What a wrapped root is bound to. Everything is lent for the time of the callback.
#[repr(C)]
pub struct panveil_wrap_context {
    /// All that follows, as unambiguous bytes: the associated data of an authenticated cipher.
    pub associated_data: panveil_bytes,
    /// The vault.
    pub vault: panveil_bytes,
    /// `dev` or `production`.
    pub environment: panveil_bytes,
    /// What the root is for.
    pub purpose: panveil_bytes,
    /// Whose it is; `*` for the roots, from which each tenant's keys are derived.
    pub tenant: panveil_bytes,
    /// The root's id.
    pub key_id: panveil_bytes,
    /// What is done with the root.
    pub algorithm: panveil_bytes,
    /// The version of the root.
    pub version: u32,
}

/// Wraps the 32 bytes of `root`: writes up to `capacity` bytes to `wrapped` and their number to `length`.
pub type panveil_wrap = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        root: *const u8,
        bound_to: *const panveil_wrap_context,
        wrapped: *mut u8,
        capacity: usize,
        length: *mut usize,
    ) -> u32,
>;

/// Writes the 32 bytes of the root that `wrapped` holds to `root`, if it was wrapped for the same context.
pub type panveil_unwrap = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        wrapped: *const u8,
        length: usize,
        bound_to: *const panveil_wrap_context,
        root: *mut u8,
    ) -> u32,
>;

/// A key-encryption key of the host, in place of a passphrase.
///
/// It is called on the thread that creates or opens a vault, during that call and never later, some dozen times; there
/// is no deadline, so the callbacks bring their own. They must not throw. They must authenticate the associated data
/// with the key, so that a wrapped root cannot take another one's place. They return PANVEIL_OK,
/// PANVEIL_KEK_UNAVAILABLE, PANVEIL_WRONG_KEK or PANVEIL_KEYRING_DAMAGED; any number that is no status of this library
/// becomes PANVEIL_CALLBACK_FAILED.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_kek {
    /// sizeof(panveil_kek).
    pub struct_size: u32,
    /// Given to the callbacks.
    pub context: *mut c_void,
    /// The name of the provider, such as `pkcs11`: printable ASCII, not `passphrase`.
    pub provider: panveil_bytes,
    /// A public name of the key that commits to it: lower-case hexadecimal.
    pub id: panveil_bytes,
    /// Wraps a root of a new vault.
    pub wrap: panveil_wrap,
    /// Unwraps a root.
    pub unwrap: panveil_unwrap,
    /// Called once, when the library no longer needs the key, also when opening fails; may be NULL.
    pub release: panveil_release,
}

// SAFETY: `#[repr(C)]`, begins with its size, and pointers and options of functions may be zero.
unsafe impl SizedStruct for panveil_kek {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// The host's key-encryption key as the library sees it.
pub(crate) struct HostKek {
    context: Context,
    description: KekDescription,
    wrap: unsafe extern "C" fn(
        *mut c_void,
        *const u8,
        *const panveil_wrap_context,
        *mut u8,
        usize,
        *mut usize,
    ) -> u32,
    unwrap: unsafe extern "C" fn(*mut c_void, *const u8, usize, *const panveil_wrap_context, *mut u8) -> u32,
}

impl HostKek {
    /// # Errors
    /// [`Error::NullPointer`] and [`Error::Argument`] for the struct.
    ///
    /// # Safety
    /// As [`ptr::options`]; the names are what [`ptr::bytes`] asks for, and the callbacks what the header asks for.
    pub(crate) unsafe fn new(kek: *const panveil_kek) -> Result<Self> {
        // SAFETY: the same promise.
        let panveil_kek { context, provider, id, wrap, unwrap, release, .. } = unsafe { ptr::options(kek) }?;
        let context = Context::new(context, release);
        // SAFETY: the same promise.
        let provider = unsafe { ptr::text(provider.data, provider.length, MAX_NAME, Error::Argument) }?;
        // SAFETY: the same promise.
        let id = unsafe { ptr::text(id.data, id.length, MAX_NAME, Error::Argument) }?;
        let printable = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable(provider) || provider == panveil::keys::passphrase::PROVIDER || !is_hexadecimal(id) {
            return Err(Error::Argument);
        }
        Ok(Self {
            context,
            description: KekDescription { provider: provider.into(), id: id.into(), argon2id: None },
            wrap: wrap.ok_or(Error::NullPointer)?,
            unwrap: unwrap.ok_or(Error::NullPointer)?,
        })
    }
}

impl Kek for HostKek {
    fn description(&self) -> KekDescription {
        self.description.clone()
    }

    fn wrap(&self, root: &Secret, context: &WrapContext<'_>) -> Result<Vec<u8>> {
        let (mut wrapped, mut length) = (vec![0; MAX_WRAPPED], 0);
        with(context, |bound_to| {
            // SAFETY: the host's callback gets its own context, 32 bytes, and a buffer with its true size.
            let status = unsafe {
                (self.wrap)(
                    self.context.get(),
                    root.expose().as_ptr(),
                    bound_to,
                    wrapped.as_mut_ptr(),
                    wrapped.len(),
                    &raw mut length,
                )
            };
            answer(status)
        })?;
        if length == 0 || length > wrapped.len() {
            return Err(Error::CallbackFailed);
        }
        wrapped.truncate(length);
        Ok(wrapped)
    }

    fn unwrap(&self, wrapped: &[u8], context: &WrapContext<'_>) -> Result<Secret> {
        Secret::fill_with(|root| {
            with(context, |bound_to| {
                // SAFETY: the host's callback gets its own context, bytes with their true length, and room for 32.
                let status = unsafe {
                    (self.unwrap)(
                        self.context.get(),
                        wrapped.as_ptr(),
                        wrapped.len(),
                        bound_to,
                        root.as_mut_ptr(),
                    )
                };
                answer(status)
            })
        })
    }
}

fn with<T>(context: &WrapContext<'_>, use_it: impl FnOnce(*const panveil_wrap_context) -> T) -> T {
    let associated_data = context.to_bytes();
    let view = |bytes: &[u8]| panveil_bytes { data: bytes.as_ptr(), length: bytes.len() };
    let bound_to = panveil_wrap_context {
        associated_data: view(&associated_data),
        vault: view(context.vault.as_bytes()),
        environment: view(context.environment.as_bytes()),
        purpose: view(context.purpose.name().as_bytes()),
        tenant: view(context.tenant.as_bytes()),
        key_id: view(context.key_id.as_bytes()),
        algorithm: view(context.algorithm.as_bytes()),
        version: context.version,
    };
    use_it(&raw const bound_to)
}

fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

const MAX_NAME: usize = 255;
const MAX_WRAPPED: usize = 4096;
