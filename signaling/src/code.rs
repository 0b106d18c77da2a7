//! Stable codes: of errors (PROTOCOL.md §6), of closed sockets (§7) and of endings (§4 `ended`).

use serde::{Deserialize, Serialize};

/// Why a message, or a whole socket, was refused (PROTOCOL.md §6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    Malformed,
    UnknownMessage,
    UnsupportedVersion,
    HelloExpected,
    TokenInvalid,
    TokenExpired,
    TokenRevoked,
    ResumeUnknown,
    RoomEnded,
    RoomFull,
    RoomLocked,
    NameInvalid,
    OfferInvalid,
    AlreadyJoined,
    NotJoined,
    NotPermitted,
    NotPublished,
    ParticipantUnknown,
    TextInvalid,
    RateLimited,
    Internal,
}

/// Whether an error ends the socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Fatal,
    Recoverable,
}

impl ErrorCode {
    /// The severity the specification gives this code. `malformed` turns fatal by repetition, which [`crate::Connection`] counts.
    pub fn severity(self) -> Severity {
        match self {
            ErrorCode::UnsupportedVersion
            | ErrorCode::HelloExpected
            | ErrorCode::TokenInvalid
            | ErrorCode::TokenExpired
            | ErrorCode::TokenRevoked
            | ErrorCode::ResumeUnknown
            | ErrorCode::RoomEnded
            | ErrorCode::RateLimited
            | ErrorCode::Internal => Severity::Fatal,
            ErrorCode::Malformed
            | ErrorCode::UnknownMessage
            | ErrorCode::RoomFull
            | ErrorCode::RoomLocked
            | ErrorCode::NameInvalid
            | ErrorCode::OfferInvalid
            | ErrorCode::AlreadyJoined
            | ErrorCode::NotJoined
            | ErrorCode::NotPermitted
            | ErrorCode::NotPublished
            | ErrorCode::ParticipantUnknown
            | ErrorCode::TextInvalid => Severity::Recoverable,
        }
    }
}

/// A refusal on its way to a client: the code programs read and the sentence people read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub code: ErrorCode,
    pub message: String,
}

impl Refusal {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Why the server closed a socket (RFC 6455 §7.4; 4000–4999 are ours, PROTOCOL.md §7).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CloseCode {
    Ended,
    GoingAway,
    UnsupportedData,
    TooLarge,
    FatalError,
    Replaced,
    RateLimited,
    /// Nothing was heard for [`crate::limits::SILENCE`], or the client did not read what was sent: it should resume.
    Unresponsive,
}

impl CloseCode {
    /// The number on the wire.
    pub fn number(self) -> u16 {
        match self {
            CloseCode::Ended => 1000,
            CloseCode::GoingAway => 1001,
            CloseCode::UnsupportedData => 1003,
            CloseCode::TooLarge => 1009,
            CloseCode::FatalError => 4001,
            CloseCode::Replaced => 4002,
            CloseCode::RateLimited => 4008,
            CloseCode::Unresponsive => 4009,
        }
    }

    /// The close code that follows a fatal error.
    pub fn after(code: ErrorCode) -> Self {
        match code {
            ErrorCode::RateLimited => CloseCode::RateLimited,
            _ => CloseCode::FatalError,
        }
    }
}

/// Why a participant's time in the room is over, as told to them (PROTOCOL.md §4 `ended`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    Left,
    Refused,
    Removed,
    RoomEnded,
    Replaced,
    Lost,
    Shutdown,
    Idle,
}

impl EndReason {
    /// The sentence for people.
    pub fn message(self) -> &'static str {
        match self {
            EndReason::Left => "You left the session.",
            EndReason::Refused => "You were not admitted to the session.",
            EndReason::Removed => "You were removed from the session.",
            EndReason::RoomEnded => "The session is over.",
            EndReason::Replaced => "You joined this session from another place.",
            EndReason::Lost => "The connection was lost for too long.",
            EndReason::Shutdown => "The server is being restarted.",
            EndReason::Idle => "The session was closed because nobody was in it.",
        }
    }

    /// What the others are told; they see fewer distinctions.
    pub fn seen_by_others(self) -> LeaveReason {
        match self {
            EndReason::Removed | EndReason::Refused => LeaveReason::Removed,
            EndReason::Replaced => LeaveReason::Replaced,
            EndReason::Lost => LeaveReason::Lost,
            EndReason::Left | EndReason::RoomEnded | EndReason::Shutdown | EndReason::Idle => LeaveReason::Left,
        }
    }

    /// The close code of the socket that gets this `ended`.
    pub fn close_code(self) -> CloseCode {
        match self {
            EndReason::Replaced => CloseCode::Replaced,
            EndReason::Shutdown => CloseCode::GoingAway,
            _ => CloseCode::Ended,
        }
    }
}

/// Why somebody is gone, as the others see it (PROTOCOL.md §4 `participant_left`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    Left,
    Lost,
    Removed,
    Replaced,
}
