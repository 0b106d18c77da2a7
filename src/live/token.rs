//! The room token: one JWT that opens signaling, WHIP and WHEP alike. Only `live` issues it.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sfu::ParticipantId;
use signaling::message::{Grant, Grants, Role};

use crate::accounts::LoggedIn;
use crate::booking::{self, Encryption, Session, WaitingRoom};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{LoginId, SessionId, UserId};
use crate::kernel::secrets::{Audience, TokenError};

/// Longest room name or pattern, in bytes.
const MAX_ROOM_NAME: usize = 64;

/// What a room is called in tokens and URLs: a session's id, or a name that a pattern token chose.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoomName(String);

/// Not 1–64 letters, digits, `-`, `_`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a room is named by 1 to 64 letters, digits, hyphens and underscores; a pattern may end in *")]
pub struct RoomNameInvalid;

impl RoomName {
    pub fn of_session(session: SessionId) -> Self {
        Self(session.to_string())
    }

    /// The session whose room this is; a name that looks like a session's id never is another room's.
    pub fn session(&self) -> Option<SessionId> {
        self.0.parse().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoomName {
    type Err = RoomNameInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let character = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        let fine = (1..=MAX_ROOM_NAME).contains(&text.len()) && text.chars().all(character);
        if fine { Ok(Self(text.to_owned())) } else { Err(RoomNameInvalid) }
    }
}

impl TryFrom<String> for RoomName {
    type Error = RoomNameInvalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RoomName> for String {
    fn from(name: RoomName) -> Self {
        name.0
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which rooms a token opens: one, or all whose name starts with what stands before the `*`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RoomPattern {
    One(RoomName),
    /// The prefix, possibly empty.
    StartingWith(String),
}

impl RoomPattern {
    pub fn matches(&self, room: &RoomName) -> bool {
        match self {
            RoomPattern::One(name) => name == room,
            RoomPattern::StartingWith(prefix) => room.0.starts_with(prefix),
        }
    }
}

impl FromStr for RoomPattern {
    type Err = RoomNameInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('*') {
            None => text.parse().map(RoomPattern::One),
            Some("") => Ok(RoomPattern::StartingWith(String::new())),
            Some(prefix) => prefix.parse().map(|name: RoomName| RoomPattern::StartingWith(name.0)),
        }
    }
}

impl TryFrom<String> for RoomPattern {
    type Error = RoomNameInvalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RoomPattern> for String {
    fn from(pattern: RoomPattern) -> Self {
        match pattern {
            RoomPattern::One(name) => name.0,
            RoomPattern::StartingWith(prefix) => prefix + "*",
        }
    }
}

/// What a room token says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct RoomToken {
    pub room: RoomPattern,
    /// Who the bearer is in the room. Absent in tokens for tools: each of their connections is someone new.
    #[serde(rename = "sub", default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub role: Role,
    pub grants: Grants,
    /// About the session, so that its room can open while the database is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// What revocation names it by.
    pub jti: String,
    /// As `exp`, which whole seconds round.
    pub until: Timestamp,
}

/// What the bearer's room is like, as of the token's making.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct About {
    pub title: String,
    pub waiting_room: bool,
    #[serde(default)]
    pub end_to_end: bool,
}

/// Why a room token does not open a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RoomTokenError {
    #[error("the room token is not ours, or not for this room")]
    Invalid,
    #[error("the room token has expired")]
    Expired,
    #[error("the room token was revoked")]
    Revoked,
}

impl From<TokenError> for RoomTokenError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid => RoomTokenError::Invalid,
            TokenError::Expired => RoomTokenError::Expired,
        }
    }
}

