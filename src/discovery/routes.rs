//! HTTP of search and saved mentors.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Bounds, DEFAULT_LIMIT, Discovery, FoundMentors, Free, MentorCard, Search, Sort};
use crate::accounts::{Accounts, LoggedIn};
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::UserId;
use crate::kernel::openapi::Problems;
use crate::kernel::time_zone::iana_name;

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
    #[serde(default, deserialize_with = "time_zone")]
    time_zone: Option<String>,
    /// What the cheapest session of a mentor costs at least, in the smallest unit of its currency.
    #[serde(default, deserialize_with = "amount")]
    #[param(minimum = 0)]
    price_min: Option<i64>,
    /// And at most; 0 is free.
    #[serde(default, deserialize_with = "amount")]
    #[param(minimum = 0)]
    price_max: Option<i64>,
    /// 1 to 5: only mentors with reviews, rated so or better.
    #[serde(default, deserialize_with = "rating")]
    #[param(minimum = 1, maximum = 5)]
    rating_min: Option<f64>,
    /// Only mentors with an opening in the next seven days: `1` or `true`.
    #[serde(default, deserialize_with = "flag")]
    free_this_week: Option<bool>,
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
        let free = if query.free_this_week == Some(true) { Free::ThisWeek } else { Free::Whenever };
        Self {
            time_zone: query.time_zone,
            bounds: Bounds {
                price_min: query.price_min,
                price_max: query.price_max,
                rating_min: query.rating_min.map(|rating| (rating * 1_000.0).round() as i64),
                free,
            },
            sort: query.sort.unwrap_or_default(),
            ..Self::new(&said(query.q), &said(query.skill), &said(query.language))
        }
    }
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    parsed(deserializer, "a zone like Europe/Madrid", iana_name)
}

fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    parsed(deserializer, "a whole number, 0 or more", |text| text.parse::<i64>().ok().filter(|amount| *amount >= 0))
}

fn rating<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    parsed(deserializer, "a number from 1 to 5", |text| {
        text.parse::<f64>().ok().filter(|stars| (1.0..=5.0).contains(stars))
    })
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    parsed(deserializer, "true or false", |text| match text {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    })
}

/// None where nothing is said; what does not parse is refused, with the whole query.
fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    parse(&text).map(Some).ok_or_else(|| D::Error::custom(format!("expected {expected}")))
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
