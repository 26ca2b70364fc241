//! Lengths of time as they are written in TOML: `15m`, `1h`.

use core::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

/// A length of time written as a whole number and a unit: `s`, `m`, `h` or `d`. At least one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Period(pub(crate) Duration);

impl Period {
    pub(crate) const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return None,
        };
        // `u64::from_str` would also take a plus sign.
        if !number.bytes().all(|byte| byte.is_ascii_digit()) || number.len() > 6 {
            return None;
        }
        let seconds = number.parse::<u64>().ok()?.checked_mul(unit)?;
        (seconds > 0).then_some(Self::seconds(seconds))
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("write a length of time like 90s, 15m, 1h or 7d"))
    }
}

/// A length of time as a person would write it, in the largest unit that divides it.
pub(crate) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m")] {
        if seconds.checked_rem(unit) == Some(0) && seconds >= unit {
            return format!("{}{name}", seconds.checked_div(unit).unwrap_or(0));
        }
    }
    format!("{seconds}s")
}

/// Milliseconds, held to the representable range.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Period, in_words};

    #[test]
    fn periods_are_a_number_and_a_unit() {
        for (text, seconds) in [("1s", 1), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604_800)] {
            let period = Period::parse(text).unwrap();
            assert_eq!(period, Period::seconds(seconds), "{text}");
            assert_eq!(in_words(period.0), text);
        }
        for text in
            ["", "0s", "s", "15", "+1s", "-1s", "1.5h", "15 m", "15M", "1h30m", "9999999s", "1\u{65e5}"]
        {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }
}
