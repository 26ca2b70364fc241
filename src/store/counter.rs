//! Message counters: how many messages a key has sealed, counted in blocks, never too few.

use core::num::NonZeroU64;
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::authenticated::AuthenticatedStore;
use super::contract::Snapshot;
use super::fields::Fields;
use super::table::Table;
use crate::error::{Error, Result};

/// After how many messages a key is rotated, unless configured otherwise (PCI DSS 3.7.4).
pub const DEFAULT_MESSAGE_LIMIT: u64 = 1 << 32;

/// How many numbers a process takes from the store at a time.
const BLOCK: u64 = 65_536;

/// Limits fit beside a block's remainder in one atomic word.
const MAX_LIMIT: u64 = 1 << 40;

/// A share of a key's message counter.
///
/// The store counts a block as used before its first number is handed out, so a crash loses numbers and never
/// repeats or forgets one. Between two blocks, [`next`](Self::next) is one atomic step, from any thread.
///
/// ```
/// use std::sync::Arc;
/// use panveil::crypto::secret::Secret;
/// use panveil::store::{AuthenticatedStore, CounterLease, DEFAULT_MESSAGE_LIMIT, MemoryStore};
///
/// let store = AuthenticatedStore::create(MemoryStore::new(), &Secret::random()?)?;
/// let lease = CounterLease::new(Arc::new(store), [7; 32], DEFAULT_MESSAGE_LIMIT)?;
/// assert_eq!((lease.next()?, lease.next()?), (0, 1));
/// lease.close()?;
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct CounterLease {
    store: Arc<AuthenticatedStore>,
    key_id: [u8; 32],
    limit: u64,
    /// The next number in the upper 40 bits, how many are left of the block in the lower 24: one word, so that
    /// no thread can take a number from one block and the count from another.
    block: AtomicU64,
    /// One thread at a time fetches a block.
    fetching: Mutex<()>,
    /// A forked process has the same numbers in hand, and must not use them.
    process: u32,
}

impl CounterLease {
    /// A share of the counter of `key_id`, which may count `limit` messages. Takes nothing from the store yet.
    ///
    /// # Errors
    /// [`Error::Argument`] if `limit` is over 2^40.
    pub fn new(store: Arc<AuthenticatedStore>, key_id: [u8; 32], limit: u64) -> Result<Self> {
        if limit >= MAX_LIMIT {
            return Err(Error::Argument);
        }
        let process = std::process::id();
        Ok(Self { store, key_id, limit, block: AtomicU64::new(0), fetching: Mutex::new(()), process })
    }

    /// The number of one more message: 0 for the first of the key, each number once among all processes.
    ///
    /// # Errors
    /// [`Error::SealLimit`] once the limit is reached; [`Error::Forked`] in a forked process; as [`Store::transact`](super::Store::transact) when a block
    /// must be fetched and the store does not answer.
    pub fn next(&self) -> Result<u64> {
        self.next_many(NonZeroU64::MIN).map(|numbers| numbers.start)
    }

