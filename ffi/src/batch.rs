//! Many cards in one call: fixed records in, fixed records out, a status for each. docs/c.md has them to the byte.

use panveil::protect::batch::{
    self, BatchReport, FINGERPRINT_RECORD, MASK_RECORD, PAN_RECORD, SEALED_RECORD, TOKEN_RECORD,
};
use panveil::{Error, Result};

use crate::boundary::boundary;
use crate::handle::{find, panveil_fingerprinter, panveil_sealer, panveil_tokenizer};
use crate::ptr::{self, Out, Room};
use crate::status::panveil_status;

/// Bytes of a card number that goes in: 0..19 ASCII digits, then zeros; 19 how many digits, 13 to 19.
pub const PANVEIL_PAN_RECORD: usize = 20;
/// Bytes of a token that comes out: 0..19 ASCII digits, then zeros; 19 how many; 20 layout, 0 = 0+4, 1 = 6+4, 2 = 8+0;
/// 21 zero; 22..24 status, big endian. Tokens of a batch are all of panveil_tokenizer_version.
pub const PANVEIL_TOKEN_RECORD: usize = 24;
/// Bytes of a mask that comes out: 0..19 ASCII, then zeros; 19 how many; 20..22 zero; 22..24 status, big endian.
pub const PANVEIL_MASK_RECORD: usize = 24;
/// Bytes of a fingerprint that comes out: 0..32 the hash; 32..36 version of the key, big endian; 36..38 zero; 38..40
/// status, big endian.
pub const PANVEIL_FINGERPRINT_RECORD: usize = 40;
/// Bytes of a sealed card number that comes out: 0..84 the sealed record; 84..86 zero; 86..88 status, big endian.
pub const PANVEIL_SEALED_RECORD: usize = 88;

/// The most cards of one batch.
pub const PANVEIL_BATCH_MAX: usize = 1_048_576;

// cbindgen needs numbers; these are the core's.
const _: () = assert!(
    PANVEIL_PAN_RECORD == PAN_RECORD
        && PANVEIL_TOKEN_RECORD == TOKEN_RECORD
        && PANVEIL_MASK_RECORD == MASK_RECORD
        && PANVEIL_FINGERPRINT_RECORD == FINGERPRINT_RECORD
        && PANVEIL_SEALED_RECORD == SEALED_RECORD
);

/// How a batch ended.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_batch_report {
    /// Records whose status is 0.
    pub done: usize,
    /// Records with another status; all their other bytes are zero.
    pub refused: usize,
}

/// Writes the version of the key that a tokenizer makes tokens under: what stands in the token format, `f1.6-4` for
/// version 1.
///
/// Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `version` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_tokenizer_version(
    tokenizer: *const panveil_tokenizer,
    version: *mut u32,
) -> panveil_status {
    boundary(|| {
        let made = find(tokenizer)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(version) }?;
        Ok(move || {
            place.write(made.object.tokenizer.version());
            Ok(())
        })
    })
}

/// Makes the tokens of `count` cards: PANVEIL_PAN_RECORD bytes of `pans` for each, PANVEIL_TOKEN_RECORD bytes of `tokens`.
/// A bad record costs nobody else anything: its own status says why.
///
/// Returns PANVEIL_OK if every record has its status, also if all were refused; PANVEIL_ARGUMENT for more than
/// PANVEIL_BATCH_MAX cards, PANVEIL_LAYOUT_UNKNOWN; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED. Then
/// nothing was written.
///
/// # Safety
/// - `pans` is NULL or points to `count` readable records.
/// - `tokens` is NULL or has room for `count` records.
/// - `report` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_tokenizer_tokenize_all(
    tokenizer: *const panveil_tokenizer,
    pans: *const u8,
    count: usize,
    layout: u32,
    tokens: *mut u8,
    report: *mut panveil_batch_report,
) -> panveil_status {
    boundary(|| {
        let made = find(tokenizer)?;
        // SAFETY: as the caller promises.
        let batch = unsafe { Batch::<TOKEN_RECORD>::new(pans, count, tokens, report) }?;
        let layout = made.object.layout(layout)?;
        batch.run(move |pans, out| made.object.tokenizer.tokenize_all(pans, layout, out))
    })
}

