//! One thing for many threads, one at a time, with a deadline: a mutex that does not wait for ever.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};

/// A thing that one thread at a time may use.
///
/// The lock itself is never held while the thing is in use, so a panic in between leaves nothing poisoned.
pub(super) struct Turn<T> {
    place: Mutex<Option<T>>,
    free: Condvar,
}

impl<T> Turn<T> {
    pub(super) fn new(thing: T) -> Self {
        Self { place: Mutex::new(Some(thing)), free: Condvar::new() }
    }

    /// Runs `work` with the thing; [`Error::StoreUnavailable`] if it stays in use for `patience`.
    pub(super) fn with<R>(&self, patience: Duration, work: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut place, _) = self
            .free
            .wait_timeout_while(place, patience, |place| place.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        let mut held = Held { turn: self, thing: place.take() };
        drop(place);
        match held.thing.as_mut() {
            Some(thing) => work(thing),
            None => Err(Error::StoreUnavailable),
        }
    }
}

/// Puts the thing back, after a panic too.
struct Held<'a, T> {
    turn: &'a Turn<T>,
    thing: Option<T>,
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        if let Some(thing) = self.thing.take() {
            *self.turn.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(thing);
            self.turn.free.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Turn;
    use crate::error::{Error, Result};

    #[test]
    fn a_thing_in_use_is_unavailable_after_the_deadline() {
        let turn = Turn::new(7);
        let inner: Result<Result<()>> =
            turn.with(Duration::ZERO, |_| Ok(turn.with(Duration::from_millis(5), |_| Ok(()))));
        assert_eq!(inner, Ok(Err(Error::StoreUnavailable)));
        assert_eq!(turn.with(Duration::ZERO, |thing| Ok(*thing)), Ok(7));
    }

    #[test]
    fn a_panic_puts_the_thing_back() {
        let turn = Turn::new(7);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _: Result<()> = turn.with(Duration::ZERO, |_| panic!("in use"));
        }));
        assert!(panicked.is_err());
        assert_eq!(turn.with(Duration::ZERO, |thing| Ok(*thing)), Ok(7));
    }
}
