//! HTTP of profiles and pictures.

use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::User;
use super::pictures::MAX_BYTES;
use super::{Accounts, LoggedIn, TypedProfile};
use crate::kernel::error::{ApiResult, Problem};
use crate::kernel::extract::{Json, Path};
use crate::kernel::openapi::Problems;

pub(super) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
{
    let pictures = OpenApiRouter::new().routes(routes!(save_picture, remove_picture));
    OpenApiRouter::new()
        .routes(routes!(save_profile))
        .routes(routes!(picture))
        .merge(pictures.layer(DefaultBodyLimit::max(MAX_BYTES)))
}

#[derive(Deserialize, ToSchema)]
struct SaveProfile {
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    display_name: String,
    /// A language tag (BCP 47); null: what the browser says.
    language: Option<String>,
    /// An IANA zone; null: what the browser says.
    time_zone: Option<String>,
}

/// A picture: JPEG, PNG or WebP.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "says in the document what the body is")]
struct Picture(Vec<u8>);

/// Say how others see me, and in which language and zone I want to read
///
/// Codes (422, each with its field): `display_name_invalid`, `language_invalid`, `time_zone_unknown`.
#[utoipa::path(put, path = "/api/me/profile", tag = "accounts", request_body = SaveProfile,
    responses((status = 200, body = User), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn save_profile(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    Json(body): Json<SaveProfile>,
) -> ApiResult<Json<User>> {
    let SaveProfile { display_name, language, time_zone } = body;
    Ok(Json(accounts.save_profile(me.user.id, TypedProfile { display_name, language, time_zone }).await?))
}

/// Give me a picture: JPEG, PNG or WebP, up to 4 MiB and 4,096 pixels a side
///
/// Its middle is cut to a square and written anew. Codes: `picture_unreadable` (422), `picture_too_large` (413),
/// `rate_limited`.
#[utoipa::path(put, path = "/api/me/picture", tag = "accounts",
    request_body(content = Picture, content_type = "application/octet-stream"),
    responses((status = 200, body = User), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn save_picture(
    State(accounts): State<Accounts>,
    me: LoggedIn,
    body: Result<Bytes, BytesRejection>,
) -> ApiResult<Json<User>> {
    let upload = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::from(super::AccountsError::PictureTooLarge),
        status => Problem::new(status, "body_unreadable", rejection.body_text()),
    })?;
    Ok(Json(accounts.save_picture(me.user.id, upload).await?))
}

/// Take my picture away
#[utoipa::path(delete, path = "/api/me/picture", tag = "accounts", responses((status = 200, body = User), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn remove_picture(State(accounts): State<Accounts>, me: LoggedIn) -> ApiResult<Json<User>> {
    Ok(Json(accounts.remove_picture(me.user.id).await?))
}

/// Somebody's picture, by the address other answers give
#[utoipa::path(get, path = "/api/pictures/{name}", tag = "accounts", params(("name" = String, Path)),
    responses((status = 200, body = Picture, content_type = "image/jpeg"), Problems))]
async fn picture(State(accounts): State<Accounts>, Path(name): Path<String>) -> ApiResult<Response> {
    let jpeg = accounts.picture(&name).await.ok_or_else(Problem::not_found)?;
    // Another picture has another name.
    let kept = "public, max-age=31536000, immutable";
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, kept)], jpeg).into_response())
}
