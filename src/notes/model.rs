//! Notes, things to do, files.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::booking::Person;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{ActionId, AttachmentId, UserId};

/// Whose note it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Everybody's who takes part.
    All,
    /// This person's own.
    One(UserId),
}

/// A text as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SessionNote)]
pub(super) struct Note {
    pub(super) text: String,
    /// Say it when changing the text; 0: nothing was ever written.
    pub(super) version: i32,
    #[schema(required)]
    pub(super) updated_by: Option<Person>,
    #[schema(required)]
    pub(super) updated_at_ms: Option<Timestamp>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SessionAction)]
pub(super) struct Action {
    pub(super) id: ActionId,
    pub(super) text: String,
    /// Who is to do it.
    #[schema(required)]
    pub(super) assignee: Option<Person>,
    /// `2026-12-24`.
    #[schema(required)]
    pub(super) due_on: Option<String>,
    /// Null while it is not done.
    #[schema(required)]
    pub(super) done_at_ms: Option<Timestamp>,
    pub(super) version: i32,
}

/// Something to do, as it is typed. Checked by [`super::rules`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = NewSessionAction)]
pub(super) struct NewAction {
    /// 1 to 500 characters.
    pub(super) text: String,
    /// One of those who take part; null: nobody in particular.
    #[serde(default)]
    pub(super) assignee_id: Option<UserId>,
    /// `2026-12-24`; null: some day.
    #[serde(default)]
    pub(super) due_on: Option<String>,
    #[serde(default)]
    pub(super) is_done: bool,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SessionAttachment)]
pub(super) struct Attachment {
    pub(super) id: AttachmentId,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: i64,
    pub(super) uploaded_by: Person,
    pub(super) created_at_ms: Timestamp,
}

/// A file on its way in.
pub(super) struct Upload {
    pub(super) name: String,
    /// Content-Type, without parameters.
    pub(super) declared: Option<String>,
    pub(super) bytes: Bytes,
}

/// What somebody sees beside a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SessionNotes)]
pub(super) struct Notes {
    /// Everybody's who takes part.
    pub(super) shared: Note,
    /// Nobody else sees it.
    pub(super) own: Note,
    /// Oldest first.
    pub(super) actions: Vec<Action>,
    /// Oldest first.
    pub(super) attachments: Vec<Attachment>,
    /// Who takes part; the mentor first.
    pub(super) people: Vec<Person>,
}