    /// The numbers of more messages, one after the other: at least one and at most `most`, as many as the block in hand
    /// still has.
    ///
    /// All of them count as used, whatever becomes of the messages. Who needs more asks again.
    ///
    /// # Errors
    /// As [`next`](Self::next); no number is taken then.
    pub fn next_many(&self, most: NonZeroU64) -> Result<Range<u64>> {
        if std::process::id() != self.process {
            return Err(Error::Forked);
        }
        if let Some(numbers) = self.take(most) {
            return Ok(numbers);
        }
        let _fetching = self.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // Another thread may have fetched a block while this one waited, and others may have used it up.
            if let Some(numbers) = self.take(most) {
                return Ok(numbers);
            }
            self.fetch()?;
        }
    }

    /// Gives back what is left of the block, if no one has taken one since.
    ///
    /// Worth a call at an orderly end: a short run then costs the key what it sealed, and not a whole block.
    ///
    /// # Errors
    /// As [`Store::transact`](super::Store::transact); the numbers then stay counted.
    pub fn close(self) -> Result<()> {
        let (next, left) = unpack(self.block.load(Ordering::Acquire));
        if left == 0 || std::process::id() != self.process {
            return Ok(());
        }
        self.store.write(|tx| {
            if Some(used(tx, &self.key_id)?) == next.checked_add(left) {
                tx.put(Table::Counter, &self.key_id, &next.to_be_bytes())?;
            }
            Ok(())
        })
    }

    /// How many numbers of a key the store counts as used.
    ///
    /// # Errors
    /// As [`Store::view`](super::Store::view).
    pub fn counted(store: &AuthenticatedStore, key_id: &[u8; 32]) -> Result<u64> {
        store.read(|rows| used(rows, key_id))
    }

    /// Takes what there is of `most` numbers in one atomic step, `None` from an empty block.
    fn take(&self, most: NonZeroU64) -> Option<Range<u64>> {
        let taken = self.block.fetch_update(Ordering::AcqRel, Ordering::Acquire, |block| {
            let (next, left) = unpack(block);
            let count = left.min(most.get());
            if count == 0 {
                return None;
            }
            pack(next.checked_add(count)?, left.checked_sub(count)?)
        });
        let (next, left) = unpack(taken.ok()?);
        Some(next..next.checked_add(left.min(most.get()))?)
    }

    fn fetch(&self) -> Result<()> {
        let (start, end) = self.store.write(|tx| {
            let start = used(tx, &self.key_id)?;
            let end = start.saturating_add(BLOCK).min(self.limit);
            if start >= end {
                return Err(Error::SealLimit);
            }
            tx.put(Table::Counter, &self.key_id, &end.to_be_bytes())?;
            Ok((start, end))
        })?;
        let block = pack(start, end.saturating_sub(start)).ok_or(Error::Internal)?;
        self.block.store(block, Ordering::Release);
        Ok(())
    }
}

fn used<S: Snapshot + ?Sized>(rows: &mut S, key_id: &[u8; 32]) -> Result<u64> {
    let Some(value) = rows.get(Table::Counter, key_id)? else { return Ok(0) };
    let mut fields = Fields::new(&value);
    let used = fields.u64()?;
    fields.end()?;
    Ok(used)
}

/// Only after the 24 bits of `left` are proven: `left` is at most [`BLOCK`], `next` at most [`MAX_LIMIT`].
fn pack(next: u64, left: u64) -> Option<u64> {
    (next <= MAX_LIMIT.saturating_sub(1) && left <= BLOCK).then_some(next << 24 | left)
}

