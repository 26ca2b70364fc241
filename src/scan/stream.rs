//! A stream of text, piece by piece.

use zeroize::{Zeroize, Zeroizing};

use super::finder::{Charset, Finder};
use super::hit::Hit;
use super::search::{Found, NEAR, REACH, Search, Taker};
use super::utf16;
use super::window::Window;

/// Takes text in pieces and says where card data lies. Holds back at most 2 KiB, and wipes what it held.
///
/// Where the pieces begin and end makes no difference: a number split over two of them is found.
///
/// ```
/// use panveil::scan::Finder;
/// let mut found = 0;
/// let mut stream = Finder::new().stream();
/// stream.push(b"card 4111 11", &mut |_| found += 1);
/// stream.push(b"11 1111 1111, thanks", &mut |_| found += 1);
/// stream.finish(&mut |hit| {
///     assert_eq!((hit.offset, hit.length), (5, 19));
///     found += 1;
/// });
/// assert_eq!(found, 1);
/// ```
#[derive(Debug)]
pub struct HitStream {
    feed: Feed,
}

impl HitStream {
    pub(super) fn new(finder: Finder) -> Self {
        Self { feed: Feed::new(finder) }
    }

    /// Takes the next piece; calls `on_hit` for each hit that is certain by now, in order.
    pub fn push(&mut self, piece: &[u8], on_hit: &mut dyn FnMut(&Hit)) {
        self.feed.push(piece, &mut Tell(on_hit));
    }

    /// Ends the text: calls `on_hit` for the hits that were held back. The next piece begins another text, whose offsets
    /// go on from here.
    pub fn finish(&mut self, on_hit: &mut dyn FnMut(&Hit)) {
        self.feed.finish(&mut Tell(on_hit));
    }
}

struct Tell<'a>(&'a mut dyn FnMut(&Hit));

impl Taker for Tell<'_> {
    fn hit(&mut self, window: &Window<'_>, found: &Found) {
        (self.0)(&window.in_bytes(&found.hit));
    }

    fn decided(&mut self, _window: &Window<'_>, _until: u64) {}
}

/// Cuts a stream into windows, each with enough text around what is decided in it.
#[derive(Debug)]
pub(super) struct Feed {
    search: Search,
    finder: Finder,
    /// The end of what was pushed, from `base` on, a byte for each unit: what is not decided, and the [`BEFORE`] units before
    /// it.
    held: Zeroizing<Vec<u8>>,
    /// Its bytes, where a unit has more than one.
    raw: Zeroizing<Vec<u8>>,
    /// The first byte of a unit whose second was not pushed yet.
    half: Option<u8>,
    base: u64,
    /// Before this, everything is decided.
    decided: u64,
}

/// What a window needs before what it decides; as much as the taker may still want of it.
const BEFORE: usize = REACH + NEAR;

/// The most bytes held: what is kept before the decided place, until twice that is there; what is not decided; and a seam.
const MOST_HELD: usize = 3 * BEFORE + 2 * REACH;

/// So many bytes of wide text are taken at once.
const WIDE_PIECE: usize = 64 * 1024;

impl Feed {
    pub(super) fn new(finder: Finder) -> Self {
        // Room for all that is ever held: a buffer that grew would leave a copy behind.
        let (units, bytes) = match finder.charset {
            Charset::AsciiBased => (MOST_HELD, 0),
            Charset::Utf16Le | Charset::Utf16Be => (MOST_HELD + WIDE_PIECE, 2 * (MOST_HELD + WIDE_PIECE)),
        };
        Self {
            search: Search::new(finder),
            finder,
            held: Zeroizing::new(Vec::with_capacity(units)),
            raw: Zeroizing::new(Vec::with_capacity(bytes)),
            half: None,
            base: 0,
            decided: 0,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8], taker: &mut impl Taker) {
        match self.finder.charset {
            Charset::AsciiBased => self.push_bytes(piece, taker),
            charset => piece.chunks(WIDE_PIECE).for_each(|piece| self.push_wide(piece, charset, taker)),
        }
    }

    fn push_wide(&mut self, piece: &[u8], charset: Charset, taker: &mut impl Taker) {
        let mut rest = piece;
        if let (Some(first), Some((second, after))) = (self.half, piece.split_first()) {
            self.half = None;
            self.take_unit([first, *second], charset);
            rest = after;
        }
        let (units, half) = rest.as_chunks::<2>();
        units.iter().for_each(|unit| self.take_unit(*unit, charset));
        if let [half] = half {
            self.half = Some(*half);
        }
        self.decide_held(self.held.len().saturating_sub(REACH), taker);
    }

    fn take_unit(&mut self, bytes: [u8; 2], charset: Charset) {
        let unit =
            if charset == Charset::Utf16Be { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) };
        self.held.push(utf16::as_byte(unit));
        self.raw.extend_from_slice(&bytes);
    }

    fn push_bytes(&mut self, piece: &[u8], taker: &mut impl Taker) {
        // The seam: the held bytes and as much of the piece as the next window needs before it.
        let start = self.end();
        let seam = piece.len().min(BEFORE.saturating_add(REACH));
        let (head, _) = piece.split_at(seam);
        self.held.extend_from_slice(head);
        debug_assert!(self.held.len() <= MOST_HELD);
        self.decide_held(self.held.len().saturating_sub(REACH), taker);
        if seam == piece.len() {
            return;
        }
        // The rest of the piece, where it lies.
        let window = Window { text: piece, raw: piece, base: start, charset: Charset::AsciiBased };
        let until = piece.len().saturating_sub(REACH);
        self.search.run(&window, window.place(self.decided), until, taker);
        self.decided = window.offset(until);
        let kept = until.saturating_sub(BEFORE);
        self.held.zeroize();
        self.held.extend_from_slice(piece.get(kept..).unwrap_or_default());
        self.base = window.offset(kept);
    }

    /// Ends the text; gives back the half of a unit, if that is how it ends.
    pub(super) fn finish(&mut self, taker: &mut impl Taker) -> Option<u8> {
        self.decide_held(self.held.len(), taker);
        let end = self.end();
        let half = self.half;
        self.held.zeroize();
        self.raw.zeroize();
        *self =
            Self { base: end, decided: end, search: self.search.begin_anew(end), ..Self::new(self.finder) };
        half
    }

    /// Where the next piece begins in the stream, in units.
    fn end(&self) -> u64 {
        self.base.saturating_add(self.held.len() as u64)
    }

    fn decide_held(&mut self, until: usize, taker: &mut impl Taker) {
        let charset = self.finder.charset;
        let raw = if charset == Charset::AsciiBased { &self.held } else { &self.raw };
        let window = Window { text: &self.held, raw, base: self.base, charset };
        let from = window.place(self.decided);
        if from >= until && until < self.held.len() {
            return;
        }
        self.search.run(&window, from, until, taker);
        self.decided = window.offset(until);
        let kept = until.saturating_sub(BEFORE);
        if kept >= BEFORE {
            self.base = self.base.saturating_add(kept as u64);
            drop_front(&mut self.held, kept);
            drop_front(&mut self.raw, kept.saturating_mul(charset.unit()));
        }
    }
}

/// Drops the first `count` bytes, and wipes what is free then.
fn drop_front(bytes: &mut Vec<u8>, count: usize) {
    let count = count.min(bytes.len());
    bytes.copy_within(count.., 0);
    let left = bytes.len().saturating_sub(count);
    if let Some(rest) = bytes.get_mut(left..) {
        rest.zeroize();
    }
    bytes.truncate(left);
}
