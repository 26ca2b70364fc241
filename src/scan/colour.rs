//! Colours of a terminal, which may stand in the midst of a name.

/// How far back a name may begin, in bytes, colours included.
pub(super) const LONGEST_FIELD: usize = 64;

/// The most bytes of a control sequence that are looked at.
pub(super) const LONGEST_COLOUR: usize = 16;

/// Whether the text ends with a control sequence of a terminal (ECMA-48, 5.4): ESC, `[`, parameters, and a letter.
pub(super) fn ends_colour(text: &[u8]) -> bool {
    let Some(begin) = text.iter().rposition(|byte| *byte == ESCAPE) else { return false };
    let sequence = text.get(begin..).unwrap_or_default();
    colour_at(sequence) == sequence.len()
}

const ESCAPE: u8 = 0x1b;

/// How long the control sequence is with which the text begins; 0 where it does not.
fn colour_at(text: &[u8]) -> usize {
    let Some([ESCAPE, b'[', rest @ ..]) = text.get(..) else { return 0 };
    let parameters = rest.iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
    match rest.get(parameters) {
        Some(0x40..=0x7e) => parameters.saturating_add(3),
        _ => 0,
    }
}

/// A text without the control sequences of a terminal.
pub(super) struct Uncoloured {
    text: [u8; LONGEST_FIELD],
    length: usize,
}

impl Uncoloured {
    pub(super) fn of(text: &[u8]) -> Self {
        let mut plain = Self { text: [0; LONGEST_FIELD], length: 0 };
        if !text.contains(&ESCAPE) {
            let length = text.len().min(LONGEST_FIELD);
            if let (Some(to), Some(from)) = (plain.text.get_mut(..length), text.get(..length)) {
                to.copy_from_slice(from);
            }
            plain.length = length;
            return plain;
        }
        let mut rest = text;
        while let Some((byte, tail)) = rest.split_first() {
            let colour = colour_at(rest);
            if colour > 0 {
                rest = rest.get(colour..).unwrap_or_default();
                continue;
            }
            if let Some(place) = plain.text.get_mut(plain.length) {
                *place = *byte;
                plain.length = plain.length.saturating_add(1);
            }
            rest = tail;
        }
        plain
    }

    pub(super) fn get(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}
