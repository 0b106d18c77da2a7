//! Why a discovery use case was refused.

use axum::http::StatusCode;

use crate::kernel::db::DatabaseFault;
use crate::kernel::error::Problem;

#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    #[error("no such mentor")]
    MentorUnknown,
    #[error("more mentors are saved than anyone can look through")]
    TooManySaved,
    #[error("the cursor is not one of ours")]
    CursorInvalid,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl DatabaseFault for DiscoveryError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DiscoveryError> for Problem {
    fn from(error: DiscoveryError) -> Self {
        match error {
            DiscoveryError::MentorUnknown => Problem::not_found(),
            DiscoveryError::TooManySaved => Problem::new(
                StatusCode::CONFLICT,
                "too_many_saved",
                "Your list of saved mentors is full. Take some off it first.",
            ),
            DiscoveryError::CursorInvalid => {
                Problem::new(StatusCode::BAD_REQUEST, "cursor_invalid", "Start again from the first page.")
            }
            DiscoveryError::Database(_) => Problem::internal(error),
        }
    }
}
