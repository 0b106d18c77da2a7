//! Why an availability use case was refused.

use axum::http::StatusCode;

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
            AvailabilityError::OfferingUnknown => return Problem::not_found(),
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
