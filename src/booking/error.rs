//! Why a booking use case was refused.

use axum::http::StatusCode;

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
    #[error("the cursor is not one of ours")]
    CursorInvalid,
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
            BookingError::SessionUnknown => return Problem::not_found(),
            BookingError::LinkUnknown => {
                (StatusCode::NOT_FOUND, "link_unknown", "No session has this link. Ask the mentor for a new one.")
            }
            BookingError::SessionOver => (StatusCode::GONE, "session_ended", "This session is over."),
            BookingError::CursorInvalid => {
                (StatusCode::BAD_REQUEST, "cursor_invalid", "Start again from the first page.")
            }
            BookingError::Invalid(fields) => return Problem::fields(fields),
            BookingError::Database(_) => return Problem::internal(error),
        };
        Problem::new(status, code, detail)
    }
}
