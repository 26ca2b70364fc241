//! An event to be recorded: who, what, when, where, why and how, in types that cannot hold a card number's text.

use sha2::{Digest, Sha256};

use super::key::hex;
use super::kind::Kind;
use super::tree::Hash;
use crate::card::id::{
    ActorId, ActorKind, Application, CaseRef, FieldName, Origin, Purpose, RecordId, Role, TenantId,
};
use crate::card::luhn;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// One event, before the log gives it a place: set what is known, leave out what is not.
///
/// ```
/// use panveil::audit::{Disclosed, Event, HandleRef, Kind};
/// use panveil::card::id::{ActorId, ActorKind, Origin};
/// # fn main() -> panveil::Result<()> {
/// let event = Event::new(Kind::RevealIntent)
///     .actor(&ActorId::new("https://idp|alice")?, ActorKind::Person)
///     .origin(&Origin::new("10.0.0.5")?)
///     .handle(HandleRef::token("f1.6-4:4111110394821111")?)
///     .disclosed(Disclosed::None);
/// # let _ = event;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Event {
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) actor: Option<(ActorId, ActorKind)>,
    pub(crate) session: Option<Hash>,
    pub(crate) auth: Option<Auth>,
    pub(crate) roles: Vec<Role>,
    pub(crate) origin: Option<Origin>,
    pub(crate) application: Option<Application>,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) case: Option<CaseRef>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) field: Option<FieldName>,
    pub(crate) record: Option<RecordId>,
    pub(crate) handle: Option<HandleRef>,
    pub(crate) key: Option<(Option<Hash>, u32)>,
    pub(crate) disclosed: Option<Disclosed>,
    pub(crate) limit: Option<Limit>,
    pub(crate) policy: Option<Hash>,
    pub(crate) correlation: Option<Correlation>,
    pub(crate) approvals: Vec<ActorId>,
    pub(crate) details: Vec<(&'static str, Detail)>,
}

impl Event {
    /// An event of this kind that succeeded, until [`failed`](Self::failed) or [`denied`](Self::denied) says
    /// otherwise. A [`Kind::RevealIntent`] has neither succeeded nor failed yet.
    pub fn new(kind: Kind) -> Self {
        let outcome = if kind == Kind::RevealIntent { Outcome::Open } else { Outcome::Success };
        Self {
            kind,
            outcome,
            actor: None,
            session: None,
            auth: None,
            roles: Vec::new(),
            origin: None,
            application: None,
            purpose: None,
            case: None,
            tenant: None,
            field: None,
            record: None,
            handle: None,
            key: None,
            disclosed: None,
            limit: None,
            policy: None,
            correlation: None,
            approvals: Vec::new(),
            details: Vec::new(),
        }
    }

    /// The event failed with this error, though it was allowed.
    #[must_use]
    pub fn failed(mut self, reason: Error) -> Self {
        self.outcome = Outcome::Failed(reason);
        self
    }

    /// The event was refused for this reason.
    #[must_use]
    pub fn denied(mut self, reason: Error) -> Self {
        self.outcome = Outcome::Denied(reason);
        self
    }

    /// Who asked.
    #[must_use]
    pub fn actor(mut self, actor: &ActorId, kind: ActorKind) -> Self {
        self.actor = Some((actor.clone(), kind));
        self
    }

    /// The session, as a SHA-256 hash of its id.
    #[must_use]
    pub fn session(mut self, hash: Hash) -> Self {
        self.session = Some(hash);
        self
    }

    /// How the actor was authenticated.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// The roles the actor holds; at most 32 are recorded.
    #[must_use]
    pub fn roles(mut self, roles: &[Role]) -> Self {
        self.roles = roles.iter().take(MAX_LIST).cloned().collect();
        self
    }

    /// From where.
    #[must_use]
    pub fn origin(mut self, origin: &Origin) -> Self {
        self.origin = Some(origin.clone());
        self
    }

