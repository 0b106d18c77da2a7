//! Links in letters: secrets that prove who reads an address.

use std::time::Duration;

use crate::kernel::clock::Random;
use crate::kernel::digest::sha256_hex;

/// What opening a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Says that the account's address is theirs.
    Verify,
    /// Gives the account another address.
    Change,
    /// Sets a new password.
    Reset,
}

impl Purpose {
    /// As in the database.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Change => "change",
            Self::Reset => "reset",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Verify, Self::Change, Self::Reset].into_iter().find(|purpose| purpose.as_str() == text)
    }

    /// How long a link works (ASVS 5 §6.5.5 asks for ten minutes where a code is the only factor to log in; these do
    /// not log in). Product decision.
    pub(super) fn lifetime(self) -> Duration {
        Duration::from_secs(match self {
            Self::Verify => 3 * 86_400,
            Self::Change => 86_400,
            Self::Reset => 3_600,
        })
    }

    pub(super) fn lifetime_words(self) -> &'static str {
        match self {
            Self::Verify => "three days",
            Self::Change => "one day",
            Self::Reset => "one hour",
        }
    }
}

/// 256 random bits, as they stand in a link. Never logged, never stored.
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn draw(random: &Random) -> Self {
        Self(random.text::<32>())
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// The stored form of a secret somebody brings.
pub(super) fn hash(secret: &str) -> String {
    sha256_hex(secret)
}