impl RoomToken {
    /// Somebody's token for a session's room.
    pub(super) fn for_session(kernel: &Kernel, session: &Session, me: Option<&LoggedIn>, name: Option<String>) -> Self {
        let (role, grants) = match session.role_of(me.map(|me| me.user.id)) {
            booking::Role::Host => (Role::Host, vec![Grant::Publish, Grant::Subscribe, Grant::Admit, Grant::Moderate]),
            booking::Role::Member => (Role::Member, vec![Grant::Publish, Grant::Subscribe]),
            booking::Role::Guest => (Role::Guest, vec![Grant::Publish, Grant::Subscribe]),
        };
        let about = About {
            title: session.title.clone(),
            waiting_room: session.waiting_room == WaitingRoom::On,
            end_to_end: session.encryption == Encryption::EndToEnd,
        };
        Self {
            room: RoomPattern::One(RoomName::of_session(session.id)),
            participant: Some(ParticipantId(kernel.random.uuid(&kernel.clock))),
            user: me.map(|me| me.user.id),
            login: me.map(|me| me.login),
            name,
            role,
            grants: Grants::from_iter(grants),
            about: Some(about),
            jti: kernel.random.uuid(&kernel.clock).to_string(),
            until: kernel.clock.now().plus(Duration::from_secs(kernel.config.live.room_token_s)),
        }
    }

    /// A token for tools: publishes and subscribes in every room that matches, which it creates.
    pub(super) fn for_tools(kernel: &Kernel, room: RoomPattern, ttl: Duration) -> Self {
        Self {
            room,
            participant: None,
            user: None,
            login: None,
            name: None,
            role: Role::Member,
            grants: Grants::from_iter([Grant::Publish, Grant::Subscribe]),
            about: None,
            jti: kernel.random.uuid(&kernel.clock).to_string(),
            until: kernel.clock.now().plus(ttl),
        }
    }

    pub(super) fn sign(&self, kernel: &Kernel) -> String {
        kernel.secrets.sign(Audience::Room, &kernel.clock, self.until, self)
    }

    /// The token behind `text`, if we signed it and it is neither too old nor revoked.
    pub(super) fn verify(kernel: &Kernel, revocations: &Revocations, text: &str) -> Result<Self, RoomTokenError> {
        let token: Self = kernel.secrets.verify(Audience::Room, &kernel.clock, text)?;
        if revocations.hit(&token) { Err(RoomTokenError::Revoked) } else { Ok(token) }
    }
}

/// What makes tokens worthless before their time: one token by its `jti`, or all of a login.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Revocation {
    pub key: String,
    /// After it the tokens are too old anyway.
    pub until: Timestamp,
}

/// The revocations in force. In memory, so that a token is refused at once and without the database; stored as well,
/// so that a restart forgets none.
#[derive(Debug, Default)]
pub(super) struct Revocations(Mutex<HashMap<String, Timestamp>>);

impl Revocations {
    pub(super) fn new(stored: Vec<Revocation>) -> Self {
        Self(Mutex::new(stored.into_iter().map(|revocation| (revocation.key, revocation.until)).collect()))
    }

    pub(super) fn add(&self, now: Timestamp, revocation: Revocation) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, until| *until > now);
        keys.insert(revocation.key, revocation.until);
    }

    fn hit(&self, token: &RoomToken) -> bool {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.contains_key(&token.jti) || token.login.is_some_and(|login| keys.contains_key(&login.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_opens_the_rooms_it_names() {
        let cases = [
            ("load-*", "load-0", true),
            ("load-*", "load-", true),
            ("load-*", "loan-0", false),
            ("load-1", "load-1", true),
            ("load-1", "load-11", false),
            ("*", "anything", true),
        ];
        for (pattern, room, expected) in cases {
            let pattern: RoomPattern = pattern.parse().expect("a pattern");
            let room: RoomName = room.parse().expect("a name");
            assert_eq!(pattern.matches(&room), expected, "{pattern:?} {room}");
        }
    }

    #[test]
    fn names_that_could_mean_something_in_a_url_are_refused() {
        for name in ["", "a/b", "a b", "a*b", "**", "..", "ä", &"x".repeat(65)] {
            assert_eq!(name.parse::<RoomPattern>(), Err(RoomNameInvalid), "{name}");
        }
    }
}
