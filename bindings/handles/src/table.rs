//! The objects of one kind, and the tickets they are out under.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use panveil::{Error, Result};

use crate::ticket::{MAX_SLOTS, Ticket};

/// Holds the objects of one kind, each under a ticket: a number that C and Java keep in place of an address.
///
/// May be used from any number of threads. A look-up takes a shared lock for a few nanoseconds; what it returns stays
/// whole even if another thread removes the object at that moment, and ends with its last use.
///
/// ```
/// use panveil_handles::Table;
/// static WORDS: Table<String> = Table::new(1);
/// let ticket = WORDS.insert("acorn".to_owned())?;
/// assert_eq!(*WORDS.get(ticket)?, "acorn");
/// WORDS.remove(ticket)?;
/// assert_eq!(WORDS.get(ticket), Err(panveil::Error::StaleHandle));
/// # Ok::<(), panveil::Error>(())
/// ```
pub struct Table<T> {
    kind: u8,
    slots: RwLock<Slots<T>>,
}

struct Slots<T> {
    all: Vec<Slot<T>>,
    /// Empty ones, to be filled again before there are new ones.
    free: Vec<u32>,
}

struct Slot<T> {
    object: Option<Arc<T>>,
    /// Of the object that is in it, or was in it last.
    generation: u32,
    /// Random, so that tickets of one run mean nothing in the next, and guessing one is hopeless.
    first_generation: u32,
}

impl<T> Table<T> {
    /// A table of objects whose tickets begin with the byte `kind`: with another one for each table, a ticket of one
    /// table is refused by all others.
    pub const fn new(kind: u8) -> Self {
        Self { kind, slots: RwLock::new(Slots { all: Vec::new(), free: Vec::new() }) }
    }

    /// Takes an object in and returns its ticket, which is never 0.
    ///
    /// # Errors
    /// [`Error::TooManyHandles`] if 2^24 objects are out, [`Error::Random`] if the operating system gives no
    /// randomness; the object is dropped then.
    pub fn insert(&self, object: T) -> Result<u64> {
        let object = Arc::new(object);
        let mut slots = self.write();
        let index = match slots.free.pop() {
            Some(index) => index,
            None => slots.grow()?,
        };
        let slot = slots.slot(index).ok_or(Error::Internal)?;
        slot.object = Some(object);
        Ok(Ticket { kind: self.kind, generation: slot.generation, slot: index }.number())
    }

    /// The object of a ticket.
    ///
    /// # Errors
    /// [`Error::StaleHandle`] if the object was removed, or the number never was a ticket of this table.
    pub fn get(&self, ticket: u64) -> Result<Arc<T>> {
        let ticket = self.read_ticket(ticket)?;
        let slots = self.read();
        let slot = slots.all.get(ticket.slot as usize).filter(|slot| slot.generation == ticket.generation);
        slot.and_then(|slot| slot.object.clone()).ok_or(Error::StaleHandle)
    }

    /// Takes the object out and returns it; its ticket is refused from now on. It ends when the last thread that
    /// still uses it is done.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn remove(&self, ticket: u64) -> Result<Arc<T>> {
        let ticket = self.read_ticket(ticket)?;
        let mut slots = self.write();
        let slot = slots.slot(ticket.slot).filter(|slot| slot.generation == ticket.generation);
        let slot = slot.ok_or(Error::StaleHandle)?;
        let object = slot.object.take().ok_or(Error::StaleHandle)?;
        slot.generation = after(slot.generation);
        // Once round, old tickets would fit again: such a slot, after four billion objects, is not used any more.
        if slot.generation != slot.first_generation {
            slots.free.push(ticket.slot);
        }
        Ok(object)
    }

    /// How many objects are out.
    pub fn count(&self) -> usize {
        self.read().all.iter().filter(|slot| slot.object.is_some()).count()
    }

    fn read_ticket(&self, number: u64) -> Result<Ticket> {
        let ticket = Ticket::from_number(number);
        if ticket.kind == self.kind { Ok(ticket) } else { Err(Error::StaleHandle) }
    }

    // No code panics while it holds the lock, and slots are whole between any two statements.
    fn read(&self) -> RwLockReadGuard<'_, Slots<T>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Slots<T>> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Slots<T> {
    fn slot(&mut self, index: u32) -> Option<&mut Slot<T>> {
        self.all.get_mut(index as usize)
    }

    /// One more empty slot.
    fn grow(&mut self) -> Result<u32> {
        let index = self.all.len();
        if index >= MAX_SLOTS {
            return Err(Error::TooManyHandles);
        }
        let generation = getrandom::u32().map_err(|_| Error::Random)?.max(1);
        self.all.push(Slot { object: None, generation, first_generation: generation });
        u32::try_from(index).map_err(|_| Error::TooManyHandles)
    }
}

