//! `policy.toml` as it is written, and the checks that turn it into rules.

use core::str::FromStr;
use core::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Spanned;

use super::budget_spec::{BudgetSpec, Scope};
use super::case_pattern::CasePattern;
use super::issuer::KindWord;
use super::operation::Operation;
use super::period::Period;
use super::problem::PolicyProblem;
use super::rule::{MaskRight, Rule, RuleId};
use crate::card::id::{ActorId, ActorKind, FieldName, Purpose, Role, TenantId};
use crate::error::Error;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    pub(crate) version: Option<Spanned<i64>>,
    #[serde(default)]
    pub(crate) shared_ids: Vec<Id<Word>>,
    #[serde(default)]
    pub(crate) rule: Vec<Spanned<RuleTable>>,
    #[serde(default)]
    pub(crate) budget: Vec<Spanned<BudgetTable>>,
    #[serde(default)]
    pub(crate) admin: Vec<Spanned<AdminTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleTable {
    name: Spanned<Id<Word>>,
    kind: KindWord,
    roles: List<Role>,
    purposes: List<Purpose>,
    fields: List<FieldName>,
    tenants: Option<Spanned<List<TenantId>>>,
    max_auth_age: Option<Spanned<Period>>,
    mfa: Option<Spanned<MfaWord>>,
    acr: Option<Spanned<List<Word>>>,
    case: Option<Spanned<String>>,
    #[serde(default)]
    mask: MaskRight,
    budget: Option<Spanned<Amounts>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum MfaWord {
    Required,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amounts {
    handles: Option<u32>,
    calls: Option<u32>,
    window: Period,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetTable {
    per: PerWord,
    kind: Option<KindWord>,
    role: Option<Id<Role>>,
    handles: Option<u32>,
    calls: Option<u32>,
    window: Period,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum PerWord {
    Role,
    Origin,
    Tenant,
    All,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminTable {
    operation: Operation,
    roles: List<Role>,
}

/// A name in the form of an id.
pub(crate) struct Id<T>(pub(crate) T);

impl<'de, T: FromStr> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id = text.parse().map_err(|_| D::Error::custom("a name is 1 to 255 bytes of printable ASCII"))?;
        Ok(Self(id))
    }
}

/// A text in the form of an id that is the name of nothing in particular.
#[derive(PartialEq)]
pub(crate) struct Word(pub(crate) Box<str>);

impl FromStr for Word {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        ActorId::new(text).map(|_| Self(text.into()))
    }
}

/// At least one name, none twice.
struct List<T>(Vec<T>);

impl<'de, T: FromStr + PartialEq> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let listed = Vec::<Id<T>>::deserialize(deserializer)?;
        if listed.is_empty() {
            return Err(D::Error::custom(
                "a list needs at least one name; to allow nothing, leave the rule out",
            ));
        }
        if listed.len() > MAX_LIST {
            return Err(D::Error::custom("a list has at most 100 names"));
        }
        let mut names: Vec<T> = Vec::new();
        for Id(name) in listed {
            if names.contains(&name) {
                return Err(D::Error::custom("a name stands twice in the list"));
            }
            names.push(name);
        }
        Ok(Self(names))
    }
}

/// Checks the tables against the text they came from.
pub(crate) struct Checker<'a> {
    pub(crate) source: &'a str,
}

