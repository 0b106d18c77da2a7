//! People, what they type, and their logins.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{LoginId, UserId};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    pub id: UserId,
    pub email: String,
    /// Whether they have shown that it is theirs.
    pub email_verified: bool,
    pub display_name: String,
    pub is_admin: bool,
    /// A language tag (BCP 47); null: what the browser says.
    #[schema(required)]
    pub language: Option<String>,
    /// An IANA zone; null: what the browser says.
    #[schema(required)]
    pub time_zone: Option<String>,
    /// Where their picture is; null: they have none.
    #[schema(required)]
    pub picture_url: Option<String>,
}

/// Where a picture of this name is served.
pub fn picture_url(name: &str) -> String {
    format!("/api/pictures/{name}")
}

/// An e-mail address as it was typed; one account per address, whatever its case. Built by `rules::email`.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(pub(super) String);

impl Email {
    /// What makes two addresses the same.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A password that may be set. Never printed. Built by `rules::password`.
pub struct Password(pub(super) String);

/// How people see someone: 1–60 characters, none of them control characters. Built by `rules::display_name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(pub(super) String);

/// A row of `logins`: an authenticated device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub id: LoginId,
    pub user: UserId,
    /// Which refresh token is the newest.
    pub generation: i64,
    pub rotated_at: Timestamp,
    pub user_agent: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Where a client keeps its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Credentials {
    /// HTTP-only cookies: browsers.
    #[default]
    Cookies,
    /// In the answer, to be sent as `Authorization: Bearer`: native apps, other origins.
    Bearer,
}

/// The tokens of a login.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tokens {
    pub access_token: String,
    pub access_expires_at_ms: Timestamp,
    pub refresh_token: String,
    pub refresh_expires_at_ms: Timestamp,
}

/// What a person may sign in by at another provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Identity {
    /// The provider's id.
    pub provider: String,
    /// What people call it.
    pub name: String,
    /// Their address there, when they linked it.
    pub email: String,
}

/// A person who just proved who they are.
pub struct Authenticated {
    pub user: User,
    pub tokens: Tokens,
    /// By which this device is known the next time; None when it stays as it was.
    pub device_token: Option<String>,
}
