//! How much may be revealed in a window of time, as the policy writes it.

use core::time::Duration;

use crate::card::id::ActorKind;
pub use crate::limits::Scope;

/// One budget: distinct handles and calls per window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetSpec {
    /// Whom it counts together.
    pub scope: Scope,
    /// It counts the requests of persons or of services, never both: a desk that uses up a budget must not be able
    /// to stop the services that pay.
    pub kind: ActorKind,
    /// Distinct handles in the window; `None` where only calls are counted.
    pub handles: Option<u32>,
    /// Calls in the window, refused ones of the budget included.
    pub calls: u32,
    /// The length of the window.
    pub window: Duration,
}
