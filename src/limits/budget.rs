//! A budget: how many handles and calls one actor, role, origin, tenant or all together have in a window.

use core::fmt;
use core::time::Duration;

use crate::card::id::Role;
use crate::error::{Error, Result};

/// The longest window, 366 days.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// Whose reveals a budget counts together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each actor alone. A person who breaches it is locked.
    Actor,
    /// All who hold this role; applies to requests whose actor holds it.
    Role(Role),
    /// Each origin alone.
    Origin,
    /// Each tenant alone.
    Tenant,
    /// Everybody.
    All,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Actor => f.write_str("actor"),
            Scope::Role(role) => write!(f, "role:{role}"),
            Scope::Origin => f.write_str("origin"),
            Scope::Tenant => f.write_str("tenant"),
            Scope::All => f.write_str("all"),
        }
    }
}

/// How much one scope may do in any window of a given length.
///
/// Persons spend handles (distinct ones: the same card again within the window costs nothing) and calls;
/// services spend calls only. A limit of 0 permits nothing.
///
/// ```
/// use std::time::Duration;
/// use panveil::limits::{Budget, Scope};
///
/// let ten_minutes = Duration::from_secs(600);
/// let person = Budget::of_handles(Scope::Actor, 20, ten_minutes)?; // and 200 calls
/// let service = Budget::of_calls(Scope::Tenant, 100_000, ten_minutes)?;
/// # Ok::<(), panveil::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    pub(super) scope: Scope,
    pub(super) handles: Option<u32>,
    pub(super) calls: u32,
    pub(super) window: Duration,
}

impl Budget {
    /// At most `handles` distinct handles in a window, and ten times as many calls.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] unless the window is of 1 second to 366 days.
    pub fn of_handles(scope: Scope, handles: u32, window: Duration) -> Result<Self> {
        Self::of_calls(scope, handles.saturating_mul(10), window)
            .map(|budget| Self { handles: Some(handles), ..budget })
    }

    /// At most `calls` calls in a window, however many handles.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] unless the window is of 1 second to 366 days.
    pub fn of_calls(scope: Scope, calls: u32, window: Duration) -> Result<Self> {
        if window < Duration::from_secs(1) || window > LONGEST {
            return Err(Error::PolicyInvalid);
        }
        Ok(Self { scope, handles: None, calls, window })
    }

    /// The same budget with another number of calls.
    #[must_use]
    pub fn with_calls(self, calls: u32) -> Self {
        Self { calls, ..self }
    }

    pub(super) fn window_ms(&self) -> u64 {
        u64::try_from(self.window.as_millis()).unwrap_or(u64::MAX)
    }
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Distinct handles.
    Handles,
    /// Calls.
    Calls,
}

/// How far a budget is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Whose budget it is.
    pub scope: Scope,
    /// What is counted.
    pub measure: Measure,
    /// How much of it is used in the current window, this request included if it was admitted.
    pub used: u32,
    /// How much may be used in a window.
    pub limit: u32,
    /// The length of the window.
    pub window: Duration,
}

impl Usage {
    /// Whether 80 % or more is used.
    pub fn is_high(&self) -> bool {
        u64::from(self.used).saturating_mul(5) >= u64::from(self.limit).saturating_mul(4)
    }
}