    /// Through which application.
    #[must_use]
    pub fn application(mut self, application: &Application) -> Self {
        self.application = Some(application.clone());
        self
    }

    /// What for.
    #[must_use]
    pub fn purpose(mut self, purpose: &Purpose) -> Self {
        self.purpose = Some(purpose.clone());
        self
    }

    /// Under which ticket.
    #[must_use]
    pub fn case(mut self, case: &CaseRef) -> Self {
        self.case = Some(case.clone());
        self
    }

    /// Whose cards.
    #[must_use]
    pub fn tenant(mut self, tenant: &TenantId) -> Self {
        self.tenant = Some(tenant.clone());
        self
    }

    /// Which field.
    #[must_use]
    pub fn field(mut self, field: &FieldName) -> Self {
        self.field = Some(field.clone());
        self
    }

    /// Which record.
    #[must_use]
    pub fn record(mut self, record: &RecordId) -> Self {
        self.record = Some(record.clone());
        self
    }

    /// Which card.
    #[must_use]
    pub fn handle(mut self, handle: HandleRef) -> Self {
        self.handle = Some(handle);
        self
    }

    /// Which key: its public id, where it has one, and its version.
    #[must_use]
    pub fn key(mut self, id: Option<Hash>, version: u32) -> Self {
        self.key = Some((id, version));
        self
    }

    /// How much was disclosed.
    #[must_use]
    pub fn disclosed(mut self, disclosed: Disclosed) -> Self {
        self.disclosed = Some(disclosed);
        self
    }

    /// The budget that decided, after this call.
    #[must_use]
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }

    /// SHA-256 of the policy that decided.
    #[must_use]
    pub fn policy(mut self, digest: Hash) -> Self {
        self.policy = Some(digest);
        self
    }

    /// What links an intent and its outcome.
    #[must_use]
    pub fn correlation(mut self, correlation: Correlation) -> Self {
        self.correlation = Some(correlation);
        self
    }

    /// Who approved; at most 32 are recorded.
    #[must_use]
    pub fn approvals(mut self, approvers: &[ActorId]) -> Self {
        self.approvals = approvers.iter().take(MAX_LIST).cloned().collect();
        self
    }

    /// A further fact under a fixed name; at most 32 are recorded, of one name the last.
    #[must_use]
    pub fn detail(mut self, name: &'static str, detail: impl Into<Detail>) -> Self {
        self.details.retain(|(present, _)| *present != name);
        if self.details.len() < MAX_LIST {
            self.details.push((name, detail.into()));
        }
        self
    }
}

const MAX_LIST: usize = 32;

/// How an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has not ended.
    Open,
    Success,
    Failed(Error),
    Denied(Error),
}

/// How much of a card number was disclosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosed {
    /// Nothing.
    None,
    /// A mask.
    Mask,
    /// The full value.
    Full,
}

impl Disclosed {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Disclosed::None => "none",
            Disclosed::Mask => "mask",
            Disclosed::Full => "full",
        }
    }
}

/// A card, as a record names it: the token in full, or a hash of the sealed record, never its ciphertext.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandleRef(Box<str>);

impl HandleRef {
    /// A token handle, such as `f1.6-4:4111110394821111`.
    ///
    /// # Errors
    /// [`Error::NotAHandle`] unless it is a token format, a colon and a token, 255 bytes at most;
    /// [`Error::HoldsPan`] if what stands for the token passes Luhn, which no token does.
    pub fn token(handle: &str) -> Result<Self> {
        let Some((format, token)) = handle.split_once(':') else { return Err(Error::NotAHandle) };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        if format.is_empty() || token.is_empty() || handle.len() > 255 {
            return Err(Error::NotAHandle);
        }
        if !format.bytes().all(plain) || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Error::NotAHandle);
        }
        if passes_luhn(token) {
            return Err(Error::HoldsPan);
        }
        Ok(Self(handle.into()))
    }

    /// A sealed record: `sealed:` and the first 32 hex digits of SHA-256 of its bytes (not of its text form).
    pub fn sealed(record: &[u8]) -> Self {
        let hash: Hash = Sha256::digest(record).into();
        Self(format!("sealed:{}", hex(hash.split_at(16).0)).into())
    }

    /// The text that stands in records.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Digits of the length of a card number that pass Luhn: a card number, and no token.
