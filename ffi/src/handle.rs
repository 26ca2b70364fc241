//! What a C handle is: a pointer whose value is a ticket, looked up and never followed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use panveil::protect::{Fingerprinter, Sealer};
use panveil::reveal::gate::Gate;
use panveil::reveal::session::Session;
use panveil::vault::Vault;
use panveil::{Error, Result};
use panveil_handles::Table;

use crate::made_redactor::MadeRedactor;
use crate::process;
use crate::tokenizer::MadeTokenizer;

#[cfg(not(target_pointer_width = "64"))]
compile_error!("a ticket has 64 bits, so handles need pointers of 64 bits");

/// All objects that are out, by kind.
pub(crate) struct Objects {
    vaults: Table<OpenVault>,
    tokenizers: Table<Of<MadeTokenizer>>,
    sealers: Table<Of<Sealer>>,
    fingerprinters: Table<Of<Fingerprinter>>,
    gates: Table<Of<Gate>>,
    sessions: Table<Of<Session>>,
    redactors: Table<Of<MadeRedactor>>,
}

/// An open vault, and the handles that were made from it.
pub(crate) struct OpenVault {
    pub(crate) vault: Vault,
    /// `None` once the vault is closed: nothing more is made from it.
    made: Mutex<Option<BTreeSet<(Kind, u64)>>>,
}

/// An object that belongs to a vault and ends with it, or to none.
pub(crate) struct Of<T> {
    pub(crate) object: T,
    /// Its ticket, or 0, which is none.
    vault: u64,
}

/// The low half of a ticket's first byte; the high half is the depth of forks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Vault = 1,
    Tokenizer = 2,
    Sealer = 3,
    Fingerprinter = 4,
    Gate = 5,
    Session = 6,
    Redactor = 7,
}

/// A type of object that C holds handles of.
pub(crate) trait Handle: Sized {
    /// What the handle stands for.
    type Object: 'static;
    const KIND: Kind;

    fn table(objects: &Objects) -> &Table<Self::Object>;
}

macro_rules! handles {
    ($($name:ident: $object:ty, $kind:ident, $table:ident, $end:path;)*) => {
        impl Objects {
            pub(crate) fn new(depth: u8) -> Self {
                Self { $($table: Table::new(depth << 4 | Kind::$kind as u8),)* }
            }

            /// Takes an object out whose kind is known only now, and ends it.
            fn end(&self, kind: Kind, ticket: u64) -> Result<()> {
                match kind {
                    $(Kind::$kind => self.$table.remove(ticket).map($end),)*
                }
            }
        }

        $(impl Handle for $name {
            type Object = $object;
            const KIND: Kind = Kind::$kind;

            fn table(objects: &Objects) -> &Table<$object> {
                &objects.$table
            }
        })*
    };
}

handles! {
    panveil_vault: OpenVault, Vault, vaults, drop;
    panveil_tokenizer: Of<MadeTokenizer>, Tokenizer, tokenizers, drop;
    panveil_sealer: Of<Sealer>, Sealer, sealers, give_back;
    panveil_fingerprinter: Of<Fingerprinter>, Fingerprinter, fingerprinters, drop;
    panveil_gate: Of<Gate>, Gate, gates, drop;
    panveil_session: Of<Session>, Session, sessions, drop;
    panveil_redactor: Of<MadeRedactor>, Redactor, redactors, drop;
}

/// An open vault. Handles are not addresses: one that was freed, or never was one, is refused with
/// PANVEIL_STALE_HANDLE.
pub struct panveil_vault(());

/// Makes tokens of card numbers, on behalf of one named caller. It cannot turn a token back.
pub struct panveil_tokenizer(());

/// Seals values of one field. It cannot open them.
pub struct panveil_sealer(());

/// Makes keyed hashes of card numbers, on behalf of one named caller.
pub struct panveil_fingerprinter(());

/// The only way from a handle to a value: decides, limits and records every reveal.
pub struct panveil_gate(());

/// A verified identity, bound to the origin it came from.
pub struct panveil_session(());

/// Takes card data out of texts.
pub struct panveil_redactor(());

