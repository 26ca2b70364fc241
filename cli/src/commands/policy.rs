//! `panveil policy`.

use panveil::card::id::{ActorKind, CaseRef, FieldName, Origin, Purpose, Role};
use panveil::clock::Clock;
use panveil::reveal::facts::{Asker, Facts};
use panveil::vault::{OpenOptions, SystemClock, Unlock, Vault};
use serde_json::json;

use super::{Outcome, Result};
use crate::args::{ExplainArgs, PolicyAction, PolicyArgs};
use crate::terminal::Terminal;

pub(crate) fn run(args: &PolicyArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let vault = Vault::open(&args.dir, unlock, OpenOptions::command()?)?;
    for warning in vault.warnings() {
        terminal.remark(warning);
    }
    let outcome = match &args.action {
        PolicyAction::Check => check(&vault, terminal),
        PolicyAction::Explain(facts) => explain(&vault, facts, terminal),
    };
    vault.close()?;
    outcome
}

fn check(vault: &Vault, terminal: Terminal) -> Result {
    let rules: Vec<&str> = vault.policy().rules().map(|rule| rule.as_str()).collect();
    let digest: String = vault.policy().digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let text = if rules.is_empty() {
        "policy.toml is valid and allows nothing".to_owned()
    } else {
        format!("policy.toml is valid: {} rule(s): {}", rules.len(), rules.join(", "))
    };
    terminal.result(&json!({ "valid": true, "rules": rules, "sha256": digest }), &text);
    Ok(Outcome::Done)
}

fn explain(vault: &Vault, args: &ExplainArgs, terminal: Terminal) -> Result {
    let roles = args.role.iter().map(|role| Role::new(role)).collect::<panveil::Result<Vec<_>>>()?;
    let purpose = args.purpose.as_deref().map(Purpose::new).transpose()?;
    let case = args.case.as_deref().map(CaseRef::new).transpose()?;
    let origin = args.origin.as_deref().map(Origin::new).transpose()?;
    let field = FieldName::new(&args.field)?;
    let now = SystemClock::new().now().wall;
    let facts = Facts {
        asker: Asker {
            kind: if args.service { ActorKind::Service } else { ActorKind::Person },
            subject: &args.sub,
            person: &args.sub,
            roles: &roles,
            mfa: !args.no_mfa,
            acr: None,
            auth_time: (!args.service)
                .then(|| now.plus_millis(i64::from(args.auth_age).saturating_mul(-1000))),
        },
        purpose: purpose.as_ref(),
        case: case.as_ref(),
        origin: origin.as_ref(),
        tenant: vault.config().tenant(),
        field: &field,
        now,
    };
    let explanation = vault.policy().explain(&facts);
    let value = serde_json::to_value(&explanation).map_err(|_| panveil::Error::Internal)?;
    terminal.result(&value, explanation.to_string().trim_end());
    Ok(if explanation.decision.is_allow() { Outcome::Done } else { Outcome::Refused })
}
