//! HTTP of notes.

use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Action, Attachment, NewAction, Note, Notes as All, Owner, Upload};
use super::{Notes, NotesError};
use crate::accounts::{Accounts, LoggedIn};
use crate::kernel::error::{ApiResult, Problem};
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{ActionId, AttachmentId, SessionId};
use crate::kernel::openapi::Problems;

/// What a file may weigh.
const ATTACHMENT_MAX_BYTES: usize = 10 << 20;
/// Of a note, whose characters JSON may write in six bytes.
const NOTE_MAX_BYTES: usize = 256 << 10;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Notes: FromRef<S>,
{
    let texts = OpenApiRouter::new().routes(routes!(write_shared_note)).routes(routes!(write_own_note));
    let files = OpenApiRouter::new().routes(routes!(attach));
    OpenApiRouter::new()
        .routes(routes!(session_notes))
        .routes(routes!(add_action))
        .routes(routes!(change_action, remove_action))
        .routes(routes!(attachment, detach))
        .merge(texts.layer(DefaultBodyLimit::max(NOTE_MAX_BYTES)))
        .merge(files.layer(DefaultBodyLimit::max(ATTACHMENT_MAX_BYTES)))
}

#[derive(Deserialize, ToSchema)]
struct WriteNote {
    /// Up to 20,000 characters.
    text: String,
    /// The version that was seen; 0 where there was none.
    version: i32,
}

#[derive(Deserialize, ToSchema)]
struct ChangeAction {
    #[serde(flatten)]
    action: NewAction,
    /// The version that was seen.
    version: i32,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FileQuery {
    /// What the file is called.
    #[serde(default)]
    name: String,
}

/// A file as it is.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "says in the document what the body is")]
struct File(Vec<u8>);

/// What is written down beside a booked session of mine
///
/// Those with a place in it see it, before and after; one's own note nobody else does.
#[utoipa::path(get, path = "/api/sessions/{id}/notes", tag = "notes", params(("id" = SessionId, Path)),
    responses((status = 200, body = All), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn session_notes(State(notes): State<Notes>, me: LoggedIn, Path(id): Path<SessionId>) -> ApiResult<Json<All>> {
    Ok(Json(notes.all(me.user.id, id).await?))
}

/// Write the notes that all who take part share
///
/// Codes: `note_changed` (409, with the `current` note), `note_invalid` (422).
#[utoipa::path(put, path = "/api/sessions/{id}/notes/shared", tag = "notes", params(("id" = SessionId, Path)),
    request_body = WriteNote, responses((status = 200, body = Note), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn write_shared_note(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path(id): Path<SessionId>,
    Json(body): Json<WriteNote>,
) -> ApiResult<Json<Note>> {
    Ok(Json(notes.write(me.user.id, id, Owner::All, &body.text, body.version).await?))
}

/// Write my own notes
///
/// Codes as for the shared ones.
#[utoipa::path(put, path = "/api/sessions/{id}/notes/own", tag = "notes", params(("id" = SessionId, Path)),
    request_body = WriteNote, responses((status = 200, body = Note), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn write_own_note(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path(id): Path<SessionId>,
    Json(body): Json<WriteNote>,
) -> ApiResult<Json<Note>> {
    Ok(Json(notes.write(me.user.id, id, Owner::One(me.user.id), &body.text, body.version).await?))
}

/// Add something to do
///
/// Codes (422, each with its field): `action_invalid`, `assignee_invalid`, `due_on_invalid`; `actions_full` (409).
#[utoipa::path(post, path = "/api/sessions/{id}/actions", tag = "notes", params(("id" = SessionId, Path)),
    request_body = NewAction, responses((status = 201, body = Action), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn add_action(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path(id): Path<SessionId>,
    Json(body): Json<NewAction>,
) -> ApiResult<(StatusCode, Json<Action>)> {
    Ok((StatusCode::CREATED, Json(notes.add_action(me.user.id, id, body).await?)))
}

/// Change something to do, or tick it off
///
/// Codes as for a new one, and `action_changed` (409, with the `current` one).
#[utoipa::path(put, path = "/api/sessions/{id}/actions/{action}", tag = "notes",
    params(("id" = SessionId, Path), ("action" = ActionId, Path)), request_body = ChangeAction,
    responses((status = 200, body = Action), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn change_action(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path((id, action)): Path<(SessionId, ActionId)>,
    Json(body): Json<ChangeAction>,
) -> ApiResult<Json<Action>> {
    Ok(Json(notes.change_action(me.user.id, id, action, body.action, body.version).await?))
}

/// Remove something to do
#[utoipa::path(delete, path = "/api/sessions/{id}/actions/{action}", tag = "notes",
    params(("id" = SessionId, Path), ("action" = ActionId, Path)), responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn remove_action(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path((id, action)): Path<(SessionId, ActionId)>,
) -> ApiResult<StatusCode> {
    notes.remove_action(me.user.id, id, action).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put a file beside a session, up to 10 MB: PDF, pictures, text, office documents, ZIP
///
/// What it is its first bytes say; a Content-Type must agree with them. Codes: `attachment_empty`,
/// `attachment_type_refused`, `attachment_type_mismatch` (422), `attachment_too_large` (413), `attachments_full`,
/// `attachments_quota` (409), `rate_limited`.
#[utoipa::path(post, path = "/api/sessions/{id}/attachments", tag = "notes",
    params(("id" = SessionId, Path)),
    request_body(content = File, content_type = "application/octet-stream"),
    responses((status = 201, body = Attachment), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn attach(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path(id): Path<SessionId>,
    Query(file): Query<FileQuery>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> ApiResult<(StatusCode, Json<Attachment>)> {
    let bytes = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::from(NotesError::AttachmentTooLarge),
        status => Problem::new(status, "body_unreadable", rejection.body_text()),
    })?;
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let declared = declared.and_then(|value| value.split(';').next()).map(|value| value.trim().to_owned());
    let upload = Upload { name: file.name, declared, bytes };
    Ok((StatusCode::CREATED, Json(notes.attach(me.user.id, id, upload).await?)))
}

/// A file beside a session of mine: to be saved, never shown as a page
#[utoipa::path(get, path = "/api/sessions/{id}/attachments/{attachment}", tag = "notes",
    params(("id" = SessionId, Path), ("attachment" = AttachmentId, Path)),
    responses((status = 200, body = File, content_type = "application/octet-stream"), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn attachment(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path((id, attachment)): Path<(SessionId, AttachmentId)>,
) -> ApiResult<Response> {
    let (found, bytes) = notes.attachment(me.user.id, id, attachment).await?;
    let headers = [
        (header::CONTENT_TYPE, found.media_type),
        (header::CONTENT_DISPOSITION, disposition(&found.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// Take a file away that I brought
///
/// Code: `uploader_required` (403).
#[utoipa::path(delete, path = "/api/sessions/{id}/attachments/{attachment}", tag = "notes",
    params(("id" = SessionId, Path), ("attachment" = AttachmentId, Path)), responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn detach(
    State(notes): State<Notes>,
    me: LoggedIn,
    Path((id, attachment)): Path<(SessionId, AttachmentId)>,
) -> ApiResult<StatusCode> {
    notes.detach(me.user.id, id, attachment).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// RFC 6266 with RFC 8187's encoding: ASCII for old clients, the name itself for others.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_adds_no_header_and_ends_no_quote() {
        assert_eq!(
            disposition("Zoë \"x\"; y.pdf"),
            "attachment; filename=\"Zo_ _x__ y.pdf\"; filename*=UTF-8''Zo%C3%AB%20%22x%22%3B%20y.pdf"
        );
    }
}
