//! Takes card data out of texts: whole ones, and streams.

use std::ffi::c_void;
use std::sync::Arc;

use panveil::card::Shown;
use panveil::scan::{Redaction, Replacement};
use panveil::{Error, Result};

use crate::boundary::{boundary, nothing};
use crate::callback::{Context, answer, panveil_release};
use crate::finder::{LONGEST_TEXT, finder};
use crate::handle::{find, free_of, panveil_redactor, panveil_tokenizer, put_alone, put_of};
use crate::hit::panveil_on_hit;
use crate::made_redactor::MadeRedactor;
use crate::ptr::{self, SizedStruct, panveil_bytes};
use crate::status::panveil_status;

/// A mask of the last four digits.
pub const PANVEIL_REPLACE_MASK_0_4: u32 = 0;
/// A mask of the first six and the last four digits, for logs whose readers may see them.
pub const PANVEIL_REPLACE_MASK_6_4: u32 = 1;
/// One text for every card number.
pub const PANVEIL_REPLACE_FIXED: u32 = 2;
/// The card's token; where none can be made, a mask of the last four digits.
pub const PANVEIL_REPLACE_TOKEN: u32 = 3;

/// What is looked for, and what takes its place. All zeros but the size: masks of the last four digits for what is usual.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_redactor_options {
    /// sizeof(panveil_redactor_options).
    pub struct_size: u32,
    /// What takes the place of a card number: PANVEIL_REPLACE_... Security codes, PINs and track data are always hidden.
    pub replacement: u32,
    /// For PANVEIL_REPLACE_FIXED: a text in square brackets, of at most 100 bytes of UTF-8, without digits, stars, other brackets
    /// and control characters.
    pub fixed: panveil_bytes,
    /// For PANVEIL_REPLACE_TOKEN: who makes the tokens. The redactor ends with its vault, not with the tokenizer.
    pub tokenizer: *const panveil_tokenizer,
    /// For PANVEIL_REPLACE_TOKEN: PANVEIL_LAYOUT_...
    pub layout: u32,
    /// Not 0: what is replaced keeps its length and gaps, so that offsets in the text stay right.
    pub keep_length: u32,
    /// As in panveil_find_options.
    pub confidence: u32,
    /// As in panveil_find_options.
    pub search: u32,
    /// As in panveil_find_options.
    pub charset: u32,
    /// Given to `on_hit`.
    pub context: *mut c_void,
    /// Called for each hit, on the thread that calls the redactor; may be NULL.
    pub on_hit: panveil_on_hit,
    /// Called once, when the redactor no longer needs the context, also when making it fails; may be NULL.
    pub release: panveil_release,
}

// SAFETY: `#[repr(C)]`, begins with its size; numbers, pointers and options of functions may be zero.
unsafe impl SizedStruct for panveil_redactor_options {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Takes a piece of redacted text, which is lent for the time of the call; returns PANVEIL_OK, or another status if it could
/// not take it.
pub type panveil_write =
    Option<unsafe extern "C" fn(context: *mut c_void, text: *const u8, length: usize) -> u32>;

/// Makes a redactor. It belongs to the vault of its tokenizer, if it has one, and is freed with panveil_redactor_free.
///
/// Returns PANVEIL_OK; PANVEIL_ARGUMENT for an option that is none, or a fixed text that could make a number or a line with
/// what stands beside it; PANVEIL_LAYOUT_UNKNOWN; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED,
/// PANVEIL_TOO_MANY_HANDLES.
///
/// # Safety
/// - `options` is NULL or points to as many bytes as its first member says; what these point to may be read, and `on_hit`
///   may be called until `release` is, from any thread that calls the redactor; they do not unwind.
/// - `redactor` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_redactor_new(
    options: *const panveil_redactor_options,
    redactor: *mut *mut panveil_redactor,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let options = unsafe { ptr::options(options) }?;
        let context = Context::new(options.context, options.release);
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(redactor) }?;
        // SAFETY: as the caller promises.
        let (redaction, vault) = unsafe { redaction(&options) }?;
        // SAFETY: as the caller promises.
        let made = unsafe { MadeRedactor::new(redaction, context, options.on_hit) };
        Ok(move || {
            place.write(match vault {
                Some(vault) => put_of(vault, made)?,
                None => put_alone(made)?,
            });
            Ok(())
        })
    })
}

/// Frees a redactor; NULL does nothing. What was pushed and not finished is wiped.
///
/// Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_redactor_free(redactor: *mut panveil_redactor) -> panveil_status {
    boundary(|| {
        free_of(redactor)?;
        Ok(nothing)
    })
}

