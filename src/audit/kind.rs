//! The types of audit events, and what each is in OCSF.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $activity:expr, $severity:expr;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every kind this build writes.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The stable text, as it stands in records.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $text,)* }
            }

            /// The activity of OCSF class 6005 (Datastore Activity).
            pub(crate) const fn activity(self) -> u8 {
                match self { $(Kind::$name => $activity,)* }
            }

            /// The severity of OCSF: 1 informational to 5 critical.
            pub(crate) const fn severity(self) -> u8 {
                match self { $(Kind::$name => $severity,)* }
            }
        }
    };
}

/// OCSF 6005 activities.
const READ: u8 = 1;
const UPDATE: u8 = 2;
const ENCRYPT: u8 = 9;
const DECRYPT: u8 = 10;
pub(crate) const OTHER: u8 = 99;

/// OCSF severities.
const INFO: u8 = 1;
const LOW: u8 = 2;
const MEDIUM: u8 = 3;
const HIGH: u8 = 4;

kinds! {
    /// A reveal is about to happen; durable before any key is touched.
    RevealIntent = "reveal.intent", DECRYPT, INFO;
    /// The reveal of that intent disclosed what the record says.
    RevealOk = "reveal.ok", DECRYPT, INFO;
    /// The reveal of that intent failed and disclosed nothing.
    RevealError = "reveal.error", DECRYPT, MEDIUM;
    /// A reveal was refused before an intent.
    RevealDenied = "reveal.denied", DECRYPT, MEDIUM;
    /// Cards tokenized since the last count, by one caller.
    TokenizeCount = "tokenize.count", ENCRYPT, INFO;
    /// Values sealed since the last count, by one caller.
    SealCount = "seal.count", ENCRYPT, INFO;
    /// Fingerprints made since the last count, by one caller.
    FingerprintCount = "fingerprint.count", ENCRYPT, INFO;
    /// The first record of a stream.
    LogInit = "log.init", OTHER, INFO;
    /// A process opened the stream.
    LogStart = "log.start", OTHER, INFO;
    /// The process closed the stream; a reason says that it had to.
    LogStop = "log.stop", OTHER, INFO;
    /// Logging pauses on purpose.
    LogPause = "log.pause", OTHER, MEDIUM;
    /// Bytes of an unfinished write were cut from the end at opening.
    LogRecovered = "log.recovered", OTHER, LOW;
    /// The first record of a further segment.
    LogSegment = "log.segment", OTHER, INFO;
    /// The stream is alive; carries a signed checkpoint of all before it.
    LogHeartbeat = "log.heartbeat", OTHER, INFO;
    /// Somebody read the log.
    LogRead = "log.read", READ, INFO;
    /// The wall clock moved against the monotonic clock by more than a minute.
    ClockStep = "clock.step", OTHER, MEDIUM;
    /// A new configuration was applied.
    ConfigApplied = "config.applied", UPDATE, MEDIUM;
    /// The configuration differs from its manifest.
    ConfigChanged = "config.changed", UPDATE, HIGH;
    /// A new key version was made.
    KeyRotated = "key.rotated", UPDATE, LOW;
    /// An actor was locked.
    LockSet = "lock.set", UPDATE, HIGH;
    /// A lock was released.
    LockReleased = "lock.released", UPDATE, MEDIUM;
    /// A budget is used to 80 %.
    BudgetWarning = "budget.warning", OTHER, MEDIUM;
    /// Somebody must look at this.
    Alert = "alert", OTHER, HIGH;
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn texts_are_unique_and_of_one_form() {
        let mut texts: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Kind::ALL.len());
        assert!(texts.iter().all(|text| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'.')));
    }
}
