//! A policy engine of the host's own, which may refuse more but never allow more.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::decide::Decision;
use super::facts::Facts;
use super::policy::Policy;
use crate::error::Error;

/// An external engine that is asked about what the policy allows.
pub trait PolicyNarrowing: Send + Sync {
    /// Its own decision about a request that the policy allows by `decision`.
    ///
    /// To agree it returns any [`Decision::Allow`]: then the policy's own stands, with the policy's rule and
    /// budgets. Anything else replaces it.
    fn narrow(&self, facts: &Facts<'_>, decision: &Decision) -> Decision;
}

impl Policy {
    /// Decides as [`Policy::decide`] does, and then lets `engine` narrow it.
    ///
    /// Only what the policy allows is put to the engine, so it cannot widen anything. If it panics, the request is
    /// denied.
    pub fn decide_narrowed(&self, facts: &Facts<'_>, engine: &dyn PolicyNarrowing) -> Decision {
        let decision = self.decide(facts);
        if !decision.is_allow() {
            return decision;
        }
        match catch_unwind(AssertUnwindSafe(|| engine.narrow(facts, &decision))) {
            Ok(Decision::Allow { .. }) => decision,
            Ok(narrower) => narrower,
            Err(_) => Decision::Deny { reason: Error::Denied },
        }
    }
}
