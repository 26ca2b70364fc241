//! Policies: what is not allowed is denied, and each decision can be explained (AC-06, AC-30, AC-31).

#![cfg(feature = "jwt")]

use core::time::Duration;

use panveil::card::id::{ActorKind, CaseRef, FieldName, Origin, Purpose, Role, TenantId};
use panveil::clock::Timestamp;
use panveil::error::Error;
use panveil::reveal::budget_spec::{BudgetSpec, Scope};
use panveil::reveal::decide::{ApprovalGroup, Decision};
use panveil::reveal::facts::{Asker, Facts};
use panveil::reveal::narrow::PolicyNarrowing;
use panveil::reveal::operation::Operation;
use panveil::reveal::policy::Policy;
use panveil::reveal::rule::MaskRight;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

/// The facts of one request, owned; what is not said is what an honest request of the chargeback desk says.
#[derive(Clone, Debug)]
struct Request {
    kind: ActorKind,
    subject: String,
    person: String,
    roles: Vec<Role>,
    mfa: bool,
    acr: Option<String>,
    auth_time: Option<Timestamp>,
    purpose: Option<Purpose>,
    case: Option<CaseRef>,
    origin: Option<Origin>,
    tenant: TenantId,
    field: FieldName,
}

fn roles(names: &str) -> Vec<Role> {
    names.split(", ").filter(|name| *name != "none").map(|name| Role::new(name).unwrap()).collect()
}

/// A request of a person with one role, for one purpose, authenticated a minute ago.
fn ask(role: &str, purpose: &str) -> Request {
    Request {
        kind: ActorKind::Person,
        subject: "alice".into(),
        person: "alice".into(),
        roles: roles(role),
        mfa: true,
        acr: None,
        auth_time: Some(ago(60)),
        purpose: Purpose::new(purpose).ok(),
        case: CaseRef::new("CB-1042").ok(),
        origin: Origin::new("10.0.0.5").ok(),
        tenant: TenantId::new("shop").unwrap(),
        field: FieldName::new("pan").unwrap(),
    }
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW - seconds)
}

impl Request {
    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn of_service(self) -> Self {
        self.but(|r| {
            r.kind = ActorKind::Service;
            r.auth_time = None;
            r.mfa = false;
            r.subject = "settlement-1".into();
            r.person = "settlement-1".into();
        })
    }

    fn asker(&self) -> Asker<'_> {
        Asker {
            kind: self.kind,
            subject: &self.subject,
            person: &self.person,
            roles: &self.roles,
            mfa: self.mfa,
            acr: self.acr.as_deref(),
            auth_time: self.auth_time,
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            asker: self.asker(),
            purpose: self.purpose.as_ref(),
            case: self.case.as_ref(),
            origin: self.origin.as_ref(),
            tenant: &self.tenant,
            field: &self.field,
            now: Timestamp::from_seconds(NOW),
        }
    }
}

const POLICY: &str = r#"
version = 1
shared_ids = ["desk-4"]

[[rule]]
name = "names for the desk, strict"
kind = "person"
roles = ["chargeback"]
purposes = ["chargeback"]
fields = ["name"]
acr = ["gold", "platinum"]
max_auth_age = "5m"

[[rule]]
name = "chargeback desk"
kind = "person"
roles = ["chargeback", "chargeback-lead"]
purposes = ["chargeback", "second presentment"]
fields = ["pan", "name"]
case = "CB-[0-9]+"
mask = "bin+last4"

[[rule]]
name = "fraud desk of two shops"
kind = "person"
roles = ["fraud"]
purposes = ["fraud"]
fields = ["pan"]
tenants = ["shop", "annex"]
budget = { handles = 5, window = "1h" }

[[rule]]
name = "settlement"
kind = "service"
roles = ["settlement"]
purposes = ["settlement"]
fields = ["pan"]
tenants = ["*"]
budget = { calls = 100000, window = "1m" }

[[budget]]
per = "role"
role = "chargeback"
handles = 100
window = "1h"

[[budget]]
per = "role"
role = "fraud"
handles = 50
window = "1h"

[[budget]]
per = "origin"
handles = 40
calls = 41
window = "10m"

