//! Where C pointers become references, and nowhere else.
//!
//! Each input has a length that it can sensibly have; one beyond that is refused before its bytes are looked at. Of a
//! buffer only as many bytes are touched as are written.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use panveil::{Error, Result};

/// Bytes that the caller lends for the time of a call. `data` is NULL where an optional value is absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes there are.
    pub length: usize,
}

/// The bytes `data` points to, of which there are at most `most`; more are refused as `excess`.
///
/// # Safety
/// `data` is NULL or points to `length` bytes that stay as they are for `'a`.
pub(crate) unsafe fn bytes<'a>(
    data: *const u8,
    length: usize,
    most: usize,
    excess: Error,
) -> Result<&'a [u8]> {
    if data.is_null() {
        return Err(Error::NullPointer);
    }
    if length > most {
        return Err(excess);
    }
    // SAFETY: `data` is not NULL and points to `length` bytes, as the caller promises.
    Ok(unsafe { std::slice::from_raw_parts(data, length) })
}

/// As [`bytes`], for text.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn text<'a>(data: *const u8, length: usize, most: usize, excess: Error) -> Result<&'a str> {
    // SAFETY: the same promise.
    let bytes = unsafe { bytes(data, length, most, excess) }?;
    std::str::from_utf8(bytes).map_err(|_| excess)
}

/// As [`text`], `None` where it is absent.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn optional_text<'a>(
    text: panveil_bytes,
    most: usize,
    excess: Error,
) -> Result<Option<&'a str>> {
    if text.data.is_null() && text.length == 0 {
        return Ok(None);
    }
    // SAFETY: the same promise.
    unsafe { self::text(text.data, text.length, most, excess) }.map(Some)
}

/// A struct whose first member is its size in bytes, as the caller's header knew it.
///
/// # Safety
/// `#[repr(C)]`; the first member is `struct_size: u32`; all-zero bytes are a valid value.
pub(crate) unsafe trait SizedStruct: Copy {
    /// The size in the first release: what every caller has.
    const FIRST_SIZE: usize;
}

/// A copy of the caller's options. Members that the caller's header did not have are zero; members that this build does
/// not know must be zero, so that an option is never silently left out.
///
/// # Errors
/// [`Error::NullPointer`]; [`Error::Argument`] for a size that is none, or an option that this build does not know.
///
/// # Safety
/// `options` is NULL, or points to a `u32` that says how many bytes, itself included, may be read there.
pub(crate) unsafe fn options<T: SizedStruct>(options: *const T) -> Result<T> {
    let first = aligned(options.cast_mut())?.cast::<u32>();
    // SAFETY: not NULL, aligned for `T` and so for its first member, which is there as the caller promises.
    let size = unsafe { first.read() } as usize;
    if !(T::FIRST_SIZE..=LARGEST_STRUCT).contains(&size) {
        return Err(Error::Argument);
    }
    // SAFETY: the caller promises as many readable bytes as the first member says.
    let given = unsafe { std::slice::from_raw_parts(options.cast::<u8>(), size) };
    let known = size.min(size_of::<T>());
    if given.iter().skip(known).any(|byte| *byte != 0) {
        return Err(Error::Argument);
    }
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: `known` is at most the size of either side, and a local does not overlap the caller's memory.
    unsafe { options.cast::<u8>().copy_to_nonoverlapping(copy.as_mut_ptr().cast::<u8>(), known) };
    // SAFETY: all-zero bytes are a valid `T`, and so is what the caller wrote over them.
    Ok(unsafe { copy.assume_init() })
}

const LARGEST_STRUCT: usize = 4096;

/// The items of an array, of which there are at most `most`; none if `count` is 0.
///
/// # Safety
/// `items` is NULL or points to `count` items that stay as they are for `'a`.
pub(crate) unsafe fn array<'a, T: Copy>(items: *const T, count: usize, most: usize) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    aligned(items.cast_mut())?;
    if count > most {
        return Err(Error::Argument);
    }
    // SAFETY: not NULL, aligned, and `count` items long, as the caller promises.
    Ok(unsafe { std::slice::from_raw_parts(items, count) })
}

/// `count` records of `N` bytes each.
///
/// # Safety
/// `data` is NULL or points to `count` records that stay as they are for `'a`.
pub(crate) unsafe fn records<'a, const N: usize>(
    data: *const u8,
    count: usize,
    most: usize,
) -> Result<&'a [[u8; N]]> {
    if data.is_null() {
        return Err(Error::NullPointer);
    }
    if count > most {
        return Err(Error::Argument);
    }
    // SAFETY: not NULL, and `count` records long, as the caller promises; arrays of bytes have no alignment.
    Ok(unsafe { std::slice::from_raw_parts(data.cast::<[u8; N]>(), count) })
}

