//! An identity provider the vault trusts: one `[[issuer]]` table of `panveil.toml`.

use core::time::Duration;

use serde::Deserialize;

use super::period::Period;
use crate::card::id::{ActorKind, MAX_ID};

/// One identity provider, for one kind of actor and one audience.
///
/// ```
/// use panveil::card::id::ActorKind;
/// use panveil::reveal::issuer::Issuer;
///
/// let issuer: Issuer = toml::from_str(
///     r#"
///     iss = "https://login.shop.example/realms/staff"
///     aud = "panveil"
///     jwks = "staff.jwks.json"
///     kind = "person"
///     roles_claim = "realm_access.roles"
///     person_claim = "employee_number"
///     mfa = { amr = ["mfa"], acr = ["urn:shop:two-factor"] }
///     "#,
/// )?;
/// assert_eq!(issuer.kind(), ActorKind::Person);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "IssuerFile")]
pub struct Issuer {
    iss: Box<str>,
    aud: Box<str>,
    jwks: Box<str>,
    kind: ActorKind,
    roles_claim: Box<[Box<str>]>,
    person_claim: Box<[Box<str>]>,
    mfa_amr: Box<[Box<str>]>,
    mfa_acr: Box<[Box<str>]>,
    max_lifetime: Duration,
}

impl Issuer {
    /// The issuer, as its tokens name it in `iss`, compared byte for byte.
    pub fn iss(&self) -> &str {
        &self.iss
    }

    /// The audience its tokens must be made for, and no other beside it.
    pub fn aud(&self) -> &str {
        &self.aud
    }

    /// The name of its key set among the vault's trust files; a plain file name.
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// Whether its tokens are of persons or of services.
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    /// The longest time between `iat` and `exp` of its tokens.
    pub fn max_lifetime(&self) -> Duration {
        self.max_lifetime
    }

    pub(crate) fn roles_claim(&self) -> &[Box<str>] {
        &self.roles_claim
    }

    pub(crate) fn person_claim(&self) -> &[Box<str>] {
        &self.person_claim
    }

    /// Whether these methods and this class show a second factor.
    pub(crate) fn shows_mfa(&self, amr: &[Box<str>], acr: Option<&str>) -> bool {
        amr.iter().any(|method| self.mfa_amr.contains(method))
            || acr.is_some_and(|acr| self.mfa_acr.iter().any(|accepted| &**accepted == acr))
    }
}

/// `person` or `service`, as it is written in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KindWord {
    Person,
    Service,
}

impl From<KindWord> for ActorKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Person => ActorKind::Person,
            KindWord::Service => ActorKind::Service,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerFile {
    iss: String,
    aud: String,
    jwks: String,
    kind: KindWord,
    roles_claim: Option<String>,
    person_claim: Option<String>,
    mfa: Option<MfaFile>,
    max_lifetime: Option<Period>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MfaFile {
    #[serde(default)]
    amr: Vec<String>,
    #[serde(default)]
    acr: Vec<String>,
}

impl TryFrom<IssuerFile> for Issuer {
    type Error = &'static str;

    fn try_from(file: IssuerFile) -> Result<Self, Self::Error> {
        let kind = ActorKind::from(file.kind);
        // An actor is `iss|sub`: the first bar must be the one between them. Half the length stays for `sub`.
        if !printable(&file.iss) || file.iss.contains('|') || file.iss.len() > MAX_ID / 2 {
            return Err("iss is 1 to 127 bytes of printable ASCII without a bar (|)");
        }
        if !printable(&file.aud) {
            return Err("aud is 1 to 255 bytes of printable ASCII");
        }
        if !plain_file_name(&file.jwks) {
            return Err("jwks is the name of a file in trust/: letters, digits, dots, dashes, underscores");
        }
        let (mfa_amr, mfa_acr) = accepted_methods(kind, file.mfa)?;
        let ceiling = match kind {
            ActorKind::Person => PERSON_LIFETIME,
            ActorKind::Service => SERVICE_LIFETIME,
        };
        let max_lifetime = file.max_lifetime.unwrap_or(ceiling);
        if max_lifetime > ceiling {
            return Err("max_lifetime is at most 24h for persons and 1h for services");
        }
        Ok(Self {
            iss: file.iss.into(),
            aud: file.aud.into(),
            jwks: file.jwks.into(),
            kind,
            roles_claim: claim_path(file.roles_claim.as_deref().unwrap_or("roles"))?,
            person_claim: claim_path(file.person_claim.as_deref().unwrap_or("sub"))?,
            mfa_amr,
            mfa_acr,
            max_lifetime: max_lifetime.0,
        })
    }
}

type Words = Box<[Box<str>]>;

fn accepted_methods(kind: ActorKind, mfa: Option<MfaFile>) -> Result<(Words, Words), &'static str> {
    let Some(MfaFile { amr, acr }) = mfa else {
        // RFC 8176, section 2: `mfa` is the one method that says by itself that there were several factors.
        return Ok((Box::new(["mfa".into()]), Box::new([])));
    };
    if kind == ActorKind::Service {
        return Err("mfa is for persons; a service has no second factor");
    }
    if amr.is_empty() && acr.is_empty() {
        return Err("mfa needs at least one accepted amr or acr");
    }
    if !amr.iter().chain(&acr).all(|word| printable(word)) {
        return Err("an amr or acr is 1 to 255 bytes of printable ASCII");
    }
    Ok((amr.into_iter().map(Box::from).collect(), acr.into_iter().map(Box::from).collect()))
}

