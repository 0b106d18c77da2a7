//! HTTP of bookings.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Answered, Appointment, HistoryLine, Party, ShownState};
use super::{When, Wish, feed, rules};
use crate::accounts::{Accounts, LoggedIn};
use crate::booking::model::Person;
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{BookingId, OfferingId, SessionId, UserId};
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
        .routes(routes!(find_booking))
        .routes(routes!(cancel_booking))
        .routes(routes!(reschedule_booking))
        .routes(routes!(booking_calendar))
        .merge(feed::routes())
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
struct Cancel {
    /// For the other; may be empty.
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize, ToSchema)]
struct Reschedule {
    starts_at_ms: Timestamp,
}

/// A booking, as the asker sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Booking)]
struct BookingAnswer {
    id: BookingId,
    session_id: SessionId,
    offering_id: OfferingId,
    title: String,
    state: ShownState,
    starts_at_ms: Timestamp,
    ends_at_ms: Timestamp,
    price_minor: i64,
    currency: String,
    /// Of its session; 1 is one-to-one.
    seats: i16,
    you: Party,
    mentor: Person,
    /// Of the mentor's page; null while they have none.
    #[schema(required)]
    mentor_slug: Option<String>,
    mentee: Person,
    answers: Vec<Answered>,
    /// Until then the mentee may cancel it or move it.
    free_cancellation_until_ms: Timestamp,
    /// From then on the room can be entered.
    opens_at_ms: Timestamp,
    join_code: String,
    /// Oldest first; empty in lists.
    history: Vec<HistoryLine>,
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

/// Book an opening
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
/// Codes: `booking_over`, `cancellation_late` (409), `reason_invalid` (422).
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
    let cancelled = booking.cancel(me.user.id, id, &body.reason, &client.origin).await?;
    told(&booking, cancelled, me.user.id).await
}

/// Move a booking to another opening of its offering
///
/// Only its mentee may. Codes: `opening_taken` (409, with the nearest `alternatives`), `already_booked`,
/// `booking_over`, `cancellation_late` (409), `mentee_required` (403), `rate_limited`.
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
    let moved = booking.reschedule(me.user.id, id, body.starts_at_ms, &client.origin).await?;
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

async fn told(booking: &Booking, appointment: Appointment, me: UserId) -> ApiResult<Json<BookingAnswer>> {
    let history = booking.history(appointment.id).await?;
    Ok(Json(answer(appointment, me, history)))
}

fn answer(appointment: Appointment, me: UserId, history: Vec<HistoryLine>) -> BookingAnswer {
    BookingAnswer {
        state: appointment.shown_state(),
        you: appointment.party(me),
        free_cancellation_until_ms: appointment.free_cancellation_until(),
        opens_at_ms: appointment.opens_at(),
        join_code: appointment.join_code.as_str().to_owned(),
        id: appointment.id,
        session_id: appointment.session,
        offering_id: appointment.offering,
        title: appointment.title,
        starts_at_ms: appointment.starts_at,
        ends_at_ms: appointment.ends_at,
        price_minor: appointment.price_minor,
        currency: appointment.currency,
        seats: appointment.seats,
        mentor: appointment.mentor,
        mentor_slug: appointment.mentor_slug,
        mentee: appointment.mentee,
        answers: appointment.answers,
        history,
    }
}
