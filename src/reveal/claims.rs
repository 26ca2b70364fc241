//! The claims of a token whose signature is verified (RFC 7519), read strictly.

use serde_json::{Map, Value};

use super::issuer::Issuer;
use crate::card::id::{ActorId, Role};
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// Reads claims one by one; whatever is not of the form it must have is [`Error::IdentityRefused`].
pub(crate) struct Claims<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Claims<'a> {
    /// Text in the form of an id: 1 to 255 bytes of printable ASCII.
    pub(crate) fn id(&self, claim: &str) -> Result<&'a str> {
        self.0.get(claim).and_then(id).ok_or(Error::IdentityRefused)
    }

    pub(crate) fn optional_id(&self, claim: &str) -> Result<Option<&'a str>> {
        self.0.get(claim).map(|value| id(value).ok_or(Error::IdentityRefused)).transpose()
    }

    /// RFC 7519, section 2, NumericDate; whole seconds only, from 1970 to 9999.
    pub(crate) fn time(&self, claim: &str) -> Result<Timestamp> {
        self.optional_time(claim)?.ok_or(Error::IdentityRefused)
    }

    pub(crate) fn optional_time(&self, claim: &str) -> Result<Option<Timestamp>> {
        let Some(value) = self.0.get(claim) else { return Ok(None) };
        let seconds = value.as_i64().filter(|seconds| YEARS_1970_TO_9999.contains(seconds));
        seconds.map(|seconds| Some(Timestamp::from_seconds(seconds))).ok_or(Error::IdentityRefused)
    }

    /// Whether the token is for `audience` and for nobody else: a token that others accept too can be replayed by
    /// any of them.
    pub(crate) fn is_only_for(&self, audience: &str) -> bool {
        match self.0.get("aud") {
            Some(Value::String(only)) => only == audience,
            Some(Value::Array(all)) => matches!(all.as_slice(), [Value::String(only)] if only == audience),
            _ => false,
        }
    }

    /// RFC 8176: the methods of authentication, none if the claim is absent.
    pub(crate) fn methods(&self) -> Result<Box<[Box<str>]>> {
        let Some(value) = self.0.get("amr") else { return Ok(Box::default()) };
        words(value).ok_or(Error::IdentityRefused)
    }

    /// The roles, none if the claim is absent. One role may stand as plain text instead of a list.
    pub(crate) fn roles(&self, issuer: &Issuer) -> Result<Box<[Role]>> {
        let Some(value) = self.at(issuer.roles_claim()) else { return Ok(Box::default()) };
        let names = match id(value) {
            Some(only) => Box::new([only.into()]) as Box<[Box<str>]>,
            None => words(value).ok_or(Error::IdentityRefused)?,
        };
        names.iter().map(|name| Role::new(name).map_err(|_| Error::IdentityRefused)).collect()
    }

    /// The person's own id, by which requester and approver are told apart.
    pub(crate) fn person(&self, issuer: &Issuer) -> Result<&'a str> {
        self.at(issuer.person_claim()).and_then(id).ok_or(Error::IdentityRefused)
    }

    fn at(&self, path: &[Box<str>]) -> Option<&'a Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(&**first)?, |value, step| value.get(&**step))
    }
}

fn id(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| ActorId::new(text).is_ok())
}

fn words(value: &Value) -> Option<Box<[Box<str>]>> {
    let list = value.as_array().filter(|list| list.len() <= MAX_LIST)?;
    list.iter().map(|word| id(word).map(Box::from)).collect()
}

const MAX_LIST: usize = 256;
const YEARS_1970_TO_9999: core::ops::RangeInclusive<i64> = 0..=253_402_300_799;
