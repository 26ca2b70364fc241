//! What every call returns. Made from `src/error.rs` by ffi/tests/statuses.rs; do not edit.

use std::ffi::CStr;

use panveil::Error;

/// What a call returns: 0 if it was done, else why not.
///
/// The numbers are the same in Rust, C and Java and are never reused; later releases add some, so a caller
/// treats a number it does not know as a failure. panveil_status_text gives the text of any of them.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum panveil_status {
    /// done.
    PANVEIL_OK = 0,
    /// a card number has 13 to 19 digits.
    PANVEIL_PAN_LENGTH = 101,
    /// a card number has ASCII digits only; use the normalizing parser for separators.
    PANVEIL_PAN_DIGIT = 102,
    /// the check digit of the card number is wrong.
    PANVEIL_PAN_LUHN = 103,
    /// separators in a card number must be single and between digits.
    PANVEIL_PAN_SEPARATOR = 104,
    /// security codes, track data and PINs cannot be stored, sealed or tokenized.
    PANVEIL_SAD_REFUSED = 110,
    /// a security code has 3 or 4 digits.
    PANVEIL_SECURITY_CODE_FORMAT = 111,
    /// an expiry date is MM/YY or MM/YYYY.
    PANVEIL_EXPIRY_FORMAT = 112,
    /// a mask shows at most the BIN and the last four digits.
    PANVEIL_MASK_REFUSED = 120,
    /// this truncation is not permitted for a card number of this length.
    PANVEIL_TRUNCATION_REFUSED = 121,
    /// an id is 1 to 255 bytes of printable ASCII.
    PANVEIL_ID_FORMAT = 130,
    /// a card number stands where none may stand.
    PANVEIL_HOLDS_PAN = 131,
    /// this layout hides too little of a card number of this length; use layout auto or 0+4.
    PANVEIL_LAYOUT_REFUSED = 201,
    /// a layout is auto, 0+4, 6+4 or 8+0.
    PANVEIL_LAYOUT_UNKNOWN = 202,
    /// not a token.
    PANVEIL_NOT_A_TOKEN = 203,
    /// a token format is written like f1.6-4.
    PANVEIL_TOKEN_FORMAT = 204,
    /// a handle is a token with its format, such as f1.6-4:TOKEN, or a sealed record.
    PANVEIL_NOT_A_HANDLE = 205,
    /// the cycle walk found no token within its bound.
    PANVEIL_WALK_EXHAUSTED = 206,
    /// FF1 takes 6 to 19 decimal digits.
    PANVEIL_FF1_LENGTH = 207,
    /// the token has expired.
    PANVEIL_TOKEN_EXPIRED = 208,
    /// nearly all tokens beside these clear digits are in use; use a layout that keeps fewer.
    PANVEIL_TOKEN_SPACE_FULL = 209,
    /// this request id was used for another card number.
    PANVEIL_REQUEST_REUSED = 210,
    /// not a sealed record.
    PANVEIL_NOT_SEALED = 301,
    /// the sealed record has a newer format version; update panveil.
    PANVEIL_SEALED_VERSION = 302,
    /// the sealed record has a suite this build does not open.
    PANVEIL_SEALED_SUITE = 303,
    /// no key with the id of this record for this tenant and field.
    PANVEIL_UNKNOWN_KEY = 304,
    /// the sealed record is not authentic in this context.
    PANVEIL_NOT_AUTHENTIC = 305,
    /// the seal key reached its message limit; run keys rotate.
    PANVEIL_SEAL_LIMIT = 306,
    /// a value to seal has 1 to 65536 bytes.
    PANVEIL_VALUE_LENGTH = 307,
    /// the keyring is damaged or was edited; restore it from a backup.
    PANVEIL_KEYRING_DAMAGED = 401,
    /// the keyring has a newer format version; update panveil.
    PANVEIL_KEYRING_VERSION = 402,
    /// wrong passphrase or key-encryption key for this keyring.
    PANVEIL_WRONG_KEK = 403,
    /// the keyring is older than the last one used here; restore the newest.
    PANVEIL_KEYRING_ROLLBACK = 404,
    /// the keyring belongs to another environment (dev or production).
    PANVEIL_ENVIRONMENT_MISMATCH = 405,
    /// the state of the key does not permit this operation.
    PANVEIL_KEY_STATE = 406,
    /// the key is outside its usage period; run keys rotate.
    PANVEIL_KEY_PERIOD = 407,
    /// no such key version in the keyring.
    PANVEIL_NO_SUCH_KEY = 408,
    /// the operating system gave no randomness.
    PANVEIL_RANDOM = 409,
    /// the process was forked; open the vault again in the child.
    PANVEIL_FORKED = 410,
    /// the key-encryption key is weaker than the keys it wraps.
    PANVEIL_KEK_TOO_WEAK = 411,
    /// the key-encryption key cannot be reached.
    PANVEIL_KEK_UNAVAILABLE = 412,
    /// no rule of the policy allows this reveal.
    PANVEIL_DENIED = 501,
    /// the identity token is not valid here.
    PANVEIL_IDENTITY_REFUSED = 502,
    /// the identity token has expired or is not yet valid.
    PANVEIL_IDENTITY_EXPIRED = 503,
    /// the identity token was first used from another origin.
    PANVEIL_IDENTITY_REPLAYED = 504,
    /// shared and generic ids may not reveal.
    PANVEIL_SHARED_IDENTITY = 505,
    /// authenticate again with a second factor.
    PANVEIL_STEP_UP_NEEDED = 506,
    /// another person must approve this request.
    PANVEIL_APPROVAL_NEEDED = 507,
    /// the role may not reveal for this purpose.
    PANVEIL_PURPOSE_DENIED = 508,
    /// the case reference is missing or not of the form the policy asks for.
    PANVEIL_CASE_REFUSED = 509,
    /// the origin of the request is missing.
    PANVEIL_ORIGIN_MISSING = 510,
    /// the role may not reveal this field.
    PANVEIL_FIELD_DENIED = 511,
    /// the actor is locked; two others must release the lock.
    PANVEIL_LOCKED = 512,
    /// the reveal budget is used up.
    PANVEIL_BUDGET_EXCEEDED = 513,
    /// reveals are stopped.
    PANVEIL_STOPPED = 514,
    /// no role of the identity may reveal.
    PANVEIL_ROLE_DENIED = 515,
    /// the session has ended; start a new one.
    PANVEIL_SESSION_ENDED = 516,
    /// the purpose of the request is missing.
    PANVEIL_PURPOSE_MISSING = 517,
    /// this card cannot be revealed.
    PANVEIL_CANARY = 518,
    /// the role may not reveal for this tenant.
    PANVEIL_TENANT_DENIED = 519,
    /// the role may not do this operation.
    PANVEIL_OPERATION_DENIED = 520,
    /// the audit log cannot be written, so nothing is revealed.
    PANVEIL_AUDIT_UNAVAILABLE = 601,
    /// the audit log is damaged or was edited.
    PANVEIL_AUDIT_DAMAGED = 602,
    /// another process writes this audit stream.
    PANVEIL_AUDIT_LOCKED = 603,
    /// the audit stream is not in the vault's list of streams.
    PANVEIL_STREAM_UNKNOWN = 604,
    /// the audit log did not become durable in time, so nothing is revealed.
    PANVEIL_AUDIT_TIMEOUT = 605,
    /// the audit file was removed, replaced or cut while in use.
    PANVEIL_AUDIT_REPLACED = 606,
    /// a required audit sink failed, so nothing is revealed; mend it and open the log again.
    PANVEIL_SINK_FAILED = 607,
    /// a required audit sink did not answer in time, so nothing is revealed.
    PANVEIL_SINK_TIMEOUT = 608,
    /// the state store cannot be reached.
    PANVEIL_STORE_UNAVAILABLE = 701,
    /// the state store is damaged or was edited; restore it from a backup.
    PANVEIL_STORE_DAMAGED = 702,
    /// the state store is older than the last audit checkpoint.
    PANVEIL_STORE_ROLLBACK = 703,
    /// the state store has a newer format version; update panveil.
    PANVEIL_STORE_VERSION = 704,
    /// the configuration is not valid.
    PANVEIL_CONFIG_INVALID = 801,
    /// the policy is not valid.
    PANVEIL_POLICY_INVALID = 802,
    /// the configuration differs from its manifest; run config apply.
    PANVEIL_CONFIG_CHANGED = 803,
    /// the manifest is damaged or was edited; restore it from a backup.
    PANVEIL_MANIFEST_DAMAGED = 804,
    /// the configuration is older than the last one used here.
    PANVEIL_CONFIG_ROLLBACK = 805,
    /// the directory holds no vault; run init.
    PANVEIL_NOT_A_VAULT = 806,
    /// the directory holds a vault or other files already.
    PANVEIL_VAULT_EXISTS = 807,
    /// the key set of the identity provider is not valid.
    PANVEIL_JWKS_INVALID = 808,
    /// internal error.
    PANVEIL_INTERNAL = 901,
    /// a file could not be read or written.
    PANVEIL_IO = 902,
    /// no space is left on the device; free some and run again.
    PANVEIL_DISK_FULL = 903,
    /// an argument is out of range.
    PANVEIL_ARGUMENT = 904,
    /// a null pointer was given where a value must stand.
    PANVEIL_NULL_POINTER = 921,
    /// the handle was closed, or never was one of this kind.
    PANVEIL_STALE_HANDLE = 922,
    /// the buffer is too small for the result.
    PANVEIL_BUFFER_TOO_SMALL = 923,
    /// a callback of the host failed.
    PANVEIL_CALLBACK_FAILED = 924,
    /// a callback of the host did not return in time.
    PANVEIL_CALLBACK_TIMEOUT = 925,
    /// too many handles are open; close those that are no longer used.
    PANVEIL_TOO_MANY_HANDLES = 926,
    /// a call on another thread still uses the object; it ends with that call.
    PANVEIL_IN_USE = 927,
}

