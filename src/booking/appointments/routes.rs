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
use super::{Scope, When, Wish, feed, rules};
use crate::accounts::{Accounts, LoggedIn};
use crate::booking::model::Person;
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::{BookingId, OfferingId, SeriesId, SessionId, UserId};
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
        .routes(routes!(propose))
        .routes(routes!(accept_proposal))
        .routes(routes!(decline_proposal))
        .routes(routes!(booking_calendar))
        .merge(feed::routes())
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
    /// Of a series: `this` one, or `following`, this one and those after it.
    #[serde(default)]
    scope: CancelScope,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CancelScope {
    #[default]
    This,
    Following,
}

#[derive(Deserialize, ToSchema)]
struct DeclineProposal {
    /// For the other; may be empty.
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize, ToSchema)]
struct Reschedule {
    starts_at_ms: Timestamp,
}

#[derive(Deserialize, ToSchema)]
struct ProposeTimes {
    /// One to three openings of the booking's offering.
    starts_at_ms: Vec<Timestamp>,
    /// For the other; may be empty.
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, ToSchema)]
struct AcceptProposal {
    /// One of those proposed.
    starts_at_ms: Timestamp,
}

/// Other times for a booking, which one of its two proposed to the other.
#[derive(Serialize, ToSchema)]
#[schema(as = Proposal)]
struct ProposalAnswer {
    by: Party,
    /// May be empty.
    note: String,
    /// In order.
    starts_at_ms: Vec<Timestamp>,
    /// The times are held until then.
    expires_at_ms: Timestamp,
}

/// A booking, as the asker sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Booking)]
pub(super) struct BookingAnswer {
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
    /// Until when it is held; null when it is not.
    #[schema(required)]
    expires_at_ms: Option<Timestamp>,
    /// Null when it does not repeat.
    #[schema(required)]
    series_id: Option<SeriesId>,
    /// Null: nothing is to decide; and in lists.
    #[schema(required)]
    proposal: Option<ProposalAnswer>,
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
/// Codes as for booking, and `holds_full` (409).
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
    let scope = match body.scope {
        CancelScope::This => Scope::This,
        CancelScope::Following => Scope::Following,
    };
    let cancelled = booking.cancel(me.user.id, id, scope, &body.reason, &client.origin).await?;
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

/// Propose other times for a booking
///
/// Either of its two may until it starts, the mentee also when it is too late to move it. The times are held for the other,
/// for two days unless the server is set otherwise. A proposal takes the place of one that is open, the other's too.
/// Codes: `opening_taken` (409, with the nearest `alternatives`), `booking_over`, `group_session`, `proposal_over` (409),
/// `times_invalid`, `reason_invalid` (422), `rate_limited`.
#[utoipa::path(post, path = "/api/bookings/{id}/proposal", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = ProposeTimes, responses((status = 200, body = BookingAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn propose(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
    Json(body): Json<ProposeTimes>,
) -> ApiResult<Json<BookingAnswer>> {
    let proposed = booking.propose(me.user.id, id, body.starts_at_ms, &body.note, &client.origin).await?;
    told(&booking, proposed, me.user.id).await
}

/// Accept one of the times the other proposed
///
/// Once it is moved there, asking again changes nothing. Codes: `proposal_over`, `proposal_own`, `booking_over` (409),
/// `times_invalid` (422).
#[utoipa::path(post, path = "/api/bookings/{id}/proposal/accept", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = AcceptProposal, responses((status = 200, body = BookingAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn accept_proposal(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
    Json(body): Json<AcceptProposal>,
) -> ApiResult<Json<BookingAnswer>> {
    let moved = booking.accept(me.user.id, id, body.starts_at_ms, &client.origin).await?;
    told(&booking, moved, me.user.id).await
}

/// Leave a booking where it is
///
/// Declines the other's proposal, or takes one's own back. Codes: `proposal_over` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/bookings/{id}/proposal/decline", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = DeclineProposal, responses((status = 200, body = BookingAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn decline_proposal(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
    Json(body): Json<DeclineProposal>,
) -> ApiResult<Json<BookingAnswer>> {
    let kept = booking.decline(me.user.id, id, &body.reason, &client.origin).await?;
    told(&booking, kept, me.user.id).await
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
    let proposal = booking.proposal(appointment.id).await?.map(|proposal| ProposalAnswer {
        by: proposal.by,
        note: proposal.note,
        starts_at_ms: proposal.times.into_iter().map(|(time, _)| time).collect(),
        expires_at_ms: proposal.expires_at,
    });
    Ok(Json(BookingAnswer { proposal, ..answer(appointment, me, history) }))
}

pub(super) fn answer(appointment: Appointment, me: UserId, history: Vec<HistoryLine>) -> BookingAnswer {
    BookingAnswer {
        state: appointment.shown_state(),
        you: appointment.party(me),
        free_cancellation_until_ms: appointment.free_cancellation_until(),
        opens_at_ms: appointment.opens_at(),
        join_code: appointment.join_code.as_str().to_owned(),
        expires_at_ms: appointment.expires_at,
        series_id: appointment.series.map(|part| part.series),
        proposal: None,
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
