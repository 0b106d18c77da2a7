//! Facts of accounts.

use serde::{Deserialize, Serialize};

use crate::kernel::ids::{LoginId, UserId};
use crate::kernel::outbox::Fact;

/// A login is over: whatever it holds open closes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRevoked {
    pub login: LoginId,
    pub user: UserId,
}

impl Fact for LoginRevoked {
    const KIND: &'static str = "accounts.login_revoked";

    fn subject(&self) -> String {
        self.login.to_string()
    }
}

/// Someone wants a letter that proves that `email` is theirs: their address, or the one they want instead. The secret
/// in its link is drawn when the letter is written, so that no queue holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationWanted {
    pub user: UserId,
    pub email: String,
    /// What the link starts with.
    pub origin: String,
}

impl Fact for ConfirmationWanted {
    const KIND: &'static str = "accounts.confirmation_wanted";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// Someone says that they forgot the password of `email`, whether or not there is such an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordResetWanted {
    pub email: String,
    pub origin: String,
}

impl Fact for PasswordResetWanted {
    const KIND: &'static str = "accounts.password_reset_wanted";

    fn subject(&self) -> String {
        self.email.clone()
    }
}

/// Someone's password is another one now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChanged {
    pub user: UserId,
}

impl Fact for PasswordChanged {
    const KIND: &'static str = "accounts.password_changed";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// Someone has another address now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailChanged {
    pub user: UserId,
    pub old_email: String,
}

impl Fact for EmailChanged {
    const KIND: &'static str = "accounts.email_changed";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// Something of how somebody's account is guarded is different now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityChanged {
    pub user: UserId,
    pub what: SecurityChange,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityChange {
    TotpAdded,
    TotpRemoved,
    BackupCodesRenewed,
    BackupCodeUsed {
        left: i64,
    },
    PasskeyAdded {
        name: String,
    },
    PasskeyRemoved {
        name: String,
    },
    PasskeyAskedFor,
    PasskeyNotAskedFor,
    /// It counted back: somebody else may have a copy.
    PasskeyCopied,
}

impl Fact for SecurityChanged {
    const KIND: &'static str = "accounts.security_changed";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// Someone deleted their account: nobody logs in to it any more, and every domain lets go of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountErased {
    pub user: UserId,
    /// For the last letter; kept as long as facts are.
    pub email: String,
    pub display_name: String,
    pub origin: String,
}

impl Fact for AccountErased {
    const KIND: &'static str = "accounts.erased";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

/// Someone is called something else now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplayNameChanged {
    pub user: UserId,
}

impl Fact for DisplayNameChanged {
    const KIND: &'static str = "accounts.display_name_changed";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}
