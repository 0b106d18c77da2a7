//! What people prove themselves by, and what that takes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::model::Authenticated;
use crate::accounts::passkeys::Assertion;
use crate::kernel::clock::Timestamp;

/// A way to prove who one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProofWay)]
pub enum Way {
    /// A code of an authenticator app.
    Totp,
    Passkey,
    /// A backup code, which is good for one use.
    BackupCode,
    Password,
    /// Signing in anew by a provider.
    Provider,
}

/// What somebody shows to prove who they are.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "way", rename_all = "snake_case")]
pub(in crate::accounts) enum Proof {
    Password {
        #[schema(format = Password)]
        password: String,
    },
    Totp {
        code: String,
    },
    BackupCode {
        code: String,
    },
    Passkey {
        /// What the challenge came with.
        ceremony: String,
        credential: Assertion,
    },
}

impl Proof {
    pub(in crate::accounts) fn way(&self) -> Way {
        match self {
            Self::Password { .. } => Way::Password,
            Self::Totp { .. } => Way::Totp,
            Self::BackupCode { .. } => Way::BackupCode,
            Self::Passkey { .. } => Way::Passkey,
        }
    }
}

/// What somebody has to prove themselves by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::accounts) struct Factors {
    pub(in crate::accounts) password: bool,
    pub(in crate::accounts) totp: bool,
    pub(in crate::accounts) passkeys: i64,
    pub(in crate::accounts) identities: i64,
    /// Whether a passkey is asked for after the password.
    pub(in crate::accounts) asks_for_passkey: bool,
    pub(in crate::accounts) backup_codes: i64,
}

impl Factors {
    /// Whether the password, or a provider, is only the first step in.
    pub(in crate::accounts) fn two_step(&self) -> bool {
        self.totp || (self.asks_for_passkey && self.passkeys > 0)
    }

    /// What the second step may be.
    pub(in crate::accounts) fn second_steps(&self) -> Vec<Way> {
        let all = [(Way::Totp, self.totp), (Way::Passkey, self.passkeys > 0), (Way::BackupCode, self.backup_codes > 0)];
        all.into_iter().filter(|(_, has)| *has).map(|(way, _)| way).collect()
    }

    /// What proves somebody who is logged in already: with two steps the second, which nobody learns by looking over a
    /// shoulder.
    pub(in crate::accounts) fn proofs(&self) -> Vec<Way> {
        if self.two_step() {
            return self.second_steps();
        }
        let all = [
            (Way::Password, self.password),
            (Way::Passkey, self.passkeys > 0),
            (Way::Provider, !self.password && self.identities > 0),
        ];
        all.into_iter().filter(|(_, has)| *has).map(|(way, _)| way).collect()
    }

    /// Whether somebody could still sign in with `passkeys` and `identities` fewer of these.
    pub(in crate::accounts) fn leave_a_way_in(&self, passkeys: i64, identities: i64) -> bool {
        self.password || self.passkeys > passkeys || self.identities > identities
    }
}

/// What became of a log-in.
pub enum Entry {
    In(Box<Authenticated>),
    SecondStep(SecondStep),
}

/// A log-in that is half done: the first step was right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecondStep {
    /// To be sent with the second step. It opens nothing by itself.
    pub second_step_token: String,
    pub expires_at_ms: Timestamp,
    /// What the second step may be.
    pub ways: Vec<Way>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Factors =
        Factors { password: false, totp: false, passkeys: 0, identities: 0, asks_for_passkey: false, backup_codes: 0 };

    #[test]
    fn the_second_step_is_what_the_person_turned_on() {
        let password = Factors { password: true, ..NONE };
        let app = Factors { totp: true, backup_codes: 10, ..password };
        let key = Factors { passkeys: 1, ..password };
        let asked = Factors { asks_for_passkey: true, ..key };
        for (factors, two_step, proofs) in [
            (NONE, false, vec![]),
            (password, false, vec![Way::Password]),
            (app, true, vec![Way::Totp, Way::BackupCode]),
            (key, false, vec![Way::Password, Way::Passkey]),
            (asked, true, vec![Way::Passkey]),
            (Factors { passkeys: 0, ..asked }, false, vec![Way::Password]),
            (Factors { identities: 1, ..NONE }, false, vec![Way::Provider]),
            (Factors { identities: 1, ..password }, false, vec![Way::Password]),
        ] {
            assert_eq!((factors.two_step(), factors.proofs()), (two_step, proofs), "{factors:?}");
        }
    }

    #[test]
    fn nobody_takes_their_last_way_in_away() {
        let passkey = Factors { passkeys: 1, ..NONE };
        let both = Factors { identities: 1, ..passkey };
        for (factors, passkeys, identities, left) in [
            (passkey, 1, 0, false),
            (Factors { password: true, ..passkey }, 1, 0, true),
            (Factors { passkeys: 2, ..NONE }, 1, 0, true),
            (both, 1, 0, true),
            (both, 0, 1, true),
            (Factors { identities: 1, ..NONE }, 0, 1, false),
        ] {
            assert_eq!(factors.leave_a_way_in(passkeys, identities), left, "{factors:?}");
        }
    }
}
