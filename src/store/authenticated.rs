//! A store whose rows cannot be edited, added, removed, swapped or put back unseen.

use core::sync::atomic::{AtomicU64, Ordering};

use super::authentic::Authentic;
use super::contract::{Snapshot, Store, Transaction};
use super::row_keys::RowKeys;
use crate::crypto::secret::Secret;
use crate::error::Result;

/// A [`Store`] that answers only with what it wrote last.
///
/// Every row carries HMAC-SHA-256 over its table, key, value and generation, and a tree of generations, whose
/// root is in the head, says which generation is the newest of each row. A row that was edited, deleted, added,
/// moved or restored from an older copy is refused with [`Error::StoreDamaged`](crate::Error::StoreDamaged)
/// when it is next read. (Rows of random tokens are not in the tree: a missing one is a token that is not known, see
/// `docs/store-format.md`.) The whole store can only be replaced by an older copy of itself; that is refused with
/// [`Error::StoreRollback`](crate::Error::StoreRollback) by every process that has seen a later generation, and
/// by [`open`](Self::open) when it is older than the generation the caller knows from the last audit checkpoint.
///
/// ```
/// use panveil::crypto::secret::Secret;
/// use panveil::store::{AuthenticatedStore, MemoryStore, Mark};
///
/// let root = Secret::random()?;
/// let store = AuthenticatedStore::create(MemoryStore::new(), &root)?;
/// Mark::Keyring.raise(&store, 7)?;
/// assert_eq!(store.generation(), 2);
/// store.check()?;
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct AuthenticatedStore {
    inner: Box<dyn Store>,
    keys: RowKeys,
    /// The highest generation this process has seen committed.
    seen: AtomicU64,
}

impl AuthenticatedStore {
    /// Makes `inner`, which must hold nothing, an authenticated store under the store root.
    ///
    /// # Errors
    /// [`Error::VaultExists`](crate::Error::VaultExists) if it holds rows; else as [`Store::transact`].
    pub fn create(inner: impl Store + 'static, root: &Secret) -> Result<Self> {
        let store = Self { inner: Box::new(inner), keys: RowKeys::new(root)?, seen: AtomicU64::new(0) };
        let mut reached = 0;
        store.inner.transact(&mut |tx| {
            reached = Authentic::create(tx, &store.keys)?.finish()?;
            Ok(())
        })?;
        store.saw(reached);
        Ok(store)
    }

    /// Opens an authenticated store that must be at least of generation `at_least`.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`](crate::Error::StoreDamaged) if the head is missing, not authentic, or of another
    /// root; [`Error::StoreRollback`](crate::Error::StoreRollback) if it is older;
    /// [`Error::StoreVersion`](crate::Error::StoreVersion) if it is of a newer format; else as [`Store::view`].
    pub fn open(inner: impl Store + 'static, root: &Secret, at_least: u64) -> Result<Self> {
        let store =
            Self { inner: Box::new(inner), keys: RowKeys::new(root)?, seen: AtomicU64::new(at_least) };
        store.read(|_| Ok(()))?;
        Ok(store)
    }

    /// The highest generation this process has seen; what a checkpoint records, for the next [`open`](Self::open).
    pub fn generation(&self) -> u64 {
        self.seen.load(Ordering::Acquire)
    }

    /// Reads every row and checks that the store is whole. With a million random tokens that takes seconds.
    ///
    /// # Errors
    /// [`Error::StoreDamaged`](crate::Error::StoreDamaged) if anything is not as it was written; else as
    /// [`Store::view`].
    pub fn check(&self) -> Result<()> {
        self.checked(|rows| rows.check())
    }

    /// Reads and checks every row but those of random tokens, which are checked one by one when they are used.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_indexed(&self) -> Result<()> {
        self.checked(|rows| rows.check_indexed())
    }

    fn checked(&self, check: impl Fn(&mut Authentic<'_, dyn Snapshot + '_>) -> Result<()>) -> Result<()> {
        self.seeing(|inner, keys, floor, reached| {
            inner.view(&mut |rows| {
                let mut authentic = Authentic::begin(rows, keys, floor)?;
                *reached = authentic.generation();
                check(&mut authentic)
            })
        })
    }

    /// [`Store::transact`] for work that gives a result.
    ///
    /// # Errors
    /// As [`Store::transact`].
    pub fn write<R>(&self, mut work: impl FnMut(&mut dyn Transaction) -> Result<R>) -> Result<R> {
        let mut result = None;
        self.transact(&mut |tx| {
            result = Some(work(tx)?);
            Ok(())
        })?;
        result.ok_or(crate::Error::Internal)
    }

    /// [`Store::view`] for work that gives a result.
    ///
    /// # Errors
    /// As [`Store::view`].
    pub fn read<R>(&self, mut work: impl FnMut(&mut dyn Snapshot) -> Result<R>) -> Result<R> {
        let mut result = None;
        self.view(&mut |rows| {
            result = Some(work(rows)?);
            Ok(())
        })?;
        result.ok_or(crate::Error::Internal)
    }

    /// Runs `work` with the lowest generation it may meet, and remembers the one it met or made.
    fn seeing(&self, work: impl FnOnce(&dyn Store, &RowKeys, u64, &mut u64) -> Result<()>) -> Result<()> {
        // Read before the transaction begins, so that all of it must be visible within.
        let floor = self.generation();
        let mut reached = 0;
        let result = work(self.inner.as_ref(), &self.keys, floor, &mut reached);
        if result.is_ok() {
            self.saw(reached);
        }
        result
    }

    fn saw(&self, generation: u64) {
        self.seen.fetch_max(generation, Ordering::AcqRel);
    }
}

impl Store for AuthenticatedStore {
    fn transact(&self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        self.seeing(|inner, keys, floor, reached| {
            inner.transact(&mut |tx| {
                let mut authentic = Authentic::begin(tx, keys, floor)?;
                work(&mut authentic)?;
                *reached = authentic.finish()?;
                Ok(())
            })
        })
    }

    fn view(&self, work: &mut dyn FnMut(&mut dyn Snapshot) -> Result<()>) -> Result<()> {
        self.seeing(|inner, keys, floor, reached| {
            inner.view(&mut |rows| {
                let mut authentic = Authentic::begin(rows, keys, floor)?;
                *reached = authentic.generation();
                work(&mut authentic)
            })
        })
    }
}