fn passes_luhn(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (12..=19).contains(&text.len()) && digits && luhn::residue(text.as_bytes()) == 0
}

/// How an actor was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// The method or context class, such as `mfa`.
    pub method: Word,
    /// When.
    pub time: Timestamp,
    /// SHA-256 of the assertion's id.
    pub assertion: Hash,
}

/// The state of the budget that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Whose budget: `actor`, `role`, `origin`, `tenant`, `all`.
    pub scope: Word,
    /// How much of it is used.
    pub used: u64,
    /// How much there is.
    pub limit: u64,
    /// Over how many seconds.
    pub window_s: u64,
}

/// 128 random bits that link an intent, its outcome, and the host's own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Correlation(pub [u8; 16]);

impl Correlation {
    /// A fresh one.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives no randomness.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
        Ok(Self(bytes))
    }
}

/// A short word: 1 to 64 letters, digits and `._:/-`, with no run of more than 11 digits, so no card number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(Box<str>);

impl Word {
    /// Takes `text` as a word.
    ///
    /// # Errors
    /// [`Error::IdFormat`] for other characters or lengths, [`Error::HoldsPan`] for 12 digits in a row.
    pub fn new(text: &str) -> Result<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) {
            return Err(Error::IdFormat);
        }
        if text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 11) {
            return Err(Error::HoldsPan);
        }
        Ok(Self(text.into()))
    }

    /// The word as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The value of a further fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A count or size.
    Number(i64),
    /// A word.
    Word(Word),
    /// A hash.
    Hash(Hash),
}

impl From<i64> for Detail {
    fn from(number: i64) -> Self {
        Detail::Number(number)
    }
}

impl From<u64> for Detail {
    /// Numbers beyond those of JSON's common readers (2^53) are held there.
    fn from(number: u64) -> Self {
        Detail::Number(i64::try_from(number).unwrap_or(i64::MAX).min(1 << 53))
    }
}

impl From<Word> for Detail {
    fn from(word: Word) -> Self {
        Detail::Word(word)
    }
}

impl From<Hash> for Detail {
    fn from(hash: Hash) -> Self {
        Detail::Hash(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::{HandleRef, Word};
    use crate::error::Error;

    #[test]
    fn a_card_number_is_no_handle() {
        for good in ["f1.6-4:4111110394821111", "r1.0-4:0394821121", "o1:abcdefghijklmnopqrstuvwxyz"] {
            assert_eq!(HandleRef::token(good).unwrap().as_str(), good);
        }
        for (bad, error) in [
            ("f1.6-4:4111111111111111", Error::HoldsPan),
            ("o1:378282246310005", Error::HoldsPan),
            ("4111110394821111", Error::NotAHandle),
            (":4111110394821111", Error::NotAHandle),
            ("f1:", Error::NotAHandle),
            ("f1:41111103 94821111", Error::NotAHandle),
            ("f1:41\n", Error::NotAHandle),
        ] {
            assert_eq!(HandleRef::token(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn a_sealed_handle_is_a_hash() {
        // SHA-256 of "abc" (FIPS 180-4).
        assert_eq!(HandleRef::sealed(b"abc").as_str(), "sealed:ba7816bf8f01cfea414140de5dae2223");
    }

    #[test]
    fn a_word_holds_no_card_number() {
        assert_eq!(Word::new("urn:mfa/pwd-otp").unwrap().as_str(), "urn:mfa/pwd-otp");
        for bad in ["", "a b", "a\n", "é", &"x".repeat(65)] {
            assert_eq!(Word::new(bad).err(), Some(Error::IdFormat), "{bad}");
        }
        assert_eq!(Word::new("x4111111111111111").err(), Some(Error::HoldsPan));
    }
}
