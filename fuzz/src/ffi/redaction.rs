//! The calls that find card data in texts and take it out.

use std::ffi::c_void;
use std::ptr::null;

use panveil_ffi::finder::{self, panveil_find_options};
use panveil_ffi::handle::panveil_redactor;
use panveil_ffi::hit::panveil_hit;
use panveil_ffi::ptr::panveil_bytes;
use panveil_ffi::redactor::{self, panveil_redactor_options};
use panveil_ffi::status::panveil_status;

use super::fixture::ABSENT;
use super::{Caller, HUGE};

/// Which place a redactor has among the handles.
const REDACTOR: usize = 6;

/// What the callbacks of one call saw.
#[derive(Default)]
struct Seen {
    hits: u64,
    text: Vec<u8>,
    answer: u32,
}

impl Caller<'_> {
    pub(super) fn redaction(&mut self, function: u8) -> panveil_status {
        let mut seen = Seen { answer: if self.below(8) == 0 { self.number() } else { 0 }, ..Seen::default() };
        let context = (&raw mut seen).cast::<c_void>();
        let text = self.text();
        let redactor: *mut panveil_redactor = self.handle(REDACTOR);
        // SAFETY: as in `one_of`; the callbacks' context lives until the call returns, and redactors have none.
        unsafe {
            match function {
                33 => {
                    let options = self.find_options();
                    let options = if self.below(16) == 0 { null() } else { &raw const options };
                    let hits = self.place::<u64>();
                    let status =
                        finder::panveil_find(options, text.data, text.length, Some(see), context, hits);
                    if status == panveil_status::PANVEIL_OK {
                        assert_eq!(hits.read(), seen.hits);
                    } else {
                        assert_eq!(seen.hits, 0);
                    }
                    status
                }
                34 => {
                    let options = self.redactor_options();
                    let options = if self.below(16) == 0 { null() } else { &raw const options };
                    let status = redactor::panveil_redactor_new(options, self.place());
                    self.keep(REDACTOR, status)
                }
                35 => {
                    let (place, capacity, length) = (self.place(), self.capacity(1), self.length_place());
                    redactor::panveil_redactor_redact(
                        redactor,
                        text.data,
                        text.length,
                        place,
                        capacity,
                        length,
                    )
                }
                36 => {
                    redactor::panveil_redactor_push(redactor, text.data, text.length, Some(append), context)
                }
                _ => redactor::panveil_redactor_finish(redactor, Some(append), context),
            }
        }
    }

    /// As [`bytes`](Self::bytes), but no length that a text could have.
    fn text(&mut self) -> panveil_bytes {
        let mut text = self.bytes();
        if HUGE.contains(&text.length) {
            text.length = usize::MAX;
        }
        text
    }

    fn find_options(&mut self) -> panveil_find_options {
        panveil_find_options {
            struct_size: match self.below(16) {
                0 => self.number(),
                _ => size_of::<panveil_find_options>() as u32,
            },
            confidence: self.number() % 5,
            search: self.number() % 4,
            charset: if self.below(8) == 0 { 3 } else { 0 },
        }
    }

    fn redactor_options(&mut self) -> panveil_redactor_options {
        let find = self.find_options();
        panveil_redactor_options {
            struct_size: match self.below(16) {
                0 => self.number(),
                _ => size_of::<panveil_redactor_options>() as u32,
            },
            replacement: self.number() % 5,
            fixed: if self.below(4) == 0 { ABSENT } else { self.bytes() },
            tokenizer: self.handle(1),
            layout: self.number(),
            keep_length: self.number() % 2,
            confidence: find.confidence,
            search: find.search,
            charset: find.charset,
            context: std::ptr::null_mut(),
            on_hit: None,
            release: None,
        }
    }
}

unsafe extern "C" fn see(context: *mut c_void, hit: *const panveil_hit) {
    // SAFETY: the calls above give `Seen`, and the library lends a hit.
    let (seen, hit) = unsafe { (&mut *context.cast::<Seen>(), &*hit) };
    seen.hits += 1;
    assert!(hit.kind != 0 && hit.confidence != 0 && hit.reason != 0 && hit.writing != 0);
    assert!(hit.masked.iter().filter(|byte| (**byte as u8).is_ascii_digit()).count() <= 4);
}

unsafe extern "C" fn append(context: *mut c_void, text: *const u8, length: usize) -> u32 {
    // SAFETY: as above, and the library lends `length` bytes.
    let (seen, text) = unsafe { (&mut *context.cast::<Seen>(), std::slice::from_raw_parts(text, length)) };
    seen.text.extend_from_slice(text);
    seen.answer
}
