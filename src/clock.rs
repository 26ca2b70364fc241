//! Time as a value: the library asks no clock, it is given a [`Clock`].

use crate::error::{Error, Result};

/// A moment in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `millis` milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The moment `seconds` seconds after 1970-01-01T00:00:00Z, held to the representable range.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `millis` milliseconds later (earlier if negative), held to the representable range.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// The moment `days` days of 86,400 seconds later.
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(86_400_000))
    }

    /// RFC 3339 in UTC with milliseconds, such as `2026-11-22T08:00:00.000Z`.
    ///
    /// # Errors
    /// [`Error::Argument`] outside the years -9999 to 9999.
    pub fn to_rfc3339(self) -> Result<String> {
        let moment = jiff::Timestamp::from_millisecond(self.0).map_err(|_| Error::Argument)?;
        Ok(format!("{moment:.3}"))
    }

    /// Reads RFC 3339 text.
    ///
    /// # Errors
    /// [`Error::Argument`] if the text is no RFC 3339 date and time.
    pub fn from_rfc3339(text: &str) -> Result<Self> {
        let moment: jiff::Timestamp = text.parse().map_err(|_| Error::Argument)?;
        Ok(Self(moment.as_millisecond()))
    }
}

/// One reading of the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// What the wall clock says; it can be set back and forth.
    pub wall: Timestamp,
    /// Milliseconds since the machine started; it only moves forward.
    pub since_boot_ms: u64,
    /// Which start of the machine `since_boot_ms` counts from.
    pub boot: [u8; 16],
}

/// Where the library reads time.
pub trait Clock: Send + Sync {
    /// One reading of the wall clock and of the time since the machine started.
    fn now(&self) -> Now;
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn rfc3339_goes_there_and_back() {
        let moment = Timestamp::from_millis(1_795_334_400_123);
        let text = moment.to_rfc3339().unwrap();
        assert_eq!(text, "2026-11-22T08:00:00.123Z");
        assert_eq!(Timestamp::from_rfc3339(&text).unwrap(), moment);
    }
}
