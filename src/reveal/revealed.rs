//! A revealed value: lent, not given; wiped when dropped.

use crate::card::id::FieldName;
use crate::card::pan::Pan;
use crate::crypto::secret::SecretBytes;

/// One revealed value. Its bytes are wiped when it is dropped.
///
/// It cannot be cloned, compared, printed or serialized. What is read from it is borrowed from it:
///
/// ```compile_fail,E0505
/// fn keep(revealed: panveil::reveal::revealed::Revealed) -> Vec<u8> {
///     let bytes: &[u8] = revealed.expose();
///     drop(revealed);
///     bytes.to_vec()
/// }
/// ```
pub struct Revealed {
    field: FieldName,
    value: Value,
}

enum Value {
    Pan(Pan),
    Other(SecretBytes),
}

impl Revealed {
    pub(super) const fn of_pan(field: FieldName, pan: Pan) -> Self {
        Self { field, value: Value::Pan(pan) }
    }

    pub(super) const fn of_value(field: FieldName, value: SecretBytes) -> Self {
        Self { field, value: Value::Other(value) }
    }

    /// Which field was revealed.
    pub const fn field(&self) -> &FieldName {
        &self.field
    }

    /// The value's bytes; for a card number its ASCII digits.
    pub fn expose(&self) -> &[u8] {
        match &self.value {
            Value::Pan(pan) => pan.expose(),
            Value::Other(value) => value.expose(),
        }
    }

    /// The card number, where the field is one.
    pub const fn pan(&self) -> Option<&Pan> {
        match &self.value {
            Value::Pan(pan) => Some(pan),
            Value::Other(_) => None,
        }
    }
}

impl core::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Revealed(..)")
    }
}
