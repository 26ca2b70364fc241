//! Ids: names of tenants, records, people. Printable, short, and never a card number's home.

use crate::error::{Error, Result};

/// The longest id, in bytes.
pub const MAX_ID: usize = 255;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// 1 to 255 bytes of printable ASCII (0x21 to 0x7e, and spaces inside).
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes `text` as an id.
            ///
            /// # Errors
            /// [`Error::IdFormat`] unless it is 1 to 255 bytes of printable ASCII without a space at an end.
            pub fn new(text: &str) -> Result<Self> {
                check(text.as_bytes()).map(|()| Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id as bytes, 1 to 255 of them.
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl core::str::FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }
    )*};
}

ids! {
    /// A tenant: whose cards these are (a merchant, a brand, a country unit).
    TenantId;
    /// A field of a record, such as `pan` or `name`.
    FieldName;
    /// A record a sealed value belongs to, such as a customer number.
    RecordId;
    /// An actor: issuer and subject of an identity, joined by `|`.
    ActorId;
    /// A role a person or service holds.
    Role;
    /// What a reveal is for, as the policy names it.
    Purpose;
    /// The ticket or case a reveal belongs to.
    CaseRef;
    /// Where a request comes from, asserted by the host: an address or a host name.
    Origin;
    /// A group of processes with its own grant.
    Application;
    /// An audit stream: one file with one writer.
    StreamName;
}

/// Who asks: a person with a second factor, or a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A human being, named individually.
    Person,
    /// A program with an identity of its own.
    Service,
}

/// The rule of all ids, for those who have bytes and want to keep no copy.
pub(crate) fn check(bytes: &[u8]) -> Result<()> {
    let printable = bytes.iter().all(|byte| matches!(byte, 0x20..=0x7e));
    let trimmed = !bytes.starts_with(b" ") && !bytes.ends_with(b" ");
    if bytes.is_empty() || bytes.len() > MAX_ID || !printable || !trimmed {
        return Err(Error::IdFormat);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::TenantId;
    use crate::error::Error;

    #[test]
    fn ids_are_short_printable_and_trimmed() {
        let longest = "x".repeat(255);
        for good in ["a", "shop 1", longest.as_str(), "C00000017"] {
            assert_eq!(TenantId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", " a", "a ", "a\n", "a\0", "日本", "x".repeat(256).as_str()] {
            assert_eq!(TenantId::new(bad), Err(Error::IdFormat));
        }
    }
}
