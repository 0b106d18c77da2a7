//! Stays, verdicts and disputes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::booking::appointments::Party;
use crate::booking::model::Person;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::BookingId;

/// From when to when; None: it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::booking) struct Span {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

/// Somebody's stays in a room, and when their media was connected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::booking) struct Stays {
    pub room: Vec<Span>,
    pub media: Vec<Span>,
}

/// Of the booked time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::booking) struct Seconds {
    pub room_s: i64,
    pub media_s: i64,
}

/// What became of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttendanceOutcome)]
pub enum Outcome {
    /// Both came.
    Completed,
    MentorAbsent,
    MenteeAbsent,
    BothAbsent,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::MentorAbsent => "mentor_absent",
            Self::MenteeAbsent => "mentee_absent",
            Self::BothAbsent => "both_absent",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Completed, Self::MentorAbsent, Self::MenteeAbsent, Self::BothAbsent];
        all.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttendanceJudge)]
pub enum Judge {
    Rule,
    Admin,
}

impl Judge {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Admin => "admin",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Rule, Self::Admin].into_iter().find(|judge| judge.as_str() == text)
    }
}

/// What was made of a booking whose time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AttendanceVerdict)]
pub struct Verdict {
    pub outcome: Outcome,
    pub by: Judge,
    /// For people.
    pub reason: String,
    pub decided_at_ms: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    Open,
    /// The verdict stays.
    Upheld,
    Overturned,
}

impl DisputeState {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Overturned => "overturned",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Upheld, Self::Overturned].into_iter().find(|state| state.as_str() == text)
    }
}

/// One of the two says that the verdict is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Dispute {
    pub raised_by: Party,
    pub reason: String,
    pub raised_at_ms: Timestamp,
    pub state: DisputeState,
    /// What the administrator wrote; null while it is open.
    #[schema(required)]
    pub resolution: Option<String>,
    #[schema(required)]
    pub resolved_at_ms: Option<Timestamp>,
}

/// A dispute in an administrator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disputed {
    pub booking: BookingId,
    pub title: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub mentor: Person,
    pub mentee: Person,
    pub dispute: Dispute,
    pub verdict: Verdict,
}

/// What an administrator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    Uphold,
    /// With what it is instead.
    Overturn(Outcome),
}

/// Somebody's part in a booking's attendance.
#[derive(Debug, Clone)]
pub struct Attendee {
    pub party: Party,
    pub person: Person,
    pub(super) seconds: Seconds,
    pub(super) stays: Stays,
}

/// Who was there when, and what was made of it.
#[derive(Debug, Clone)]
pub struct Attendance {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// As long after the start as one may come.
    pub no_show_after_s: u64,
    pub people: [Attendee; 2],
    pub verdict: Option<Verdict>,
    pub dispute: Option<Dispute>,
    /// Until when the two may say that the verdict is wrong; None: they cannot, or one of them did.
    pub disputable_until: Option<Timestamp>,
}