impl From<Error> for panveil_status {
    fn from(error: Error) -> Self {
        match error {
            Error::PanLength => Self::PANVEIL_PAN_LENGTH,
            Error::PanDigit => Self::PANVEIL_PAN_DIGIT,
            Error::PanLuhn => Self::PANVEIL_PAN_LUHN,
            Error::PanSeparator => Self::PANVEIL_PAN_SEPARATOR,
            Error::SadRefused => Self::PANVEIL_SAD_REFUSED,
            Error::SecurityCodeFormat => Self::PANVEIL_SECURITY_CODE_FORMAT,
            Error::ExpiryFormat => Self::PANVEIL_EXPIRY_FORMAT,
            Error::MaskRefused => Self::PANVEIL_MASK_REFUSED,
            Error::TruncationRefused => Self::PANVEIL_TRUNCATION_REFUSED,
            Error::IdFormat => Self::PANVEIL_ID_FORMAT,
            Error::HoldsPan => Self::PANVEIL_HOLDS_PAN,
            Error::LayoutRefused => Self::PANVEIL_LAYOUT_REFUSED,
            Error::LayoutUnknown => Self::PANVEIL_LAYOUT_UNKNOWN,
            Error::NotAToken => Self::PANVEIL_NOT_A_TOKEN,
            Error::TokenFormat => Self::PANVEIL_TOKEN_FORMAT,
            Error::NotAHandle => Self::PANVEIL_NOT_A_HANDLE,
            Error::WalkExhausted => Self::PANVEIL_WALK_EXHAUSTED,
            Error::Ff1Length => Self::PANVEIL_FF1_LENGTH,
            Error::TokenExpired => Self::PANVEIL_TOKEN_EXPIRED,
            Error::TokenSpaceFull => Self::PANVEIL_TOKEN_SPACE_FULL,
            Error::RequestReused => Self::PANVEIL_REQUEST_REUSED,
            Error::NotSealed => Self::PANVEIL_NOT_SEALED,
            Error::SealedVersion => Self::PANVEIL_SEALED_VERSION,
            Error::SealedSuite => Self::PANVEIL_SEALED_SUITE,
            Error::UnknownKey => Self::PANVEIL_UNKNOWN_KEY,
            Error::NotAuthentic => Self::PANVEIL_NOT_AUTHENTIC,
            Error::SealLimit => Self::PANVEIL_SEAL_LIMIT,
            Error::ValueLength => Self::PANVEIL_VALUE_LENGTH,
            Error::KeyringDamaged => Self::PANVEIL_KEYRING_DAMAGED,
            Error::KeyringVersion => Self::PANVEIL_KEYRING_VERSION,
            Error::WrongKek => Self::PANVEIL_WRONG_KEK,
            Error::KeyringRollback => Self::PANVEIL_KEYRING_ROLLBACK,
            Error::EnvironmentMismatch => Self::PANVEIL_ENVIRONMENT_MISMATCH,
            Error::KeyState => Self::PANVEIL_KEY_STATE,
            Error::KeyPeriod => Self::PANVEIL_KEY_PERIOD,
            Error::NoSuchKey => Self::PANVEIL_NO_SUCH_KEY,
            Error::Random => Self::PANVEIL_RANDOM,
            Error::Forked => Self::PANVEIL_FORKED,
            Error::KekTooWeak => Self::PANVEIL_KEK_TOO_WEAK,
            Error::KekUnavailable => Self::PANVEIL_KEK_UNAVAILABLE,
            Error::Denied => Self::PANVEIL_DENIED,
            Error::IdentityRefused => Self::PANVEIL_IDENTITY_REFUSED,
            Error::IdentityExpired => Self::PANVEIL_IDENTITY_EXPIRED,
            Error::IdentityReplayed => Self::PANVEIL_IDENTITY_REPLAYED,
            Error::SharedIdentity => Self::PANVEIL_SHARED_IDENTITY,
            Error::StepUpNeeded => Self::PANVEIL_STEP_UP_NEEDED,
            Error::ApprovalNeeded => Self::PANVEIL_APPROVAL_NEEDED,
            Error::PurposeDenied => Self::PANVEIL_PURPOSE_DENIED,
            Error::CaseRefused => Self::PANVEIL_CASE_REFUSED,
            Error::OriginMissing => Self::PANVEIL_ORIGIN_MISSING,
            Error::FieldDenied => Self::PANVEIL_FIELD_DENIED,
            Error::Locked => Self::PANVEIL_LOCKED,
            Error::BudgetExceeded => Self::PANVEIL_BUDGET_EXCEEDED,
            Error::Stopped => Self::PANVEIL_STOPPED,
            Error::RoleDenied => Self::PANVEIL_ROLE_DENIED,
            Error::SessionEnded => Self::PANVEIL_SESSION_ENDED,
            Error::PurposeMissing => Self::PANVEIL_PURPOSE_MISSING,
            Error::Canary => Self::PANVEIL_CANARY,
            Error::TenantDenied => Self::PANVEIL_TENANT_DENIED,
            Error::OperationDenied => Self::PANVEIL_OPERATION_DENIED,
            Error::AuditUnavailable => Self::PANVEIL_AUDIT_UNAVAILABLE,
            Error::AuditDamaged => Self::PANVEIL_AUDIT_DAMAGED,
            Error::AuditLocked => Self::PANVEIL_AUDIT_LOCKED,
            Error::StreamUnknown => Self::PANVEIL_STREAM_UNKNOWN,
            Error::AuditTimeout => Self::PANVEIL_AUDIT_TIMEOUT,
            Error::AuditReplaced => Self::PANVEIL_AUDIT_REPLACED,
            Error::SinkFailed => Self::PANVEIL_SINK_FAILED,
            Error::SinkTimeout => Self::PANVEIL_SINK_TIMEOUT,
            Error::StoreUnavailable => Self::PANVEIL_STORE_UNAVAILABLE,
            Error::StoreDamaged => Self::PANVEIL_STORE_DAMAGED,
            Error::StoreRollback => Self::PANVEIL_STORE_ROLLBACK,
            Error::StoreVersion => Self::PANVEIL_STORE_VERSION,
            Error::ConfigInvalid => Self::PANVEIL_CONFIG_INVALID,
            Error::PolicyInvalid => Self::PANVEIL_POLICY_INVALID,
            Error::ConfigChanged => Self::PANVEIL_CONFIG_CHANGED,
            Error::ManifestDamaged => Self::PANVEIL_MANIFEST_DAMAGED,
            Error::ConfigRollback => Self::PANVEIL_CONFIG_ROLLBACK,
            Error::NotAVault => Self::PANVEIL_NOT_A_VAULT,
            Error::VaultExists => Self::PANVEIL_VAULT_EXISTS,
            Error::JwksInvalid => Self::PANVEIL_JWKS_INVALID,
            Error::Internal => Self::PANVEIL_INTERNAL,
            Error::Io => Self::PANVEIL_IO,
            Error::DiskFull => Self::PANVEIL_DISK_FULL,
            Error::Argument => Self::PANVEIL_ARGUMENT,
            Error::NullPointer => Self::PANVEIL_NULL_POINTER,
            Error::StaleHandle => Self::PANVEIL_STALE_HANDLE,
            Error::BufferTooSmall => Self::PANVEIL_BUFFER_TOO_SMALL,
            Error::CallbackFailed => Self::PANVEIL_CALLBACK_FAILED,
            Error::CallbackTimeout => Self::PANVEIL_CALLBACK_TIMEOUT,
            Error::TooManyHandles => Self::PANVEIL_TOO_MANY_HANDLES,
            Error::InUse => Self::PANVEIL_IN_USE,
            // Only a defect of the build, which the test that made this file would have found.
            _ => Self::PANVEIL_INTERNAL,
        }
    }
}

