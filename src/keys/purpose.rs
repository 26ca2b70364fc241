//! What a key is for. One key, one purpose (SP 800-57 part 1, section 5.2).

/// The purpose of a root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// FF1 tokens.
    Token,
    /// Sealed records.
    Seal,
    /// Fingerprints of card numbers.
    Fingerprint,
    /// Row keys of random tokens.
    Lookup,
    /// The search index.
    Index,
    /// Canaries.
    Canary,
    /// Authentication of the store's rows.
    Store,
    /// Authentication of keyring and manifest.
    Config,
    /// Signatures of approvals.
    Approval,
    /// Signatures of audit checkpoints.
    Audit,
    /// Public-key intake.
    Intake,
}

impl KeyPurpose {
    /// All purposes; a keyring has at least one key of each.
    pub const ALL: [KeyPurpose; 11] = [
        KeyPurpose::Token,
        KeyPurpose::Seal,
        KeyPurpose::Fingerprint,
        KeyPurpose::Lookup,
        KeyPurpose::Index,
        KeyPurpose::Canary,
        KeyPurpose::Store,
        KeyPurpose::Config,
        KeyPurpose::Approval,
        KeyPurpose::Audit,
        KeyPurpose::Intake,
    ];

    /// The name in files, records and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            KeyPurpose::Token => "token",
            KeyPurpose::Seal => "seal",
            KeyPurpose::Fingerprint => "fingerprint",
            KeyPurpose::Lookup => "lookup",
            KeyPurpose::Index => "index",
            KeyPurpose::Canary => "canary",
            KeyPurpose::Store => "store",
            KeyPurpose::Config => "config",
            KeyPurpose::Approval => "approval",
            KeyPurpose::Audit => "audit",
            KeyPurpose::Intake => "intake",
        }
    }

    /// The purpose of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Days after activation within which a key may protect (originator usage period).
    pub const fn originator_days(self) -> i64 {
        match self {
            // Tokens persist in the applications' tables, and rows and files in the vault's.
            KeyPurpose::Token | KeyPurpose::Lookup | KeyPurpose::Canary => 5 * 365,
            KeyPurpose::Store | KeyPurpose::Config | KeyPurpose::Audit | KeyPurpose::Approval => 5 * 365,
            KeyPurpose::Fingerprint | KeyPurpose::Index => 2 * 365,
            KeyPurpose::Seal | KeyPurpose::Intake => 365,
        }
    }

    /// Days after activation within which a key may open (recipient usage period).
    pub const fn recipient_days(self) -> i64 {
        match self {
            KeyPurpose::Token | KeyPurpose::Lookup | KeyPurpose::Canary => 10 * 365,
            KeyPurpose::Store | KeyPurpose::Config | KeyPurpose::Audit | KeyPurpose::Approval => 10 * 365,
            KeyPurpose::Fingerprint | KeyPurpose::Index => 5 * 365,
            KeyPurpose::Seal | KeyPurpose::Intake => 4 * 365,
        }
    }

    /// Whether `keys rotate` can make a new version beside the old ones today. The others authenticate state that
    /// would have to be authenticated again in the same step.
    pub const fn rotates(self) -> bool {
        !matches!(self, KeyPurpose::Store | KeyPurpose::Config | KeyPurpose::Audit)
    }
}

impl core::fmt::Display for KeyPurpose {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}
