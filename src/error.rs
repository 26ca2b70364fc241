//! One error for the whole library, the same numbers in Rust, C and Java.

/// What a call of this library returns.
pub type Result<T> = core::result::Result<T, Error>;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        /// Why a call was refused or failed.
        ///
        /// An error is a number and a fixed text. It carries no payload, so that it can never carry card data:
        /// it is safe to log, to print and to send. Numbers are grouped by hundreds (1xx card, 2xx token,
        /// 3xx sealed record, 4xx keys, 5xx reveal, 6xx audit, 7xx store, 8xx configuration, 9xx general, 92x of
        /// the bindings) and are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum Error {
            $($(#[$doc])* $name = $number,)*
        }

        impl Error {
            /// Every error this build knows, in the order of their numbers.
            pub const ALL: &'static [Error] = &[$(Error::$name,)*];

            /// The stable number, the same in Rust, C and Java.
            pub const fn number(self) -> u32 {
                self as u32
            }

            /// The stable name, as it stands in audit records.
            pub const fn name(self) -> &'static str {
                match self { $(Error::$name => stringify!($name),)* }
            }

            const fn text(self) -> &'static str {
                match self { $(Error::$name => $text,)* }
            }
        }
    };
}

errors! {
    /// The number of digits is not that of a card number.
    PanLength = 101, "a card number has 13 to 19 digits";
    /// A byte that is no ASCII digit; separators need the normalizing parser.
    PanDigit = 102, "a card number has ASCII digits only; use the normalizing parser for separators";
    /// The check digit is wrong (ISO/IEC 7812-1, annex B).
    PanLuhn = 103, "the check digit of the card number is wrong";
    /// Separators that are mixed, doubled, or at an end.
    PanSeparator = 104, "separators in a card number must be single and between digits";
    /// Sensitive authentication data was given to a storing call (PCI DSS 3.3.1).
    SadRefused = 110, "security codes, track data and PINs cannot be stored, sealed or tokenized";
    /// A security code is 3 or 4 digits.
    SecurityCodeFormat = 111, "a security code has 3 or 4 digits";
    /// An expiry date is a month 01-12 and a year.
    ExpiryFormat = 112, "an expiry date is MM/YY or MM/YYYY";
    /// More digits were asked for than a mask may show (PCI DSS 3.4.1).
    MaskRefused = 120, "a mask shows at most the BIN and the last four digits";
    /// A form that may not be stored in place of this card number (PCI FAQ 1091).
    TruncationRefused = 121, "this truncation is not permitted for a card number of this length";
    /// An id is 1 to 255 bytes of printable ASCII.
    IdFormat = 130, "an id is 1 to 255 bytes of printable ASCII";
    /// A text that must not hold a card number holds one.
    HoldsPan = 131, "a card number stands where none may stand";

    /// Fewer than 10^6 hidden values, or no permitted truncation (SP 800-38G Rev. 1, PCI FAQ 1091).
    LayoutRefused = 201, "this layout hides too little of a card number of this length; use layout auto or 0+4";
    /// A layout is `auto`, `0+4`, `6+4` or `8+0`.
    LayoutUnknown = 202, "a layout is auto, 0+4, 6+4 or 8+0";
    /// The string is no token of this key: it passes Luhn, or does not lead back to a card number.
    NotAToken = 203, "not a token";
    /// A token format is, for example, `f1.6-4`.
    TokenFormat = 204, "a token format is written like f1.6-4";
    /// A handle is a token format, a colon and a token, or a sealed record.
    NotAHandle = 205, "a handle is a token with its format, such as f1.6-4:TOKEN, or a sealed record";
    /// A cycle walk reached its bound (probability below 10^-128).
    WalkExhausted = 206, "the cycle walk found no token within its bound";
    /// FF1 takes 6 to 19 decimal digits here.
    Ff1Length = 207, "FF1 takes 6 to 19 decimal digits";

    /// The bytes are no sealed record.
    NotSealed = 301, "not a sealed record";
    /// The record is of a later format version.
    SealedVersion = 302, "the sealed record has a newer format version; update panveil";
    /// The record names a suite this build does not open.
    SealedSuite = 303, "the sealed record has a suite this build does not open";
    /// No key with the record's key id is at hand for this tenant and field.
    UnknownKey = 304, "no key with the id of this record for this tenant and field";
    /// The record was changed, cut, or belongs to another context.
    NotAuthentic = 305, "the sealed record is not authentic in this context";
    /// The message counter of the key reached its limit (PCI DSS 3.7.4).
    SealLimit = 306, "the seal key reached its message limit; run keys rotate";
    /// A sealed value is at most 64 KiB.
    ValueLength = 307, "a value to seal has 1 to 65536 bytes";

    /// The keyring file is not whole, or was edited.
    KeyringDamaged = 401, "the keyring is damaged or was edited; restore it from a backup";
    /// The keyring file is of a later format version.
    KeyringVersion = 402, "the keyring has a newer format version; update panveil";
    /// The key-encryption key does not fit the keyring.
    WrongKek = 403, "wrong passphrase or key-encryption key for this keyring";
    /// The keyring is older than the store or a checkpoint has seen (PCI DSS 3.7.7).
    KeyringRollback = 404, "the keyring is older than the last one used here; restore the newest";
    /// A production key in a test vault, or the reverse (PCI DSS 6.5.5).
    EnvironmentMismatch = 405, "the keyring belongs to another environment (dev or production)";
    /// The key's state does not permit the operation (SP 800-57 part 1, section 7).
    KeyState = 406, "the state of the key does not permit this operation";
    /// The key is outside its originator or recipient usage period.
    KeyPeriod = 407, "the key is outside its usage period; run keys rotate";
    /// There is no such key version.
    NoSuchKey = 408, "no such key version in the keyring";
    /// The operating system gave no randomness.
    Random = 409, "the operating system gave no randomness";
    /// The process was forked after the vault was opened.
    Forked = 410, "the process was forked; open the vault again in the child";
    /// Passphrase parameters below the floor (Argon2id, 64 MiB, 3 passes).
    KekTooWeak = 411, "the key-encryption key is weaker than the keys it wraps";
    /// The key-encryption-key provider failed.
    KekUnavailable = 412, "the key-encryption key cannot be reached";

    /// No rule of the policy allows it (default deny, PCI DSS 7.3.3).
    Denied = 501, "no rule of the policy allows this reveal";
    /// The identity token is malformed, unsigned, wrongly signed, or not of a known issuer and audience.
    IdentityRefused = 502, "the identity token is not valid here";
    /// The identity token is past its end, or not yet valid.
    IdentityExpired = 503, "the identity token has expired or is not yet valid";
    /// The identity token was first used from another origin or application.
    IdentityReplayed = 504, "the identity token was first used from another origin";
    /// The id is marked shared or generic (PCI DSS 8.2.2).
    SharedIdentity = 505, "shared and generic ids may not reveal";
    /// Multi-factor authentication is missing or too old: authenticate again.
    StepUpNeeded = 506, "authenticate again with a second factor";
    /// Another person must approve this request first.
    ApprovalNeeded = 507, "another person must approve this request";
    /// The actor's roles have no rule for this purpose.
    PurposeDenied = 508, "the role may not reveal for this purpose";
    /// The case reference is missing or not of the policy's form.
    CaseRefused = 509, "the case reference is missing or not of the form the policy asks for";
    /// The origin is missing.
    OriginMissing = 510, "the origin of the request is missing";
    /// The field is not one the role may reveal.
    FieldDenied = 511, "the role may not reveal this field";
    /// The actor is locked until two others release the lock.
    Locked = 512, "the actor is locked; two others must release the lock";
    /// A budget is used up.
    BudgetExceeded = 513, "the reveal budget is used up";
    /// Reveals are stopped by a switch.
    Stopped = 514, "reveals are stopped";
    /// The role is missing from the identity.
    RoleDenied = 515, "no role of the identity may reveal";
    /// The session has ended.
    SessionEnded = 516, "the session has ended; start a new one";
    /// The purpose is missing.
    PurposeMissing = 517, "the purpose of the request is missing";
    /// A canary was touched.
    Canary = 518, "this card cannot be revealed";
    /// The tenant is not one the role may reveal for.
    TenantDenied = 519, "the role may not reveal for this tenant";
    /// No table of the policy grants the operation to the role (default deny, PCI DSS 7.3.3).
    OperationDenied = 520, "the role may not do this operation";

    /// The audit log cannot be written; nothing is revealed.
    AuditUnavailable = 601, "the audit log cannot be written, so nothing is revealed";
    /// The audit log is not what was written.
    AuditDamaged = 602, "the audit log is damaged or was edited";
    /// Another process writes this stream.
    AuditLocked = 603, "another process writes this audit stream";
    /// The stream is not in the signed list of streams.
    StreamUnknown = 604, "the audit stream is not in the vault's list of streams";
    /// The log did not become durable within the deadline.
    AuditTimeout = 605, "the audit log did not become durable in time, so nothing is revealed";
    /// The log file was unlinked, replaced or cut while open.
    AuditReplaced = 606, "the audit file was removed, replaced or cut while in use";
    /// A required audit sink failed or panicked.
    SinkFailed = 607, "a required audit sink failed, so nothing is revealed; mend it and open the log again";
    /// A required audit sink did not take the records within its deadline.
    SinkTimeout = 608, "a required audit sink did not answer in time, so nothing is revealed";

    /// The store cannot be reached.
    StoreUnavailable = 701, "the state store cannot be reached";
    /// A row is missing, or was edited.
    StoreDamaged = 702, "the state store is damaged or was edited; restore it from a backup";
    /// The store is older than the last checkpoint.
    StoreRollback = 703, "the state store is older than the last audit checkpoint";
    /// The store is of a later format version.
    StoreVersion = 704, "the state store has a newer format version; update panveil";

    /// panveil.toml is not valid.
    ConfigInvalid = 801, "the configuration is not valid";
    /// policy.toml is not valid.
    PolicyInvalid = 802, "the policy is not valid";
    /// A configuration or trust file differs from the manifest.
    ConfigChanged = 803, "the configuration differs from its manifest; run config apply";
    /// The manifest is not whole, or was edited.
    ManifestDamaged = 804, "the manifest is damaged or was edited; restore it from a backup";
    /// The configuration is older than the store or a checkpoint has seen.
    ConfigRollback = 805, "the configuration is older than the last one used here";
    /// The directory holds no vault.
    NotAVault = 806, "the directory holds no vault; run init";
    /// The directory is in use.
    VaultExists = 807, "the directory holds a vault or other files already";
    /// A key set of an identity provider is not valid.
    JwksInvalid = 808, "the key set of the identity provider is not valid";

    /// A defect of this library; please report it.
    Internal = 901, "internal error";
    /// A file could not be read or written.
    Io = 902, "a file could not be read or written";
    /// No space is left on the device.
    DiskFull = 903, "no space is left on the device; free some and run again";
    /// An argument is out of range.
    Argument = 904, "an argument is out of range";

    /// A null pointer, or Java's null, where a value must stand (C and Java).
    NullPointer = 921, "a null pointer was given where a value must stand";
    /// A handle that was closed, is of another kind, or never was one (C and Java).
    StaleHandle = 922, "the handle was closed, or never was one of this kind";
    /// The caller's buffer cannot take the result; the length it needs was written (C and Java).
    BufferTooSmall = 923, "the buffer is too small for the result";
    /// A callback of the host reported a failure, or threw (C and Java).
    CallbackFailed = 924, "a callback of the host failed";
    /// A callback of the host did not return within its deadline (C and Java).
    CallbackTimeout = 925, "a callback of the host did not return in time";
    /// More objects are open than handles can name, which is a leak (C and Java).
    TooManyHandles = 926, "too many handles are open; close those that are no longer used";
    /// A call still runs on the object, which ends when that call returns (C and Java).
    InUse = 927, "a call on another thread still uses the object; it ends with that call";
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    /// Keeps only what the caller can act on; paths and operating-system texts are the caller's to add.
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::DiskFull,
            _ => Error::Io,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn numbers_and_names_are_unique_and_texts_follow_the_style() {
        let mut numbers: Vec<_> = Error::ALL.iter().map(|e| e.number()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), Error::ALL.len());
        for error in Error::ALL {
            let text = error.to_string();
            assert!(!text.ends_with('.'), "{error:?}");
            assert!((100..1000).contains(&error.number()), "{error:?}");
        }
    }
}
