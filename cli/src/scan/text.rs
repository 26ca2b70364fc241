//! Scans text of any length in one buffer, and says in which line a find lies.

use std::io::{self, Read};

use panveil::scan::{Charset, Finder, Hit, HitStream};
use zeroize::{Zeroize, Zeroizing};

use super::budget::fill;
use super::find::Place;
use super::format::Text;

/// What one thread reads text into; wiped when it is dropped.
pub(crate) struct Buffer(Zeroizing<Vec<u8>>);

/// What is read at a time.
const PIECE: usize = 256 << 10;
/// What stays of the piece before: the finder tells a hit late, and its line is counted then.
const KEPT: usize = 16 << 10;

impl Buffer {
    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(vec![0; KEPT.saturating_add(PIECE)]))
    }

    /// Calls `on_hit` with each hit of a text and its place. What an error cut off is scanned as far as it was read.
    ///
    /// # Errors
    /// Those of the reader.
    pub(crate) fn scan(
        &mut self,
        reader: &mut dyn Read,
        finder: Finder,
        text: Text,
        on_hit: &mut dyn FnMut(&Hit, Place),
    ) -> io::Result<()> {
        let mut streams = Streams::new(finder, text);
        let mut lines = Lines { charset: text.charset, counted: 0, before: 0 };
        let mut hits = Vec::new();
        let (mut base, mut held) = (0u64, 0usize);
        loop {
            let space = self.0.get_mut(held..held.saturating_add(PIECE)).unwrap_or_default();
            let (bytes, outcome) = fill(reader, space);
            let ended = bytes < PIECE;
            let end = held.saturating_add(bytes);
            streams.push(self.0.get(held..end).unwrap_or_default(), &mut |hit| hits.push(*hit));
            if ended {
                streams.finish(&mut |hit| hits.push(*hit));
            }
            hits.sort_by_key(|hit: &Hit| hit.offset);
            let window = self.0.get(..end).unwrap_or_default();
            for hit in hits.drain(..) {
                let line = (!text.binary).then(|| lines.line_of(hit.offset, window, base));
                on_hit(&hit, Place::Text { line, offset: hit.offset, length: hit.length as u64 });
            }
            if ended {
                self.0.get_mut(..end).unwrap_or_default().zeroize();
                return outcome;
            }
            let kept = end.saturating_sub(KEPT);
            lines.count_until(base.saturating_add(kept as u64), window, base);
            self.0.copy_within(kept..end, 0);
            base = base.saturating_add(kept as u64);
            held = end.saturating_sub(kept);
        }
    }
}

/// A text is read in its charset, and where that is a guess as bytes too.
struct Streams {
    first: HitStream,
    second: Option<HitStream>,
}

impl Streams {
    fn new(finder: Finder, text: Text) -> Self {
        let first = finder.in_charset(text.charset).stream();
        Self { first, second: text.guessed.then(|| finder.stream()) }
    }

    fn push(&mut self, piece: &[u8], on_hit: &mut dyn FnMut(&Hit)) {
        self.first.push(piece, on_hit);
        if let Some(second) = &mut self.second {
            second.push(piece, on_hit);
        }
    }

    fn finish(&mut self, on_hit: &mut dyn FnMut(&Hit)) {
        self.first.finish(on_hit);
        if let Some(second) = &mut self.second {
            second.finish(on_hit);
        }
    }
}

/// Counts line ends as far as somebody wants to know.
struct Lines {
    charset: Charset,
    /// Before this offset...
    counted: u64,
    /// ... there are so many.
    before: u64,
}

impl Lines {
    /// The line of `offset`, from 1; offsets come in order.
    fn line_of(&mut self, offset: u64, window: &[u8], base: u64) -> u64 {
        self.count_until(offset, window, base);
        self.before.saturating_add(1)
    }

    fn count_until(&mut self, offset: u64, window: &[u8], base: u64) {
        // In a guess at UTF-16 a hit in the bytes may begin within a unit.
        let offset = match self.charset {
            Charset::Utf16Le | Charset::Utf16Be => offset & !1,
            _ => offset,
        };
        let place = |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        let Some(text) = window.get(place(self.counted)..place(offset)) else { return };
        let units = || text.chunks_exact(2);
        let ends = match self.charset {
            Charset::Utf16Le => units().filter(|unit| *unit == b"\n\0").count(),
            Charset::Utf16Be => units().filter(|unit| *unit == b"\0\n").count(),
            _ => memchr::memchr_iter(b'\n', text).count(),
        };
        self.before = self.before.saturating_add(ends as u64);
        self.counted = offset;
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffer, Place};
    use crate::scan::format::{Format, HEAD};
    use panveil::scan::Finder;
    use std::io::{self, Read};

    fn scan(text: &[u8]) -> Vec<Place> {
        let Format::Text(kind) = Format::of(&text[..text.len().min(HEAD)]) else { panic!("no text") };
        let mut places = Vec::new();
        let mut reader = text;
        let mut buffer = Buffer::new();
        buffer.scan(&mut reader, Finder::new(), kind, &mut |_, place| places.push(place)).unwrap();
        places
    }

    #[test]
    fn lines_are_right_wherever_pieces_end() {
        let line = b"a line without anything, 70 characters long or so, to fill up pieces\n";
        for before in [0, 1, 3_700, 3_799, 3_800, 3_801, 4_000, 40_000] {
            let mut text = line.repeat(before);
            text.extend_from_slice(b"card 4111 1111 1111 1111 and\ncard 5500000000000004");
            let first = (line.len() * before + 5) as u64;
            let second = first + 29;
            let number = before as u64 + 1;
            assert_eq!(
                scan(&text),
                [
                    Place::Text { line: Some(number), offset: first, length: 19 },
                    Place::Text { line: Some(number + 1), offset: second, length: 16 }
                ]
            );
        }
    }

    #[test]
    fn every_offset_over_the_end_of_a_piece_is_found() {
        for shift in 0..40 {
            let mut text = vec![b' '; super::PIECE - 20 + shift];
            text.extend_from_slice(b"4111111111111111 ");
            let offset = (super::PIECE - 20 + shift) as u64;
            assert_eq!(scan(&text), [Place::Text { line: Some(1), offset, length: 16 }], "{shift}");
        }
    }

    #[test]
    fn what_a_failing_reader_gave_is_scanned() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let mut text = vec![b'\n'; super::PIECE];
        text.extend_from_slice(b"4111111111111111 ");
        let Format::Text(kind) = Format::of(b"\n") else { panic!("no text") };
        let mut found = 0;
        let mut reader = text.chain(Broken);
        let failed = Buffer::new().scan(&mut reader, Finder::new(), kind, &mut |_, _| found += 1);
        assert!(failed.is_err());
        assert_eq!(found, 1);
    }
}
