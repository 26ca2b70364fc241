//! Ids that stand for a desk or a machine room instead of one human being (PCI DSS 8.2.2).

use std::collections::HashSet;

/// Names that are nobody's, compared without regard to case.
#[derive(Clone, Debug)]
pub(crate) struct SharedIds(HashSet<String>);

impl SharedIds {
    /// The built-in names and `further` ones.
    pub(crate) fn with(further: impl IntoIterator<Item = String>) -> Self {
        let built_in = BUILT_IN.iter().map(|name| (*name).to_owned());
        Self(built_in.chain(further.into_iter().map(|name| name.to_ascii_lowercase())).collect())
    }

    /// Whether `id` is one of them: as a whole, without a directory prefix (`auth0|admin`, `SHOP\admin`), and the
    /// local part of an e-mail address, with and without a plus tag.
    pub(crate) fn holds(&self, id: &str) -> bool {
        let id = id.to_ascii_lowercase();
        let account = id.rsplit(['|', '\\', '/', ':']).next().unwrap_or_default();
        let local = account.split('@').next().unwrap_or_default();
        let mailbox = local.split('+').next().unwrap_or_default();
        [id.as_str(), account, local, mailbox].iter().any(|name| self.0.contains(*name))
    }
}

const BUILT_IN: [&str; 36] = [
    "account",
    "accounts",
    "admin",
    "administrator",
    "anonymous",
    "batch",
    "billing",
    "callcenter",
    "demo",
    "everyone",
    "generic",
    "guest",
    "helpdesk",
    "info",
    "noreply",
    "nobody",
    "office",
    "operator",
    "ops",
    "public",
    "root",
    "sa",
    "sales",
    "service",
    "shared",
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "system",
    "team",
    "temp",
    "test",
    "unknown",
    "user",
    "users",
];

#[cfg(test)]
mod tests {
    use super::SharedIds;

    #[test]
    fn shared_ids_are_found_in_every_spelling() {
        let ids = SharedIds::with(["Desk-4".to_owned(), "desk@shop.example".to_owned()]);
        for id in [
            "admin",
            "ADMIN",
            "Root",
            "admin@shop.example",
            "admin+alice@shop.example",
            "auth0|admin",
            "SHOP\\Guest",
            "desk-4",
            "desk-4@shop.example",
            "desk@shop.example",
            "ldap:ops/test",
        ] {
            assert!(ids.holds(id), "{id}");
        }
        for id in
            ["alice", "alice@shop.example", "administer", "admin.alice", "desk", "auth0|alice", "a.root", "@"]
        {
            assert!(!ids.holds(id), "{id}");
        }
    }
}
