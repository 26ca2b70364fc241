//! `panveil.toml`: how a vault works. Unknown settings are refused, so that a typing mistake cannot weaken it.

use core::time::Duration;

use serde::Deserialize;

use crate::card::id::TenantId;
use crate::error::{Error, Result};
use crate::keys::keyring::Environment;
use crate::protect::layout::LayoutChoice;
use crate::reveal::issuer::Issuer;
use crate::reveal::problem::PolicyProblem;

/// The host name part of the built-in test issuer; no production vault may trust it.
pub(crate) const TEST_ISSUER: &str = "https://issuer.dev.panveil.invalid";

/// The configuration of a vault.
#[derive(Debug)]
pub struct Config {
    environment: Environment,
    tenant: TenantId,
    layout: LayoutChoice,
    audit_deadline: Duration,
    issuers: Vec<Issuer>,
}

impl Config {
    /// Reads the text of `panveil.toml`.
    ///
    /// # Errors
    /// [`Error::ConfigInvalid`] and a text that names the line and the setting. As with a policy, it repeats no long
    /// number of the file.
    pub fn parse(text: &str) -> core::result::Result<Self, (Error, String)> {
        let file: File = toml::from_str(text)
            .map_err(|error| (Error::ConfigInvalid, PolicyProblem::of_toml(text, &error).to_string()))?;
        file.check().map_err(|reason| (Error::ConfigInvalid, PolicyProblem::at(text, 0..0, &reason).text))
    }

    /// Where the vault may be used.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// The tenant of calls that name none.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The token layout of calls that name none.
    pub const fn layout(&self) -> LayoutChoice {
        self.layout
    }

    /// How long a caller waits for the audit log.
    pub const fn audit_deadline(&self) -> Duration {
        self.audit_deadline
    }

    /// The identity providers.
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    environment: Environment,
    tenant: String,
    #[serde(default)]
    protect: Protect,
    kek: Provider,
    store: Engine,
    #[serde(default)]
    audit: Audit,
    #[serde(default)]
    issuer: Vec<Issuer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Protect {
    layout: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    provider: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Engine {
    engine: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    deadline_ms: u64,
}

impl Default for Protect {
    fn default() -> Self {
        Self { layout: "auto".into() }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self { deadline_ms: 5000 }
    }
}

impl File {
    fn check(self) -> core::result::Result<Config, String> {
        if self.version != 1 {
            return Err(format!("version {} is not known to this build; it knows 1", self.version));
        }
        if self.kek.provider != crate::keys::passphrase::PROVIDER {
            return Err("kek.provider: this build knows \"passphrase\"".into());
        }
        if self.store.engine != "sqlite" {
            return Err("store.engine: this build knows \"sqlite\"".into());
        }
        if !(50..=60_000).contains(&self.audit.deadline_ms) {
            return Err("audit.deadline_ms: between 50 and 60000 milliseconds".into());
        }
        let tenant = TenantId::new(&self.tenant).map_err(|error| format!("tenant: {error}"))?;
        let layout =
            self.protect.layout.parse().map_err(|error: Error| format!("protect.layout: {error}"))?;
        let production = self.environment == Environment::Production;
        if production && self.issuer.iter().any(|issuer| issuer.iss() == TEST_ISSUER) {
            return Err("issuer.iss: a production vault does not trust the test issuer of dev vaults".into());
        }
        Ok(Config {
            environment: self.environment,
            tenant,
            layout,
            audit_deadline: Duration::from_millis(self.audit.deadline_ms),
            issuers: self.issuer,
        })
    }
}

/// For the caller that only needs the error.
impl TryFrom<&str> for Config {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self> {
        Self::parse(text).map_err(|(error, _)| error)
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn the_shipped_configurations_are_valid() {
        for text in
            [include_str!("templates/panveil.dev.toml"), include_str!("templates/panveil.production.toml")]
        {
            Config::parse(text).unwrap();
        }
    }

    #[test]
    fn mistakes_are_named() {
        let good = include_str!("templates/panveil.dev.toml");
        let rows = [
            ("version = 1", "version = 2", "version 2"),
            ("tenant = \"main\"", "tenant = \"\"", "tenant"),
            ("layout = \"auto\"", "layout = \"8+4\"", "protect.layout"),
            ("deadline_ms = 5000", "deadline_ms = 1", "deadline_ms"),
            ("deadline_ms = 5000", "dead_line = 5000", "dead_line"),
            ("environment = \"dev\"", "environment = \"production\"", "test issuer"),
            ("engine = \"sqlite\"", "engine = \"none\"", "store.engine"),
        ];
        for (from, to, named) in rows {
            let text = good.replacen(from, to, 1);
            assert_ne!(text, good);
            let (_, reason) = Config::parse(&text).unwrap_err();
            assert!(reason.contains(named), "{to}: {reason}");
        }
    }

    #[test]
    fn a_card_number_in_the_configuration_is_not_repeated() {
        let good = include_str!("templates/panveil.dev.toml");
        for (from, to) in [
            ("tenant = \"main\"", "tenant = 4111111111111111"),
            ("tenant = \"main\"", "tenant = \"main\" # 4111111111111111\nx ="),
            ("version = 1", "version = \"4111 1111 1111 1111\""),
            ("version = 1", "version = 4111111111"),
            ("deadline_ms = 5000", "4111111111111111 = 5000"),
        ] {
            let text = good.replacen(from, to, 1);
            let (_, reason) = Config::parse(&text).unwrap_err();
            assert!(!reason.contains("1111"), "{to}: {reason}");
        }
    }
}
