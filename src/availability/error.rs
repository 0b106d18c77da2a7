//! Why an availability use case was refused.

use axum::http::StatusCode;

use super::busy::Trouble as CalendarTrouble;
use crate::kernel::db::DatabaseFault;
use crate::kernel::error::{FieldProblem, Problem};

#[derive(Debug, thiserror::Error)]
pub enum AvailabilityError {
    #[error("only approved mentors have offerings and hours")]
    MentorRequired,
    /// There is none, it is not the asker's, or it cannot be booked.
    #[error("no such offering")]
    OfferingUnknown,
    #[error("this mentor has as many offerings as anyone may")]
    OfferingsFull,
    #[error("the range ends before it begins")]
    RangeInvalid,
    #[error("the range is longer than a month")]
    RangeTooLong,
    /// There is none, it is not the asker's, or it is not offered.
    #[error("no such calendar")]
    CalendarUnknown,
    #[error("they have subscribed to it already")]
    CalendarKnown,
    #[error("this mentor has as many calendars as anyone may")]
    CalendarsFull,
    /// What was just typed cannot be read.
    #[error("the calendar cannot be read")]
    CalendarTrouble(CalendarTrouble),
    #[error("Google does not answer as it should")]
    GoogleTrouble(CalendarTrouble),
    /// Another page's, too old, or none.
    #[error("this connection was not begun here")]
    CalendarAttempt,
    /// The person or the other side said no.
    #[error("the calendar may not be read")]
    CalendarDenied,
    #[error("too many attempts")]
    RateLimited(Problem),
    #[error("what was typed is not valid")]
    Invalid(Vec<FieldProblem>),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl DatabaseFault for AvailabilityError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<AvailabilityError> for Problem {
    fn from(error: AvailabilityError) -> Self {
        let (status, code, detail) = match error {
            AvailabilityError::MentorRequired => {
                (StatusCode::FORBIDDEN, "mentor_required", "Only approved mentors can be booked.")
            }
            AvailabilityError::OfferingUnknown | AvailabilityError::CalendarUnknown => return Problem::not_found(),
            AvailabilityError::CalendarKnown => {
                (StatusCode::CONFLICT, "calendar_known", "You have subscribed to this calendar already.")
            }
            AvailabilityError::CalendarsFull => {
                (StatusCode::CONFLICT, "calendars_full", "You have 10 calendars: remove one of them first.")
            }
            AvailabilityError::CalendarTrouble(trouble) => {
                let (code, detail) = (trouble.code(), trouble.detail().to_owned());
                return Problem::fields(vec![FieldProblem { field: "address", code, detail }]);
            }
            AvailabilityError::GoogleTrouble(trouble) => {
                (StatusCode::BAD_GATEWAY, trouble.code(), "Google does not answer. Try again later.")
            }
            AvailabilityError::CalendarAttempt => (
                StatusCode::BAD_REQUEST,
                "calendar_attempt_invalid",
                "This connection was begun elsewhere, or long ago. Start again.",
            ),
            AvailabilityError::CalendarDenied => (
                StatusCode::FORBIDDEN,
                "calendar_permission_denied",
                "Google did not give the permission to see when you are busy.",
            ),
            AvailabilityError::RateLimited(problem) => return problem,
            AvailabilityError::OfferingsFull => {
                (StatusCode::CONFLICT, "offerings_full", "You have 30 offerings: change one of them instead.")
            }
            AvailabilityError::RangeInvalid => {
                (StatusCode::BAD_REQUEST, "range_invalid", "`until_ms` must come after `from_ms`.")
            }
            AvailabilityError::RangeTooLong => (StatusCode::BAD_REQUEST, "range_too_long", "Ask for at most 31 days."),
            AvailabilityError::Invalid(fields) => return Problem::fields(fields),
            AvailabilityError::Database(_) => return Problem::internal(error),
        };
        Problem::new(status, code, detail)
    }
}
