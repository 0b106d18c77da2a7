//! Why a reviews use case was refused.

use axum::http::StatusCode;

use crate::kernel::db::DatabaseFault;
use crate::kernel::error::{FieldProblem, Problem};

#[derive(Debug, thiserror::Error)]
pub enum ReviewsError {
    /// There is none, or it is not the asker's.
    #[error("no such booking")]
    BookingUnknown,
    #[error("no such mentor")]
    MentorUnknown,
    /// There is none, or not for the asker.
    #[error("no such review")]
    ReviewUnknown,
    /// It is not over, was cancelled or missed.
    #[error("the session did not take place")]
    NotAttended,
    #[error("too late to change it")]
    EditOver,
    #[error("they reported it before")]
    AlreadyReported,
    #[error("it is so already")]
    NothingToDo,
    #[error("the cursor is not one of ours")]
    CursorInvalid,
    #[error("what was typed is not valid")]
    Invalid(Vec<FieldProblem>),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl DatabaseFault for ReviewsError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ReviewsError> for Problem {
    fn from(error: ReviewsError) -> Self {
        let (status, code, detail) = match error {
            ReviewsError::BookingUnknown | ReviewsError::MentorUnknown | ReviewsError::ReviewUnknown => {
                return Problem::not_found();
            }
            ReviewsError::NotAttended => {
                (StatusCode::CONFLICT, "not_attended", "A review is for a session that both of you came to.")
            }
            ReviewsError::EditOver => {
                (StatusCode::CONFLICT, "edit_over", "A review can be changed for 14 days after it was written.")
            }
            ReviewsError::AlreadyReported => {
                (StatusCode::CONFLICT, "already_reported", "You have reported this review. Somebody will look at it.")
            }
            ReviewsError::NothingToDo => {
                (StatusCode::CONFLICT, "review_decided", "This was decided before. Load the list again.")
            }
            ReviewsError::CursorInvalid => {
                (StatusCode::BAD_REQUEST, "cursor_invalid", "Start again from the first page.")
            }
            ReviewsError::Invalid(fields) => return Problem::fields(fields),
            ReviewsError::Database(_) => return Problem::internal(error),
        };
        Problem::new(status, code, detail)
    }
}
