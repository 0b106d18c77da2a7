//! Server → client (PROTOCOL.md §4).

use serde::{Deserialize, Serialize};
use sfu_core::{MediaKind, ParticipantId, Source};

use super::client::MessageId;
use super::parts::{ChatMessage, IceServer, MediaParameters, Person, Quality, Resume, Room, Slot, WaitingPerson, You};
use crate::code::{EndReason, ErrorCode, LeaveReason};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    Welcome {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        version: u32,
        you: You,
        room: Room,
        media: MediaParameters,
        ice_servers: Vec<IceServer>,
        resume: Resume,
        server_time_ms: u64,
    },
    Prepared {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        answer: String,
    },
    Waiting {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        since_ms: u64,
    },
    Joined {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        /// To the offer of `join`; absent when there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        you: ParticipantId,
        #[serde(flatten)]
        snapshot: Snapshot,
    },
    Resumed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        /// The last answer, if the client has not confirmed it with `ready`: it may have been lost with the socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        you: ParticipantId,
        #[serde(flatten)]
        snapshot: Snapshot,
    },
    Answer {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        answer: String,
    },
    Participant {
        participant: Person,
    },
    ParticipantLeft {
        participant: ParticipantId,
        reason: LeaveReason,
    },
    Slots {
        slots: Vec<Slot>,
    },
    Speakers {
        participants: Vec<ParticipantId>,
    },
    Quality {
        scores: Vec<Quality>,
    },
    Layers {
        source: Source,
        layers: usize,
    },
    WaitingPeople {
        people: Vec<WaitingPerson>,
    },
    Room {
        room: Room,
    },
    Muted {
        source: Source,
        kind: MediaKind,
        by: ParticipantId,
    },
    Chat {
        message: ChatMessage,
    },
    Shutdown {
        deadline_ms: u64,
    },
    Ended {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        reason: EndReason,
        message: String,
    },
    Ok {
        re: MessageId,
    },
    Error {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        code: ErrorCode,
        message: String,
        fatal: bool,
    },
    Ping {
        nonce: u64,
    },
    Pong {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        re: Option<MessageId>,
        nonce: u64,
    },
}

impl ServerMessage {
    pub fn ended(re: Option<MessageId>, reason: EndReason) -> Self {
        Self::Ended { re, reason, message: reason.message().to_owned() }
    }

    /// The frame's text.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("every field of a server message has a JSON form")
    }
}

/// The whole state of a room as one participant may see it (PROTOCOL.md §4 `joined`).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub room: Room,
    /// Everyone joined, the receiver included.
    pub participants: Vec<Person>,
    pub slots: Vec<Slot>,
    /// Empty without the admit grant.
    pub waiting_people: Vec<WaitingPerson>,
    /// The last [`crate::limits::CHAT_REPLAY`] messages.
    pub chat: Vec<ChatMessage>,
}