/// Makes the fingerprints of `count` cards, PANVEIL_FINGERPRINT_RECORD bytes each; else as panveil_tokenizer_tokenize_all.
///
/// Returns PANVEIL_OK, PANVEIL_ARGUMENT; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `pans` is NULL or points to `count` readable records.
/// - `fingerprints` is NULL or has room for `count` records.
/// - `report` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_fingerprinter_fingerprint_all(
    fingerprinter: *const panveil_fingerprinter,
    pans: *const u8,
    count: usize,
    fingerprints: *mut u8,
    report: *mut panveil_batch_report,
) -> panveil_status {
    boundary(|| {
        let made = find(fingerprinter)?;
        // SAFETY: as the caller promises.
        let batch = unsafe { Batch::<FINGERPRINT_RECORD>::new(pans, count, fingerprints, report) }?;
        batch.run(move |pans, out| made.object.fingerprint_all(pans, out))
    })
}

/// Seals `count` card numbers, PANVEIL_SEALED_RECORD bytes each; else as panveil_tokenizer_tokenize_all. `records` holds
/// the record ids, packed: for each card one byte of length, then that many bytes.
///
/// Returns PANVEIL_OK; PANVEIL_ARGUMENT if `records` does not hold exactly `count` ids or the sealer's field is not `pan`;
/// PANVEIL_KEY_PERIOD; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_CALLBACK_FAILED.
///
/// # Safety
/// - `pans` is NULL or points to `count` readable records.
/// - `records` is NULL or points to `records_length` readable bytes.
/// - `sealed` is NULL or has room for `count` records.
/// - `report` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_sealer_seal_all(
    sealer: *const panveil_sealer,
    pans: *const u8,
    count: usize,
    records: *const u8,
    records_length: usize,
    sealed: *mut u8,
    report: *mut panveil_batch_report,
) -> panveil_status {
    boundary(|| {
        let made = find(sealer)?;
        // SAFETY: as the caller promises.
        let batch = unsafe { Batch::<SEALED_RECORD>::new(pans, count, sealed, report) }?;
        // SAFETY: as the caller promises.
        let records =
            unsafe { ptr::bytes(records, records_length, count.saturating_mul(256), Error::Argument) }?;
        batch.run(move |pans, out| made.object.seal_all(pans, records, out))
    })
}

/// Masks `count` card numbers, PANVEIL_MASK_RECORD bytes each; `bin` and `last` as in panveil_mask, else as
/// panveil_tokenizer_tokenize_all.
///
/// Returns PANVEIL_OK, PANVEIL_ARGUMENT, PANVEIL_MASK_REFUSED; PANVEIL_NULL_POINTER.
///
/// # Safety
/// - `pans` is NULL or points to `count` readable records.
/// - `masks` is NULL or has room for `count` records.
/// - `report` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_mask_all(
    pans: *const u8,
    count: usize,
    bin: u32,
    last: u32,
    masks: *mut u8,
    report: *mut panveil_batch_report,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let batch = unsafe { Batch::<MASK_RECORD>::new(pans, count, masks, report) }?;
        let shown = crate::card::shown(bin, last)?;
        batch.run(move |pans, out| batch::mask_all(pans, shown, out))
    })
}

/// The records of one call, and where the results go.
struct Batch<'a, const N: usize> {
    pans: &'a [[u8; PAN_RECORD]],
    records: Room<N>,
    report: Out<panveil_batch_report>,
}

impl<'a, const N: usize> Batch<'a, N> {
    /// # Safety
    /// As [`ptr::records`], [`ptr::room`] and [`ptr::out`].
    unsafe fn new(
        pans: *const u8,
        count: usize,
        records: *mut u8,
        report: *mut panveil_batch_report,
    ) -> Result<Self> {
        // SAFETY: the same promise.
        let pans = unsafe { ptr::records(pans, count, PANVEIL_BATCH_MAX) }?;
        // SAFETY: the same promise.
        let records = unsafe { ptr::room(records, count) }?;
        // SAFETY: the same promise.
        let report = unsafe { ptr::out(report) }?;
        Ok(Self { pans, records, report })
    }

    /// Results are made in memory of the library's own, because the caller's may overlap its input, and is written only
    /// if all went well.
    fn run(
        self,
        work: impl FnOnce(&[[u8; PAN_RECORD]], &mut [[u8; N]]) -> Result<BatchReport>,
    ) -> Result<impl FnOnce() -> Result<()>> {
        let mut made = vec![[0; N]; self.pans.len()];
        let BatchReport { done, refused } = work(self.pans, &mut made)?;
        Ok(move || {
            self.records.write(&made)?;
            self.report.write(panveil_batch_report { done, refused });
            Ok(())
        })
    }
}