/// `realm_access.roles` is a path; a name with a colon or a slash, such as a URL, is one member.
fn claim_path(text: &str) -> Result<Words, &'static str> {
    let steps: Words = if text.contains([':', '/']) {
        Box::new([text.into()])
    } else {
        text.split('.').map(Box::from).collect()
    };
    if steps.len() > 8 || !steps.iter().all(|step| printable(step)) {
        return Err("a claim is a member name, or a path of names such as realm_access.roles");
    }
    Ok(steps)
}

fn printable(text: &str) -> bool {
    crate::card::id::ActorId::new(text).is_ok()
}

fn plain_file_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=100).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(plain)
}

/// Rows that hold a `jti` are kept until its `exp`, so no token may live for years.
const PERSON_LIFETIME: Period = Period::seconds(24 * 3_600);
const SERVICE_LIFETIME: Period = Period::seconds(3_600);

#[cfg(test)]
mod tests {
    use super::Issuer;

    const PERSON: &str = "iss='https://idp.example'\naud='panveil'\njwks='idp.jwks.json'\nkind='person'\n";
    const SERVICE: &str = "iss='https://idp.example'\naud='panveil'\njwks='idp.jwks.json'\nkind='service'\n";

    #[test]
    fn tables_are_checked() {
        let long = "x".repeat(128);
        let rows = [
            ("person", PERSON.to_owned(), true),
            ("service", SERVICE.to_owned(), true),
            ("a path", format!("{PERSON}roles_claim='realm_access.roles'"), true),
            ("a name that is a URL", format!("{PERSON}roles_claim='https://shop.example/roles'"), true),
            ("an empty step", format!("{PERSON}roles_claim='realm_access..roles'"), false),
            ("accepted acr", format!("{PERSON}mfa={{acr=['gold']}}"), true),
            ("nothing accepted", format!("{PERSON}mfa={{}}"), false),
            ("mfa of a service", format!("{SERVICE}mfa={{amr=['mfa']}}"), false),
            ("unknown key", format!("{PERSON}algorithms=['HS256']"), false),
            ("unknown key of mfa", format!("{PERSON}mfa={{amr=['mfa'],any=true}}"), false),
            ("a shorter life", format!("{SERVICE}max_lifetime='5m'"), true),
            ("a longer life, service", format!("{SERVICE}max_lifetime='61m'"), false),
            ("a longer life, person", format!("{PERSON}max_lifetime='2d'"), false),
            ("a path out of trust/", PERSON.replace("idp.jwks.json", "../idp.json"), false),
            ("a hidden file", PERSON.replace("idp.jwks.json", ".idp.json"), false),
            ("a bar in iss", PERSON.replace("idp.example", "idp|example"), false),
            ("a long iss", PERSON.replace("https://idp.example", &long), false),
            ("an empty aud", PERSON.replace("panveil", ""), false),
            ("another kind", PERSON.replace("person", "admin"), false),
        ];
        for (name, text, good) in rows {
            assert_eq!(toml::from_str::<Issuer>(&text).is_ok(), good, "{name}");
        }
    }

    #[test]
    fn a_second_factor_is_shown_by_method_or_class() {
        let issuer: Issuer =
            toml::from_str(&format!("{PERSON}mfa={{amr=['mfa','hwk'],acr=['gold']}}")).unwrap();
        let methods = |names: &[&str]| names.iter().map(|name| Box::from(*name)).collect::<Vec<Box<str>>>();
        assert!(issuer.shows_mfa(&methods(&["pwd", "hwk"]), None));
        assert!(issuer.shows_mfa(&methods(&["pwd"]), Some("gold")));
        assert!(!issuer.shows_mfa(&methods(&["pwd", "MFA"]), Some("silver")));
        assert!(!issuer.shows_mfa(&[], None));
    }
}