/// Redacts a whole text, such as a line of a log. May be called from many threads, and beside a stream.
///
/// Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the length that is needed, and then `on_hit` was not called;
/// PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED; PANVEIL_ARGUMENT for a length that no text has.
///
/// # Safety
/// - `text` is NULL or points to `length` readable bytes.
/// - `redacted` is NULL or has room for `capacity` bytes; it may be the text's own place.
/// - `redacted_length` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_redactor_redact(
    redactor: *const panveil_redactor,
    text: *const u8,
    length: usize,
    redacted: *mut u8,
    capacity: usize,
    redacted_length: *mut usize,
) -> panveil_status {
    boundary(|| {
        let made = find(redactor)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(redacted, capacity, redacted_length) }?;
        // SAFETY: as the caller promises.
        let text = unsafe { ptr::bytes(text, length, LONGEST_TEXT, Error::Argument) }?;
        let (out, hits) = made.object.redact(text);
        Ok(move || {
            place.write(&out)?;
            made.object.tell(&hits)
        })
    })
}

/// Pushes the next piece of a text: `write` gets what is certain by now, redacted, in pieces of any length. Where pieces begin
/// and end makes no difference; up to 2 KiB are held back until the next piece or panveil_redactor_finish.
///
/// After a failure the stream is broken, because a part of the text may be lost: from then on PANVEIL_CALLBACK_FAILED, until
/// the redactor is freed. Nothing that was not redacted has come out.
///
/// Returns PANVEIL_OK; the status of `write` if that is one of this library, else PANVEIL_CALLBACK_FAILED; PANVEIL_IN_USE
/// from within `write` or `on_hit`, or while another thread pushes; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE,
/// PANVEIL_FORKED; PANVEIL_ARGUMENT for a length that no text has.
///
/// # Safety
/// - `text` is NULL or points to `length` readable bytes.
/// - `write` is NULL or may be called with `context` until this call returns; it does not unwind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_redactor_push(
    redactor: *const panveil_redactor,
    text: *const u8,
    length: usize,
    write: panveil_write,
    context: *mut c_void,
) -> panveil_status {
    boundary(|| {
        let made = find(redactor)?;
        let write = write.ok_or(Error::NullPointer)?;
        // SAFETY: as the caller promises.
        let text = unsafe { ptr::bytes(text, length, LONGEST_TEXT, Error::Argument) }?;
        let mut turn = made.object.turn()?;
        for piece in text.chunks(PIECE) {
            // SAFETY: as the caller promises.
            let mut write = |text: &[u8]| answer(unsafe { write(context, text.as_ptr(), text.len()) });
            turn.step(&mut write, |stream, out, on_hit| stream.push(piece, out, on_hit))?;
        }
        turn.done();
        Ok(nothing)
    })
}

/// Ends the text: `write` gets what was held back. The next piece begins another text.
///
/// Returns as panveil_redactor_push.
///
/// # Safety
/// - `write` is NULL or may be called with `context` until this call returns; it does not unwind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_redactor_finish(
    redactor: *const panveil_redactor,
    write: panveil_write,
    context: *mut c_void,
) -> panveil_status {
    boundary(|| {
        let made = find(redactor)?;
        let write = write.ok_or(Error::NullPointer)?;
        // SAFETY: as the caller promises.
        let mut write = |text: &[u8]| answer(unsafe { write(context, text.as_ptr(), text.len()) });
        let mut turn = made.object.turn()?;
        turn.step(&mut write, |stream, out, on_hit| stream.finish(out, on_hit))?;
        turn.done();
        Ok(nothing)
    })
}

/// So much is pushed at once, so that what comes out takes little memory.
const PIECE: usize = 64 * 1024;

/// What the options say, and the vault that the redactor belongs to.
///
/// # Safety
/// What `options` points to may be read.
unsafe fn redaction(
    options: &panveil_redactor_options,
) -> Result<(Redaction, Option<*const crate::handle::panveil_vault>)> {
    let finder = finder(options.confidence, options.search, options.charset)?;
    let (replacement, vault) = match options.replacement {
        PANVEIL_REPLACE_MASK_0_4 => (Replacement::Mask(Shown::LAST4), None),
        PANVEIL_REPLACE_MASK_6_4 => (Replacement::Mask(Shown::new(6, 4)?), None),
        PANVEIL_REPLACE_FIXED => {
            let panveil_bytes { data, length } = options.fixed;
            // SAFETY: the same promise.
            let text = unsafe { ptr::text(data, length, LONGEST_FIXED, Error::Argument) }?;
            (Replacement::Fixed(text.to_owned()), None)
        }
        PANVEIL_REPLACE_TOKEN => {
            let made = find(options.tokenizer)?;
            let layout = made.object.layout(options.layout)?;
            (Replacement::Token(Arc::clone(&made.object.tokenizer), layout), Some(made.vault()))
        }
        _ => return Err(Error::Argument),
    };
    let redaction = Redaction::new(finder, replacement)?;
    Ok((if options.keep_length == 0 { redaction } else { redaction.keep_length() }, vault))
}

/// What the core takes is less; this only bounds what is read.
const LONGEST_FIXED: usize = 4096;