/// A place for one output.
pub(crate) struct Out<T>(NonNull<T>);

/// A place for one output, which is not touched before [`Out::write`].
///
/// # Safety
/// `place` is NULL or may be written until the call returns.
pub(crate) unsafe fn out<T>(place: *mut T) -> Result<Out<T>> {
    aligned(place).map(Out)
}

impl<T> Out<T> {
    pub(crate) fn write(self, value: T) {
        // SAFETY: `out` was promised a writable place, and found it aligned and not NULL.
        unsafe { self.0.write(value) };
    }
}

/// A place for as many items as the caller made room for, and where it wants to know how many there are.
pub(crate) struct Buffer<T> {
    items: *mut T,
    capacity: usize,
    length: NonNull<usize>,
}

/// A buffer of the caller. `items` may be NULL if `capacity` is 0, to ask for the length.
///
/// # Safety
/// `items` is NULL or has room for `capacity` items, `length` is NULL or may be written, until the call returns.
pub(crate) unsafe fn buffer<T: Copy>(
    items: *mut T,
    capacity: usize,
    length: *mut usize,
) -> Result<Buffer<T>> {
    let length = aligned(length)?;
    if capacity > 0 {
        aligned(items)?;
    }
    Ok(Buffer { items, capacity, length })
}

/// A place for exactly `count` records of `N` bytes each.
///
/// # Safety
/// `data` is NULL or has room for `count` records until the call returns.
pub(crate) unsafe fn room<const N: usize>(data: *mut u8, count: usize) -> Result<Room<N>> {
    NonNull::new(data).map(|data| Room { records: data.cast(), count }).ok_or(Error::NullPointer)
}

/// A place for exactly as many records as come in.
pub(crate) struct Room<const N: usize> {
    records: NonNull<[u8; N]>,
    count: usize,
}

impl<const N: usize> Room<N> {
    /// # Errors
    /// [`Error::Internal`] if there are more or fewer.
    pub(crate) fn write(self, records: &[[u8; N]]) -> Result<()> {
        if records.len() != self.count {
            return Err(Error::Internal);
        }
        // SAFETY: there is room for as many, as `room` was promised; results never lie in the caller's memory.
        unsafe { self.records.as_ptr().copy_from_nonoverlapping(records.as_ptr(), records.len()) };
        Ok(())
    }
}

impl<T: Copy> Buffer<T> {
    /// Makes sure that `length` items have room; if not, tells the caller how many it needs.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`].
    pub(crate) fn reserve(&self, length: usize) -> Result<()> {
        if length <= self.capacity {
            return Ok(());
        }
        // SAFETY: `buffer` was promised a writable place, and found it aligned and not NULL.
        unsafe { self.length.write(length) };
        Err(Error::BufferTooSmall)
    }

    /// Writes as many items as have room, and the number of all of them.
    pub(crate) fn write_what_fits(self, items: &[T]) {
        let fitting = items.get(..items.len().min(self.capacity)).unwrap_or_default();
        if !fitting.is_empty() {
            // SAFETY: as in `write`.
            unsafe { self.items.copy_from_nonoverlapping(fitting.as_ptr(), fitting.len()) };
        }
        // SAFETY: as in `reserve`.
        unsafe { self.length.write(items.len()) };
    }

    /// Writes all items and their number, or, if they have no room, only the number.
    ///
    /// # Errors
    /// [`Error::BufferTooSmall`].
    pub(crate) fn write(self, items: &[T]) -> Result<()> {
        self.reserve(items.len())?;
        if !items.is_empty() {
            // SAFETY: there is room for as many items, as `buffer` was promised; results never lie in the caller's memory.
            unsafe { self.items.copy_from_nonoverlapping(items.as_ptr(), items.len()) };
        }
        // SAFETY: as in `reserve`.
        unsafe { self.length.write(items.len()) };
        Ok(())
    }
}

/// Wipes `length` bytes, at most `most` of them.
///
/// # Safety
/// `data` is NULL or points to `length` bytes that may be written until the call returns.
pub(crate) unsafe fn wipe(data: *mut u8, length: usize, most: usize) -> Result<()> {
    if data.is_null() {
        return Err(Error::NullPointer);
    }
    if length > most {
        return Err(Error::Argument);
    }
    // SAFETY: not NULL, and `length` bytes may be written, as the caller promises.
    let bytes = unsafe { std::slice::from_raw_parts_mut(data.cast::<MaybeUninit<u8>>(), length) };
    zeroize::Zeroize::zeroize(bytes);
    Ok(())
}

/// Not NULL, and aligned.
fn aligned<T>(place: *mut T) -> Result<NonNull<T>> {
    let place = NonNull::new(place).ok_or(Error::NullPointer)?;
    if place.is_aligned() { Ok(place) } else { Err(Error::Argument) }
}
