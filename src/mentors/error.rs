//! Why a mentors use case was refused.

use axum::http::StatusCode;

use crate::kernel::db::DatabaseFault;
use crate::kernel::error::{FieldProblem, Problem};

#[derive(Debug, thiserror::Error)]
pub enum MentorsError {
    /// There is none, or it is not public.
    #[error("no such mentor")]
    MentorUnknown,
    #[error("this application was decided before")]
    AlreadyDecided,
    #[error("the application changed since it was read")]
    ApplicationChanged,
    #[error("they are no mentor")]
    NotApproved,
    #[error("the cursor is not one of ours")]
    CursorInvalid,
    /// Only where letters can be sent.
    #[error("the applicant's address is not confirmed")]
    EmailUnverified,
    #[error("what was typed is not valid")]
    Invalid(Vec<FieldProblem>),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl DatabaseFault for MentorsError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<MentorsError> for Problem {
    fn from(error: MentorsError) -> Self {
        match error {
            MentorsError::MentorUnknown => Problem::not_found(),
            MentorsError::AlreadyDecided => Problem::new(
                StatusCode::CONFLICT,
                "application_decided",
                "This application was decided before. Load the list again.",
            ),
            MentorsError::ApplicationChanged => Problem::new(
                StatusCode::CONFLICT,
                "application_changed",
                "The applicant has changed it since. Load the list again and read it.",
            ),
            MentorsError::NotApproved => {
                Problem::new(StatusCode::CONFLICT, "not_approved", "This person is no mentor. Load the list again.")
            }
            MentorsError::CursorInvalid => {
                Problem::new(StatusCode::BAD_REQUEST, "cursor_invalid", "Take `next_cursor` as it came.")
            }
            MentorsError::EmailUnverified => Problem::new(
                StatusCode::FORBIDDEN,
                "email_unverified",
                "Confirm your e-mail address first: we have sent you a letter with a link.",
            ),
            MentorsError::Invalid(fields) => Problem::fields(fields),
            MentorsError::Database(_) => Problem::internal(error),
        }
    }
}
