//! What is asked of the gate.

use crate::card::id::{CaseRef, FieldName, Origin, Purpose, RecordId, TenantId};
use crate::card::spot::holds_card_number;
use crate::error::{Error, Result};
use crate::protect::sealed::Sealed;
use crate::protect::token::Token;

/// What stands for a card, and can be revealed. Never a mask.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Handle {
    /// A token with its format.
    Token(Token),
    /// A sealed record and the record id it was sealed for.
    Sealed(Sealed, RecordId),
}

impl Handle {
    /// Reads a handle: a token with its format (`f1.6-4:4111110394821111`) without a record id, or the text of a
    /// sealed record (`UFYB...`) with the record id it was sealed for.
    ///
    /// # Errors
    /// [`Error::NotAHandle`] for anything else, a mask or a card number above all; [`Error::SealedVersion`],
    /// [`Error::SealedSuite`] for records of later releases.
    pub fn parse(text: &str, record: Option<&str>) -> Result<Self> {
        match (text.contains(':'), record) {
            (true, None) => text.parse().map(Handle::Token).map_err(|_| Error::NotAHandle),
            (false, Some(record)) => {
                let record = RecordId::new(record)?;
                match Sealed::from_text(text) {
                    Ok(sealed) => Ok(Handle::Sealed(sealed, record)),
                    Err(Error::NotSealed) => Err(Error::NotAHandle),
                    Err(error) => Err(error),
                }
            }
            _ => Err(Error::NotAHandle),
        }
    }

    /// The bytes that budgets count: the token with its format, or the whole sealed record.
    pub(crate) fn budget_bytes(&self) -> Vec<u8> {
        match self {
            Handle::Token(token) => token.to_string().into_bytes(),
            Handle::Sealed(sealed, _) => sealed.as_bytes().to_vec(),
        }
    }
}

/// A request to reveal one value.
///
/// It is built from text as it arrives. A text that is missing, is no id, or holds a card number is not kept; the
/// gate then denies the request, and records the denial.
///
/// ```
/// use panveil::reveal::request::RevealRequest;
///
/// let request = RevealRequest::new("f1.6-4:4111110394821111", None)
///     .purpose("chargeback")
///     .case("CB-1042")
///     .origin("10.0.0.5");
/// # let _ = request;
/// ```
#[derive(Clone, Debug)]
pub struct RevealRequest {
    pub(super) handle: Result<Handle>,
    pub(super) tenant: Option<Result<TenantId>>,
    pub(super) field: Option<Result<FieldName>>,
    pub(super) purpose: Option<Purpose>,
    pub(super) case: Option<CaseRef>,
    pub(super) origin: Option<Origin>,
    /// Some text held a card number, which is reason enough to refuse, and to say so.
    pub(super) holds_pan: bool,
}

impl RevealRequest {
    /// A request for what the handle stands for: of the vault's own tenant, of the field `pan`.
    ///
    /// `record` is the record id of a sealed handle, and must be absent for a token.
    pub fn new(handle: &str, record: Option<&str>) -> Self {
        let holds_pan = record.is_some_and(|text| holds_card_number(text.as_bytes()));
        let handle = if holds_pan { Err(Error::HoldsPan) } else { Handle::parse(handle, record) };
        Self { handle, tenant: None, field: None, purpose: None, case: None, origin: None, holds_pan }
    }

    /// What it is for, as the policy names it.
    #[must_use]
    pub fn purpose(mut self, text: &str) -> Self {
        self.purpose = self.take(text, Purpose::new).ok();
        self
    }

    /// The ticket or case it belongs to.
    #[must_use]
    pub fn case(mut self, text: &str) -> Self {
        self.case = self.take(text, CaseRef::new).ok();
        self
    }

    /// Where it comes from, as the host vouches for it.
    #[must_use]
    pub fn origin(mut self, text: &str) -> Self {
        self.origin = self.take(text, Origin::new).ok();
        self
    }

    /// Another tenant than the vault's own.
    #[must_use]
    pub fn tenant(mut self, text: &str) -> Self {
        self.tenant = Some(self.take(text, TenantId::new));
        self
    }

    /// Another field than `pan`.
    #[must_use]
    pub fn field(mut self, text: &str) -> Self {
        self.field = Some(self.take(text, FieldName::new));
        self
    }

    fn take<T>(&mut self, text: &str, parse: fn(&str) -> Result<T>) -> Result<T> {
        if holds_card_number(text.as_bytes()) {
            self.holds_pan = true;
            return Err(Error::HoldsPan);
        }
        parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Handle, RevealRequest};
    use crate::error::Error;

    #[test]
    fn ac_33_only_handles_are_handles() {
        let rows = [
            ("411111******1111", None),
            ("************1111", None),
            ("4111111111111111", None),
            ("f1.6-4:4111111111111111", None),
            ("f1.6-4:411111******1111", None),
            ("f1.6-4:4111110394821111", Some("C1")),
            ("UFYBAA", None),
            ("UFYBAQ", Some("C1")),
            ("", None),
        ];
        for (text, record) in rows {
            assert_eq!(Handle::parse(text, record).err(), Some(Error::NotAHandle), "{record:?}");
        }
        assert!(Handle::parse("f1.6-4:4111110394821111", None).is_ok());
    }

    #[test]
    fn a_card_number_in_any_text_is_not_kept() {
        let with = "4111 1111 1111 1111";
        let requests = [
            RevealRequest::new("x", Some(with)),
            RevealRequest::new("x", None).purpose(with),
            RevealRequest::new("x", None).case(with),
            RevealRequest::new("x", None).origin(with),
            RevealRequest::new("x", None).tenant(with),
            RevealRequest::new("x", None).field(with),
        ];
        for request in requests {
            assert!(request.holds_pan);
            assert!(!format!("{request:?}").contains("1111"));
        }
    }
}
