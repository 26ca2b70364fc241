//! Finds card data in a text.

use std::ffi::c_void;

use panveil::scan::{Charset, Confidence, Finder, Hit};
use panveil::{Error, Result};

use crate::boundary::boundary;
use crate::hit::{self, panveil_hit, panveil_on_hit};
use crate::ptr::{self, SizedStruct};
use crate::status::panveil_status;

/// ASCII, full-width, Arabic-Indic and URL-encoded digits with any separators, and hex dumps.
pub const PANVEIL_SEARCH_USUAL: u32 = 0;
/// ASCII digits with any separators only: the fastest.
pub const PANVEIL_SEARCH_ASCII: u32 = 1;
/// What is usual, and base64.
pub const PANVEIL_SEARCH_BASE64: u32 = 2;

/// UTF-8 or anything else that contains ASCII: Latin-1, Shift_JIS, EUC-JP, GB 18030, or bytes of any kind.
pub const PANVEIL_CHARSET_ASCII_BASED: u32 = 0;
/// UTF-16, the low byte first.
pub const PANVEIL_CHARSET_UTF16_LE: u32 = 1;
/// UTF-16, the high byte first.
pub const PANVEIL_CHARSET_UTF16_BE: u32 = 2;

/// What is looked for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_find_options {
    /// sizeof(panveil_find_options).
    pub struct_size: u32,
    /// Hits of this confidence and above: PANVEIL_CONFIDENCE_...; 0 is medium.
    pub confidence: u32,
    /// Which writings: PANVEIL_SEARCH_...
    pub search: u32,
    /// How the text is encoded: PANVEIL_CHARSET_...
    pub charset: u32,
}

// SAFETY: `#[repr(C)]`, begins with its size, and holds numbers.
unsafe impl SizedStruct for panveil_find_options {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// Finds card numbers, track data, and the security codes and PINs beside them. Calls `on_hit`, which may be NULL, for each
/// hit in order, and writes how many there are. Takes no memory beyond a few kilobytes, however long the text is.
///
/// Returns PANVEIL_OK, also if nothing was found; PANVEIL_NULL_POINTER; PANVEIL_ARGUMENT for an option that is none.
///
/// # Safety
/// - `options` is NULL or points to as many bytes as its first member says.
/// - `text` is NULL or points to `length` readable bytes.
/// - `on_hit` is NULL or may be called with `context` until this call returns; it does not unwind.
/// - `hits` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_find(
    options: *const panveil_find_options,
    text: *const u8,
    length: usize,
    on_hit: panveil_on_hit,
    context: *mut c_void,
    hits: *mut u64,
) -> panveil_status {
    boundary(|| {
        // SAFETY: as the caller promises.
        let options = unsafe { ptr::options(options) }?;
        // SAFETY: as the caller promises.
        let text = unsafe { ptr::bytes(text, length, LONGEST_TEXT, Error::Argument) }?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(hits) }?;
        let mut stream = finder(options.confidence, options.search, options.charset)?.stream();
        let mut told = 0u64;
        let mut failed = Ok(());
        let mut tell = |hit: &Hit| {
            told = told.saturating_add(1);
            // SAFETY: as the caller promises.
            if let Err(error) = unsafe { tell(on_hit, context, hit) } {
                failed = Err(error);
            }
        };
        stream.push(text, &mut tell);
        stream.finish(&mut tell);
        failed?;
        Ok(move || {
            place.write(told);
            Ok(())
        })
    })
}

/// Longer than any memory: such a length is a mistake.
pub(crate) const LONGEST_TEXT: usize = 1 << 46;

/// # Errors
/// [`Error::Argument`].
pub(crate) fn finder(least: u32, search: u32, charset: u32) -> Result<Finder> {
    let least =
        if least == 0 { Confidence::Medium } else { hit::confidence(least).ok_or(Error::Argument)? };
    let finder = Finder::new().at_least(least);
    let finder = match search {
        PANVEIL_SEARCH_USUAL => finder,
        PANVEIL_SEARCH_ASCII => finder.ascii_only(),
        PANVEIL_SEARCH_BASE64 => finder.with_base64(),
        _ => return Err(Error::Argument),
    };
    Ok(finder.in_charset(match charset {
        PANVEIL_CHARSET_ASCII_BASED => Charset::AsciiBased,
        PANVEIL_CHARSET_UTF16_LE => Charset::Utf16Le,
        PANVEIL_CHARSET_UTF16_BE => Charset::Utf16Be,
        _ => return Err(Error::Argument),
    }))
}

/// Tells the host of a hit.
///
/// # Safety
/// `on_hit` is NULL or may be called with `context`.
pub(crate) unsafe fn tell(on_hit: panveil_on_hit, context: *mut c_void, hit: &Hit) -> Result<()> {
    let hit = panveil_hit::of(hit)?;
    if let Some(on_hit) = on_hit {
        // SAFETY: the same promise; the hit lives until it returns.
        unsafe { on_hit(context, &raw const hit) };
    }
    Ok(())
}
