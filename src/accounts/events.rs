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