const fn unpack(block: u64) -> (u64, u64) {
    (block >> 24, block & 0xff_ffff)
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU64;
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::{BLOCK, CounterLease};
    use crate::crypto::secret::Secret;
    use crate::error::Error;
    use crate::store::{AuthenticatedStore, MemoryStore};

    const KEY: [u8; 32] = [7; 32];

    fn store() -> Arc<AuthenticatedStore> {
        Arc::new(AuthenticatedStore::create(MemoryStore::new(), &Secret::random().unwrap()).unwrap())
    }

    #[test]
    fn ac_27_at_the_limit_it_refuses() {
        for limit in [0, 1, 10, BLOCK, BLOCK + 3] {
            let lease = CounterLease::new(store(), KEY, limit).unwrap();
            for number in 0..limit {
                assert_eq!(lease.next(), Ok(number));
            }
            assert_eq!(lease.next(), Err(Error::SealLimit));
            assert_eq!(lease.next(), Err(Error::SealLimit));
        }
        assert_eq!(CounterLease::new(store(), KEY, 1 << 40).err(), Some(Error::Argument));
    }

    #[test]
    fn each_lease_has_numbers_of_its_own_and_each_key_a_counter() {
        let store = store();
        let lease = |key| CounterLease::new(store.clone(), key, 1 << 32).unwrap();
        let (a, b, other) = (lease(KEY), lease(KEY), lease([8; 32]));
        assert_eq!((a.next(), b.next(), a.next(), other.next()), (Ok(0), Ok(BLOCK), Ok(1), Ok(0)));
        assert_eq!(CounterLease::counted(&store, &KEY), Ok(2 * BLOCK));
    }

    #[test]
    fn a_closed_lease_gives_back_only_what_no_one_could_have_passed() {
        let store = store();
        let lease = || CounterLease::new(store.clone(), KEY, 1 << 32).unwrap();
        let a = lease();
        assert_eq!(a.next(), Ok(0));
        a.close().unwrap();
        assert_eq!(CounterLease::counted(&store, &KEY), Ok(1));
        let (a, b) = (lease(), lease());
        assert_eq!((a.next(), b.next()), (Ok(1), Ok(BLOCK + 1)));
        a.close().unwrap();
        assert_eq!(CounterLease::counted(&store, &KEY), Ok(2 * BLOCK + 1));
        b.close().unwrap();
        assert_eq!(CounterLease::counted(&store, &KEY), Ok(BLOCK + 2));
    }

    #[test]
    fn ac_27_a_forked_process_counts_nothing() {
        let store = store();
        let mut lease = CounterLease::new(store.clone(), KEY, 1 << 32).unwrap();
        assert_eq!(lease.next(), Ok(0));
        // As a fork would: the same memory under another process id.
        lease.process = 0;
        assert_eq!(lease.next(), Err(Error::Forked));
        lease.close().unwrap();
        assert_eq!(CounterLease::counted(&store, &KEY), Ok(BLOCK));
    }

    #[test]
    fn threads_never_share_a_number() {
        let store = store();
        let lease = CounterLease::new(store.clone(), KEY, 1 << 32).unwrap();
        let numbers: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..20_000).map(|_| lease.next().unwrap()).collect()))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let distinct: HashSet<u64> = numbers.iter().flatten().copied().collect();
        assert_eq!(distinct.len(), 160_000);
        assert!(CounterLease::counted(&store, &KEY).unwrap() >= 160_000);
    }

    fn most(count: u64) -> NonZeroU64 {
        NonZeroU64::new(count).unwrap()
    }

    #[test]
    fn many_numbers_end_with_the_block_and_with_the_limit() {
        let limit = BLOCK + 100;
        let lease = CounterLease::new(store(), KEY, limit).unwrap();
        assert_eq!(lease.next_many(most(1000)), Ok(0..1000));
        assert_eq!(lease.next(), Ok(1000));
        assert_eq!(lease.next_many(most(u64::MAX)), Ok(1001..BLOCK));
        assert_eq!(lease.next_many(most(60)), Ok(BLOCK..BLOCK + 60));
        assert_eq!(lease.next_many(most(60)), Ok(BLOCK + 60..limit));
        assert_eq!(lease.next_many(most(1)), Err(Error::SealLimit));
        assert_eq!(CounterLease::counted(&lease.store, &KEY), Ok(limit));
    }

    #[test]
    fn a_lease_that_is_lost_leaves_all_its_numbers_counted() {
        // Dropped without close is what a kill leaves: the store has the block, and the next process begins behind it.
        let store = store();
        let lease = || CounterLease::new(store.clone(), KEY, 1 << 32).unwrap();
        let killed = lease();
        let mut handed_out = killed.next_many(most(40_000)).unwrap();
        assert!(CounterLease::counted(&store, &KEY).unwrap() >= handed_out.end);
        handed_out.end = killed.next_many(most(40_000)).unwrap().end;
        drop(killed);
        let after = lease().next_many(most(5)).unwrap();
        assert!(after.start >= handed_out.end, "{after:?} were handed out before: {handed_out:?}");
        // An orderly end gives back the rest of its own block only, and what it handed out stays counted.
        let closed = lease();
        let last = closed.next_many(most(7)).unwrap();
        closed.close().unwrap();
        assert_eq!(CounterLease::counted(&store, &KEY), Ok(last.end));
    }

    #[test]
    fn threads_that_take_one_and_many_share_no_number_and_lose_none() {
        let limit = 3 * BLOCK + 77;
        let store = store();
        let lease = CounterLease::new(store.clone(), KEY, limit).unwrap();
        let numbers: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let threads: Vec<_> = [1, 2, 700, 1024, 5000, 100_000]
                .map(|count| {
                    let lease = &lease;
                    scope.spawn(move || {
                        let mut taken = Vec::new();
                        loop {
                            match lease.next_many(most(count)) {
                                Ok(numbers) => taken.extend(numbers),
                                Err(error) => return (error == Error::SealLimit).then_some(taken).unwrap(),
                            }
                        }
                    })
                })
                .into_iter()
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut all: Vec<u64> = numbers.into_iter().flatten().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..limit), "each number once, up to the limit");
        assert_eq!(CounterLease::counted(&store, &KEY), Ok(limit));
    }
}
