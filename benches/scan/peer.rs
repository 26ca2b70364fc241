//! The same job by the `regex` crate: 12 to 19 digits with separators, brand, check digit, and stars but for the last four.

use panveil::card::Brand;
use regex::bytes::Regex;

/// What finds and replaces card numbers.
pub(crate) struct Peer(Regex);

impl Peer {
    pub(crate) fn new() -> Self {
        Self(Regex::new(r"(?-u)[0-9](?:[ ./_-]?[0-9]){11,18}").expect("a good pattern"))
    }

    /// Appends the text to `out`, redacted; says how many numbers it replaced.
    pub(crate) fn redact(&self, text: &[u8], out: &mut Vec<u8>) -> usize {
        let (mut at, mut count) = (0, 0);
        for found in self.0.find_iter(text) {
            let region = found.as_bytes();
            let beside = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
            if beside(found.start().checked_sub(1)) || beside(Some(found.end())) || !is_card(region) {
                continue;
            }
            out.extend_from_slice(&text[at..found.start()]);
            let mut hidden = region.iter().filter(|byte| byte.is_ascii_digit()).count() - 4;
            for byte in region {
                let hide = byte.is_ascii_digit() && hidden > 0;
                hidden -= usize::from(hide);
                out.push(if hide { b'*' } else { *byte });
            }
            (at, count) = (found.end(), count + 1);
        }
        out.extend_from_slice(&text[at..]);
        count
    }
}

fn is_card(region: &[u8]) -> bool {
    let (mut digits, mut count) = ([0; 19], 0);
    for byte in region.iter().filter(|byte| byte.is_ascii_digit()) {
        digits[count] = byte & 0x0f;
        count += 1;
    }
    let digits = &digits[..count];
    Brand::of_digits(digits).is_some() && panveil::card::luhn::residue(digits) == 0
}
