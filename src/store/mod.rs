//! The state that processes share: one small transactional contract, and rows that cannot be edited unseen.
//!
//! [`Store`] is the contract, met by [`MemoryStore`] and (feature `sqlite`) [`SqliteStore`]. Everything above
//! this module goes through [`AuthenticatedStore`], which wraps a store and refuses whatever it did not write.
//! The format is described in `docs/store-format.md`.

mod authentic;
mod authenticated;
mod contract;
mod counter;
mod fields;
mod head;
mod index;
mod mark;
mod memory;
mod row_keys;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod sqlite_file;
mod table;
mod turn;

pub use authenticated::AuthenticatedStore;
pub use contract::{Row, Snapshot, Store, Transaction};
pub use counter::{CounterLease, DEFAULT_MESSAGE_LIMIT};
pub(crate) use fields::Fields;
pub use mark::Mark;
pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use table::Table;

/// How long a call waits for a busy store before it says [`crate::Error::StoreUnavailable`].
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);
