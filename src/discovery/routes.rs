//! HTTP of search and saved mentors.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Bounds, DEFAULT_LIMIT, Discovery, FoundMentors, Free, MentorCard, Search, Sort};
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
pub struct SearchQuery {
    /// Words that must all be there; the last may be the beginning of one. Case and diacritics do not matter.
    q: Option<String>,
    /// A skill, as in `facets`.
    skill: Option<String>,
    /// A language, ISO 639-1.
    language: Option<String>,
    /// Where the mentor is, IANA: `Europe/Paris`.
    time_zone: Option<String>,
    /// What the cheapest session of a mentor costs at least, in the smallest unit of its currency.
    #[param(minimum = 0)]
    price_min: Option<i64>,
    /// And at most; 0 is free.
    #[param(minimum = 0)]
    price_max: Option<i64>,
    /// 1 to 5: only mentors with reviews, rated so or better.
    #[param(minimum = 1, maximum = 5)]
    rating_min: Option<f64>,
    /// Only mentors with an opening in the next seven days.
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    free_this_week: bool,
    /// `relevance` when absent.
    #[param(inline)]
    sort: Option<Sort>,
    /// `next_cursor` of the page before, of the same search.
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
    let cursor = query.cursor.clone();
    Ok(Json(discovery.search(&query.into(), cursor.as_deref(), limit).await?))
}

impl From<SearchQuery> for Search {
    fn from(query: SearchQuery) -> Self {
        let said = |text: Option<String>| text.unwrap_or_default();
        Self {
            time_zone: query.time_zone.filter(|zone| !zone.is_empty()),
            bounds: Bounds {
                price_min: query.price_min,
                price_max: query.price_max,
                rating_min: query.rating_min.map(milli),
                free: if query.free_this_week { Free::ThisWeek } else { Free::Whenever },
            },
            sort: query.sort.unwrap_or_default(),
            ..Self::new(&said(query.q), &said(query.skill), &said(query.language))
        }
    }
}

/// In thousandths, whatever was asked.
fn milli(rating: f64) -> i64 {
    (rating.clamp(0.0, 5.0) * 1_000.0).round() as i64
}

/// `1` or `true` is yes.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(matches!(text.as_deref(), Some("1" | "true")))
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
