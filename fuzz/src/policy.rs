//! `policy.toml`.

use panveil::Error;
use panveil::card::id::{ActorKind, CaseRef, FieldName, Origin, Purpose, Role, TenantId};
use panveil::clock::Timestamp;
use panveil::reveal::decide::Decision;
use panveil::reveal::facts::{Asker, Facts};
use panveil::reveal::operation::Operation;
use panveil::reveal::policy::Policy;

use crate::digits::assert_no_long_number;

/// Whatever is read as a policy decides without a panic and the same each time, and allows nothing that lacks what
/// every request needs.
pub fn policy(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(problem) => {
            assert!(problem.line >= 1 && problem.column >= 1);
            assert!(problem.line <= text.matches('\n').count() + 1);
            assert_no_long_number(&problem.text);
            assert!(!problem.text.contains(char::is_control));
            return;
        }
    };
    assert_eq!(Policy::parse(text).expect("as before").digest(), policy.digest());
    let grid = Grid::new();
    for purpose in grid.purposes.iter().map(Some).chain([None]) {
        for case in grid.cases.iter().map(Some).chain([None]) {
            for kind in [ActorKind::Person, ActorKind::Service] {
                for (roles, mfa) in [(&grid.roles[..], true), (&grid.roles[..1], false), (&[], true)] {
                    let asker = grid.asker(kind, roles, mfa);
                    for origin in [Some(&grid.origin), None] {
                        let facts = Facts {
                            asker,
                            purpose,
                            case,
                            origin,
                            tenant: &grid.tenant,
                            field: &grid.field,
                            now: grid.now,
                        };
                        decide(&policy, &facts);
                    }
                }
            }
        }
    }
    let person = grid.asker(ActorKind::Person, &grid.roles, true);
    let service = grid.asker(ActorKind::Service, &grid.roles, true);
    for operation in [Operation::ConfigApply, Operation::KeyRotate, Operation::AuditRead] {
        let nobody = Asker { roles: &[], ..person };
        assert!(!policy.decide_operation(operation, &nobody, grid.now).is_allow());
        assert!(!policy.decide_operation(operation, &service, grid.now).is_allow());
        let _ = policy.decide_operation(operation, &person, grid.now);
    }
    let _ = policy.mask(&person, &grid.tenant);
}

fn decide(policy: &Policy, facts: &Facts<'_>) {
    let decision = policy.decide(facts);
    let explanation = policy.explain(facts);
    assert_eq!(explanation.decision, decision, "what is explained is what is decided");
    assert!(!explanation.to_string().is_empty());
    if let Decision::Allow { rule, budgets } = &decision {
        assert!(policy.rules().any(|known| known == rule));
        assert!(!budgets.is_empty(), "nothing is allowed without a budget");
        assert!(facts.purpose.is_some() && facts.case.is_some() && facts.origin.is_some());
        assert!(!facts.asker.roles.is_empty());
        assert!(facts.asker.kind == ActorKind::Service || facts.asker.mfa);
        assert_eq!(explanation.rules.iter().filter(|view| view.decides).count(), 1);
    }
    // Ids that are shared whatever the policy says.
    let root = Asker { subject: "root", ..facts.asker };
    let shared = policy.decide(&Facts { asker: root, ..*facts });
    assert_eq!(shared, Decision::Deny { reason: Error::SharedIdentity });
}

struct Grid {
    roles: Vec<Role>,
    purposes: Vec<Purpose>,
    cases: Vec<CaseRef>,
    origin: Origin,
    tenant: TenantId,
    field: FieldName,
    now: Timestamp,
}

impl Grid {
    fn new() -> Self {
        let ok = "a fixed id";
        Self {
            roles: ["chargeback", "security"].map(|role| Role::new(role).expect(ok)).into(),
            purposes: ["chargeback", "settlement"].map(|purpose| Purpose::new(purpose).expect(ok)).into(),
            cases: ["CB-1042", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
                .map(|case| CaseRef::new(case).expect(ok))
                .into(),
            origin: Origin::new("10.0.0.5").expect(ok),
            tenant: TenantId::new("main").expect(ok),
            field: FieldName::new("pan").expect(ok),
            now: Timestamp::from_seconds(1_800_000_000),
        }
    }

    fn asker<'a>(&self, kind: ActorKind, roles: &'a [Role], mfa: bool) -> Asker<'a> {
        Asker {
            kind,
            subject: "alice",
            person: "alice",
            roles,
            mfa,
            acr: Some("gold"),
            auth_time: Some(self.now.plus_millis(-60_000)),
        }
    }
}
