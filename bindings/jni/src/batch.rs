//! Many cards in one call: Java's records go through chunks on the stack, so that the garbage collector never waits.

use jni::Env;
use jni::objects::{JByteArray, JByteBuffer, JClass};
use jni::sys::{jint, jlong};
use panveil::Error;
use panveil::protect::batch::{
    BatchReport, FINGERPRINT_RECORD, MASK_RECORD, PAN_RECORD, SEALED_RECORD, TOKEN_RECORD, mask_all as masks,
};
use zeroize::{Zeroize, Zeroizing};

use crate::boundary::{Failure, Outcome};
use crate::objects::{FINGERPRINTERS, SEALERS, TOKENIZERS};
use crate::protect::{layout, shown};
use crate::region::Region;

/// Tokens of `count` cards; returns how many were done.
#[expect(
    clippy::too_many_arguments,
    reason = "each buffer is an array or a direct buffer, and where it begins"
)]
pub(crate) fn tokenize_all<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    tokenizer: jlong,
    wanted: jint,
    count: jint,
    in_array: JByteArray<'local>,
    in_buffer: JByteBuffer<'local>,
    in_start: jint,
    out_array: JByteArray<'local>,
    out_buffer: JByteBuffer<'local>,
    out_start: jint,
) -> Outcome<jlong> {
    let tokenizer = TOKENIZERS.get(tokenizer.cast_unsigned())?;
    let wanted = layout(wanted)?;
    let pans = Region::new(&in_array, &in_buffer, in_start)?;
    let out = Region::new(&out_array, &out_buffer, out_start)?;
    in_chunks::<TOKEN_RECORD>(env, count, &pans, &out, |_, pans, out| {
        Ok(tokenizer.it.tokenize_all(pans, wanted, out)?)
    })
}

/// Masks of `count` cards; returns how many were done.
#[expect(clippy::too_many_arguments, reason = "as tokenize_all")]
pub(crate) fn mask_all<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    wanted: jint,
    count: jint,
    in_array: JByteArray<'local>,
    in_buffer: JByteBuffer<'local>,
    in_start: jint,
    out_array: JByteArray<'local>,
    out_buffer: JByteBuffer<'local>,
    out_start: jint,
) -> Outcome<jlong> {
    let wanted = shown(wanted)?;
    let pans = Region::new(&in_array, &in_buffer, in_start)?;
    let out = Region::new(&out_array, &out_buffer, out_start)?;
    in_chunks::<MASK_RECORD>(env, count, &pans, &out, |_, pans, out| Ok(masks(pans, wanted, out)?))
}

/// Fingerprints of `count` cards; returns how many were done.
#[expect(clippy::too_many_arguments, reason = "as tokenize_all")]
pub(crate) fn fingerprint_all<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    fingerprinter: jlong,
    count: jint,
    in_array: JByteArray<'local>,
    in_buffer: JByteBuffer<'local>,
    in_start: jint,
    out_array: JByteArray<'local>,
    out_buffer: JByteBuffer<'local>,
    out_start: jint,
) -> Outcome<jlong> {
    let fingerprinter = FINGERPRINTERS.get(fingerprinter.cast_unsigned())?;
    let pans = Region::new(&in_array, &in_buffer, in_start)?;
    let out = Region::new(&out_array, &out_buffer, out_start)?;
    in_chunks::<FINGERPRINT_RECORD>(env, count, &pans, &out, |_, pans, out| {
        Ok(fingerprinter.it.fingerprint_all(pans, out)?)
    })
}

/// Sealed records of `count` cards; returns how many were done. `ids_length` bytes are the packed record ids.
#[expect(clippy::too_many_arguments, reason = "as tokenize_all")]
pub(crate) fn seal_all<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    sealer: jlong,
    count: jint,
    in_array: JByteArray<'local>,
    in_buffer: JByteBuffer<'local>,
    in_start: jint,
    ids_array: JByteArray<'local>,
    ids_buffer: JByteBuffer<'local>,
    ids_start: jint,
    ids_length: jint,
    out_array: JByteArray<'local>,
    out_buffer: JByteBuffer<'local>,
    out_start: jint,
) -> Outcome<jlong> {
    let sealer = SEALERS.get(sealer.cast_unsigned())?;
    let pans = Region::new(&in_array, &in_buffer, in_start)?;
    let ids = Region::new(&ids_array, &ids_buffer, ids_start)?;
    let out = Region::new(&out_array, &out_buffer, out_start)?;
    let mut ids =
        Ids { region: &ids, length: usize::try_from(ids_length).map_err(|_| Error::Argument)?, at: 0 };
    // Nothing is sealed unless there is one id for each card.
    let mut place = [0u8; IDS_OF_CHUNK];
    let mut left = usize::try_from(count).map_err(|_| Error::Argument)?;
    while left > 0 {
        let some = left.min(CHUNK);
        ids.next(env, some, &mut place)?;
        left = left.saturating_sub(some);
    }
    if ids.at != ids.length {
        return Err(Error::Argument.into());
    }
    ids.at = 0;
    in_chunks::<SEALED_RECORD>(env, count, &pans, &out, |env, pans, out| {
        let ids = ids.next(env, pans.len(), &mut place)?;
        Ok(sealer.of.clock.guard(|| sealer.it.seal_all(pans, ids, out))?)
    })
}

