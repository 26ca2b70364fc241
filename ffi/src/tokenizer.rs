//! Tokens of card numbers.

use std::ffi::c_char;
use std::fmt::Write;
use std::sync::Arc;

use panveil::card::id::Application;
use panveil::protect::{Layout, LayoutChoice, Token, Tokenizer};
use panveil::{Error, Result};

use crate::boundary::{boundary, nothing};
use crate::card;
use crate::handle::{find, free_of, panveil_tokenizer, panveil_vault, put_of};
use crate::ptr;
use crate::status::panveil_status;
use crate::text::Text;
use crate::vault::id;

/// The layout of panveil.toml.
pub const PANVEIL_LAYOUT_DEFAULT: u32 = 0;
/// By the length of the card number: 6+4 for 16 to 19 digits, 0+4 below.
pub const PANVEIL_LAYOUT_AUTO: u32 = 1;
/// 0+4: the last four digits stay. For 12 to 19 digits.
pub const PANVEIL_LAYOUT_0_4: u32 = 2;
/// 6+4: a BIN of six and the last four stay. For 16 to 19 digits.
pub const PANVEIL_LAYOUT_6_4: u32 = 3;
/// 8+0: a BIN of eight stays. For 16 digits.
pub const PANVEIL_LAYOUT_8_0: u32 = 4;

/// What stands for a card number in the application's tables. All texts are zero-terminated ASCII. It is no card data and
/// may be printed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct panveil_token {
    /// The digits. They can begin with zero, so they belong in a text column.
    pub digits: [c_char; 20],
    /// How the token was made, such as `f1.6-4`; it stands in a column beside the digits.
    pub format: [c_char; 16],
    /// Both, joined by a colon: what reveal takes.
    pub handle: [c_char; 36],
}

/// Makes a tokenizer for a caller, whose uses are counted in the audit log under its name: 1 to 255 bytes of printable
/// ASCII. It belongs to the vault, ends with it at the latest, and is freed with panveil_tokenizer_free.
///
/// Returns PANVEIL_OK, PANVEIL_ID_FORMAT, PANVEIL_KEY_STATE or PANVEIL_KEY_PERIOD if no token key may protect;
/// PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES.
///
/// # Safety
/// - `caller` is NULL or points to `caller_length` readable bytes.
/// - `tokenizer` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_tokenizer_new(
    vault: *const panveil_vault,
    caller: *const u8,
    caller_length: usize,
    tokenizer: *mut *mut panveil_tokenizer,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(tokenizer) }?;
        // SAFETY: as the caller promises.
        let caller = Application::new(unsafe { id(caller, caller_length) }?)?;
        let tokenizer = Arc::new(open.vault.tokenizer(caller)?);
        let made = MadeTokenizer { tokenizer, layout: open.vault.config().layout() };
        Ok(move || {
            place.write(put_of(vault, made)?);
            Ok(())
        })
    })
}

/// Frees a tokenizer; NULL does nothing.
///
/// Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_tokenizer_free(tokenizer: *mut panveil_tokenizer) -> panveil_status {
    boundary(|| {
        free_of(tokenizer)?;
        Ok(nothing)
    })
}

/// Makes the token of a card number. The same number and layout give the same token.
///
/// Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_LAYOUT_REFUSED if the layout is not for this length,
/// PANVEIL_LAYOUT_UNKNOWN; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `pan` is NULL or points to `pan_length` readable bytes.
/// - `token` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_tokenizer_tokenize(
    tokenizer: *const panveil_tokenizer,
    pan: *const u8,
    pan_length: usize,
    rules: u32,
    layout: u32,
    token: *mut panveil_token,
) -> panveil_status {
    boundary(|| {
        let made = find(tokenizer)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(token) }?;
        // SAFETY: as the caller promises.
        let pan = unsafe { card::pan(pan, pan_length, rules) }?;
        let token = made.object.tokenizer.tokenize(&pan, made.object.layout(layout)?)?;
        Ok(move || {
            place.write(view(&token)?);
            Ok(())
        })
    })
}

/// Makes the tokens of a card number under every version of the key, the current one first, then from new to old: to
/// find a card in tables that were written under older keys. Writes at most `capacity` tokens, and their number to
/// `count`.
///
/// Returns as panveil_tokenizer_tokenize; PANVEIL_BUFFER_TOO_SMALL with the number that is needed in `count`.
///
/// # Safety
/// - `pan` is NULL or points to `pan_length` readable bytes.
/// - `tokens` is NULL or has room for `capacity` tokens.
/// - `count` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_tokenizer_tokenize_all_versions(
    tokenizer: *const panveil_tokenizer,
    pan: *const u8,
    pan_length: usize,
    rules: u32,
    layout: u32,
    tokens: *mut panveil_token,
    capacity: usize,
    count: *mut usize,
) -> panveil_status {
    boundary(|| {
        let made = find(tokenizer)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::buffer(tokens, capacity, count) }?;
        // SAFETY: as the caller promises.
        let pan = unsafe { card::pan(pan, pan_length, rules) }?;
        let tokens = made.object.tokenizer.tokenize_all_versions(&pan, made.object.layout(layout)?)?;
        let views = tokens.iter().map(view).collect::<Result<Vec<_>>>()?;
        Ok(move || place.write(&views))
    })
}

/// A tokenizer, and what a layout of 0 means to it.
pub(crate) struct MadeTokenizer {
    pub(crate) tokenizer: Arc<Tokenizer>,
    layout: LayoutChoice,
}

impl MadeTokenizer {
    pub(crate) fn layout(&self, number: u32) -> Result<LayoutChoice> {
        match number {
            PANVEIL_LAYOUT_DEFAULT => Ok(self.layout),
            PANVEIL_LAYOUT_AUTO => Ok(LayoutChoice::Auto),
            PANVEIL_LAYOUT_0_4 => Ok(LayoutChoice::Fixed(Layout::Last4)),
            PANVEIL_LAYOUT_6_4 => Ok(LayoutChoice::Fixed(Layout::Bin6Last4)),
            PANVEIL_LAYOUT_8_0 => Ok(LayoutChoice::Fixed(Layout::Bin8)),
            _ => Err(Error::LayoutUnknown),
        }
    }
}

/// Built without allocating, which would take a third as long as making the token.
fn view(token: &Token) -> Result<panveil_token> {
    let (mut format, mut handle) = (Text::new(), Text::new());
    let digits = Text::of(token.as_str())?;
    write!(format, "{}", token.format()).map_err(|_| Error::Internal)?;
    handle.extend(&format)?;
    handle.push(b':')?;
    handle.extend(&digits)?;
    Ok(panveil_token { digits: digits.place, format: format.place, handle: handle.place })
}