/// The text of a status, zero-terminated for C.
pub(crate) fn text(number: u32) -> &'static CStr {
    match number {
        0 => c"done",
        101 => c"a card number has 13 to 19 digits",
        102 => c"a card number has ASCII digits only; use the normalizing parser for separators",
        103 => c"the check digit of the card number is wrong",
        104 => c"separators in a card number must be single and between digits",
        110 => c"security codes, track data and PINs cannot be stored, sealed or tokenized",
        111 => c"a security code has 3 or 4 digits",
        112 => c"an expiry date is MM/YY or MM/YYYY",
        120 => c"a mask shows at most the BIN and the last four digits",
        121 => c"this truncation is not permitted for a card number of this length",
        130 => c"an id is 1 to 255 bytes of printable ASCII",
        131 => c"a card number stands where none may stand",
        201 => c"this layout hides too little of a card number of this length; use layout auto or 0+4",
        202 => c"a layout is auto, 0+4, 6+4 or 8+0",
        203 => c"not a token",
        204 => c"a token format is written like f1.6-4",
        205 => c"a handle is a token with its format, such as f1.6-4:TOKEN, or a sealed record",
        206 => c"the cycle walk found no token within its bound",
        207 => c"FF1 takes 6 to 19 decimal digits",
        208 => c"the token has expired",
        209 => c"nearly all tokens beside these clear digits are in use; use a layout that keeps fewer",
        210 => c"this request id was used for another card number",
        301 => c"not a sealed record",
        302 => c"the sealed record has a newer format version; update panveil",
        303 => c"the sealed record has a suite this build does not open",
        304 => c"no key with the id of this record for this tenant and field",
        305 => c"the sealed record is not authentic in this context",
        306 => c"the seal key reached its message limit; run keys rotate",
        307 => c"a value to seal has 1 to 65536 bytes",
        401 => c"the keyring is damaged or was edited; restore it from a backup",
        402 => c"the keyring has a newer format version; update panveil",
        403 => c"wrong passphrase or key-encryption key for this keyring",
        404 => c"the keyring is older than the last one used here; restore the newest",
        405 => c"the keyring belongs to another environment (dev or production)",
        406 => c"the state of the key does not permit this operation",
        407 => c"the key is outside its usage period; run keys rotate",
        408 => c"no such key version in the keyring",
        409 => c"the operating system gave no randomness",
        410 => c"the process was forked; open the vault again in the child",
        411 => c"the key-encryption key is weaker than the keys it wraps",
        412 => c"the key-encryption key cannot be reached",
        501 => c"no rule of the policy allows this reveal",
        502 => c"the identity token is not valid here",
        503 => c"the identity token has expired or is not yet valid",
        504 => c"the identity token was first used from another origin",
        505 => c"shared and generic ids may not reveal",
        506 => c"authenticate again with a second factor",
        507 => c"another person must approve this request",
        508 => c"the role may not reveal for this purpose",
        509 => c"the case reference is missing or not of the form the policy asks for",
        510 => c"the origin of the request is missing",
        511 => c"the role may not reveal this field",
        512 => c"the actor is locked; two others must release the lock",
        513 => c"the reveal budget is used up",
        514 => c"reveals are stopped",
        515 => c"no role of the identity may reveal",
        516 => c"the session has ended; start a new one",
        517 => c"the purpose of the request is missing",
        518 => c"this card cannot be revealed",
        519 => c"the role may not reveal for this tenant",
        520 => c"the role may not do this operation",
        601 => c"the audit log cannot be written, so nothing is revealed",
        602 => c"the audit log is damaged or was edited",
        603 => c"another process writes this audit stream",
        604 => c"the audit stream is not in the vault\'s list of streams",
        605 => c"the audit log did not become durable in time, so nothing is revealed",
        606 => c"the audit file was removed, replaced or cut while in use",
        607 => c"a required audit sink failed, so nothing is revealed; mend it and open the log again",
        608 => c"a required audit sink did not answer in time, so nothing is revealed",
        701 => c"the state store cannot be reached",
        702 => c"the state store is damaged or was edited; restore it from a backup",
        703 => c"the state store is older than the last audit checkpoint",
        704 => c"the state store has a newer format version; update panveil",
        801 => c"the configuration is not valid",
        802 => c"the policy is not valid",
        803 => c"the configuration differs from its manifest; run config apply",
        804 => c"the manifest is damaged or was edited; restore it from a backup",
        805 => c"the configuration is older than the last one used here",
        806 => c"the directory holds no vault; run init",
        807 => c"the directory holds a vault or other files already",
        808 => c"the key set of the identity provider is not valid",
        901 => c"internal error",
        902 => c"a file could not be read or written",
        903 => c"no space is left on the device; free some and run again",
        904 => c"an argument is out of range",
        921 => c"a null pointer was given where a value must stand",
        922 => c"the handle was closed, or never was one of this kind",
        923 => c"the buffer is too small for the result",
        924 => c"a callback of the host failed",
        925 => c"a callback of the host did not return in time",
        926 => c"too many handles are open; close those that are no longer used",
        927 => c"a call on another thread still uses the object; it ends with that call",
        _ => c"a status of a later release",
    }
}
