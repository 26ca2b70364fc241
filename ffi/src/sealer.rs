//! Sealed values.

use panveil::Error;
use panveil::card::id::{Application, FieldName, RecordId};
use panveil::protect::Sealed;
use panveil::protect::sealed::MAX_VALUE;

use crate::boundary::{boundary, nothing};
use crate::card;
use crate::handle::{find, free_of, panveil_sealer, panveil_vault, put_of};
use crate::ptr;
use crate::status::panveil_status;
use crate::vault::id;

/// How many bytes longer a sealed record is than the value in it.
pub const PANVEIL_SEALED_OVERHEAD: usize = 64;
/// How many bytes the sealed record of a card number has, however many digits it has.
pub const PANVEIL_SEALED_PAN_LENGTH: usize = 84;

/// Makes a sealer for one field of the vault's tenant. `caller` is counted in the audit log; the field `pan` is the card
/// number, any other a value of the application's. It belongs to the vault, ends with it at the latest, and is freed with
/// panveil_sealer_free.
///
/// Returns PANVEIL_OK, PANVEIL_ID_FORMAT, PANVEIL_SAD_REFUSED for a field name that denotes a security code, track data or
/// a PIN; PANVEIL_KEY_STATE or PANVEIL_KEY_PERIOD if no seal key may protect; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE,
/// PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES; 7xx statuses of the store.
///
/// # Safety
/// - `caller` is NULL or points to `caller_length` readable bytes.
/// - `field` is NULL or points to `field_length` readable bytes.
/// - `sealer` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_sealer_new(
    vault: *const panveil_vault,
    caller: *const u8,
    caller_length: usize,
    field: *const u8,
    field_length: usize,
    sealer: *mut *mut panveil_sealer,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(sealer) }?;
        // SAFETY: as the caller promises.
        let caller = Application::new(unsafe { id(caller, caller_length) }?)?;
        // SAFETY: as the caller promises.
        let field = FieldName::new(unsafe { id(field, field_length) }?)?;
        let made = open.vault.sealer(caller, field)?;
        Ok(move || {
            place.write(put_of(vault, made)?);
            Ok(())
        })
    })
}

/// Frees a sealer; NULL does nothing. Message numbers that it leased and did not use go back to the store.
///
/// Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_sealer_free(sealer: *mut panveil_sealer) -> panveil_status {
    boundary(|| {
        free_of(sealer)?;
        Ok(nothing)
    })
}

/// Seals a card number for a record id (1 to 255 bytes of printable ASCII): writes PANVEIL_SEALED_PAN_LENGTH bytes.
///
/// Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_ARGUMENT if the sealer's field is not `pan`,
/// PANVEIL_ID_FORMAT, PANVEIL_HOLDS_PAN if the record id holds a card number, PANVEIL_SEAL_LIMIT, PANVEIL_KEY_PERIOD,
/// PANVEIL_RANDOM; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `sealed_length`; PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_FORKED; 7xx statuses of the store.
///
/// # Safety
/// - `pan` is NULL or points to `pan_length` readable bytes.
/// - `record` is NULL or points to `record_length` readable bytes.
/// - `sealed` is NULL or has room for `capacity` bytes.
/// - `sealed_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_sealer_seal_pan(
    sealer: *const panveil_sealer,
    pan: *const u8,
    pan_length: usize,
    rules: u32,
    record: *const u8,
    record_length: usize,
    sealed: *mut u8,
    capacity: usize,
    sealed_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let made = find(sealer)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(sealed, capacity, sealed_length) }?;
        // Before a message number is used up.
        place.reserve(PANVEIL_SEALED_PAN_LENGTH)?;
        // SAFETY: as the caller promises.
        let pan = unsafe { card::pan(pan, pan_length, rules) }?;
        // SAFETY: as the caller promises.
        let record = RecordId::new(unsafe { id(record, record_length) }?)?;
        let sealed = made.object.seal_pan(&pan, &record)?;
        Ok(move || place.write(sealed.as_bytes()))
    })
}

/// Seals any other value, 1 to 65,536 bytes, for a record id: writes PANVEIL_SEALED_OVERHEAD bytes more than it has.
///
/// Returns as panveil_sealer_seal_pan, PANVEIL_ARGUMENT if the sealer's field is `pan`, PANVEIL_VALUE_LENGTH, and
/// PANVEIL_SAD_REFUSED for a value that is track data.
///
/// # Safety
/// - `value` is NULL or points to `value_length` readable bytes.
/// - `record` is NULL or points to `record_length` readable bytes.
/// - `sealed` is NULL or has room for `capacity` bytes.
/// - `sealed_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_sealer_seal(
    sealer: *const panveil_sealer,
    value: *const u8,
    value_length: usize,
    record: *const u8,
    record_length: usize,
    sealed: *mut u8,
    capacity: usize,
    sealed_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let made = find(sealer)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(sealed, capacity, sealed_length) }?;
        // SAFETY: as the caller promises.
        let value = unsafe { ptr::bytes(value, value_length, MAX_VALUE, Error::ValueLength) }?;
        place.reserve(value.len().saturating_add(PANVEIL_SEALED_OVERHEAD))?;
        // SAFETY: as the caller promises.
        let record = RecordId::new(unsafe { id(record, record_length) }?)?;
        let sealed = made.object.seal(value, &record)?;
        Ok(move || place.write(sealed.as_bytes()))
    })
}

/// Writes the text form of a sealed record, base64url without padding: what stands in a text column, and what reveal takes.
///
/// Returns PANVEIL_OK, PANVEIL_NOT_SEALED, PANVEIL_SEALED_VERSION or PANVEIL_SEALED_SUITE for records of later releases;
/// PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `text_length`; PANVEIL_NULL_POINTER.
///
/// # Safety
/// - `sealed` is NULL or points to `sealed_length` readable bytes.
/// - `text` is NULL or has room for `capacity` bytes.
/// - `text_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_sealed_text(
    sealed: *const u8,
    sealed_length: usize,
    text: *mut u8,
    capacity: usize,
    text_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(text, capacity, text_length) }?;
        let most = MAX_VALUE.saturating_add(PANVEIL_SEALED_OVERHEAD);
        // SAFETY: as the caller promises.
        let sealed = unsafe { ptr::bytes(sealed, sealed_length, most, Error::NotSealed) }?;
        let text = Sealed::from_bytes(sealed)?.to_text();
        Ok(move || place.write(text.as_bytes()))
    })
}