[[budget]]
per = "all"
kind = "service"
calls = 1000000
window = "1m"

[[admin]]
operation = "config-apply"
roles = ["vault-admin"]
"#;

/// What a decision is, in a few words.
fn word(decision: &Decision) -> String {
    match decision {
        Decision::Allow { rule, .. } => format!("allow {rule}"),
        Decision::StepUp { acr, max_age } => format!("step up {} {acr:?}", max_age.as_secs()),
        Decision::Deny { reason } => reason.name().to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_first_rule_that_is_for_the_request_decides() {
    let policy = Policy::parse(POLICY).unwrap();
    let desk = || ask("chargeback", "chargeback");
    let name = |request: Request| request.but(|r| r.field = FieldName::new("name").unwrap());
    let settle = || ask("settlement", "settlement").of_service();
    let rows: Vec<(&str, Request, &str)> = vec![
        ("the desk", desk(), "allow chargeback desk"),
        ("its lead", ask("chargeback-lead", "chargeback"), "allow chargeback desk"),
        ("another purpose of the desk", ask("chargeback", "second presentment"), "allow chargeback desk"),
        ("a role among others", ask("support, chargeback", "chargeback"), "allow chargeback desk"),
        (
            "any tenant",
            desk().but(|r| r.tenant = TenantId::new("elsewhere").unwrap()),
            "allow chargeback desk",
        ),
        ("just 15 minutes", desk().but(|r| r.auth_time = Some(ago(900))), "allow chargeback desk"),
        ("clocks 5 s apart", desk().but(|r| r.auth_time = Some(ago(-5))), "allow chargeback desk"),
        ("fraud", ask("fraud", "fraud"), "allow fraud desk of two shops"),
        (
            "fraud, second shop",
            ask("fraud", "fraud").but(|r| r.tenant = TenantId::new("annex").unwrap()),
            "allow fraud desk of two shops",
        ),
        (
            "any case where no pattern is",
            ask("fraud", "fraud").but(|r| r.case = CaseRef::new("seen on tv").ok()),
            "allow fraud desk of two shops",
        ),
        ("settlement", settle(), "allow settlement"),
        (
            "settlement, any tenant",
            settle().but(|r| r.tenant = TenantId::new("elsewhere").unwrap()),
            "allow settlement",
        ),
        // Missing (AC-31)
        ("no roles", ask("none", "chargeback"), "RoleDenied"),
        ("no purpose", desk().but(|r| r.purpose = None), "PurposeMissing"),
        ("no case", desk().but(|r| r.case = None), "CaseRefused"),
        ("no case where no pattern is", ask("fraud", "fraud").but(|r| r.case = None), "CaseRefused"),
        ("no origin", desk().but(|r| r.origin = None), "OriginMissing"),
        ("a service without case", settle().but(|r| r.case = None), "CaseRefused"),
        ("a service without origin", settle().but(|r| r.origin = None), "OriginMissing"),
        // Not for this
        ("another role", ask("support", "chargeback"), "RoleDenied"),
        ("the role in capitals", ask("Chargeback", "chargeback"), "RoleDenied"),
        ("the star is no role", ask("*", "chargeback"), "RoleDenied"),
        ("another purpose", ask("chargeback", "marketing"), "PurposeDenied"),
        ("a purpose of another desk", ask("chargeback", "fraud"), "PurposeDenied"),
        ("two roles do not mix", ask("support, fraud", "chargeback"), "PurposeDenied"),
        ("another field", desk().but(|r| r.field = FieldName::new("phone").unwrap()), "FieldDenied"),
        ("a field of another desk", name(ask("fraud", "fraud")), "FieldDenied"),
        (
            "another tenant",
            ask("fraud", "fraud").but(|r| r.tenant = TenantId::new("elsewhere").unwrap()),
            "TenantDenied",
        ),
        ("a service with a person's role", desk().of_service(), "RoleDenied"),
        ("a person with a service's role", ask("settlement", "settlement"), "RoleDenied"),
        (
            "a service with a second factor is no person",
            desk().of_service().but(|r| r.mfa = true),
            "RoleDenied",
        ),
        // Conditions of the rule
        ("a case of another form", desk().but(|r| r.case = CaseRef::new("CB-").ok()), "CaseRefused"),
        (
            "a case with something after it",
            desk().but(|r| r.case = CaseRef::new("CB-1 x").ok()),
            "CaseRefused",
        ),
        ("no second factor", desk().but(|r| r.mfa = false), "step up 900 []"),
        (
            "no second factor but its class",
            name(desk()).but(|r| {
                r.mfa = false;
                r.acr = Some("gold".into());
            }),
            r#"step up 300 ["gold", "platinum"]"#,
        ),
        ("a second too old", desk().but(|r| r.auth_time = Some(ago(901))), "step up 900 []"),
        (
            "a millisecond too old",
            desk().but(|r| r.auth_time = Some(ago(900).plus_millis(-1))),
            "step up 900 []",
        ),
        ("authenticated in the future", desk().but(|r| r.auth_time = Some(ago(-6))), "step up 900 []"),
        (
            "authenticated at the end of time",
            desk().but(|r| r.auth_time = Some(Timestamp::from_millis(i64::MAX))),
            "step up 900 []",
        ),
        (
            "authenticated at its beginning",
            desk().but(|r| r.auth_time = Some(Timestamp::from_millis(i64::MIN))),
            "step up 900 []",
        ),
        ("never authenticated", desk().but(|r| r.auth_time = None), "step up 900 []"),
        (
            "the class the rule asks for",
            name(desk()).but(|r| r.acr = Some("gold".into())),
            "allow names for the desk, strict",
        ),
        (
            "another class",
            name(desk()).but(|r| r.acr = Some("silver".into())),
            r#"step up 300 ["gold", "platinum"]"#,
        ),
        (
            "the shorter age of an earlier rule",
            name(desk()).but(|r| {
                r.acr = Some("gold".into());
                r.auth_time = Some(ago(301));
            }),
            r#"step up 300 ["gold", "platinum"]"#,
        ),
        ("a later rule for the same does not help", name(desk()), r#"step up 300 ["gold", "platinum"]"#),
        (
            "a later rule for another role does",
            name(ask("chargeback-lead", "chargeback")),
            "allow chargeback desk",
        ),
        // Shared ids (AC-31)
        ("a built-in shared id", desk().but(|r| r.subject = "admin".into()), "SharedIdentity"),
        ("a shared id of the policy", desk().but(|r| r.subject = "Desk-4".into()), "SharedIdentity"),
        ("a shared person", desk().but(|r| r.person = "support@shop.example".into()), "SharedIdentity"),
        ("a shared service", settle().but(|r| r.subject = "SYSTEM".into()), "SharedIdentity"),
        (
            "shared, and all else missing",
            ask("none", "").but(|r| r.subject = "root".into()),
            "SharedIdentity",
        ),
    ];
    assert!(rows.len() >= 40);
    for (name, request, expected) in rows {
        let decision = policy.decide(&request.facts());
        assert_eq!(word(&decision), expected, "{name}");
        assert_eq!(policy.explain(&request.facts()).decision, decision, "{name}");
    }
}

#[test]
fn ac_30_an_empty_policy_denies_everything() {
    for text in ["", "version = 1", "# nothing\n", "version = 1\nshared_ids = ['x']"] {
        let policy = Policy::parse(text).unwrap();
        for request in [ask("chargeback", "chargeback"), ask("settlement", "settlement").of_service()] {
            let decision = policy.decide(&request.facts());
            assert_eq!(decision, Decision::Deny { reason: Error::Denied }, "{text}");
            for operation in OPERATIONS {
                let decision = policy.decide_operation(operation, &request.asker(), request.facts().now);
                assert_eq!(
                    decision,
                    Decision::Deny { reason: Error::OperationDenied },
                    "{text} {operation:?}"
                );
            }
        }
    }
}

const OPERATIONS: [Operation; 14] = [
    Operation::ConfigApply,
    Operation::KeyRotate,
    Operation::KeyRewrap,
    Operation::KeyState,
    Operation::KeyGrant,
    Operation::SwitchStop,
    Operation::SwitchRelease,
    Operation::LockRelease,
    Operation::BulkJob,
    Operation::AuditRead,
    Operation::ReviewSign,
    Operation::AlertClose,
    Operation::CanaryPlant,
    Operation::Backup,
];

#[test]
fn ac_31_shared_and_generic_ids_are_denied_for_operations_too() {
    let policy = Policy::parse(POLICY).unwrap();
    let admin = || ask("vault-admin", "");
    let rows = [
        (admin(), Operation::ConfigApply, None),
        (admin(), Operation::KeyRotate, Some(Error::OperationDenied)),
        (ask("chargeback", ""), Operation::ConfigApply, Some(Error::OperationDenied)),
        (admin().of_service(), Operation::ConfigApply, Some(Error::OperationDenied)),
        (admin().but(|r| r.mfa = false), Operation::ConfigApply, Some(Error::StepUpNeeded)),
        (admin().but(|r| r.auth_time = Some(ago(901))), Operation::ConfigApply, Some(Error::StepUpNeeded)),
        (admin().but(|r| r.auth_time = None), Operation::ConfigApply, Some(Error::StepUpNeeded)),
        (
            admin().but(|r| r.subject = "Administrator".into()),
            Operation::ConfigApply,
            Some(Error::SharedIdentity),
        ),
    ];
    for (request, operation, error) in rows {
        let decision = policy.decide_operation(operation, &request.asker(), request.facts().now);
        assert_eq!(decision.error(), error, "{request:?}");
    }
}

#[test]
fn an_allowed_request_names_every_budget_that_counts_it() {
    let policy = Policy::parse(POLICY).unwrap();
    let (person, service) = (ActorKind::Person, ActorKind::Service);
    let spec = |scope, kind, handles, calls, seconds| BudgetSpec {
        scope,
        kind,
        handles,
        calls,
        window: Duration::from_secs(seconds),
    };
    let role = |name| Scope::Role(Role::new(name).unwrap());
    let origin = spec(Scope::Origin, person, Some(40), 41, 600);
    let rows = [
        // The default budget of a person; the role and the origin beside it.
        (
            ask("chargeback", "chargeback"),
            vec![
                spec(Scope::Actor, person, Some(20), 200, 600),
                spec(role("chargeback"), person, Some(100), 1000, 3600),
                origin.clone(),
            ],
        ),
        // The lead does not act as `chargeback`, and a role by which the rule does not allow is not counted.
        (
            ask("chargeback-lead, fraud", "chargeback"),
            vec![spec(Scope::Actor, person, Some(20), 200, 600), origin.clone()],
        ),
        (
            ask("fraud", "fraud"),
            vec![
                spec(Scope::Actor, person, Some(5), 50, 3600),
                spec(role("fraud"), person, Some(50), 500, 3600),
                origin,
            ],
        ),
        // Nothing that counts persons counts a service.
        (
            ask("settlement", "settlement").of_service(),
            vec![
                spec(Scope::Actor, service, None, 100_000, 60),
                spec(Scope::All, service, None, 1_000_000, 60),
            ],
        ),
    ];
    for (request, expected) in rows {
        match policy.decide(&request.facts()) {
            Decision::Allow { budgets, .. } => assert_eq!(budgets, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn ac_06_the_mask_is_last_four_unless_the_role_has_more() {
    let policy = Policy::parse(POLICY).unwrap();
    let rows = [
        (ask("chargeback", ""), MaskRight::BinLast4),
        (ask("chargeback-lead, support", ""), MaskRight::BinLast4),
        (ask("fraud", ""), MaskRight::Last4),
        (ask("support", ""), MaskRight::Last4),
        (ask("none", ""), MaskRight::Last4),
        (ask("chargeback", "").of_service(), MaskRight::Last4),
        (ask("chargeback", "").but(|r| r.subject = "guest".into()), MaskRight::Last4),
    ];
    for (request, expected) in rows {
        assert_eq!(policy.mask(&request.asker(), &request.tenant), expected, "{request:?}");
    }
}

#[test]
fn wrong_policies_are_refused_where_the_fault_is() {
    const RULE: &str = "version = 1\n[[rule]]\nname = 'a'\nkind = 'person'\nroles = ['r']\npurposes = ['p']\nfields = ['pan']\n";
    const SERVICE: &str =
        "[[rule]]\nname = 's'\nkind = 'service'\nroles = ['r']\npurposes = ['q']\nfields = ['pan']\n";
    const CALLS: &str = "budget = { calls = 10, window = '1m' }\n";
    assert!(Policy::parse(RULE).is_ok());
    assert!(Policy::parse(&format!("{RULE}{SERVICE}{CALLS}")).is_ok());
    let after = |text: &str| format!("{RULE}{text}\n");
    let instead = |old: &str, new: &str| RULE.replace(old, new);
    let rows: Vec<(&str, String, usize, &str)> = vec![
        ("no TOML", "version = = 1".into(), 1, ""),
        ("no version", RULE.replace("version = 1", "#"), 1, "write version = 1"),
        ("a later version", RULE.replace("version = 1", "version = 2"), 1, "update panveil"),
        ("a version in text", RULE.replace("version = 1", "version = '1'"), 1, ""),
        ("unknown table", after("[[rules]]"), 8, "rules"),
        ("unknown key", after("purpose = 'p'"), 8, "purpose"),
        ("unknown kind", instead("'person'", "'robot'"), 4, "robot"),
        ("a key twice", after("kind = 'person'"), 8, ""),
        ("no roles", instead("roles = ['r']", ""), 2, "roles"),
        ("an empty list", instead("['r']", "[]"), 5, "leave the rule out"),
        ("a name twice in a list", instead("['r']", "['r', 'r']"), 5, "twice"),
        ("a role that is no id", instead("['r']", "['r\\n']").replace("'r\\n'", "\"r\\n\""), 5, "printable"),
        ("a role that is a number", instead("['r']", "[4111111111111111]"), 5, "(number)"),
        ("an empty name", instead("'a'", "''"), 3, "printable"),
        ("a name twice", after(&RULE["version = 1\n".len()..]), 8, "another rule"),
        ("second factor switched off", after("mfa = 'off'"), 8, "off"),
        ("second factor as a switch", after("mfa = false"), 8, ""),
        ("an age above 15 minutes", after("max_auth_age = '16m'"), 8, "8.2.8"),
        ("an age of nothing", after("max_auth_age = '0s'"), 8, "15m"),
        ("an age in bare seconds", after("max_auth_age = 900"), 8, ""),
        ("a pattern that is none", after("case = 'CB-['"), 8, "regular expression"),
        ("a pattern that breaks out", after("case = 'a)|(?:b'"), 8, "regular expression"),
        ("an empty pattern", after("case = ''"), 8, "regular expression"),
        ("a mask of everything", after("mask = 'full'"), 8, "full"),
        ("the star with others", after("tenants = ['*', 'shop']"), 8, "alone"),
        ("a budget of nothing", after("budget = { handles = 0, window = '1m' }"), 8, "at least 1"),
        ("a budget without window", after("budget = { handles = 1 }"), 8, "window"),
        ("a budget below zero", after("budget = { handles = -1, window = '1m' }"), 8, ""),
        ("a person's budget of calls", after("budget = { calls = 1, window = '1m' }"), 8, "handles"),
        ("fewer calls than handles", after("budget = { handles = 2, calls = 1, window = '1m' }"), 8, "fewer"),
        ("a window of a year", after("budget = { handles = 2, window = '365d' }"), 8, "31d"),
        ("a service without budget", after(SERVICE), 8, "needs a budget"),
        (
            "a service that counts handles",
            after(&format!("{SERVICE}budget = {{ handles = 1, window = '1m' }}")),
            14,
            "calls",
        ),
        (
            "a service with second factor",
            after(&format!("{SERVICE}{CALLS}mfa = 'required'")),
            15,
            "persons only",
        ),
        ("a service with age", after(&format!("{SERVICE}{CALLS}max_auth_age = '1m'")), 15, "persons only"),
        ("a service with class", after(&format!("{SERVICE}{CALLS}acr = ['gold']")), 15, "persons only"),
        (
            "a purpose of both",
            after(&format!("{}{CALLS}", SERVICE.replace("'q'", "'q', 'p'"))),
            8,
            "one of its own",
        ),
        (
            "a budget per role without role",
            after("[[budget]]\nper = 'role'\nhandles = 1\nwindow = '1m'"),
            8,
            "names the role",
        ),
        (
            "a budget per origin with role",
            after("[[budget]]\nper = 'origin'\nrole = 'r'\nhandles = 1\nwindow = '1m'"),
            8,
            "only",
        ),
        ("a budget of no amount", after("[[budget]]\nper = 'all'\nwindow = '1m'"), 8, "handles, calls"),
        (
            "a budget per actor beside the rules",
            after("[[budget]]\nper = 'actor'\ncalls = 1\nwindow = '1m'"),
            9,
            "actor",
        ),
        ("unknown operation", after("[[admin]]\noperation = 'everything'\nroles = ['r']"), 9, "everything"),
        (
            "an operation twice",
            after(
                "[[admin]]\noperation = 'backup'\nroles = ['r']\n[[admin]]\noperation = 'backup'\nroles = ['q']",
            ),
            11,
            "twice",
        ),
        ("over 256 KiB", format!("#{}", "x".repeat(256 * 1024)), 1, "256 KiB"),
    ];
    for (name, text, line, says) in rows {
        let problem = Policy::parse(&text).map(|_| ()).unwrap_err();
        assert_eq!(problem.line, line, "{name}: {problem}");
        assert!(problem.text.contains(says), "{name}: {problem}");
        assert!(!problem.text.contains("4111"), "{name}: {problem}");
        assert_eq!(Error::from(problem), Error::PolicyInvalid);
    }
}

#[test]
fn the_digest_is_of_the_exact_bytes() {
    use sha2::{Digest, Sha256};
    let digest = |text: &str| Policy::parse(text).unwrap().digest();
    assert_eq!(digest(POLICY), <[u8; 32]>::from(Sha256::digest(POLICY)));
    assert_ne!(digest(POLICY), digest(&format!("{POLICY}\n")));
}

#[test]
fn an_explanation_reads_like_one() {
    let policy = Policy::parse(POLICY).unwrap();
    let name = FieldName::new("name").unwrap();
    let request = ask("chargeback", "chargeback").but(|r| r.field = name);
    insta::assert_snapshot!(policy.explain(&request.facts()), @r#"
    authenticate again, not more than 5m ago, in one of the classes gold, platinum
      line 5, "names for the desk, strict": decides; the class of the authentication must be one of gold, platinum
      line 14, "chargeback desk": not asked, an earlier rule decides; all its conditions are met
      line 23, "fraud desk of two shops": not asked, an earlier rule decides; the role must be fraud
      line 32, "settlement": not asked, an earlier rule decides; the actor must be a service
    "#);
    let request = ask("fraud", "chargeback").but(|r| r.case = None);
    insta::assert_snapshot!(policy.explain(&request.facts()), @r#"
    denied: the case reference is missing or not of the form the policy asks for (509 CaseRefused)
    decided before any rule: something every request needs is missing
      line 5, "names for the desk, strict": does not decide; the role must be chargeback
      line 14, "chargeback desk": does not decide; the role must be one of chargeback, chargeback-lead
      line 23, "fraud desk of two shops": does not decide; the purpose must be fraud
      line 32, "settlement": does not decide; the actor must be a service
    "#);
    let json = serde_json::to_string_pretty(&policy.explain(&ask("fraud", "fraud").facts())).unwrap();
    insta::assert_snapshot!(json, @r#"
    {
      "decision": "allow",
      "rule": "fraud desk of two shops",
      "before_rules": false,
      "rules": [
        {
          "rule": "names for the desk, strict",
          "line": 5,
          "decides": false,
          "fails": "role",
          "wants": "must be chargeback"
        },
        {
          "rule": "chargeback desk",
          "line": 14,
          "decides": false,
          "fails": "role",
          "wants": "must be one of chargeback, chargeback-lead"
        },
        {
          "rule": "fraud desk of two shops",
          "line": 23,
          "decides": true,
          "fails": null,
          "wants": null
        },
        {
          "rule": "settlement",
          "line": 32,
          "decides": false,
          "fails": "kind",
          "wants": "must be a service"
        }
      ]
    }
    "#);
    let empty = Policy::parse("").unwrap();
    insta::assert_snapshot!(empty.explain(&ask("fraud", "fraud").facts()), @r#"
    denied: no rule of the policy allows this reveal (501 Denied)
    the policy has no rules, so it allows nothing
    "#);
}

#[test]
fn an_explanation_holds_nothing_of_the_request() {
    let policy = Policy::parse(POLICY).unwrap();
    let number = "4111 1111 1111 1111";
    let request = ask(number, number).but(|r| {
        r.case = CaseRef::new(number).ok();
        r.origin = Origin::new(number).ok();
        r.tenant = TenantId::new(number).unwrap();
    });
    let explanation = policy.explain(&request.facts());
    let shown = format!("{explanation} {explanation:?} {}", serde_json::to_string(&explanation).unwrap());
    assert!(!shown.contains("1111"), "{shown}");
}

/// The page that people read is the policy that is tested.
#[test]
fn the_documented_policy_decides_as_documented() {
    let page = include_str!("../docs/policy.md");
    let text = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let policy = Policy::parse(text).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .skip_while(|line| !line.starts_with("| roles | purpose |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 11);
    for row in rows {
        let [names, purpose, field, case, factor, minutes, expected] = row[..] else { panic!("{row:?}") };
        let minutes: i64 = minutes.strip_suffix("m ago").unwrap().parse().unwrap();
        let said = |text: &'static str| (text != "none").then_some(text);
        let request = ask(names, "").but(|r| {
            r.purpose = said(purpose).map(|text| Purpose::new(text).unwrap());
            r.case = said(case).map(|text| CaseRef::new(text).unwrap());
            r.field = FieldName::new(field).unwrap();
            r.mfa = factor == "yes";
            r.auth_time = Some(ago(minutes * 60));
        });
        let decision = policy.decide(&request.facts());
        let told = match (&decision, decision.error()) {
            (Decision::Allow { budgets, .. }, _) => {
                let minutes = budgets[0].window.as_secs() / 60;
                format!("allowed, {} cards in {minutes}m", budgets[0].handles.unwrap())
            }
            (_, Some(error)) => format!("{} {}", error.number(), error.name()),
            other => panic!("{other:?}"),
        };
        assert_eq!(told, expected, "{row:?}");
    }
}

#[test]
fn every_other_example_of_the_page_is_valid() {
    let page = include_str!("../docs/policy.md");
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 3);
    assert!(Policy::parse(&format!("version = 1\n{}", blocks[1])).is_ok());

    #[derive(serde::Deserialize)]
    struct Config {
        issuer: Vec<panveil::reveal::issuer::Issuer>,
    }
    let config: Config = toml::from_str(blocks[2]).unwrap();
    assert_eq!(config.issuer[0].jwks(), "staff.jwks.json");
}

/// An engine that always answers the same.
struct Always(Decision);

impl PolicyNarrowing for Always {
    fn narrow(&self, _: &Facts<'_>, _: &Decision) -> Decision {
        self.0.clone()
    }
}

struct Panics;

impl PolicyNarrowing for Panics {
    fn narrow(&self, _: &Facts<'_>, _: &Decision) -> Decision {
        panic!("an engine that fails")
    }
}

fn all_decisions() -> Vec<Decision> {
    let generous = Policy::parse(
        "version = 1\n[[rule]]\nname = 'other'\nkind = 'person'\nroles = ['r']\npurposes = ['p']\nfields = ['pan']\nbudget = { handles = 1000000, window = '1s' }",
    )
    .unwrap();
    let allow = generous.decide(&ask("r", "p").facts());
    assert!(allow.is_allow());
    vec![
        allow,
        Decision::StepUp { acr: vec!["gold".into()], max_age: Duration::from_secs(60) },
        Decision::NeedApproval { groups: vec![ApprovalGroup { count: 2, group: "security".into() }] },
        Decision::Deny { reason: Error::Denied },
    ]
}

#[test]
fn an_engine_that_panics_denies() {
    let policy = Policy::parse(POLICY).unwrap();
    let decision = policy.decide_narrowed(&ask("fraud", "fraud").facts(), &Panics);
    assert_eq!(decision, Decision::Deny { reason: Error::Denied });
}

const KNOWN: &[&str] = &["chargeback", "fraud", "settlement", "pan", "name", "shop", "CB-1", "*"];

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![proptest::sample::select(KNOWN).prop_map(str::to_owned), "[!-~]{1,12}"]
}

prop_compose! {
    fn any_request()(
        names in proptest::collection::vec(any_name(), 7),
        roles in proptest::collection::vec(any_name(), 0..4),
        there in proptest::collection::vec(any::<bool>(), 5),
        service in any::<bool>(),
        age in prop_oneof![-10i64..1000, any::<i64>().prop_map(|n| n / 2)],
    ) -> Request {
        Request {
            kind: if service { ActorKind::Service } else { ActorKind::Person },
            subject: names[0].clone(),
            person: names[1].clone(),
            roles: roles.iter().map(|name| Role::new(name).unwrap()).collect(),
            mfa: there[0],
            acr: there[1].then(|| names[2].clone()),
            auth_time: there[2].then(|| ago(age)),
            purpose: there[3].then(|| Purpose::new(&names[3]).unwrap()),
            case: there[4].then(|| CaseRef::new(&names[4]).unwrap()),
            origin: there[4].then(|| Origin::new(&names[4]).unwrap()),
            tenant: TenantId::new(&names[5]).unwrap(),
            field: FieldName::new(&names[6]).unwrap(),
        }
    }
}

proptest! {
    #[test]
    fn ac_30_no_facts_are_allowed_by_an_empty_policy(request in any_request()) {
        let policy = Policy::parse("version = 1").unwrap();
        let reason = Decision::Deny { reason: policy.decide(&request.facts()).error().unwrap() };
        prop_assert_eq!(policy.decide(&request.facts()), reason);
        prop_assert!(!policy.explain(&request.facts()).decision.is_allow());
        for operation in OPERATIONS {
            let decision = policy.decide_operation(operation, &request.asker(), request.facts().now);
            prop_assert!(!decision.is_allow());
        }
    }

    #[test]
    fn explanations_and_decisions_agree(request in any_request()) {
        let policy = Policy::parse(POLICY).unwrap();
        let explanation = policy.explain(&request.facts());
        prop_assert_eq!(&explanation.decision, &policy.decide(&request.facts()));
        let deciding: Vec<_> = explanation.rules.iter().filter(|rule| rule.decides).collect();
        prop_assert!(deciding.len() <= 1);
        match &explanation.decision {
            Decision::Allow { rule, .. } => {
                prop_assert_eq!(&deciding[0].rule, rule);
                prop_assert_eq!(deciding[0].fails, None);
            }
            _ => prop_assert!(deciding.iter().all(|rule| rule.fails.is_some())),
        }
    }

    #[test]
    fn narrowing_never_widens(request in any_request(), person in any::<bool>(), index in 0usize..4) {
        let policy = Policy::parse(POLICY).unwrap();
        // Half of the requests are ones that the policy allows, or the other half would hardly ever be.
        let request = if person { ask("fraud", "fraud") } else { request };
        let engine = Always(all_decisions()[index].clone());
        let before = policy.decide(&request.facts());
        let after = policy.decide_narrowed(&request.facts(), &engine);
        if before.is_allow() && !engine.0.is_allow() {
            prop_assert_eq!(after, engine.0);
        } else {
            prop_assert_eq!(after, before);
        }
    }

    #[test]
    fn no_text_panics_as_a_policy(text in "\\PC{0,200}") {
        let _ = Policy::parse(&text);
    }

    /// A policy damaged at one place is refused, or is a policy; it never panics, and a problem lies in the file.
    #[test]
    fn no_damaged_policy_panics(position in 0usize..1700, with in "[\\PC\n\t]{0,3}", length in 0usize..20) {
        let mut text = POLICY.to_owned();
        let start = position.min(text.len());
        let end = (start + length).min(text.len());
        text.replace_range(start..end, &with);
        if let Err(problem) = Policy::parse(&text) {
            prop_assert!(problem.line >= 1 && problem.line <= text.lines().count() + 1, "{}", problem);
        }
    }
}
