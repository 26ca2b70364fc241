//! The C ABI as a careless caller uses it: pointers into short memory with their true lengths, lengths beyond all reason,
//! NULL, misaligned places, handles that are live, freed, of another kind or made up.

mod calls;
mod fixture;
mod redaction;

use std::cell::Cell;
use std::ptr::{null, null_mut};

use panveil_ffi::batch;
use panveil_ffi::handle::panveil_vault;
use panveil_ffi::ptr::panveil_bytes;
use panveil_ffi::reveal::panveil_reveal_request;

use fixture::{ABSENT, FIXTURE, Fixture, KINDS, PAN, pointer, view};

/// No call crashes, says `PANVEIL_INTERNAL`, or touches an output unless it says `PANVEIL_OK`.
///
/// The first byte says how many bytes of the input are the caller's memory; the rest are calls: a function, then a byte or
/// more for each parameter.
pub fn ffi(data: &[u8]) {
    FIXTURE.with(|fixture| {
        let Some((split, rest)) = data.split_first() else { return };
        let memory = rest.get(..usize::from(*split)).unwrap_or(rest);
        let room = Room { bytes: Cell::new([UNTOUCHED; ROOM]), length: Cell::new(UNWRITTEN) };
        let choices = rest.get(memory.len()..).unwrap_or_default();
        let mut caller = Caller { memory, choices, fixture, made: [0; KINDS], room: &room };
        while let Some(function) = caller.byte() {
            caller.call(function);
        }
        caller.free_all();
    });
}

/// A careless caller: its memory, the parameters it makes up, and what it may write to.
struct Caller<'a> {
    memory: &'a [u8],
    choices: &'a [u8],
    fixture: &'a Fixture,
    /// What it made in this run.
    made: [usize; KINDS],
    room: &'a Room,
}

/// Where outputs go, filled with one byte, so that every write shows.
#[repr(C, align(16))]
struct Room {
    bytes: Cell<[u8; ROOM]>,
    length: Cell<usize>,
}

const ROOM: usize = 4096;
const UNTOUCHED: u8 = 0x55;
const UNWRITTEN: usize = 0x5555;

impl<'a> Caller<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.choices.split_first()?;
        self.choices = rest;
        Some(*first)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte().unwrap_or(0)) % bound
    }

    /// Bytes of the caller's: with their true length, with none, NULL, or with a length that nothing can have.
    fn bytes(&mut self) -> panveil_bytes {
        let start = self.below(self.memory.len().max(1));
        let rest = self.memory.get(start..).unwrap_or_default();
        match self.below(16) {
            0 => panveil_bytes { data: null(), length: self.below(3) },
            1 => panveil_bytes { data: rest.as_ptr(), length: HUGE[self.below(HUGE.len())] },
            2 => panveil_bytes { data: rest.as_ptr(), length: 0 },
            3 => view(rest),
            4..=9 => view(WORDS[self.below(WORDS.len())]),
            _ => view(rest.get(..self.below(rest.len() + 1)).unwrap_or_default()),
        }
    }

    /// Fixed records: as many as there are, or more than any batch has.
    fn records(&mut self) -> (*const u8, usize) {
        match self.below(8) {
            0 => (null(), self.below(3)),
            1 => (self.memory.as_ptr(), HUGE[self.below(HUGE.len())]),
            _ => (self.memory.as_ptr(), self.memory.len() / batch::PANVEIL_PAN_RECORD),
        }
    }

    /// A number of an option: mostly a known one.
    fn number(&mut self) -> u32 {
        match self.below(16) {
            0 => u32::MAX,
            small => small as u32 % 8,
        }
    }

    /// A handle of kind `kind`: live, made here, freed, of another kind, NULL or made up.
    fn handle<T>(&mut self, kind: usize) -> *mut T {
        pointer(match self.below(16) {
            0 => 0,
            1 => self.fixture.freed[kind],
            2 => self.fixture.live[self.below(KINDS)],
            3 => self.made[self.below(KINDS)],
            4 => self.fixture.live[kind] ^ (1 << self.below(64)),
            5 => self.fixture.vault.addr(),
            6 => self.memory.as_ptr().addr(),
            7 => (0..8).fold(0, |all, _| all << 8 | self.below(256)),
            8 | 9 => self.made[kind],
            _ if kind == 0 => self.fixture.vault.addr(),
            _ => self.fixture.live[kind],
        })
    }

    fn vault(&mut self) -> *mut panveil_vault {
        self.handle(0)
    }

    /// A place for an output that is as large as it must be, or NULL, or misaligned.
    fn place<T>(&mut self) -> *mut T {
        let start = self.room.bytes.as_ptr().cast::<u8>();
        match self.below(16) {
            0 => null_mut(),
            1 => start.wrapping_add(1).cast(),
            _ => start.cast(),
        }
    }

    fn length_place(&mut self) -> *mut usize {
        if self.below(16) == 0 { null_mut() } else { self.room.length.as_ptr() }
    }

    /// A capacity that the room has for items of this size.
    fn capacity(&mut self, size: usize) -> usize {
        match self.below(4) {
            0 => self.below(8),
            _ => self.below(ROOM / 2 / size + 1),
        }
    }

    fn request(&mut self) -> panveil_reveal_request {
        let struct_size = match self.below(32) {
            0 => self.number(),
            _ => size_of::<panveil_reveal_request>() as u32,
        };
        let fixture = self.fixture;
        let optional = |caller: &mut Self, usual: &[u8]| match caller.below(4) {
            0 => caller.bytes(),
            1 => ABSENT,
            _ => view(usual),
        };
        panveil_reveal_request {
            struct_size,
            handle: optional(self, &fixture.token),
            record: if self.below(4) == 0 { self.bytes() } else { ABSENT },
            purpose: optional(self, b"chargeback"),
            case_reference: optional(self, b"CB-1"),
            origin: optional(self, b"o"),
            tenant: if self.below(8) == 0 { self.bytes() } else { ABSENT },
            field: if self.below(8) == 0 { self.bytes() } else { ABSENT },
        }
    }
}

/// What calls take: without these, little would ever succeed.
const WORDS: [&[u8]; 5] = [PAN, PAN, b"pan", b"fuzz", b"378282246310005"];

/// Lengths that nothing can have.
const HUGE: [usize; 5] = [1 << 21, 1 << 40, usize::MAX / 2, usize::MAX / 2 + 1, usize::MAX];
