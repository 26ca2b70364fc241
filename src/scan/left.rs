//! The text before a number.

/// The text on the left of a number, as far as it is not spoken for.
#[derive(Clone, Copy)]
pub(super) struct Left<'a> {
    pub(super) text: &'a [u8],
    pub(super) floor: usize,
}

impl<'a> Left<'a> {
    /// The byte `back` bytes before `at`.
    pub(super) fn byte(&self, at: usize, back: usize) -> Option<u8> {
        let place = at.checked_sub(back).filter(|place| *place >= self.floor)?;
        self.text.get(place).copied()
    }

    /// Up to `most` bytes before `at`.
    pub(super) fn last(&self, at: usize, most: usize) -> &'a [u8] {
        let begin = at.saturating_sub(most).max(self.floor.min(at));
        self.text.get(begin..at).unwrap_or_default()
    }
}
