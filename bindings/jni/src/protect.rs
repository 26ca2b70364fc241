//! The road in, one card at a time.

use jni::Env;
use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use panveil::card::id::RecordId;
use panveil::card::{Masked, Shown};
use panveil::protect::{Layout, LayoutChoice};
use panveil::{Error, Result};
use zeroize::Zeroizing;

use crate::boundary::Outcome;
use crate::digits::{pan_from, value_of};
use crate::objects::{FINGERPRINTERS, SEALERS, TOKENIZERS};
use crate::upcall::read;

/// The layouts, by the numbers of `Layout.java`, which are those of the batch records; -1 is `auto`.
pub(crate) fn layout(number: jint) -> Result<LayoutChoice> {
    Ok(match number {
        -1 => LayoutChoice::Auto,
        0 => LayoutChoice::Fixed(Layout::Last4),
        1 => LayoutChoice::Fixed(Layout::Bin6Last4),
        2 => LayoutChoice::Fixed(Layout::Bin8),
        _ => return Err(Error::LayoutUnknown),
    })
}

/// Which digits a mask shows: the BIN's length times sixteen and the number of last digits.
pub(crate) fn shown(number: jint) -> Result<Shown> {
    let number = u8::try_from(number).map_err(|_| Error::MaskRefused)?;
    Shown::new(usize::from(number >> 4), usize::from(number & 0x0f))
}

/// The digits of the token as a number; it has as many digits as the card number.
pub(crate) fn tokenize(tokenizer: jlong, pan: jlong, length: jint, wanted: jint) -> Result<jlong> {
    let tokenizer = TOKENIZERS.get(tokenizer.cast_unsigned())?;
    let token = tokenizer.it.tokenize(&pan_of(pan, length)?, layout(wanted)?)?;
    Ok(value_of(token.as_str()).cast_signed())
}

/// The layout that `auto` takes for card numbers of a length, by its number.
pub(crate) fn auto_layout(length: jint) -> Result<jlong> {
    let length = usize::try_from(length).map_err(|_| Error::PanLength)?;
    Ok(match LayoutChoice::Auto.resolve(length)? {
        Layout::Last4 => 0,
        Layout::Bin6Last4 => 1,
        Layout::Bin8 => 2,
    })
}

/// The version of the token key.
pub(crate) fn tokenizer_version(tokenizer: jlong) -> Result<jlong> {
    Ok(TOKENIZERS.get(tokenizer.cast_unsigned())?.it.version().into())
}

/// The mask, as a number with zeros for stars.
pub(crate) fn mask(pan: jlong, length: jint, wanted: jint) -> Result<jlong> {
    let masked = Masked::of(&pan_of(pan, length)?, shown(wanted)?)?;
    Ok(value_of(masked.as_str()).cast_signed())
}

/// Writes the 32 bytes of the fingerprint to `out`, and returns the version of its key.
pub(crate) fn fingerprint<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    fingerprinter: jlong,
    pan: jlong,
    length: jint,
    out: JByteArray<'local>,
) -> Outcome<jlong> {
    let fingerprinter = FINGERPRINTERS.get(fingerprinter.cast_unsigned())?;
    let made = fingerprinter.it.fingerprint(&pan_of(pan, length)?)?;
    out.set_region(env, 0, bytemuck::cast_slice(made.as_bytes()))?;
    Ok(made.version().into())
}

/// Seals a card number and writes the sealed record to `out`. The record id, ASCII, lies at the beginning of `record`,
/// which may be the same array.
#[expect(clippy::too_many_arguments, reason = "each is a number or an array, and none is made for the call")]
pub(crate) fn seal_pan<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    sealer: jlong,
    pan: jlong,
    length: jint,
    record: JByteArray<'local>,
    record_length: jint,
    out: JByteArray<'local>,
) -> Outcome<jlong> {
    let record = record_id(env, &record, record_length)?;
    let sealer = SEALERS.get(sealer.cast_unsigned())?;
    let pan = pan_of(pan, length)?;
    let sealed = sealer.of.clock.guard(|| sealer.it.seal_pan(&pan, &record))?;
    out.set_region(env, 0, bytemuck::cast_slice(sealed.as_bytes()))?;
    Ok(0)
}

/// Seals any other value, as [`seal_pan`].
pub(crate) fn seal<'local>(
    env: &mut Env<'local>,
    _class: JClass<'local>,
    sealer: jlong,
    value: JByteArray<'local>,
    record: JByteArray<'local>,
    record_length: jint,
    out: JByteArray<'local>,
) -> Outcome<jlong> {
    let record = record_id(env, &record, record_length)?;
    let sealer = SEALERS.get(sealer.cast_unsigned())?;
    let value = read(env, &value)?;
    let sealed = sealer.of.clock.guard(|| sealer.it.seal(&value, &record))?;
    out.set_region(env, 0, bytemuck::cast_slice(sealed.as_bytes()))?;
    Ok(0)
}

fn pan_of(value: jlong, length: jint) -> Result<panveil::card::Pan> {
    pan_from(value.cast_unsigned(), usize::try_from(length).map_err(|_| Error::PanLength)?)
}

fn record_id(env: &Env<'_>, bytes: &JByteArray<'_>, length: jint) -> Outcome<RecordId> {
    let mut place = Zeroizing::new([0u8; MAX_RECORD_ID]);
    let length = usize::try_from(length).map_err(|_| Error::IdFormat)?;
    let text = place.get_mut(..length).ok_or(Error::IdFormat)?;
    bytes.get_region(env, 0, bytemuck::cast_slice_mut(text))?;
    Ok(RecordId::new(core::str::from_utf8(text).map_err(|_| Error::IdFormat)?)?)
}

const MAX_RECORD_ID: usize = 255;
