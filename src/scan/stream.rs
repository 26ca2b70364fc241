//! A stream of text, piece by piece.

use zeroize::{Zeroize, Zeroizing};

use super::finder::{Charset, Finder};
use super::hit::Hit;
use super::search::{Found, NEAR, REACH, Search, Taker, Window};

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
    fn hit(&mut self, _window: &Window<'_>, found: &Found) {
        (self.0)(&found.hit);
    }

    fn decided(&mut self, _window: &Window<'_>, _until: u64) {}
}

/// Cuts a stream into windows, each with enough text around what is decided in it.
#[derive(Debug)]
pub(super) struct Feed {
    search: Search,
    finder: Finder,
    /// The end of what was pushed, from `base` on: what is not decided, and the [`REACH`] bytes before it.
    held: Zeroizing<Vec<u8>>,
    base: u64,
    /// Before this, everything is decided.
    decided: u64,
}

/// What a window needs before what it decides; as much as the taker may still want of it.
const BEFORE: usize = REACH + NEAR;

impl Feed {
    pub(super) fn new(finder: Finder) -> Self {
        Self { search: Search::new(finder), finder, held: Zeroizing::default(), base: 0, decided: 0 }
    }

    pub(super) fn push(&mut self, piece: &[u8], taker: &mut impl Taker) {
        debug_assert!(self.finder.charset == Charset::AsciiBased);
        // The seam: the held bytes and as much of the piece as the next window needs before it.
        let start = self.end();
        let seam = piece.len().min(BEFORE.saturating_add(REACH));
        let (head, _) = piece.split_at(seam);
        self.held.extend_from_slice(head);
        self.decide_held(self.held.len().saturating_sub(REACH), taker);
        if seam == piece.len() {
            return;
        }
        // The rest of the piece, where it lies.
        let window = Window { text: piece, base: start };
        let until = piece.len().saturating_sub(REACH);
        self.search.run(&window, window.place(self.decided), until, taker);
        self.decided = window.offset(until);
        let kept = until.saturating_sub(BEFORE);
        self.held.zeroize();
        self.held.extend_from_slice(piece.get(kept..).unwrap_or_default());
        self.base = window.offset(kept);
    }

    pub(super) fn finish(&mut self, taker: &mut impl Taker) {
        self.decide_held(self.held.len(), taker);
        let end = self.end();
        self.held.zeroize();
        *self =
            Self { base: end, decided: end, search: self.search.begin_anew(end), ..Self::new(self.finder) };
    }

    /// Where the next piece begins in the stream.
    fn end(&self) -> u64 {
        self.base.saturating_add(self.held.len() as u64)
    }

    fn decide_held(&mut self, until: usize, taker: &mut impl Taker) {
        let window = Window { text: &self.held, base: self.base };
        let from = window.place(self.decided);
        if from >= until && until < self.held.len() {
            return;
        }
        self.search.run(&window, from, until, taker);
        self.decided = window.offset(until);
        let kept = until.saturating_sub(BEFORE);
        if kept >= BEFORE {
            self.base = self.base.saturating_add(kept as u64);
            self.held.copy_within(kept.., 0);
            let left = self.held.len().saturating_sub(kept);
            if let Some(rest) = self.held.get_mut(left..) {
                rest.zeroize();
            }
            self.held.truncate(left);
        }
    }
}
