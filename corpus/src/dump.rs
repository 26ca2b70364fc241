//! Lines as dumps and encodings show them: what was one piece of text becomes bytes in other places.

use std::ops::Range;

use base64ct::{Base64, Encoding};

use crate::line::{Line, Truth};

/// The bytes as hexadecimal digits in one string.
pub fn hex(line: &Line) -> Line {
    let text: String = line.text.iter().map(|byte| format!("{byte:02x}")).collect();
    moved(line, text, |piece| vec![piece.start * 2..piece.end * 2])
}

/// The bytes as pairs of hexadecimal digits with colons between.
pub fn colons(line: &Line) -> Line {
    let pairs: Vec<String> = line.text.iter().map(|byte| format!("{byte:02x}")).collect();
    moved(line, pairs.join(":"), |piece| vec![piece.start * 3..piece.end * 3 - 1])
}

/// The text in base64.
pub fn base64(line: &Line) -> Line {
    let text = Base64::encode_string(&line.text);
    // The characters that hold any bit of the piece.
    moved(line, text, |piece| vec![piece.start * 8 / 6..(piece.end * 8).div_ceil(6)])
}

/// What `hexdump -C` prints.
pub fn hexdump(line: &Line) -> Line {
    dump(line, |at| format!("{at:08x}  "), hexdump_column, Some((" |", "|")))
}

/// What `xxd` prints.
pub fn xxd(line: &Line) -> Line {
    dump(line, |at| format!("{at:08x}: "), |place| place * 2 + place / 2, Some((" ", "")))
}

/// What `od -A x -t x1` prints.
pub fn od(line: &Line) -> Line {
    dump(line, |at| format!("{at:06x} "), |place| place * 3, None)
}

/// Two digits and a space for each byte, one more space in the middle.
fn hexdump_column(place: usize) -> usize {
    place * 3 + usize::from(place >= 8)
}

/// Bytes in each line of a dump.
const WIDTH: usize = 16;

/// A dump: an address, hexadecimal digits at columns, and the characters beside them between an opening and a closing text.
fn dump(
    line: &Line,
    address: impl Fn(usize) -> String,
    column: impl Fn(usize) -> usize,
    characters: Option<(&str, &str)>,
) -> Line {
    let mut text = String::new();
    let mut digits_at = Vec::new();
    let mut character_at = Vec::new();
    for (row, bytes) in line.text.chunks(WIDTH).enumerate() {
        if row > 0 {
            text.push('\n');
        }
        text.push_str(&address(row * WIDTH));
        let begin = text.len();
        for (place, byte) in bytes.iter().enumerate() {
            while text.len() < begin + column(place) {
                text.push(' ');
            }
            digits_at.push(text.len());
            text.push_str(&format!("{byte:02x}"));
        }
        let Some((open, close)) = characters else { continue };
        while text.len() < begin + column(WIDTH) {
            text.push(' ');
        }
        text.push_str(open);
        for byte in bytes {
            character_at.push(text.len());
            text.push(if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' });
        }
        text.push_str(close);
    }
    let mut dumped = moved(line, text, |piece| {
        by_row(piece).map(|row| digits_at[row.start]..digits_at[row.end - 1] + 2).collect()
    });
    if characters.is_none() {
        return dumped;
    }
    let columns = moved(line, String::new(), |piece| {
        by_row(piece).map(|row| character_at[row.start]..character_at[row.end - 1] + 1).collect()
    });
    dumped.truths.extend(columns.truths);
    dumped
}

/// A range of bytes, cut where lines of a dump end.
fn by_row(piece: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
    let piece = piece.clone();
    (piece.start / WIDTH..=(piece.end - 1) / WIDTH)
        .map(move |row| piece.start.max(row * WIDTH)..piece.end.min((row + 1) * WIDTH))
}

fn moved(line: &Line, text: String, place: impl Fn(&Range<usize>) -> Vec<Range<usize>>) -> Line {
    let truth = |truth: &Truth| Truth {
        kind: truth.kind,
        pieces: truth.pieces.iter().flat_map(&place).collect(),
        card: truth.card,
    };
    Line { text: text.into_bytes(), truths: line.truths.iter().map(truth).collect(), row: line.row }
}
