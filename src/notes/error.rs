//! Why a use case of notes was refused.

use axum::http::StatusCode;

use super::model::{Action, Note};
use crate::booking::BookingError;
use crate::kernel::db::DatabaseFault;
use crate::kernel::error::{FieldProblem, Problem};

#[derive(Debug, thiserror::Error)]
pub(super) enum NotesError {
    /// Above all: the asker has no place in the session.
    #[error(transparent)]
    Booking(#[from] BookingError),
    /// With the text as it is now.
    #[error("the note has changed")]
    NoteChanged(Box<Note>),
    #[error("what is to do has changed")]
    ActionChanged(Box<Action>),
    #[error("nothing of the kind is to do")]
    ActionUnknown,
    #[error("as much is to do as may be")]
    ActionsFull,
    #[error("no such file")]
    AttachmentUnknown,
    #[error("the session has as many files as any may")]
    AttachmentsFull,
    #[error("the files of this person weigh too much")]
    QuotaUsedUp,
    #[error("only who brought a file may take it away")]
    UploaderRequired,
    #[error("the file is empty")]
    AttachmentEmpty,
    #[error("the file is too large")]
    AttachmentTooLarge,
    /// Nothing that is recognised.
    #[error("files of this kind are not taken")]
    TypeRefused,
    /// Its bytes say another thing than its sender.
    #[error("the file is not what it is said to be")]
    TypeMismatch,
    #[error("too many uploads")]
    RateLimited(Problem),
    #[error("what was typed is not valid")]
    Invalid(Vec<FieldProblem>),
    #[error("the folder of files failed: {0}")]
    Storage(#[from] std::io::Error),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl DatabaseFault for NotesError {
    fn database_fault(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Database(error) => Some(error),
            Self::Booking(error) => error.database_fault(),
            _ => None,
        }
    }
}

impl From<NotesError> for Problem {
    fn from(error: NotesError) -> Self {
        let (status, code, detail) = match error {
            NotesError::Booking(error) => return error.into(),
            NotesError::NoteChanged(current) => {
                let detail = "Somebody has changed this text meanwhile.";
                return Problem::new(StatusCode::CONFLICT, "note_changed", detail).with_member("current", current);
            }
            NotesError::ActionChanged(current) => {
                let detail = "Somebody has changed this meanwhile.";
                return Problem::new(StatusCode::CONFLICT, "action_changed", detail).with_member("current", current);
            }
            NotesError::ActionUnknown | NotesError::AttachmentUnknown => return Problem::not_found(),
            NotesError::ActionsFull => {
                (StatusCode::CONFLICT, "actions_full", "A hundred things are to do here: remove some first.")
            }
            NotesError::AttachmentsFull => {
                (StatusCode::CONFLICT, "attachments_full", "This session has 50 files: remove some first.")
            }
            NotesError::QuotaUsedUp => {
                (StatusCode::CONFLICT, "attachments_quota", "Your files weigh too much together: remove some first.")
            }
            NotesError::UploaderRequired => {
                (StatusCode::FORBIDDEN, "uploader_required", "Only who brought a file can take it away.")
            }
            NotesError::AttachmentEmpty => {
                (StatusCode::UNPROCESSABLE_ENTITY, "attachment_empty", "There is nothing in this file.")
            }
            NotesError::AttachmentTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "attachment_too_large", "A file has at most 10 MB.")
            }
            NotesError::TypeRefused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "attachment_type_refused",
                "Files are PDF, pictures (PNG, JPEG, WebP, GIF), text, office documents or ZIP.",
            ),
            NotesError::TypeMismatch => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "attachment_type_mismatch",
                "What is in this file is not what its name says.",
            ),
            NotesError::RateLimited(problem) => return problem,
            NotesError::Invalid(fields) => return Problem::fields(fields),
            NotesError::Storage(_) | NotesError::Database(_) => return Problem::internal(error),
        };
        Problem::new(status, code, detail)
    }
}
