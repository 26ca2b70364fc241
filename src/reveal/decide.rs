//! The decision about one request: a pure function of policy and facts.

use core::time::Duration;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::budget_spec::{BudgetSpec, Scope};
use super::facts::{Asker, Facts};
use super::operation::Operation;
use super::period::in_words;
use super::policy::Policy;
use super::policy_file::MAX_AUTH_AGE;
use super::rule::{Condition, Rule, RuleId, is_fresh};
use crate::card::id::ActorKind;
use crate::clock::Timestamp;
use crate::error::Error;

/// What the policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It may happen, within these budgets.
    Allow {
        /// The rule that allows it.
        rule: RuleId,
        /// What must be admitted: the rule's own budget per actor first, then those that count others together.
        budgets: Vec<BudgetSpec>,
    },
    /// It may happen after the person authenticated again.
    StepUp {
        /// The classes of authentication that will do; any class with a second factor if empty.
        acr: Vec<String>,
        /// How long ago the authentication may be.
        max_age: Duration,
    },
    /// It may happen with the consent of others, of each of these groups.
    NeedApproval {
        /// The groups that must consent.
        groups: Vec<ApprovalGroup>,
    },
    /// It may not happen.
    Deny {
        /// Why not.
        reason: Error,
    },
}

/// So many persons of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalGroup {
    /// How many must consent.
    pub count: u8,
    /// The name of the group.
    pub group: String,
}

impl Decision {
    /// Whether it is [`Decision::Allow`].
    pub fn is_allow(&self) -> bool {
        matches!(self, Decision::Allow { .. })
    }

    /// The error a caller gets, `None` for [`Decision::Allow`].
    pub fn error(&self) -> Option<Error> {
        match self {
            Decision::Allow { .. } => None,
            Decision::StepUp { .. } => Some(Error::StepUpNeeded),
            Decision::NeedApproval { .. } => Some(Error::ApprovalNeeded),
            Decision::Deny { reason } => Some(*reason),
        }
    }
}

impl Policy {
    /// Decides about a reveal.
    ///
    /// Shared ids and incomplete requests are denied before any rule is asked. Then the first rule in the order of
    /// the file that is for this kind of actor, role, purpose, field and tenant is *the* rule: its conditions
    /// decide, and no later rule can allow what it refuses. If no rule is for the request, it is denied with the
    /// reason that came nearest.
    pub fn decide(&self, facts: &Facts<'_>) -> Decision {
        if let Err(reason) = self.is_complete(facts) {
            return Decision::Deny { reason };
        }
        let mut nearest = Condition::Kind;
        for rule in &self.rules {
            match rule.covers(facts) {
                Ok(()) => return self.ask(rule, facts),
                Err(condition) => nearest = nearest.max(condition),
            }
        }
        Decision::Deny { reason: nearest.reason() }
    }

    /// Decides about an administrative operation: a person with a role that the policy names for it, a second
    /// factor and an authentication of the last 15 minutes.
    pub fn decide_operation(&self, operation: Operation, asker: &Asker<'_>, now: Timestamp) -> Decision {
        if self.is_shared(asker) {
            return Decision::Deny { reason: Error::SharedIdentity };
        }
        let granted = self.operations.iter().find(|(known, _)| *known == operation);
        let has_role = granted.is_some_and(|(_, roles)| asker.roles.iter().any(|role| roles.contains(role)));
        if asker.kind != ActorKind::Person || !has_role {
            return Decision::Deny { reason: Error::OperationDenied };
        }
        match is_fresh(asker, MAX_AUTH_AGE.0, &[], now) {
            Ok(()) => Decision::Allow { rule: RuleId::new("admin"), budgets: Vec::new() },
            Err(_) => Decision::StepUp { acr: Vec::new(), max_age: MAX_AUTH_AGE.0 },
        }
    }

    /// What every request must bring, whatever the rules say.
    pub(crate) fn is_complete(&self, facts: &Facts<'_>) -> Result<(), Error> {
        if self.is_shared(&facts.asker) {
            return Err(Error::SharedIdentity);
        }
        if facts.asker.roles.is_empty() {
            return Err(Error::RoleDenied);
        }
        facts.purpose.ok_or(Error::PurposeMissing)?;
        facts.case.ok_or(Error::CaseRefused)?;
        facts.origin.ok_or(Error::OriginMissing)?;
        Ok(())
    }

    fn ask(&self, rule: &Rule, facts: &Facts<'_>) -> Decision {
        match rule.admits(facts) {
            Ok(()) => Decision::Allow { rule: rule.name.clone(), budgets: self.budgets_of(rule, facts) },
            Err(Condition::Mfa | Condition::AuthAge | Condition::Acr) => Decision::StepUp {
                acr: rule.acr.iter().map(|class| class.to_string()).collect(),
                max_age: rule.max_auth_age,
            },
            Err(condition) => Decision::Deny { reason: condition.reason() },
        }
    }

    fn budgets_of(&self, rule: &Rule, facts: &Facts<'_>) -> Vec<BudgetSpec> {
        let counts = |budget: &&BudgetSpec| match &budget.scope {
            _ if budget.kind != rule.kind => false,
            Scope::Role(role) => rule.roles.contains(role) && facts.asker.roles.contains(role),
            Scope::Actor | Scope::Origin | Scope::Tenant | Scope::All => true,
        };
        core::iter::once(&rule.budget).chain(self.budgets.iter().filter(counts)).cloned().collect()
    }
}

impl core::fmt::Display for Decision {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Decision::Allow { rule, .. } => write!(f, "allowed by \"{rule}\""),
            Decision::StepUp { acr, max_age } => {
                write!(f, "authenticate again, not more than {} ago", in_words(*max_age))?;
                if !acr.is_empty() {
                    write!(f, ", in one of the classes {}", acr.join(", "))?;
                }
                Ok(())
            }
            Decision::NeedApproval { groups } => {
                f.write_str("needs the consent of ")?;
                for (index, ApprovalGroup { count, group }) in groups.iter().enumerate() {
                    let and = if index == 0 { "" } else { " and " };
                    write!(f, "{and}{count} of {group}")?;
                }
                Ok(())
            }
            Decision::Deny { reason } => {
                write!(f, "denied: {reason} ({} {})", reason.number(), reason.name())
            }
        }
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Decision::Allow { rule, .. } => {
                map.serialize_entry("decision", "allow")?;
                map.serialize_entry("rule", rule)?;
            }
            Decision::StepUp { acr, max_age } => {
                map.serialize_entry("decision", "step-up")?;
                map.serialize_entry("acr", acr)?;
                map.serialize_entry("max_age_seconds", &max_age.as_secs())?;
            }
            Decision::NeedApproval { groups } => {
                map.serialize_entry("decision", "need-approval")?;
                let groups: Vec<_> = groups.iter().map(|group| (&group.group, group.count)).collect();
                map.serialize_entry("groups", &groups)?;
            }
            Decision::Deny { .. } => map.serialize_entry("decision", "deny")?,
        }
        if let Some(error) = self.error() {
            map.serialize_entry("number", &error.number())?;
            map.serialize_entry("reason", error.name())?;
            map.serialize_entry("text", &error.to_string())?;
        }
        map.end()
    }
}
