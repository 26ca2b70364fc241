//! One rule of the policy: what it is for, and what it then asks.

use core::time::Duration;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::budget_spec::BudgetSpec;
use super::case_pattern::CasePattern;
use super::facts::{Asker, Facts};
use super::period::{in_words, millis};
use super::verifier::LEEWAY_MS;
use crate::card::id::{ActorKind, FieldName, Purpose, Role, TenantId};
use crate::clock::Timestamp;
use crate::error::Error;

/// The name of a rule, as the policy gives it and audit records repeat it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub struct RuleId(Arc<str>);

impl RuleId {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RuleId> for String {
    fn from(id: RuleId) -> Self {
        id.as_str().to_owned()
    }
}

impl core::fmt::Display for RuleId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a role may see of a card without a reveal (PCI DSS 3.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum MaskRight {
    /// The last four digits.
    #[default]
    #[serde(rename = "last4")]
    Last4,
    /// The BIN and the last four digits.
    #[serde(rename = "bin+last4")]
    BinLast4,
}

/// A question a rule asks, in the order in which rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Condition {
    /// Is the actor of the rule's kind?
    Kind,
    /// Has the actor one of the rule's roles?
    Role,
    /// Is the purpose one of the rule's?
    Purpose,
    /// Is the field one of the rule's?
    Field,
    /// Is the tenant one of the rule's?
    Tenant,
    /// Has the case reference the rule's form?
    Case,
    /// Was a second factor shown?
    Mfa,
    /// Did the person authenticate recently?
    AuthAge,
    /// Is the authentication of a class the rule accepts?
    Acr,
}

impl Condition {
    /// Why a request is denied when this is the furthest any rule got.
    pub(crate) fn reason(self) -> Error {
        match self {
            Condition::Kind => Error::Denied,
            Condition::Role => Error::RoleDenied,
            Condition::Purpose => Error::PurposeDenied,
            Condition::Field => Error::FieldDenied,
            Condition::Tenant => Error::TenantDenied,
            Condition::Case => Error::CaseRefused,
            Condition::Mfa | Condition::AuthAge | Condition::Acr => Error::StepUpNeeded,
        }
    }
}

/// One `[[rule]]`, checked.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: RuleId,
    pub(crate) line: usize,
    pub(crate) kind: ActorKind,
    pub(crate) roles: Vec<Role>,
    pub(crate) purposes: Vec<Purpose>,
    pub(crate) fields: Vec<FieldName>,
    /// `None` is every tenant of the vault.
    pub(crate) tenants: Option<Vec<TenantId>>,
    pub(crate) max_auth_age: Duration,
    pub(crate) acr: Vec<Box<str>>,
    pub(crate) case: Option<CasePattern>,
    pub(crate) mask: MaskRight,
    pub(crate) budget: BudgetSpec,
}

impl Rule {
    /// Whether the rule is for this request at all; if not, the first thing that does not fit.
    pub(crate) fn covers(&self, facts: &Facts<'_>) -> Result<(), Condition> {
        let asker = &facts.asker;
        if asker.kind != self.kind {
            return Err(Condition::Kind);
        }
        if !self.has_role(asker) {
            return Err(Condition::Role);
        }
        if !facts.purpose.is_some_and(|purpose| self.purposes.contains(purpose)) {
            return Err(Condition::Purpose);
        }
        if !self.fields.contains(facts.field) {
            return Err(Condition::Field);
        }
        if !self.is_for_tenant(facts.tenant) {
            return Err(Condition::Tenant);
        }
        Ok(())
    }

    /// Whether a request the rule is for meets its conditions; if not, the first that fails.
    pub(crate) fn admits(&self, facts: &Facts<'_>) -> Result<(), Condition> {
        let fits = |case| self.case.as_ref().is_none_or(|pattern| pattern.matches(case));
        if !facts.case.is_some_and(fits) {
            return Err(Condition::Case);
        }
        match self.kind {
            ActorKind::Service => Ok(()),
            ActorKind::Person => is_fresh(&facts.asker, self.max_auth_age, &self.acr, facts.now),
        }
    }

    pub(crate) fn has_role(&self, asker: &Asker<'_>) -> bool {
        asker.roles.iter().any(|role| self.roles.contains(role))
    }

    pub(crate) fn is_for_tenant(&self, tenant: &TenantId) -> bool {
        self.tenants.as_ref().is_none_or(|tenants| tenants.contains(tenant))
    }

    /// What the condition asks for, to be read after its name.
    pub(crate) fn wants(&self, condition: Condition) -> String {
        match condition {
            Condition::Kind => format!("must be a {}", kind_word(self.kind)),
            Condition::Role => one_of(self.roles.iter().map(Role::as_str)),
            Condition::Purpose => one_of(self.purposes.iter().map(Purpose::as_str)),
            Condition::Field => one_of(self.fields.iter().map(FieldName::as_str)),
            Condition::Tenant => one_of(self.tenants.iter().flatten().map(TenantId::as_str)),
            Condition::Case => match &self.case {
                Some(pattern) => format!("must be given and match {}", pattern.source()),
                None => "must be given".to_owned(),
            },
            Condition::Mfa => "must have been shown".to_owned(),
            Condition::AuthAge => format!("must be {} at most", in_words(self.max_auth_age)),
            Condition::Acr => one_of(self.acr.iter().map(|acr| &**acr)),
        }
    }
}

/// Whether a person has authenticated with a second factor, recently, and in an accepted class if any is asked for.
pub(crate) fn is_fresh(
    asker: &Asker<'_>,
    max_age: Duration,
    acr: &[Box<str>],
    now: Timestamp,
) -> Result<(), Condition> {
    if !asker.mfa {
        return Err(Condition::Mfa);
    }
    let auth_time = asker.auth_time.ok_or(Condition::AuthAge)?;
    let age = now.as_millis().saturating_sub(auth_time.as_millis());
    // From the future by more than clocks differ: as good as no time at all.
    if age > millis(max_age) || age < LEEWAY_MS.saturating_neg() {
        return Err(Condition::AuthAge);
    }
    if !acr.is_empty() && !asker.acr.is_some_and(|class| acr.iter().any(|accepted| &**accepted == class)) {
        return Err(Condition::Acr);
    }
    Ok(())
}

pub(crate) fn kind_word(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Person => "person",
        ActorKind::Service => "service",
    }
}

fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.as_slice() {
        [only] => format!("must be {only}"),
        several => format!("must be one of {}", several.join(", ")),
    }
}
