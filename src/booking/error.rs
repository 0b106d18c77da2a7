//! Why a booking use case was refused.

use axum::http::StatusCode;
use serde_json::json;

use crate::availability::{AvailabilityError, Opening};
use crate::kernel::clock::Timestamp;
use crate::kernel::db::DatabaseFault;
use crate::kernel::error::{FieldProblem, Problem};

#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    #[error("only approved mentors open sessions")]
    MentorRequired,
    #[error("only the session's mentor may do this")]
    HostRequired,
    /// There is none, or it is not the asker's.
    #[error("no such session")]
    SessionUnknown,
    #[error("no session has this link")]
    LinkUnknown,
    #[error("the session is over")]
    SessionOver,
    #[error("the session's room opens later")]
    NotOpenYet,
    /// Only those with a booking may enter.
    #[error("they have no booking")]
    BookingRequired,
    #[error("a booked session that has not begun is not ended but cancelled")]
    SessionBooked,
    /// There is none, or nothing of it can be booked any more.
    #[error("no such offering")]
    OfferingUnknown,
    /// Somebody else was there first, or it was no opening; with openings near it.
    #[error("the opening is taken")]
    OpeningTaken(Vec<Opening>),
    #[error("one's own offering")]
    OwnOffering,
    #[error("they have a place there already")]
    AlreadyBooked,
    #[error("nothing can be paid for yet")]
    PaymentsUnavailable,
    #[error("their address is not confirmed")]
    EmailUnverified,
    #[error("no such booking")]
    BookingUnknown,
    #[error("only its mentee may move a booking of two")]
    MenteeRequired,
    #[error("the booking is over")]
    BookingOver,
    #[error("the time is only held for them")]
    NotConfirmed,
    /// It ran out, was given back, or somebody confirmed it.
    #[error("the time is not held any more")]
    HoldOver,
    #[error("they hold as many times as one person may")]
    HoldsFull,
    #[error("nothing is proposed")]
    ProposalOver,
    #[error("one's own proposal")]
    ProposalOwn,
    /// Of a group, which moves for nobody alone.
    #[error("the session is a group's")]
    GroupSession,
    /// Or there is no such session.
    #[error("nothing to wait for")]
    NotFull,
    #[error("too close to the start to wait for a seat")]
    WaitlistClosed,
    #[error("no such place in a line")]
    WaitUnknown,
    /// Some times of a series are not free; `free` are, the first one included.
    #[error("some times of the series are not free")]
    SeriesConflicts { conflicts: Vec<Timestamp>, free: usize },
    /// For a mentee, by the policy that was agreed.
    #[error("too late to cancel")]
    CancellationLate,
    /// It is not over, or was cancelled.
    #[error("there is no verdict yet")]
    NothingToDispute,
    #[error("one of the two has disputed it")]
    AlreadyDisputed,
    #[error("too late to dispute")]
    DisputeLate,
    #[error("the dispute was resolved before")]
    DisputeResolved,
    #[error("overturned to what it is")]
    VerdictUnchanged,
    #[error("too many bookings")]
    RateLimited(Problem),
    #[error("the cursor is not one of ours")]
    CursorInvalid,
    #[error(transparent)]
    Range(#[from] Box<AvailabilityError>),
    #[error("what was typed is not valid")]
    Invalid(Vec<FieldProblem>),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl DatabaseFault for BookingError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<BookingError> for Problem {
    fn from(error: BookingError) -> Self {
        let (status, code, detail) = match error {
            BookingError::MentorRequired => {
                (StatusCode::FORBIDDEN, "mentor_required", "Only approved mentors can open sessions.")
            }
            BookingError::HostRequired => {
                (StatusCode::FORBIDDEN, "host_required", "Only the session's mentor can do this.")
            }
            BookingError::SessionUnknown
            | BookingError::OfferingUnknown
            | BookingError::BookingUnknown
            | BookingError::WaitUnknown => return Problem::not_found(),
            BookingError::NotFull => {
                (StatusCode::CONFLICT, "not_full", "There is nothing to wait for at this time. Look at the free times.")
            }
            BookingError::WaitlistClosed => {
                (StatusCode::CONFLICT, "waitlist_closed", "It starts within an hour: seats are not offered any more.")
            }
            BookingError::NotOpenYet => {
                (StatusCode::CONFLICT, "session_not_open_yet", "The room opens ten minutes before the session starts.")
            }
            BookingError::BookingRequired => {
                (StatusCode::FORBIDDEN, "booking_required", "Only those who booked this session can enter it.")
            }
            BookingError::SessionBooked => (
                StatusCode::CONFLICT,
                "session_booked",
                "This session is booked and has not begun. Cancel its bookings instead.",
            ),
            BookingError::OpeningTaken(free) => return opening_taken(&free),
            BookingError::SeriesConflicts { conflicts, free } => {
                let detail = "Some of these times are not free. Nothing is booked.";
                let problem = Problem::new(StatusCode::CONFLICT, "series_conflicts", detail);
                return problem.with_member("conflicts", conflicts).with_member("free", free);
            }
            BookingError::OwnOffering => (StatusCode::CONFLICT, "own_offering", "You cannot book yourself."),
            BookingError::AlreadyBooked => {
                (StatusCode::CONFLICT, "already_booked", "You have a place in this session already.")
            }
            BookingError::PaymentsUnavailable => {
                (StatusCode::CONFLICT, "payments_unavailable", "Sessions that cost money cannot be booked here yet.")
            }
            BookingError::EmailUnverified => {
                (StatusCode::FORBIDDEN, "email_unverified", "Confirm your e-mail address first.")
            }
            BookingError::MenteeRequired => (
                StatusCode::FORBIDDEN,
                "mentee_required",
                "Only the mentee can move this booking. Propose other times.",
            ),
            BookingError::BookingOver => (StatusCode::CONFLICT, "booking_over", "This booking is over or cancelled."),
            BookingError::NotConfirmed => {
                (StatusCode::CONFLICT, "booking_not_confirmed", "This time is only held for you. Confirm it first.")
            }
            BookingError::HoldOver => {
                (StatusCode::CONFLICT, "hold_over", "This time is not held for you any more. Choose it again.")
            }
            BookingError::HoldsFull => (
                StatusCode::CONFLICT,
                "holds_full",
                "You hold as many times as one person may. Confirm or let go one of them first.",
            ),
            BookingError::ProposalOver => {
                (StatusCode::CONFLICT, "proposal_over", "This proposal was answered, replaced or has run out.")
            }
            BookingError::ProposalOwn => {
                (StatusCode::CONFLICT, "proposal_own", "You made this proposal. The other one decides.")
            }
            BookingError::GroupSession => {
                (StatusCode::CONFLICT, "group_session", "A group session does not move for one person.")
            }
            BookingError::CancellationLate => (
                StatusCode::CONFLICT,
                "cancellation_late",
                "It is too late to change this booking. Only the mentor can now.",
            ),
            BookingError::NothingToDispute => {
                (StatusCode::CONFLICT, "nothing_to_dispute", "Nothing has been decided about this booking.")
            }
            BookingError::AlreadyDisputed => {
                (StatusCode::CONFLICT, "already_disputed", "One of you has disputed this already.")
            }
            BookingError::DisputeLate => {
                (StatusCode::CONFLICT, "dispute_late", "It is too late: 72 hours have passed since it was decided.")
            }
            BookingError::DisputeResolved => {
                (StatusCode::CONFLICT, "dispute_resolved", "This dispute was resolved before. Load the list again.")
            }
            BookingError::VerdictUnchanged => {
                (StatusCode::CONFLICT, "verdict_unchanged", "That is the verdict already: uphold it instead.")
            }
            BookingError::RateLimited(problem) => return problem,
            BookingError::LinkUnknown => {
                (StatusCode::NOT_FOUND, "link_unknown", "No session has this link. Ask the mentor for a new one.")
            }
            BookingError::SessionOver => (StatusCode::GONE, "session_ended", "This session is over."),
            BookingError::CursorInvalid => {
                (StatusCode::BAD_REQUEST, "cursor_invalid", "Start again from the first page.")
            }
            BookingError::Range(error) => return (*error).into(),
            BookingError::Invalid(fields) => return Problem::fields(fields),
            BookingError::Database(_) => return Problem::internal(error),
        };
        Problem::new(status, code, detail)
    }
}

fn opening_taken(free: &[Opening]) -> Problem {
    let detail = if free.is_empty() {
        "This time is not free any more."
    } else {
        "This time is not free any more. These are, close to it."
    };
    let times = free.iter().map(|free| json!({"starts_at_ms": free.starts_at, "ends_at_ms": free.ends_at}));
    Problem::new(StatusCode::CONFLICT, "opening_taken", detail).with_member("alternatives", times.collect::<Vec<_>>())
}
