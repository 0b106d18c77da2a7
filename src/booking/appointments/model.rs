//! Bookings: places of mentees in sessions with a time.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::booking::model::{JoinCode, Person, SessionState};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, OfferingId, SeriesId, SessionId, UserId};

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
    /// Until when it is held; None when it is not.
    pub expires_at: Option<Timestamp>,
    /// The series it is one of.
    pub series: Option<SeriesPart>,
}

/// Which one of a series a booking is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeriesPart {
    pub series: SeriesId,
    /// When it was to start, before it was moved.
    pub recurrence: Timestamp,
    /// The series' zone, IANA.
    pub time_zone: String,
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
            (AppointmentState::Held, _) => ShownState::Held,
            (AppointmentState::AwaitingPayment, _) => ShownState::AwaitingPayment,
            (AppointmentState::Expired, _) => ShownState::Expired,
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
    /// The time is kept while the mentee answers the questions.
    Held,
    /// The time is kept while they pay.
    AwaitingPayment,
    Confirmed,
    Completed,
    Cancelled,
    NoShow,
    /// It became no booking: its time ran out, or it was given back.
    Expired,
}

impl AppointmentState {
    pub(crate) const ALL: [Self; 7] = [
        Self::Held,
        Self::AwaitingPayment,
        Self::Confirmed,
        Self::Completed,
        Self::Cancelled,
        Self::NoShow,
        Self::Expired,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::AwaitingPayment => "awaiting_payment",
            Self::Expired => "expired",
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
    Held,
    AwaitingPayment,
    Confirmed,
    Live,
    Completed,
    Cancelled,
    NoShow,
    Expired,
}

/// Who of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Mentor,
    Mentee,
}

impl Party {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Mentor => Self::Mentee,
            Self::Mentee => Self::Mentor,
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Mentor, Self::Mentee].into_iter().find(|party| Actor::from(*party).as_str() == text)
    }
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
    Held,
    /// Held for somebody who waited.
    Offered,
    /// A hold that nobody confirmed in time.
    Expired,
    /// A hold that was given back.
    Released,
    Booked,
    Rescheduled,
    /// One of the two proposed other times, with a note.
    Proposed,
    /// The other left it where it is.
    Declined,
    /// Who proposed took it back.
    Withdrawn,
    /// Nobody answered in time.
    ProposalExpired,
    Cancelled,
    Completed,
    NoShow,
    /// One of the two says that the verdict is wrong.
    Disputed,
    /// An administrator says that it is right.
    Upheld,
    /// An administrator says that both were there.
    RuledCompleted,
    /// An administrator says that somebody was not.
    RuledNoShow,
}

impl What {
    pub(super) const ALL: [Self; 17] = [
        Self::Held,
        Self::Offered,
        Self::Expired,
        Self::Released,
        Self::Booked,
        Self::Rescheduled,
        Self::Proposed,
        Self::Declined,
        Self::Withdrawn,
        Self::ProposalExpired,
        Self::Cancelled,
        Self::Completed,
        Self::NoShow,
        Self::Disputed,
        Self::Upheld,
        Self::RuledCompleted,
        Self::RuledNoShow,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Offered => "offered",
            Self::Expired => "expired",
            Self::Released => "released",
            Self::Booked => "booked",
            Self::Rescheduled => "rescheduled",
            Self::Proposed => "proposed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::ProposalExpired => "proposal_expired",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::NoShow => "no_show",
            Self::Disputed => "disputed",
            Self::Upheld => "upheld",
            Self::RuledCompleted => "ruled_completed",
            Self::RuledNoShow => "ruled_no_show",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == text)
    }
}

/// Who did something to a booking: one of the two, a rule of this server, or an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingActor)]
pub(crate) enum Actor {
    Mentor,
    Mentee,
    Rule,
    Admin,
}

impl Actor {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Mentor => "mentor",
            Self::Mentee => "mentee",
            Self::Rule => "rule",
            Self::Admin => "admin",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Mentor, Self::Mentee, Self::Rule, Self::Admin].into_iter().find(|actor| actor.as_str() == text)
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
