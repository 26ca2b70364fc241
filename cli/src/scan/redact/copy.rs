//! Copies a text without what is found in it, and looks at the copy.

use std::fs::File;
use std::io::{self, Seek, Write};

use panveil::scan::{Charset, Finder, Redaction, RedactionStream, Replacement};
use zeroize::{Zeroize, Zeroizing};

use super::rewrite::Left;
use crate::scan::budget::fill;
use crate::scan::format::{Format, HEAD, Text};
use crate::scan::text::Buffer;

/// What is read at a time, in bytes.
const PIECE: usize = 256 << 10;

/// How a text is copied.
pub(super) struct Copy<'a> {
    pub(super) finder: Finder,
    pub(super) replacement: &'a Replacement,
    pub(super) keep_length: bool,
}

impl Copy<'_> {
    /// Writes `file`, redacted, to `to`; fails if a scan of that would find anything.
    pub(super) fn write(&self, mut file: &File, text: Text, to: &mut File) -> Result<(), Left> {
        let mut passes = self.passes(text)?;
        // What is put in is UTF-8; in Shift_JIS its bytes would be other characters.
        if text.charset == Charset::AsciiBased && self.puts_more_than_ascii() && !is_utf8(file)? {
            return Err("it is not in UTF-8, and the text to be put in is more than ASCII".into());
        }
        let mut piece = Zeroizing::new(vec![0; PIECE]);
        let mut out = Vec::new();
        file.rewind()?;
        loop {
            let (length, outcome) = fill(&mut file, &mut piece);
            outcome?;
            let bytes = piece.get(..length).unwrap_or_default();
            let ended = length < PIECE;
            out.clear();
            passes.push(bytes, &mut out);
            if ended {
                passes.finish(&mut out);
            }
            to.write_all(&out)?;
            if ended {
                break;
            }
        }
        self.look_at(text, to)
    }

    fn passes(&self, text: Text) -> Result<Passes, Left> {
        let redaction = |charset: Charset, keep_length: bool| -> Result<RedactionStream, Left> {
            let redaction = Redaction::new(self.finder.in_charset(charset), self.replacement.clone())
                .map_err(|_| "the replacement cannot be used")?;
            let redaction = if keep_length { redaction.keep_length() } else { redaction };
            Ok(redaction.stream())
        };
        // Another length in bytes could put the two bytes of each character after it into the wrong pairs.
        let as_bytes = if text.guessed { Some(redaction(Charset::AsciiBased, true)?) } else { None };
        Ok(Passes {
            first: redaction(text.charset, self.keep_length)?,
            second: as_bytes,
            between: Zeroizing::new(Vec::with_capacity(2 * PIECE)),
        })
    }

    fn puts_more_than_ascii(&self) -> bool {
        matches!(self.replacement, Replacement::Fixed(text) if !text.is_ascii())
    }

    /// Scans what was written as a later scan will: by its own first bytes.
    fn look_at(&self, text: Text, to: &mut File) -> Result<(), Left> {
        let mut head = vec![0; HEAD];
        to.rewind()?;
        let (length, outcome) = fill(to, &mut head);
        outcome?;
        let now = match Format::of(head.get(..length).unwrap_or_default()) {
            Format::Text(now) if now.charset == text.charset => now,
            _ => return Err("its encoding could not be told afterwards: use --redact=mask".into()),
        };
        to.rewind()?;
        let mut left = 0u64;
        Buffer::new().scan(to, self.finder, now, &mut |_, _| left = left.saturating_add(1))?;
        if left > 0 {
            return Err(Left(format!("{left} finds were left after redaction")));
        }
        Ok(())
    }
}

/// A text is redacted in its charset, and where that is a guess as bytes too: so it is looked at.
struct Passes {
    first: RedactionStream,
    second: Option<RedactionStream>,
    between: Zeroizing<Vec<u8>>,
}

impl Passes {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Some(second) = &mut self.second else {
            return self.first.push(bytes, out, &mut |_| {});
        };
        self.first.push(bytes, &mut self.between, &mut |_| {});
        second.push(&self.between, out, &mut |_| {});
        self.between.zeroize();
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        let Some(second) = &mut self.second else {
            return self.first.finish(out, &mut |_| {});
        };
        self.first.finish(&mut self.between, &mut |_| {});
        second.push(&self.between, out, &mut |_| {});
        second.finish(out, &mut |_| {});
        self.between.zeroize();
    }
}

/// Whether a text is UTF-8 from its beginning to its end.
fn is_utf8(mut file: &File) -> io::Result<bool> {
    let mut buffer = Zeroizing::new(vec![0; PIECE]);
    let mut held = 0usize;
    file.rewind()?;
    loop {
        let space = buffer.get_mut(held..).unwrap_or_default();
        let wanted = space.len();
        let (length, outcome) = fill(&mut file, space);
        outcome?;
        let end = held.saturating_add(length);
        let ended = length < wanted;
        held = match str::from_utf8(buffer.get(..end).unwrap_or_default()) {
            Ok(_) => 0,
            // A character goes on in the next piece.
            Err(fault) if fault.error_len().is_none() && !ended => {
                buffer.copy_within(fault.valid_up_to()..end, 0);
                end.saturating_sub(fault.valid_up_to())
            }
            Err(_) => return Ok(false),
        };
        if ended {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, is_utf8};
    use std::fs::{self, File};

    #[test]
    fn utf_8_is_told_wherever_pieces_end() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let text = |before: usize, end: &[u8]| {
            fs::write(&path, [&vec![b'x'; before][..], "カード".as_bytes(), end].concat()).unwrap();
            is_utf8(&File::open(&path).unwrap()).unwrap()
        };
        for before in [0, PIECE - 9, PIECE - 8, PIECE - 7, PIECE - 2, PIECE - 1, PIECE, 2 * PIECE - 1] {
            assert!(text(before, b""), "{before}");
            assert!(!text(before, b"\x82\x4f"), "{before}");
            assert!(!text(before, "カ".as_bytes().split_last().unwrap().1), "{before}");
        }
    }
}
