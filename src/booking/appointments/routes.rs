//! HTTP of bookings.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answers::{BookingAnswer, answer, told};
use super::{Scope, When, Wish, agenda, feed, rules};
use crate::accounts::{Accounts, LoggedIn};
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{BookingId, OfferingId};
use crate::kernel::openapi::Problems;

const DEFAULT_LIMIT: u16 = 20;
const MAX_LIMIT: u16 = 100;

pub(in crate::booking) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(book, list_bookings))
        .routes(routes!(hold))
        .routes(routes!(find_booking))
        .routes(routes!(confirm_booking))
        .routes(routes!(release_booking))
        .routes(routes!(cancel_booking))
        .routes(routes!(reschedule_booking))
        .routes(routes!(booking_calendar))
        .merge(agenda::routes())
        .merge(feed::routes())
        .merge(super::proposals::routes())
        .merge(super::waitlist::routes())
        .merge(super::series::routes())
}

#[derive(Deserialize, ToSchema)]
struct Book {
    offering_id: OfferingId,
    /// One of the offering's openings.
    starts_at_ms: Timestamp,
    /// One for each of the offering's questions, in their order.
    #[serde(default)]
    answers: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
struct HoldOpening {
    offering_id: OfferingId,
    /// One of the offering's openings.
    starts_at_ms: Timestamp,
}

#[derive(Deserialize, ToSchema)]
struct ConfirmBooking {
    /// One for each of the offering's questions, in their order.
    #[serde(default)]
    answers: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
struct Cancel {
    /// For the other; may be empty.
    #[serde(default)]
    reason: String,
    /// `this` one; `following`, of a series this one and those after it; or `session`, everyone's of a group.
    #[serde(default)]
    scope: CancelScope,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CancelScope {
    #[default]
    This,
    Following,
    Session,
}

#[derive(Deserialize, ToSchema)]
struct Reschedule {
    /// One of the offering's openings.
    starts_at_ms: Timestamp,
    /// For the other, or everyone; may be empty.
    #[serde(default)]
    reason: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Bookings)]
struct BookingsAnswer {
    items: Vec<BookingAnswer>,
    /// Null: that was all.
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Part {
    Upcoming,
    Past,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `upcoming` (soonest first) or `past` (latest first).
    #[param(inline)]
    when: Part,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
}

/// Book an opening in one step
///
/// Codes: `opening_taken` (409, with the nearest `alternatives`), `already_booked`, `own_offering`,
/// `payments_unavailable` (409), `email_unverified` (403), `not_found`, `answers_invalid` (422), `rate_limited`.
#[utoipa::path(post, path = "/api/bookings", tag = "bookings", request_body = Book,
    responses((status = 201, body = BookingAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn book(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Json(body): Json<Book>,
) -> ApiResult<(StatusCode, Json<BookingAnswer>)> {
    let Book { offering_id: offering, starts_at_ms: starts_at, answers } = body;
    let booked = booking.book(&me.user, Wish { offering, starts_at, answers, origin: client.origin }).await?;
    Ok((StatusCode::CREATED, told(&booking, booked, me.user.id).await?))
}

/// Hold an opening while its questions are answered
///
/// For ten minutes, unless the server is set otherwise: nobody else gets it until then. The answer is a booking in state
/// `held`; `/confirm` makes it the booking, `/release` gives it back. A held seat of a group counts.
/// Codes as for booking (`not_found` among them), and `holds_full` (409).
#[utoipa::path(post, path = "/api/bookings/holds", tag = "bookings", request_body = HoldOpening,
    responses((status = 201, body = BookingAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn hold(
    State(booking): State<Booking>,
    me: LoggedIn,
    Json(body): Json<HoldOpening>,
) -> ApiResult<(StatusCode, Json<BookingAnswer>)> {
    let held = booking.hold(&me.user, body.offering_id, body.starts_at_ms).await?;
    Ok((StatusCode::CREATED, told(&booking, held, me.user.id).await?))
}

/// Confirm a held time
///
/// Once confirmed, asking again changes nothing. Codes: `hold_over`, `booking_over` (409), `answers_invalid` (422).
#[utoipa::path(post, path = "/api/bookings/{id}/confirm", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = ConfirmBooking, responses((status = 200, body = BookingAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn confirm_booking(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
    Json(body): Json<ConfirmBooking>,
) -> ApiResult<Json<BookingAnswer>> {
    let confirmed = booking.confirm(me.user.id, id, &body.answers, &client.origin).await?;
    told(&booking, confirmed, me.user.id).await
}

/// Give a held time back
///
/// Once it is over, asking again changes nothing. Code: `hold_over` (409) when it was confirmed.
#[utoipa::path(post, path = "/api/bookings/{id}/release", tag = "bookings", params(("id" = BookingId, Path)),
    responses((status = 200, body = BookingAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn release_booking(
    State(booking): State<Booking>,
    me: LoggedIn,
    Path(id): Path<BookingId>,
) -> ApiResult<Json<BookingAnswer>> {
    let released = booking.release(me.user.id, id).await?;
    told(&booking, released, me.user.id).await
}

/// My bookings, as mentor and as mentee
#[utoipa::path(get, path = "/api/bookings", tag = "bookings", params(ListQuery),
    responses((status = 200, body = BookingsAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_bookings(
    State(booking): State<Booking>,
    me: LoggedIn,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<BookingsAnswer>> {
    let cursor = query.cursor.map(|text| rules::parse_cursor(&text).ok_or(BookingError::CursorInvalid)).transpose()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let when = match query.when {
        Part::Upcoming => When::Upcoming,
        Part::Past => When::Past,
    };
    let page = booking.appointments(me.user.id, when, cursor, limit).await?;
    let next_cursor = page.next.map(rules::cursor);
    let items = page.items.into_iter().map(|item| answer(item, me.user.id, Vec::new())).collect();
    Ok(Json(BookingsAnswer { items, next_cursor }))
}

/// A booking of mine
#[utoipa::path(get, path = "/api/bookings/{id}", tag = "bookings", params(("id" = BookingId, Path)),
    responses((status = 200, body = BookingAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn find_booking(
    State(booking): State<Booking>,
    me: LoggedIn,
    Path(id): Path<BookingId>,
) -> ApiResult<Json<BookingAnswer>> {
    let found = booking.appointment(me.user.id, id).await?;
    told(&booking, found, me.user.id).await
}

/// Cancel a booking
///
/// Codes: `booking_over`, `cancellation_late` (409), `host_required` (403) when a mentee cancels for everyone,
/// `reason_invalid` (422).
#[utoipa::path(post, path = "/api/bookings/{id}/cancel", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = Cancel, responses((status = 200, body = BookingAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn cancel_booking(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
    Json(body): Json<Cancel>,
) -> ApiResult<Json<BookingAnswer>> {
    let scope = match body.scope {
        CancelScope::This => Scope::This,
        CancelScope::Following => Scope::Following,
        CancelScope::Session => Scope::Session,
    };
    let cancelled = booking.cancel(me.user.id, id, scope, &body.reason, &client.origin).await?;
    told(&booking, cancelled, me.user.id).await
}

/// Move a booking to another opening of its offering
///
/// Its mentee moves their own. The mentor of a group moves the session before it starts: everyone's bookings and the line,
/// while holds end; who is moved may cancel until it starts. For a session of two a mentor proposes times.
/// Codes: `opening_taken` (409, with the nearest `alternatives`), `already_booked`, `booking_over`,
/// `cancellation_late` (409), `mentee_required` (403), `reason_invalid` (422), `rate_limited`.
#[utoipa::path(post, path = "/api/bookings/{id}/reschedule", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = Reschedule, responses((status = 200, body = BookingAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn reschedule_booking(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
    Json(body): Json<Reschedule>,
) -> ApiResult<Json<BookingAnswer>> {
    let moved = booking.reschedule(me.user.id, id, body.starts_at_ms, &body.reason, &client.origin).await?;
    told(&booking, moved, me.user.id).await
}

/// A booking for one's calendar
#[utoipa::path(get, path = "/api/bookings/{id}/calendar.ics", tag = "bookings", params(("id" = BookingId, Path)),
    responses((status = 200, description = "iCalendar (RFC 5545)", content_type = "text/calendar", body = String), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn booking_calendar(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
) -> ApiResult<Response> {
    let object = booking.calendar_object(me.user.id, id, &client.origin).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"session.ics\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, object).into_response())
}
