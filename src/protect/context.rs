//! What a sealed value is bound to.

use crate::card::id::{FieldName, RecordId, TenantId};
use crate::card::sad::denotes_sad;
use crate::error::{Error, Result};

/// The field that holds the card number itself.
pub const PAN_FIELD: &str = "pan";

/// Tenant, field and record of a sealed value. Opening needs the same three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    tenant: TenantId,
    field: FieldName,
    record: RecordId,
}

impl Context {
    /// The context of one field of one record.
    ///
    /// # Errors
    /// [`Error::SadRefused`] if the field's name denotes a security code, track data or a PIN (PCI DSS 3.3.1).
    pub fn new(tenant: TenantId, field: FieldName, record: RecordId) -> Result<Self> {
        if denotes_sad(field.as_str()) {
            return Err(Error::SadRefused);
        }
        Ok(Self { tenant, field, record })
    }

    /// Whose value it is.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Which field.
    pub const fn field(&self) -> &FieldName {
        &self.field
    }

    /// Which record.
    pub const fn record(&self) -> &RecordId {
        &self.record
    }

    /// Whether the field is the card number.
    pub fn is_pan(&self) -> bool {
        self.field.as_str() == PAN_FIELD
    }
}
