//! Sessions and who takes part in them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::BookingError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{SessionId, UserId};

/// A meeting of one mentor and one or more mentees. It has at most one room, which has its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub title: String,
    pub mentor: Person,
    pub state: SessionState,
    pub join_code: JoinCode,
    pub waiting_room: WaitingRoom,
    pub encryption: Encryption,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// When it was booked for; None when its mentor opened it by hand.
    pub starts_at: Option<Timestamp>,
    /// People in its room now.
    pub present: i64,
}

impl Session {
    /// As what `user` takes part; None is someone without an account.
    pub fn role_of(&self, user: Option<UserId>) -> Role {
        match user {
            Some(user) if user == self.mentor.id => Role::Host,
            Some(_) => Role::Member,
            None => Role::Guest,
        }
    }

    /// An ended session cannot be entered any more.
    pub fn require_joinable(&self) -> Result<(), BookingError> {
        if self.state == SessionState::Ended { Err(BookingError::SessionOver) } else { Ok(()) }
    }
}

/// Someone as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    pub id: UserId,
    pub display_name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Can be joined; nobody is there.
    Open,
    /// People are in its room.
    Live,
    /// Over for good.
    Ended,
}

impl SessionState {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "live" => Some(Self::Live),
            "ended" => Some(Self::Ended),
            _ => None,
        }
    }
}

/// As what someone takes part. The `role` of signaling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The session's mentor.
    Host,
    /// Someone with an account.
    Member,
    /// Someone with only a name.
    Guest,
}

impl Role {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Member => "member",
            Self::Guest => "guest",
        }
    }
}

/// Whether the host admits each person by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingRoom {
    On,
    Off,
}

/// Who can read a session's sound and picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Everyone in the room and the server, which forwards.
    InTransit,
    /// Only who has the key in the link's fragment, which the server never sees.
    EndToEnd,
}

/// The unguessable part of a session's link. Lower-case letters, digits and hyphens; built by `rules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinCode(pub(super) String);

impl JoinCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for JoinCode {
    type Err = BookingError;

    fn from_str(text: &str) -> Result<Self, BookingError> {
        super::rules::parse_join_code(text).ok_or(BookingError::LinkUnknown)
    }
}

/// A part of a list, and where the next part starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The last item's id when more follow.
    pub next: Option<SessionId>,
}
