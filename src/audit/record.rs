//! One event as one line of JSON in OCSF 1.9.0 shape: class 6005 (Datastore Activity), own fields under `unmapped`.

use core::net::IpAddr;

use base64ct::{Base64, Encoding};

use super::checkpoint::Generations;
use super::event::{Detail, Event, Outcome};
use super::json::Object;
use super::kind::OTHER;
use super::tree::{Frontier, Hash};
use crate::card::id::ActorKind;
use crate::clock::Now;
use crate::error::Error;

/// The place of a record in its stream.
pub(crate) struct Place<'a> {
    pub(crate) stream: &'a str,
    pub(crate) seq: u64,
    pub(crate) now: Now,
    /// Leaf hash of the record before; 32 zero bytes for the first.
    pub(crate) prev: Hash,
    pub(crate) generations: Generations,
}

/// What only the log itself puts into a record.
#[derive(Default)]
pub(crate) struct Own<'a> {
    /// A signed checkpoint of all records before this one.
    pub(crate) checkpoint: Option<String>,
    /// The segment before, in the first record of a further one.
    pub(crate) previous: Option<Previous<'a>>,
}

/// The end of the segment before.
pub(crate) struct Previous<'a> {
    pub(crate) file: &'a str,
    pub(crate) bytes: u64,
    pub(crate) frontier: &'a Frontier,
}

/// The line for `event` at `place`, without its newline: ASCII, keys sorted, integers only.
pub(crate) fn line(event: &Event, own: &Own<'_>, place: &Place<'_>) -> String {
    let mut out = String::with_capacity(1024);
    Object::write(&mut out, |top| {
        let activity = event.kind.activity();
        let (action, status, reason) = match event.outcome {
            Outcome::Open => (1_u8, 0_u8, None),
            Outcome::Success => (1, 1, None),
            Outcome::Failed(error) => (1, 2, Some(error)),
            Outcome::Denied(error) => (2, 2, Some(error)),
        };
        top.number("action_id", action);
        top.number("activity_id", activity);
        if activity == OTHER {
            top.text("activity_name", event.kind.as_str());
        }
        top.object("actor", |actor| write_actor(actor, event));
        top.number("category_uid", 6_u8);
        top.number("class_uid", CLASS);
        top.object("databucket", |bucket| {
            match &event.handle {
                Some(handle) => {
                    bucket.text("type", "card");
                    bucket.number("type_id", OTHER);
                    bucket.text("uid", handle.as_str());
                }
                None => {
                    bucket.text("name", "vault");
                    bucket.text("type", "vault");
                    bucket.number("type_id", OTHER);
                }
            };
        });
        top.object("metadata", |metadata| {
            metadata.text("event_code", event.kind.as_str());
            metadata.object("product", |product| {
                product.text("name", "panveil");
                product.text("vendor_name", "panveil");
                product.text("version", env!("CARGO_PKG_VERSION"));
            });
            metadata.texts("profiles", ["security_control"].into_iter());
            metadata.text("version", "1.9.0");
        });
        top.number("severity_id", event.kind.severity());
        top.object("src_endpoint", |endpoint| match event.origin.as_ref().map(|origin| origin.as_str()) {
            Some(origin) if origin.parse::<IpAddr>().is_ok() => endpoint.text("ip", origin),
            Some(origin) => endpoint.text("name", origin),
            None => endpoint.text("name", "panveil"),
        });
        if let Some(error) = reason {
            top.text("status_code", error.name());
        }
        top.number("status_id", status);
        top.number("time", place.now.wall.as_millis());
        top.number("type_id", 2_u8);
        top.number("type_uid", CLASS.saturating_mul(100).saturating_add(activity.into()));
        top.object("unmapped", |unmapped| {
            unmapped.object("panveil", |fields| write_own(fields, event, own, place, reason));
        });
    });
    out
}

fn write_actor(actor: &mut Object<'_>, event: &Event) {
    if let Some(session) = &event.session {
        actor.object("session", |member| member.base64("uid", session));
    }
    actor.object("user", |user| match &event.actor {
        Some((id, kind)) => {
            let (text, number) = match kind {
                ActorKind::Person => ("person", 1_u8),
                ActorKind::Service => ("service", 4),
            };
            user.text("type", text);
            user.number("type_id", number);
            user.text("uid", id.as_str());
        }
        None => {
            user.text("name", "panveil");
            user.number("type_id", 3_u8);
        }
    });
}

