//! HTTP of search and saved mentors.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DEFAULT_LIMIT, Discovery, FoundMentors, MentorCard, Search};
use crate::accounts::{Accounts, LoggedIn};
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::UserId;
use crate::kernel::openapi::Problems;

const MAX_LIMIT: u16 = 100;
pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Discovery: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(search_mentors))
        .routes(routes!(list_saved_mentors))
        .routes(routes!(save_mentor, forget_mentor))
}

/// What is asked of search.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Words that must all be there; the last may be the beginning of one. Case and diacritics do not matter.
    q: Option<String>,
    /// A skill, as in `facets`.
    skill: Option<String>,
    /// A language, ISO 639-1.
    language: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 100, 20 when absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SavedMentors)]
struct SavedAnswer {
    items: Vec<MentorCard>,
}

/// Find mentors, best first
///
/// Code: `cursor_invalid` (400).
#[utoipa::path(get, path = "/api/mentors", tag = "mentors", params(SearchQuery),
    responses((status = 200, body = FoundMentors), Problems),
    security((), ("cookie" = []), ("bearer" = [])))]
async fn search_mentors(
    State(discovery): State<Discovery>,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Json<FoundMentors>> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let search = Search::new(&said(&query.q), &said(&query.skill), &said(&query.language));
    Ok(Json(discovery.search(&search, query.cursor.as_deref(), limit).await?))
}

/// Mentors I saved, newest first
#[utoipa::path(get, path = "/api/me/saved-mentors", tag = "mentors",
    responses((status = 200, body = SavedAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_saved_mentors(State(discovery): State<Discovery>, me: LoggedIn) -> ApiResult<Json<SavedAnswer>> {
    Ok(Json(SavedAnswer { items: discovery.saved(me.user.id).await? }))
}

/// Save a mentor to my list
///
/// Code: `too_many_saved` (409).
#[utoipa::path(put, path = "/api/me/saved-mentors/{mentor_id}", tag = "mentors", params(("mentor_id" = UserId, Path)),
    responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn save_mentor(
    State(discovery): State<Discovery>,
    me: LoggedIn,
    Path(mentor): Path<UserId>,
) -> ApiResult<StatusCode> {
    discovery.save(me.user.id, mentor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a mentor off my list
#[utoipa::path(delete, path = "/api/me/saved-mentors/{mentor_id}", tag = "mentors",
    params(("mentor_id" = UserId, Path)), responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn forget_mentor(
    State(discovery): State<Discovery>,
    me: LoggedIn,
    Path(mentor): Path<UserId>,
) -> ApiResult<StatusCode> {
    discovery.forget(me.user.id, mentor).await?;
    Ok(StatusCode::NO_CONTENT)
}