/// The next generation; 0 is none.
fn after(generation: u32) -> u32 {
    generation.checked_add(1).unwrap_or(1)
}

impl<T> core::fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Table").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::thread;

    use panveil::Error;

    use super::{Table, after};
    use crate::ticket::Ticket;

    #[test]
    fn stale_and_forged_tickets_are_refused() {
        let (table, other) = (Table::new(1), Table::new(2));
        let old = table.insert("old").unwrap();
        assert_eq!(*table.remove(old).unwrap(), "old");
        let new = table.insert("new").unwrap();
        let foreign = other.insert("foreign").unwrap();
        assert_eq!(Ticket::from_number(old).slot, Ticket::from_number(new).slot, "the slot is used again");
        let neighbours = (0..64).map(|bit| new ^ (1 << bit));
        for ticket in neighbours.chain([old, foreign, 0, 1, u64::MAX]) {
            assert_eq!(table.get(ticket), Err(Error::StaleHandle), "{ticket:#x}");
            assert_eq!(table.remove(ticket), Err(Error::StaleHandle), "{ticket:#x}");
        }
        assert_eq!(*table.get(new).unwrap(), "new");
    }

    #[test]
    fn generations_begin_anywhere() {
        let tables = [Table::new(1), Table::new(1), Table::new(1)];
        let mut tickets = tables.map(|table| table.insert(()).unwrap()).to_vec();
        tickets.dedup();
        assert!(tickets.len() > 1, "{tickets:x?}");
    }

    #[test]
    fn removed_objects_leave_no_room_behind() {
        let table = Table::new(1);
        let kept = table.insert(0).unwrap();
        for number in 1..100_000 {
            let ticket = table.insert(number).unwrap();
            table.remove(ticket).unwrap();
        }
        assert_eq!((*table.get(kept).unwrap(), table.count()), (0, 1));
        assert_eq!(table.slots.read().unwrap().all.len(), 2);
    }

    #[test]
    fn a_slot_is_not_used_a_second_time_round() {
        let table = Table::new(1);
        let first = table.insert("first").unwrap();
        table.remove(first).unwrap();
        {
            let mut slots = table.slots.write().unwrap();
            slots.all[0].generation = match slots.all[0].first_generation {
                1 => u32::MAX,
                generation => generation - 1,
            };
        }
        let last = table.insert("last").unwrap();
        table.remove(last).unwrap();
        let next = table.insert("next").unwrap();
        assert_eq!(Ticket::from_number(next).slot, 1);
        assert_eq!(table.get(first), Err(Error::StaleHandle));
        assert_eq!((after(u32::MAX), after(1)), (1, 2));
    }

    #[test]
    fn an_object_that_is_removed_ends_with_its_last_use() {
        struct Ends(Arc<AtomicBool>);
        impl Drop for Ends {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let ended = Arc::new(AtomicBool::new(false));
        let table = Table::new(1);
        let ticket = table.insert(Ends(Arc::clone(&ended))).unwrap();
        let in_use = table.get(ticket).unwrap();
        drop(table.remove(ticket).unwrap());
        assert!(table.get(ticket).is_err());
        assert!(!ended.load(Ordering::SeqCst));
        drop(in_use);
        assert!(ended.load(Ordering::SeqCst));
    }

    #[test]
    fn many_threads_each_find_their_own_and_nothing_after_removal() {
        const THREADS: usize = 16;
        let table = Table::new(3);
        let alive = AtomicUsize::new(0);
        thread::scope(|scope| {
            for own in 0..THREADS {
                let (table, alive) = (&table, &alive);
                scope.spawn(move || {
                    for round in 0..2_000 {
                        let ticket = table.insert((own, round)).unwrap();
                        alive.fetch_add(1, Ordering::Relaxed);
                        assert_eq!(*table.get(ticket).unwrap(), (own, round));
                        assert_eq!(*table.remove(ticket).unwrap(), (own, round));
                        assert!(table.get(ticket).is_err() && table.remove(ticket).is_err());
                    }
                });
            }
        });
        assert_eq!((alive.into_inner(), table.count()), (THREADS * 2_000, 0));
        assert!(table.slots.read().unwrap().all.len() <= THREADS);
    }
}