fn write_own(
    fields: &mut Object<'_>,
    event: &Event,
    own: &Own<'_>,
    place: &Place<'_>,
    reason: Option<Error>,
) {
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            fields.text(name, value);
        }
    };
    text("application", event.application.as_ref().map(|id| id.as_str()));
    if !event.approvals.is_empty() {
        fields.texts("approvals", event.approvals.iter().map(|id| id.as_str()));
    }
    if let Some(auth) = &event.auth {
        fields.object("auth", |member| {
            member.base64("assertion", &auth.assertion);
            member.text("method", auth.method.as_str());
            member.number("time", auth.time.as_millis());
        });
    }
    fields.base64("boot", &place.now.boot);
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            fields.text(name, value);
        }
    };
    text("case", event.case.as_ref().map(|id| id.as_str()));
    text("checkpoint", own.checkpoint.as_deref());
    if let Some(correlation) = &event.correlation {
        fields.base64("correlation", &correlation.0);
    }
    if !event.details.is_empty() {
        let mut details: Vec<_> = event.details.iter().collect();
        details.sort_unstable_by_key(|(name, _)| *name);
        fields.object("details", |member| {
            for (name, detail) in details {
                match detail {
                    Detail::Number(number) => member.number(name, *number),
                    Detail::Word(word) => member.text(name, word.as_str()),
                    Detail::Hash(hash) => member.base64(name, hash),
                }
            }
        });
    }
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            fields.text(name, value);
        }
    };
    text("disclosed", event.disclosed.map(|disclosed| disclosed.as_str()));
    text("field", event.field.as_ref().map(|id| id.as_str()));
    fields.object("generations", |member| {
        member.number("config", place.generations.config);
        member.number("keyring", place.generations.keyring);
        member.number("store", place.generations.store);
    });
    if let Some((id, version)) = &event.key {
        fields.object("key", |member| {
            if let Some(id) = id {
                member.base64("id", id);
            }
            member.number("version", *version);
        });
    }
    if let Some(limit) = &event.limit {
        fields.object("limit", |member| {
            member.number("limit", limit.limit);
            member.text("scope", limit.scope.as_str());
            member.number("used", limit.used);
            member.number("window_s", limit.window_s);
        });
    }
    fields.number("mono_ms", place.now.since_boot_ms);
    if let Some(policy) = &event.policy {
        fields.base64("policy", policy);
    }
    fields.base64("prev", &place.prev);
    if let Some(previous) = &own.previous {
        fields.object("previous", |member| {
            member.number("bytes", previous.bytes);
            member.text("file", previous.file);
            let hashes: Vec<_> =
                previous.frontier.subtrees().iter().map(|hash| Base64::encode_string(hash)).collect();
            member.texts("frontier", hashes.iter().map(String::as_str));
            member.base64("root", &previous.frontier.root());
        });
    }
    if let Some(purpose) = &event.purpose {
        fields.text("purpose", purpose.as_str());
    }
    if let Some(error) = reason {
        fields.object("reason", |member| {
            member.text("code", error.name());
            member.number("number", error.number());
        });
    }
    if let Some(record) = &event.record {
        fields.text("record", record.as_str());
    }
    if !event.roles.is_empty() {
        fields.texts("roles", event.roles.iter().map(|role| role.as_str()));
    }
    fields.number("seq", place.seq);
    fields.text("stream", place.stream);
    if let Some(tenant) = &event.tenant {
        fields.text("tenant", tenant.as_str());
    }
    fields.text("type", event.kind.as_str());
    fields.number("v", 1_u8);
}

/// The link of the first record of a stream, which has none before it.
pub(crate) const GENESIS: Hash = [0; 32];
/// OCSF Datastore Activity.
const CLASS: u32 = 6005;

