//! Why a decision came out as it did, rule by rule.

use serde::Serialize;

use super::decide::Decision;
use super::facts::Facts;
use super::policy::Policy;
use super::rule::{Condition, RuleId};
use crate::error::Error;

/// A decision and what every rule says to the request. Holds names from the policy only, nothing of the request.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The decision, the same that [`Policy::decide`] gives.
    #[serde(flatten)]
    pub decision: Decision,
    /// Whether the request was denied before any rule was asked: a shared id, or something missing.
    pub before_rules: bool,
    /// Every rule, in the order of the file.
    pub rules: Vec<RuleView>,
}

/// What one rule says.
#[derive(Clone, Debug, Serialize)]
pub struct RuleView {
    /// The name of the rule.
    pub rule: RuleId,
    /// The line of the policy where it begins.
    pub line: usize,
    /// Whether it is the rule that decides: the first that is for this request.
    pub decides: bool,
    /// The first condition that fails, `None` if all are met.
    pub fails: Option<Condition>,
    /// What that condition asks for.
    pub wants: Option<String>,
}

impl Policy {
    /// Decides about a reveal as [`Policy::decide`] does, and says why.
    pub fn explain(&self, facts: &Facts<'_>) -> Explanation {
        let before_rules = self.is_complete(facts).is_err();
        let mut decided = before_rules;
        let rules = self
            .rules
            .iter()
            .map(|rule| {
                let covers = rule.covers(facts);
                let decides = covers.is_ok() && !decided;
                decided |= decides;
                let fails = covers.and_then(|()| rule.admits(facts)).err();
                let wants = fails.map(|condition| rule.wants(condition));
                RuleView { rule: rule.name.clone(), line: rule.line, decides, fails, wants }
            })
            .collect();
        Explanation { decision: self.decide(facts), before_rules, rules }
    }
}

impl core::fmt::Display for Explanation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        writeln!(f, "{}", self.decision)?;
        if self.before_rules {
            let what = match self.decision.error() {
                Some(Error::SharedIdentity) => "the id is shared or generic",
                _ => "something every request needs is missing",
            };
            writeln!(f, "decided before any rule: {what}")?;
        } else if self.rules.is_empty() {
            writeln!(f, "the policy has no rules, so it allows nothing")?;
        }
        let mut after = false;
        for view in &self.rules {
            let RuleView { rule, line, decides, .. } = view;
            let place = if *decides {
                "decides"
            } else if after {
                "not asked, an earlier rule decides"
            } else {
                "does not decide"
            };
            write!(f, "  line {line}, \"{rule}\": {place}")?;
            match (view.fails, &view.wants) {
                (Some(condition), Some(wants)) => writeln!(f, "; {} {wants}", condition_name(condition))?,
                _ => writeln!(f, "; all its conditions are met")?,
            }
            after |= decides;
        }
        Ok(())
    }
}

fn condition_name(condition: Condition) -> &'static str {
    match condition {
        Condition::Kind => "the actor",
        Condition::Role => "the role",
        Condition::Purpose => "the purpose",
        Condition::Field => "the field",
        Condition::Tenant => "the tenant",
        Condition::Case => "the case reference",
        Condition::Mfa => "a second factor",
        Condition::AuthAge => "the age of the authentication",
        Condition::Acr => "the class of the authentication",
    }
}
