//! HTTP of calendar feeds.

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Feed;
use crate::accounts::{Accounts, LoggedIn};
use crate::booking::Booking;
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::{ApiResult, Problem};
use crate::kernel::extract::{Json, Path};
use crate::kernel::openapi::Problems;

pub(in crate::booking) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(my_feed, renew_feed, remove_feed)).routes(routes!(calendar_feed))
}

/// Where calendars find my bookings.
#[derive(Serialize, ToSchema)]
#[schema(as = CalendarFeed)]
struct FeedAnswer {
    /// A secret: whoever has it sees the bookings. Null: there is none.
    #[schema(required)]
    url: Option<String>,
    #[schema(required)]
    created_at_ms: Option<Timestamp>,
}

/// The secret address of my bookings, for calendars to subscribe to
#[utoipa::path(get, path = "/api/me/calendar-feed", tag = "bookings",
    responses((status = 200, body = FeedAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn my_feed(State(booking): State<Booking>, me: LoggedIn, client: Client) -> ApiResult<Json<FeedAnswer>> {
    Ok(Json(answer(booking.feed(me.user.id).await?, &client)))
}

/// Make the address of my bookings, or a new one; the one before works no more
///
/// Code: `rate_limited`.
#[utoipa::path(post, path = "/api/me/calendar-feed", tag = "bookings",
    responses((status = 201, body = FeedAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn renew_feed(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
) -> ApiResult<(StatusCode, Json<FeedAnswer>)> {
    let feed = booking.renew_feed(me.user.id).await?;
    Ok((StatusCode::CREATED, Json(answer(Some(feed), &client))))
}

/// Take the address of my bookings away
#[utoipa::path(delete, path = "/api/me/calendar-feed", tag = "bookings", responses((status = 204), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn remove_feed(State(booking): State<Booking>, me: LoggedIn) -> ApiResult<StatusCode> {
    booking.remove_feed(me.user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody's bookings of the last year and all to come, as a calendar
///
/// The address is the permission. A booking is an event; to its mentor a group session is one. Each keeps its UID, counts its changes (SEQUENCE), and says when it is cancelled;
/// answers carry an ETag.
#[utoipa::path(get, path = "/calendar/{file}", tag = "bookings",
    params(("file" = String, Path, description = "The token and `.ics`")),
    responses((status = 200, description = "iCalendar (RFC 5545)", content_type = "text/calendar", body = String),
        (status = 304, description = "Nothing has changed since `If-None-Match`"), Problems))]
async fn calendar_feed(
    State(booking): State<Booking>,
    client: Client,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let token = file.strip_suffix(".ics").ok_or_else(Problem::not_found)?;
    let published = booking.published(token, &client.origin).await?.ok_or_else(Problem::not_found)?;
    let kept = [(header::ETAG, published.etag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if is_known(&headers, &published.etag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let kind = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"bookings.ics\""),
    ];
    Ok((kept, kind, published.text).into_response())
}

/// By If-None-Match, compared weakly (RFC 9110 §13.1.2): what is compressed on the way has a weak tag.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn answer(feed: Option<Feed>, client: &Client) -> FeedAnswer {
    let url = feed.as_ref().map(|feed| format!("{}/calendar/{}.ics", client.origin, feed.token));
    FeedAnswer { url, created_at_ms: feed.map(|feed| feed.created_at) }
}
