//! Bookings: places of mentees in sessions with a time.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::booking::model::{JoinCode, Person, SessionState};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, OfferingId, SessionId, UserId};

/// The room of a session opens so long before its start.
pub(crate) const OPENS_BEFORE: Duration = Duration::from_secs(600);

/// One mentee's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Appointment {
    pub id: BookingId,
    pub session: SessionId,
    pub offering: OfferingId,
    pub title: String,
    pub state: AppointmentState,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub price_minor: i64,
    pub currency: String,
    pub seats: i16,
    pub mentor: Person,
    /// Where the mentor's page is, while they have one.
    pub mentor_slug: Option<String>,
    pub mentee: Person,
    pub answers: Vec<Answered>,
    /// Of the session's room.
    pub room: SessionState,
    pub join_code: JoinCode,
    pub(super) cancellation_notice: Duration,
}

impl Appointment {
    pub(crate) fn party(&self, user: UserId) -> Party {
        if user == self.mentor.id { Party::Mentor } else { Party::Mentee }
    }

    /// When the room opens.
    pub(crate) fn opens_at(&self) -> Timestamp {
        self.starts_at.minus(OPENS_BEFORE)
    }

    /// The mentee may cancel or move it until then.
    pub(crate) fn free_cancellation_until(&self) -> Timestamp {
        self.starts_at.minus(self.cancellation_notice)
    }

    /// What people see: a confirmed one is live while people are in its room.
    pub(crate) fn shown_state(&self) -> ShownState {
        match (self.state, self.room) {
            (AppointmentState::Confirmed, SessionState::Live) => ShownState::Live,
            (AppointmentState::Confirmed, _) => ShownState::Confirmed,
            (AppointmentState::Completed, _) => ShownState::Completed,
            (AppointmentState::Cancelled, _) => ShownState::Cancelled,
            (AppointmentState::NoShow, _) => ShownState::NoShow,
        }
    }
}

/// Where a booking is in its life; [`life`](super::life) has the ways between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppointmentState {
    Confirmed,
    Completed,
    Cancelled,
    NoShow,
}

impl AppointmentState {
    pub(crate) const ALL: [Self; 4] = [Self::Confirmed, Self::Completed, Self::Cancelled, Self::NoShow];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no_show",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A booking's state, and whether people are meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingState)]
pub(crate) enum ShownState {
    Confirmed,
    Live,
    Completed,
    Cancelled,
    NoShow,
}

/// Who of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Mentor,
    Mentee,
}

/// A question of the mentor's, and what the mentee wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Answered {
    pub question: String,
    pub answer: String,
}

/// A line of a booking's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BookingEvent)]
pub(crate) struct HistoryLine {
    pub at_ms: Timestamp,
    pub what: What,
    pub by: Actor,
    /// May be empty.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingEventKind)]
pub(crate) enum What {
    Booked,
    Rescheduled,
    Cancelled,
    Completed,
    NoShow,
}

impl What {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Rescheduled => "rescheduled",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::NoShow => "no_show",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Booked, Self::Rescheduled, Self::Cancelled, Self::Completed, Self::NoShow];
        all.into_iter().find(|what| what.as_str() == text)
    }
}

/// Who did something to a booking: one of the two, or a rule of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingActor)]
pub(crate) enum Actor {
    Mentor,
    Mentee,
    Rule,
}

impl Actor {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Mentor => "mentor",
            Self::Mentee => "mentee",
            Self::Rule => "rule",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Mentor, Self::Mentee, Self::Rule].into_iter().find(|actor| actor.as_str() == text)
    }
}

impl From<Party> for Actor {
    fn from(party: Party) -> Self {
        match party {
            Party::Mentor => Self::Mentor,
            Party::Mentee => Self::Mentee,
        }
    }
}
