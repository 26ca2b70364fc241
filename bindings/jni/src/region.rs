//! Bytes of Java, on its heap or beside it, read and written through copies.

use jni::Env;
use jni::objects::{JByteArray, JByteBuffer};
use panveil::Error;

use crate::boundary::Outcome;
use crate::registration::{copy_from_direct, copy_to_direct};

/// Bytes from `start` on, of an array or of a direct buffer.
///
/// They are never borrowed, so that the garbage collector is not held up and nothing changes under Rust's eyes.
pub(crate) struct Region<'a, 'local> {
    place: Place<'a, 'local>,
    start: usize,
}

enum Place<'a, 'local> {
    Array(&'a JByteArray<'local>),
    Direct(&'a JByteBuffer<'local>),
}

impl<'a, 'local> Region<'a, 'local> {
    /// The array, or if it is null the direct buffer.
    ///
    /// # Errors
    /// [`Error::Argument`] for a negative start, [`Error::NullPointer`] if both are null.
    pub(crate) fn new(
        array: &'a JByteArray<'local>,
        buffer: &'a JByteBuffer<'local>,
        start: i32,
    ) -> panveil::Result<Self> {
        let start = usize::try_from(start).map_err(|_| Error::Argument)?;
        let place = match (array.is_null(), buffer.is_null()) {
            (false, _) => Place::Array(array),
            (true, false) => Place::Direct(buffer),
            (true, true) => return Err(Error::NullPointer),
        };
        Ok(Self { place, start })
    }

    /// Copies the bytes from `at` on.
    pub(crate) fn read(&self, env: &Env<'_>, at: usize, to: &mut [u8]) -> Outcome<()> {
        let from = self.start.checked_add(at).ok_or(Error::Argument)?;
        match self.place {
            Place::Array(array) => {
                let from = i32::try_from(from).map_err(|_| Error::Argument)?;
                Ok(array.get_region(env, from, bytemuck::cast_slice_mut(to))?)
            }
            Place::Direct(buffer) => copy_from_direct(env, buffer, from, to),
        }
    }

    /// Overwrites the bytes from `at` on.
    pub(crate) fn write(&self, env: &Env<'_>, at: usize, from: &[u8]) -> Outcome<()> {
        let to = self.start.checked_add(at).ok_or(Error::Argument)?;
        match self.place {
            Place::Array(array) => {
                let to = i32::try_from(to).map_err(|_| Error::Argument)?;
                Ok(array.set_region(env, to, bytemuck::cast_slice(from))?)
            }
            Place::Direct(buffer) => copy_to_direct(env, buffer, to, from),
        }
    }
}
