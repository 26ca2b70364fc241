//! The six states of a key (SP 800-57 part 1, section 7) and what each permits.

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Made, not yet in use.
    PreActivation,
    /// In use.
    Active,
    /// Stopped for a while, because a problem is suspected.
    Suspended,
    /// Replaced: opens what it protected, protects nothing more (PCI DSS 3.7.5).
    Deactivated,
    /// Known or suspected to be in other hands.
    Compromised,
    /// Wiped; only its description remains.
    Destroyed,
}

/// What somebody wants to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// Seal, tokenize, fingerprint, sign: make something new.
    Protect,
    /// Open, detokenize, verify: read what was made.
    Process,
}

impl KeyState {
    /// All states, in the order of a key's life.
    pub const ALL: [KeyState; 6] = [
        KeyState::PreActivation,
        KeyState::Active,
        KeyState::Suspended,
        KeyState::Deactivated,
        KeyState::Compromised,
        KeyState::Destroyed,
    ];

    /// Whether a key in this state may be used so. A compromised key opens only under a recovery grant, which is
    /// not of this call.
    pub const fn permits(self, wanted: KeyUse) -> bool {
        match (self, wanted) {
            (KeyState::Active, _) | (KeyState::Deactivated, KeyUse::Process) => true,
            (KeyState::Deactivated, KeyUse::Protect) => false,
            (
                KeyState::PreActivation | KeyState::Suspended | KeyState::Compromised | KeyState::Destroyed,
                _,
            ) => false,
        }
    }

    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            KeyState::PreActivation => "pre-activation",
            KeyState::Active => "active",
            KeyState::Suspended => "suspended",
            KeyState::Deactivated => "deactivated",
            KeyState::Compromised => "compromised",
            KeyState::Destroyed => "destroyed",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl core::fmt::Display for KeyState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyState, KeyUse};

    #[test]
    fn the_table_is_that_of_sp_800_57() {
        let table = [
            (KeyState::PreActivation, false, false),
            (KeyState::Active, true, true),
            (KeyState::Suspended, false, false),
            (KeyState::Deactivated, false, true),
            (KeyState::Compromised, false, false),
            (KeyState::Destroyed, false, false),
        ];
        for (state, protect, process) in table {
            assert_eq!(state.permits(KeyUse::Protect), protect, "{state}");
            assert_eq!(state.permits(KeyUse::Process), process, "{state}");
            assert_eq!(KeyState::from_name(state.name()), Some(state));
        }
    }
}
