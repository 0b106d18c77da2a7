//! Why something was not exported or erased.

use crate::accounts::AccountsError;
use crate::booking::BookingError;
use crate::kernel::error::Problem;

#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    #[error(transparent)]
    Booking(#[from] BookingError),
    #[error("too many archives")]
    RateLimited(Problem),
    #[error("the archive could not be written: {0}")]
    Archive(#[from] std::io::Error),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<PrivacyError> for Problem {
    fn from(error: PrivacyError) -> Self {
        match error {
            PrivacyError::Accounts(error) => error.into(),
            PrivacyError::Booking(error) => error.into(),
            PrivacyError::RateLimited(problem) => problem,
            PrivacyError::Archive(_) | PrivacyError::Database(_) => Problem::internal(error),
        }
    }
}
