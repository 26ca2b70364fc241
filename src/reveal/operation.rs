//! Administrative operations that the policy grants by role.

use serde::{Deserialize, Serialize};

/// An operation on the vault that is no reveal; `[[admin]]` tables of the policy name it in lower case with dashes,
/// such as `config-apply`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Operation {
    /// A new manifest of the configuration.
    ConfigApply,
    /// A new version of a key.
    KeyRotate,
    /// A new key-encryption key over the same keys.
    KeyRewrap,
    /// Another state of a key.
    KeyState,
    /// A keyring cut down for an application.
    KeyGrant,
    /// An emergency stop.
    SwitchStop,
    /// The release of an emergency stop.
    SwitchRelease,
    /// The release of a locked actor.
    LockRelease,
    /// A job that reveals many cards.
    BulkJob,
    /// Reading the audit log.
    AuditRead,
    /// Signing a daily review.
    ReviewSign,
    /// Acknowledging or closing an alert.
    AlertClose,
    /// Planting canaries.
    CanaryPlant,
    /// Making or restoring a backup.
    Backup,
}
