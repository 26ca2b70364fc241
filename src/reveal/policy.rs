//! Who may reveal what, for which purpose, how often: `policy.toml`, checked.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::budget_spec::BudgetSpec;
use super::facts::Asker;
use super::operation::Operation;
use super::policy_file::{Checker, PolicyFile};
use super::problem::PolicyProblem;
use super::rule::{MaskRight, Rule, RuleId, kind_word};
use super::shared_id::SharedIds;
use crate::card::id::{ActorKind, Purpose, Role, TenantId};

/// A checked policy. What it does not allow is denied (PCI DSS 7.3.3); an empty one denies everything.
///
/// ```
/// use panveil::reveal::policy::Policy;
///
/// let policy = Policy::parse(
///     r#"
///     version = 1
///
///     [[rule]]
///     name = "chargeback desk"
///     kind = "person"
///     roles = ["chargeback"]
///     purposes = ["chargeback"]
///     fields = ["pan"]
///     case = "CB-[0-9]+"
///     "#,
/// )?;
/// assert_eq!(policy.rules().count(), 1);
///
/// let problem = Policy::parse("version = 1\nallow = true\n").unwrap_err();
/// assert_eq!((problem.line, problem.column), (2, 1));
/// # Ok::<(), panveil::reveal::problem::PolicyProblem>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) rules: Vec<Rule>,
    pub(crate) budgets: Vec<BudgetSpec>,
    pub(crate) operations: Vec<(Operation, Vec<Role>)>,
    pub(crate) shared: SharedIds,
    digest: [u8; 32],
}

impl Policy {
    /// Reads and checks the text of `policy.toml`, at most 256 KiB and 1,000 tables of a kind.
    ///
    /// # Errors
    /// The first [`PolicyProblem`]: unknown keys, wrong types, and rules that would not do what they seem to.
    pub fn parse(text: &str) -> Result<Self, PolicyProblem> {
        if text.len() > MAX_FILE {
            return Err(PolicyProblem::at(text, 0..0, "a policy has at most 256 KiB"));
        }
        let file: PolicyFile = toml::from_str(text).map_err(|error| PolicyProblem::of_toml(text, &error))?;
        let checker = Checker { source: text };
        check_version(&checker, &file)?;

        let mut names = HashSet::new();
        let mut purposes = Purposes::default();
        let mut rules: Vec<Rule> = Vec::new();
        for table in file.rule {
            let span = table.span();
            let rule = checker.rule(table)?;
            if !names.insert(rule.name.as_str().to_owned()) {
                return Err(PolicyProblem::at(
                    text,
                    span,
                    "another rule has this name; records tell rules by name",
                ));
            }
            if let Err(purpose) = purposes.take(&rule) {
                let (this, that) = (kind_word(rule.kind), kind_word(other(rule.kind)));
                let told =
                    format!("{purpose} is a purpose of a rule for a {that}; give the {this} one of its own");
                return Err(PolicyProblem::at(text, span, &told));
            }
            rules.push(rule);
        }
        let budgets = file.budget.into_iter().map(|table| checker.budget(table)).collect::<Result<_, _>>()?;
        let mut operations: Vec<(Operation, Vec<Role>)> = Vec::new();
        for table in file.admin {
            let span = table.span();
            let (operation, roles) = checker.admin(table);
            if operations.iter().any(|(known, _)| *known == operation) {
                return Err(PolicyProblem::at(
                    text,
                    span,
                    "the operation stands twice; put all its roles into one table",
                ));
            }
            operations.push((operation, roles));
        }
        Ok(Self {
            rules,
            budgets,
            operations,
            shared: SharedIds::with(file.shared_ids.into_iter().map(|id| String::from(id.0.0))),
            digest: Sha256::digest(text.as_bytes()).into(),
        })
    }

    /// SHA-256 of the exact text, as it stands in every audit record.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The names of the rules, in the order of the file.
    pub fn rules(&self) -> impl Iterator<Item = &RuleId> {
        self.rules.iter().map(|rule| &rule.name)
    }

    /// What the actor may see of a card of `tenant` without a reveal: the most that a rule for its kind, one of
    /// its roles and the tenant gives (PCI DSS 3.4.1); the last four digits where none does.
    pub fn mask(&self, asker: &Asker<'_>, tenant: &TenantId) -> MaskRight {
        if self.is_shared(asker) {
            return MaskRight::default();
        }
        let fits =
            |rule: &&Rule| rule.kind == asker.kind && rule.has_role(asker) && rule.is_for_tenant(tenant);
        self.rules.iter().filter(fits).map(|rule| rule.mask).max().unwrap_or_default()
    }

    /// Whether the actor's id or its person's is shared or generic (PCI DSS 8.2.2).
    pub(crate) fn is_shared(&self, asker: &Asker<'_>) -> bool {
        self.shared.holds(asker.subject) || self.shared.holds(asker.person)
    }
}

fn check_version(checker: &Checker<'_>, file: &PolicyFile) -> Result<(), PolicyProblem> {
    let start = |text| PolicyProblem::at(checker.source, 0..0, text);
    if file.rule.len() > MAX_TABLES || file.budget.len() > MAX_TABLES || file.shared_ids.len() > MAX_TABLES {
        return Err(start("a policy has at most 1000 rules, budgets and shared_ids each"));
    }
    let nothing_said =
        file.rule.is_empty() && file.budget.is_empty() && file.admin.is_empty() && file.shared_ids.is_empty();
    match &file.version {
        Some(version) if *version.get_ref() == 1 => Ok(()),
        Some(version) => {
            Err(checker.problem(version, "this build reads version 1; update panveil for a newer one"))
        }
        None if nothing_said => Ok(()),
        None => Err(start("write version = 1 above the first table")),
    }
}

/// Which kind of actor each purpose is of. Were one of both, a service could do without a second factor what a
/// person needs one for.
#[derive(Default)]
struct Purposes(HashMap<Purpose, ActorKind>);

impl Purposes {
    /// Takes the rule's purposes; `Err` is one that is of the other kind already.
    fn take<'a>(&mut self, rule: &'a Rule) -> Result<(), &'a Purpose> {
        rule.purposes.iter().try_for_each(|purpose| match self.0.insert(purpose.clone(), rule.kind) {
            Some(kind) if kind != rule.kind => Err(purpose),
            _ => Ok(()),
        })
    }
}

fn other(kind: ActorKind) -> ActorKind {
    match kind {
        ActorKind::Person => ActorKind::Service,
        ActorKind::Service => ActorKind::Person,
    }
}

const MAX_FILE: usize = 256 * 1024;
const MAX_TABLES: usize = 1_000;