/// Reads the card numbers chunk by chunk, lets `work` fill the output records, and writes them out.
///
/// An error of the first chunk is the call's; one of a later chunk is the status of every record from there on.
fn in_chunks<const OUT: usize>(
    env: &Env<'_>,
    count: jint,
    pans: &Region<'_, '_>,
    out: &Region<'_, '_>,
    mut work: impl FnMut(&Env<'_>, &[[u8; PAN_RECORD]], &mut [[u8; OUT]]) -> Outcome<BatchReport>,
) -> Outcome<jlong> {
    let count = usize::try_from(count).map_err(|_| Error::Argument)?;
    // In words, which are wiped faster than bytes.
    let mut in_words = Zeroizing::new([0u64; CHUNK * PAN_RECORD / 8]);
    let mut out_words = Zeroizing::new([0u64; CHUNK * MAX_OUT / 8]);
    let (in_records, _) = bytemuck::cast_slice_mut::<_, u8>(in_words.as_mut_slice()).as_chunks_mut();
    let (out_records, _) = bytemuck::cast_slice_mut::<_, u8>(out_words.as_mut_slice()).as_chunks_mut();
    let (mut at, mut done, mut ended) = (0usize, 0usize, None);
    while at < count {
        let some = count.saturating_sub(at).min(CHUNK);
        let in_records = in_records.get_mut(..some).ok_or(Error::Internal)?;
        let out_records: &mut [[u8; OUT]] = out_records.get_mut(..some).ok_or(Error::Internal)?;
        if ended.is_none() {
            pans.read(env, at.saturating_mul(PAN_RECORD), in_records.as_flattened_mut())?;
            match work(env, in_records, out_records) {
                Ok(report) => done = done.saturating_add(report.done),
                Err(Failure::Refused(error)) if at > 0 => ended = Some(error),
                Err(failure) => return Err(failure),
            }
        }
        if let Some(error) = ended {
            out_records.iter_mut().for_each(|record| refuse(record, error));
        }
        out.write(env, at.saturating_mul(OUT), out_records.as_flattened())?;
        at = at.saturating_add(some);
    }
    Ok(jlong::try_from(done).map_err(|_| Error::Internal)?)
}

/// Packed record ids, read chunk by chunk: for each card one byte of length, then the id.
struct Ids<'a, 'local> {
    region: &'a Region<'a, 'local>,
    length: usize,
    at: usize,
}

impl Ids<'_, '_> {
    /// The next `count` ids, still packed.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are fewer.
    fn next<'a>(
        &mut self,
        env: &Env<'_>,
        count: usize,
        place: &'a mut [u8; IDS_OF_CHUNK],
    ) -> Outcome<&'a [u8]> {
        let some = self.length.saturating_sub(self.at).min(IDS_OF_CHUNK);
        let bytes = place.get_mut(..some).ok_or(Error::Internal)?;
        self.region.read(env, self.at, bytes)?;
        let mut end = 0usize;
        for _ in 0..count {
            let length = bytes.get(end).ok_or(Error::Argument)?;
            end = end.saturating_add(1).saturating_add(usize::from(*length));
        }
        self.at = self.at.saturating_add(end);
        Ok(bytes.get(..end).ok_or(Error::Argument)?)
    }
}

/// Zeros, and the number of the error in the last two bytes.
fn refuse<const OUT: usize>(record: &mut [u8; OUT], error: Error) {
    record.zeroize();
    let number = u16::try_from(error.number()).unwrap_or(u16::MAX);
    if let Some(status) = record.last_chunk_mut::<2>() {
        *status = number.to_be_bytes();
    }
}

/// Cards of one chunk.
const CHUNK: usize = 128;
/// Bytes of the longest output record.
const MAX_OUT: usize = SEALED_RECORD;
/// Bytes of the longest record ids of one chunk.
const IDS_OF_CHUNK: usize = CHUNK * 256;