/// The object of a handle.
///
/// # Errors
/// [`Error::NullPointer`], [`Error::StaleHandle`], and [`Error::Forked`] for a handle of the parent process.
pub(crate) fn find<H: Handle>(handle: *const H) -> Result<Arc<H::Object>> {
    let ticket = ticket(handle)?;
    let world = process::world()?;
    H::table(&world.objects)
        .get(ticket)
        .map_err(|error| of_a_parent::<H>(ticket, world.depth).unwrap_or(error))
}

/// Takes an object in and returns its handle.
pub(crate) fn put<H: Handle>(object: H::Object) -> Result<*mut H> {
    H::table(&process::world_to_open_in()?.objects).insert(object).map(pointer)
}

/// Takes an object that belongs to a vault in and returns its handle.
pub(crate) fn put_of<H: Handle<Object = Of<T>>, T>(vault: *const panveil_vault, object: T) -> Result<*mut H> {
    let open = find(vault)?;
    let vault = ticket(vault)?;
    let mut made = open.made.lock().unwrap_or_else(PoisonError::into_inner);
    let made = made.as_mut().ok_or(Error::StaleHandle)?;
    let ticket = H::table(&process::world()?.objects).insert(Of { object, vault })?;
    made.insert((H::KIND, ticket));
    Ok(pointer(ticket))
}

/// Takes an object that belongs to no vault in and returns its handle.
pub(crate) fn put_alone<H: Handle<Object = Of<T>>, T>(object: T) -> Result<*mut H> {
    put(Of { object, vault: 0 })
}

/// Takes an object that [`put_of`] or [`put_alone`] took in out: its handle is refused from now on.
pub(crate) fn free_of<H: Handle<Object = Of<T>>, T>(handle: *mut H) -> Result<()> {
    if handle.is_null() {
        return Ok(());
    }
    // Only a look: whoever still holds the object is the one that ends it.
    let vault = find(handle)?.vault;
    let (ticket, objects) = (ticket(handle)?, &process::world()?.objects);
    // First from the vault's list, so that the list never names what is gone.
    if let Ok(open) = objects.vaults.get(vault)
        && let Some(made) = open.made.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
    {
        made.remove(&(H::KIND, ticket));
    }
    objects.end(H::KIND, ticket)
}

/// Takes a vault and all that was made from it out, and returns the vault.
///
/// # Errors
/// [`Error::InUse`] if a call on another thread still uses it: the vault closes when that call returns.
pub(crate) fn take_vault(handle: *mut panveil_vault) -> Result<Vault> {
    find(handle)?;
    let objects = &process::world()?.objects;
    let open = objects.vaults.remove(ticket(handle)?)?;
    let made = open.made.lock().unwrap_or_else(PoisonError::into_inner).take();
    for (kind, ticket) in made.into_iter().flatten() {
        // One that another thread frees at this moment is gone already.
        let _ = objects.end(kind, ticket);
    }
    Arc::into_inner(open).map(|open| open.vault).ok_or(Error::InUse)
}

/// Gives message numbers that were leased and not used back to the store, if nobody uses the sealer any more.
fn give_back(sealer: Arc<Of<Sealer>>) {
    if let Some(sealer) = Arc::into_inner(sealer) {
        // A store that cannot take them back loses them, which costs nothing but numbers.
        let _ = sealer.object.close();
    }
}

impl<T> Of<T> {
    /// The vault it belongs to.
    pub(crate) fn vault(&self) -> *const panveil_vault {
        pointer(self.vault)
    }
}

impl OpenVault {
    pub(crate) fn new(vault: Vault) -> Self {
        Self { vault, made: Mutex::new(Some(BTreeSet::new())) }
    }
}

fn ticket<H>(handle: *const H) -> Result<u64> {
    if handle.is_null() { Err(Error::NullPointer) } else { Ok(handle.addr() as u64) }
}

fn pointer<H>(ticket: u64) -> *mut H {
    std::ptr::without_provenance_mut(ticket as usize)
}

/// [`Error::Forked`] if the ticket is of this kind and from before a fork.
fn of_a_parent<H: Handle>(ticket: u64, depth: u8) -> Option<Error> {
    let [first, ..] = ticket.to_be_bytes();
    (first & 0x0f == H::KIND as u8 && first >> 4 < depth).then_some(Error::Forked)
}
