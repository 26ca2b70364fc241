//! Track data of a magnetic stripe around a card number (ISO/IEC 7813).

use super::hit::Kind;

/// Where track data begins and ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// The track data that has its card number at `start..end`, if so.
pub(super) fn around(text: &[u8], start: usize, end: usize, floor: usize) -> Option<Track> {
    let before = |back: usize| {
        let at = start.checked_sub(back).filter(|at| *at >= floor)?;
        text.get(at).copied()
    };
    let rest = text.get(end..)?;
    match *rest.first()? {
        // %B4111...^NAME/FIRST^2912101...?
        b'^' if before(1).is_some_and(|code| code.eq_ignore_ascii_case(&b'B')) => {
            // Names hold no digits, and nothing that stands where some were taken out.
            let name = rest.iter().skip(1).take(LONGEST_NAME);
            let name = name
                .take_while(|byte| !byte.is_ascii_digit() && !matches!(byte, b'*' | b'[' | b']'))
                .position(|byte| *byte == b'^')?;
            let data = name.saturating_add(2);
            let more = length_of(rest.get(data..)?, LONGEST_TRACK1, is_track1);
            let expiry = length_of(rest.get(data..)?, EXPIRY_AND_SERVICE, |byte| byte.is_ascii_digit());
            if expiry < EXPIRY_AND_SERVICE {
                return None;
            }
            let length = data.saturating_add(more);
            let sentinel = usize::from(before(2) == Some(b'%'));
            let start = start.saturating_sub(1).saturating_sub(sentinel);
            let end = with_end_sentinel(text, end.saturating_add(length));
            Some(Track { start, end, kind: Kind::Track1 })
        }
        // ;4111...=2912101...? and, as chips and terminals write it, 4111...D2912101...
        b'=' | b'D' | b'd' => {
            let data = length_of(rest.get(1..)?, LONGEST_TRACK2, |byte| byte.is_ascii_digit());
            if data < EXPIRY_AND_SERVICE {
                return None;
            }
            let sentinel = usize::from(before(1) == Some(b';'));
            let end = with_end_sentinel(text, end.saturating_add(1).saturating_add(data));
            Some(Track { start: start.saturating_sub(sentinel), end, kind: Kind::Track2 })
        }
        _ => None,
    }
}

/// The longest name of track 1, and what may follow the card number in tracks 1 and 2, in characters.
const LONGEST_NAME: usize = 27;
const LONGEST_TRACK1: usize = 60;
const LONGEST_TRACK2: usize = 30;
/// Year, month and service code.
const EXPIRY_AND_SERVICE: usize = 7;

fn length_of(rest: &[u8], most: usize, belongs: impl Fn(&u8) -> bool) -> usize {
    rest.iter().take(most).take_while(|byte| belongs(byte)).count()
}

/// The characters of track 1 after the name.
fn is_track1(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'^' | b'/' | b'-' | b'.' | b'$' | b'&')
}

fn with_end_sentinel(text: &[u8], end: usize) -> usize {
    if text.get(end) == Some(&b'?') { end.saturating_add(1) } else { end }
}