impl Checker<'_> {
    pub(crate) fn problem<T>(&self, at: &Spanned<T>, text: &str) -> PolicyProblem {
        PolicyProblem::at(self.source, at.span(), text)
    }

    pub(crate) fn rule(&self, table: Spanned<RuleTable>) -> Result<Rule, PolicyProblem> {
        let line = PolicyProblem::at(self.source, table.span(), "").line;
        let kind = ActorKind::from(table.get_ref().kind);
        if kind == ActorKind::Service {
            self.has_nothing_of_persons(table.get_ref())?;
        }
        let budget = self.budget_of_rule(kind, &table)?;
        let table = table.into_inner();
        let max_auth_age = match table.max_auth_age {
            Some(age) if *age.get_ref() > MAX_AUTH_AGE => {
                return Err(self.problem(&age, "max_auth_age is at most 15m (PCI DSS 8.2.8)"));
            }
            Some(age) => age.into_inner(),
            None => MAX_AUTH_AGE,
        };
        let case = match table.case {
            None => None,
            Some(text) => Some(CasePattern::new(text.get_ref()).ok_or_else(|| {
                self.problem(&text, "case is a regular expression of at most 255 bytes, such as CB-[0-9]+")
            })?),
        };
        Ok(Rule {
            name: RuleId::new(&table.name.get_ref().0.0),
            line,
            kind,
            roles: table.roles.0,
            purposes: table.purposes.0,
            fields: table.fields.0,
            tenants: self.tenants(table.tenants)?,
            max_auth_age: max_auth_age.0,
            acr: table
                .acr
                .map_or_else(Vec::new, |acr| acr.into_inner().0.into_iter().map(|class| class.0).collect()),
            case,
            mask: table.mask,
            budget,
        })
    }

    fn has_nothing_of_persons(&self, table: &RuleTable) -> Result<(), PolicyProblem> {
        let text = "this is for persons only; take it out of a rule for services";
        if let Some(mfa) = &table.mfa {
            let MfaWord::Required = mfa.get_ref();
            return Err(self.problem(mfa, text));
        }
        if let Some(age) = &table.max_auth_age {
            return Err(self.problem(age, text));
        }
        if let Some(acr) = &table.acr {
            return Err(self.problem(acr, text));
        }
        Ok(())
    }

    fn tenants(&self, list: Option<Spanned<List<TenantId>>>) -> Result<Option<Vec<TenantId>>, PolicyProblem> {
        let Some(list) = list else { return Ok(None) };
        let star = list.get_ref().0.iter().any(|tenant| tenant.as_str() == "*");
        match (star, list.get_ref().0.len()) {
            (true, 1) => Ok(None),
            (true, _) => Err(self.problem(&list, "\"*\" is every tenant; it stands alone")),
            (false, _) => Ok(Some(list.into_inner().0)),
        }
    }

    fn budget_of_rule(
        &self,
        kind: ActorKind,
        rule: &Spanned<RuleTable>,
    ) -> Result<BudgetSpec, PolicyProblem> {
        let Some(budget) = &rule.get_ref().budget else {
            return match kind {
                ActorKind::Person => Ok(PERSON_BUDGET),
                ActorKind::Service => Err(self.problem(
                    rule,
                    "a rule for services needs a budget, such as { calls = 1000, window = \"1m\" }",
                )),
            };
        };
        let Amounts { handles, calls, window } = *budget.get_ref();
        if kind == ActorKind::Service && handles.is_some() {
            return Err(self.problem(budget, "the budget of a service counts calls; leave handles out"));
        }
        if kind == ActorKind::Person && handles.is_none() {
            return Err(self.problem(budget, "the budget of a person counts handles; write handles = 20"));
        }
        self.amounts(budget, Scope::Actor, kind, (handles, calls), window)
    }

    pub(crate) fn budget(&self, table: Spanned<BudgetTable>) -> Result<BudgetSpec, PolicyProblem> {
        let budget = table.get_ref();
        let scope = match (&budget.per, &budget.role) {
            (PerWord::Role, Some(Id(role))) => Scope::Role(role.clone()),
            (PerWord::Role, None) => return Err(self.problem(&table, "a budget per role names the role")),
            (_, Some(_)) => return Err(self.problem(&table, "role is for a budget per role only")),
            (PerWord::Origin, None) => Scope::Origin,
            (PerWord::Tenant, None) => Scope::Tenant,
            (PerWord::All, None) => Scope::All,
        };
        let kind = budget.kind.unwrap_or(KindWord::Person).into();
        self.amounts(&table, scope, kind, (budget.handles, budget.calls), budget.window)
    }

    fn amounts<T>(
        &self,
        at: &Spanned<T>,
        scope: Scope,
        kind: ActorKind,
        (handles, calls): (Option<u32>, Option<u32>),
        window: Period,
    ) -> Result<BudgetSpec, PolicyProblem> {
        // Where only handles are written, calls have a budget too, ten times as large.
        let Some(calls) = calls.or(handles.map(|handles| handles.saturating_mul(10))) else {
            return Err(self.problem(at, "a budget has handles, calls, or both"));
        };
        if calls == 0 || handles == Some(0) {
            return Err(self.problem(at, "a budget is at least 1; to allow nothing, leave the rule out"));
        }
        if handles.is_some_and(|handles| handles > calls) {
            return Err(self.problem(at, "a handle takes a call, so calls cannot be fewer than handles"));
        }
        if window > MAX_WINDOW {
            return Err(self.problem(at, "a window is at most 31d"));
        }
        Ok(BudgetSpec { scope, kind, handles, calls, window: window.0 })
    }

    pub(crate) fn admin(&self, table: Spanned<AdminTable>) -> (Operation, Vec<Role>) {
        let table = table.into_inner();
        (table.operation, table.roles.0)
    }
}

/// PCI DSS 8.2.8: who was idle for 15 minutes authenticates again. It can be shorter, never longer.
pub(crate) const MAX_AUTH_AGE: Period = Period::seconds(15 * 60);

/// What a person may reveal where the rule does not say: 20 cards in 10 minutes.
const PERSON_BUDGET: BudgetSpec = BudgetSpec {
    scope: Scope::Actor,
    kind: ActorKind::Person,
    handles: Some(20),
    calls: 200,
    window: Duration::from_secs(600),
};

const MAX_WINDOW: Period = Period::seconds(31 * 86_400);
const MAX_LIST: usize = 100;
