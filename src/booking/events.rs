//! Facts about sessions: those booking tells, and those `live` tells booking (live may not be known here).

use serde::{Deserialize, Serialize};

use super::appointments::Party;
use super::attendance::Outcome;
use super::model::Role;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, SeriesId, SessionId, UserId, WaitId};
use crate::kernel::outbox::Fact;

/// Booking tells: the mentor ended the session; its room is to close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnded {
    pub session: SessionId,
    pub at: Timestamp,
}

/// Booking tells one of the two that a booking was made, moved or cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingChanged {
    pub booking: BookingId,
    /// Whom this is for.
    pub to: Party,
    /// Which line of the booking's history, from 0.
    pub sequence: usize,
    /// Where the pages are, for links.
    pub origin: String,
}

impl Fact for BookingChanged {
    const KIND: &'static str = "booking.changed";

    fn subject(&self) -> String {
        self.booking.to_string()
    }
}

/// Booking tells one of the two what happened to several bookings of a series at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesChanged {
    pub series: SeriesId,
    pub step: SeriesStep,
    pub by: Party,
    /// Whom this is for.
    pub to: Party,
    /// In order, at least one.
    pub bookings: Vec<BookingId>,
    /// May be empty.
    pub reason: String,
    /// Where the pages are, for links.
    pub origin: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesStep {
    Booked,
    Cancelled,
}

impl Fact for SeriesChanged {
    const KIND: &'static str = "booking.series_changed";

    fn subject(&self) -> String {
        self.series.to_string()
    }
}

/// Booking tells the mentor of a group session that nobody is left in it, since the last one moved to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupEmptied {
    pub session: SessionId,
    pub mentor: UserId,
    pub title: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Where the pages are, for links.
    pub origin: String,
}

/// Booking tells somebody who waited for a seat that the session does not take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitOver {
    pub wait: WaitId,
}

impl Fact for WaitOver {
    const KIND: &'static str = "booking.wait_over";

    fn subject(&self) -> String {
        self.wait.to_string()
    }
}

/// Booking tells somebody who waits for a seat that the session, and their place in its line, moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitMoved {
    pub wait: WaitId,
}

impl Fact for WaitMoved {
    const KIND: &'static str = "booking.wait_moved";

    fn subject(&self) -> String {
        self.wait.to_string()
    }
}

/// Live tells: the session's room has opened, someone is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomOpened {
    pub session: SessionId,
    pub at: Timestamp,
}

/// Live tells: the session's room is gone, and everyone in it with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomClosed {
    pub session: SessionId,
    pub at: Timestamp,
    pub closing: Closing,
}

/// Why a room closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Someone who may ended the meeting: the session is over.
    Ended,
    /// Nobody was there any more, or the server went down: the link still works.
    Idle,
}

/// Live tells: someone is in the room (after admission).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantJoined {
    pub session: SessionId,
    /// `ParticipantId` of the room.
    pub participant: uuid::Uuid,
    /// Absent for guests.
    pub user: Option<UserId>,
    pub name: String,
    pub role: Role,
    pub at: Timestamp,
}

/// Live tells: someone is no longer in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantLeft {
    pub session: SessionId,
    pub participant: uuid::Uuid,
    pub at: Timestamp,
}

/// Live tells: the media of someone in the room is connected, or no longer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantMedia {
    pub session: SessionId,
    pub participant: uuid::Uuid,
    pub at: Timestamp,
    pub media: Media,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    Connected,
    Lost,
}

/// Booking tells: a booking's time is over, and what became of it; again when an administrator decides otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingSettled {
    pub booking: BookingId,
    pub outcome: Outcome,
}

impl Fact for BookingSettled {
    const KIND: &'static str = "booking.settled";

    fn subject(&self) -> String {
        self.booking.to_string()
    }
}

macro_rules! session_facts {
    ($($fact:ty => $kind:literal),+ $(,)?) => {$(
        impl Fact for $fact {
            const KIND: &'static str = $kind;

            fn subject(&self) -> String {
                self.session.to_string()
            }
        }
    )+};
}
session_facts! {
    GroupEmptied => "booking.group_emptied",
    SessionEnded => "booking.session_ended",
    RoomOpened => "live.room_opened",
    RoomClosed => "live.room_closed",
    ParticipantJoined => "live.participant_joined",
    ParticipantLeft => "live.participant_left",
    ParticipantMedia => "live.participant_media",
}