#[cfg(test)]
mod tests {
    use super::{Own, Place, Previous, line};
    use crate::audit::checkpoint::Generations;
    use crate::audit::event::{Auth, Correlation, Disclosed, Event, HandleRef, Limit, Word};
    use crate::audit::kind::Kind;
    use crate::audit::tree::Frontier;
    use crate::card::id::{
        ActorId, ActorKind, Application, CaseRef, FieldName, Origin, Purpose, RecordId, Role, TenantId,
    };
    use crate::clock::{Now, Timestamp};
    use crate::error::Error;

    fn place() -> Place<'static> {
        let wall = Timestamp::from_millis(1_795_334_400_123);
        Place {
            stream: "cli",
            seq: 7,
            now: Now { wall, since_boot_ms: 1_379_000, boot: [1; 16] },
            prev: [2; 32],
            generations: Generations { keyring: 3, config: 2, store: 17 },
        }
    }

    fn everything() -> Event {
        Event::new(Kind::RevealDenied)
            .denied(Error::BudgetExceeded)
            .actor(&ActorId::new("https://idp.example|al\"ice\\").unwrap(), ActorKind::Person)
            .session([3; 32])
            .auth(Auth {
                method: Word::new("mfa").unwrap(),
                time: Timestamp::from_seconds(1_795_334_000),
                assertion: [4; 32],
            })
            .roles(&[Role::new("chargeback").unwrap(), Role::new("lead").unwrap()])
            .origin(&Origin::new("10.0.0.5").unwrap())
            .application(&Application::new("back office").unwrap())
            .purpose(&Purpose::new("chargeback").unwrap())
            .case(&CaseRef::new("CB-1042").unwrap())
            .tenant(&TenantId::new("shop-1").unwrap())
            .field(&FieldName::new("pan").unwrap())
            .record(&RecordId::new("C00000017").unwrap())
            .handle(HandleRef::token("f1.6-4:4111110394821111").unwrap())
            .key(Some([5; 32]), 1)
            .disclosed(Disclosed::None)
            .limit(Limit { scope: Word::new("actor").unwrap(), used: 20, limit: 20, window_s: 600 })
            .policy([6; 32])
            .correlation(Correlation([7; 16]))
            .approvals(&[ActorId::new("https://idp.example|bob").unwrap()])
            .detail("z_count", 5_u64)
            .detail("a_word", Word::new("x-1").unwrap())
            .detail("m_hash", [8; 32])
    }

    #[test]
    fn the_line_of_a_full_event_is_as_documented() {
        let mut frontier = Frontier::new();
        frontier.append([9; 32]);
        let own = Own {
            checkpoint: Some("o\n1\n\n\u{2014} o x\n".to_owned()),
            previous: Some(Previous { file: "cli.000000000000.jsonl", bytes: 900, frontier: &frontier }),
        };
        let line = line(&everything(), &own, &place());
        insta::assert_snapshot!(line.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }

    #[test]
    fn a_line_is_canonical_json_in_ascii_and_of_the_class() {
        let events = Kind::ALL.iter().map(|kind| Event::new(*kind)).chain([everything()]);
        for event in events {
            let text = line(&event, &Own::default(), &place());
            assert!(text.is_ascii() && !text.contains('\n'));
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            // `serde_json` writes keys as its map holds them: sorted. So equality shows sorted keys and no spaces.
            let mut sorted = value.clone();
            sorted.sort_all_objects();
            assert_eq!(serde_json::to_string(&sorted).unwrap(), text);
            assert_eq!(value["class_uid"], 6005);
            let activity = value["activity_id"].as_u64().unwrap();
            assert_eq!(value["type_uid"], 600_500 + activity);
            assert_eq!(value["unmapped"]["panveil"]["type"], event.kind.as_str());
            // OCSF constraints: at least one of a user's and an endpoint's names, a databucket with its type.
            let user = &value["actor"]["user"];
            assert!(user["uid"].is_string() || user["name"].is_string());
            let endpoint = &value["src_endpoint"];
            assert!(endpoint["ip"].is_string() || endpoint["name"].is_string());
            assert_eq!(value["databucket"]["type_id"], 99);
            assert_eq!(value["activity_name"].is_string(), activity == 99);
        }
    }
}
