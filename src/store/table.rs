//! The tables of a store, by names that never change.

use crate::error::{Error, Result};

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $name:literal;)*) => {
        /// A table of the store.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Table {
            $($(#[$doc])* $table,)*
        }

        impl Table {
            /// Every table this build knows.
            pub const ALL: &'static [Table] = &[$(Table::$table,)*];

            /// The stable name of the table, as it stands in the store and under each row's authentication.
            pub const fn name(self) -> &'static str {
                match self { $(Table::$table => $name,)* }
            }
        }
    };
}

tables! {
    /// The one row that says what the store holds; written by [`AuthenticatedStore`](super::AuthenticatedStore) only.
    Head = "head";
    /// The tree that says which row is of which generation; written by `AuthenticatedStore` only.
    Index = "index";
    /// Message counters of seal keys.
    Counter = "counter";
    /// The highest generations seen of files outside the store.
    Mark = "mark";
    /// Copies of the configuration in force.
    Applied = "applied";
    /// The budget clock.
    Clock = "clock";
    /// Budgets: one row for each scope and window.
    Window = "window";
    /// Budgets: the handles of large windows.
    Handles = "handles";
    /// Locked actors.
    Lock = "lock";
    /// First uses of identity tokens.
    Jti = "jti";
    /// Random tokens: the sealed card number of each.
    Token = "token";
    /// Random tokens: which one a card, or a request, was given before.
    Again = "again";
}

impl Table {
    /// Whether `AuthenticatedStore` keeps this table for itself.
    pub(super) const fn is_internal(self) -> bool {
        matches!(self, Table::Head | Table::Index)
    }

    /// Whether its rows are authenticated one by one and not listed in the index: there are millions of them, each
    /// written once, and what an older or missing one does is said in `docs/store-format.md`.
    pub(super) const fn stands_alone(self) -> bool {
        matches!(self, Table::Token | Table::Again)
    }
}

/// Refuses rows the contract does not permit.
pub(super) fn permit(key: &[u8], value: &[u8]) -> Result<()> {
    let permitted = matches!(key.len(), 1..=512) && value.len() <= 1 << 20;
    permitted.then_some(()).ok_or(Error::Argument)
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn names_are_unique_and_plain() {
        let mut names: Vec<_> = Table::ALL.iter().map(|table| table.name()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Table::ALL.len());
    }
}
