//! HTTP of administrators: disputes about who was there.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Administrator;
use crate::accounts::Accounts;
use crate::booking::{
    AttendanceAnswer, Booking, BookingError, Dispute, DisputeState, Disputed, Outcome, Person, Resolution, Verdict,
};
use crate::kernel::clock::Timestamp;
use crate::kernel::cursor::{cursor, parse_cursor};
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path, Query};
use crate::kernel::ids::BookingId;
use crate::kernel::openapi::Problems;

const DEFAULT_LIMIT: u16 = 20;
const MAX_LIMIT: u16 = 100;

pub(super) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(list_disputes))
        .routes(routes!(disputed_attendance))
        .routes(routes!(uphold_dispute))
        .routes(routes!(overturn_dispute))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `open` when absent.
    #[param(inline)]
    state: Option<DisputeState>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 100, 20 when absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Disputes)]
struct DisputesAnswer {
    items: Vec<DisputedAnswer>,
    /// Null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// A booking whose verdict one of the two disputes.
#[derive(Serialize, ToSchema)]
#[schema(as = DisputedBooking)]
struct DisputedAnswer {
    booking_id: BookingId,
    title: String,
    starts_at_ms: Timestamp,
    ends_at_ms: Timestamp,
    mentor: Person,
    mentee: Person,
    dispute: Dispute,
    /// As it is now.
    verdict: Verdict,
}

#[derive(Deserialize, ToSchema)]
struct Uphold {
    /// 1 to 1000 characters; both read it.
    reason: String,
}

#[derive(Deserialize, ToSchema)]
struct Overturn {
    /// 1 to 1000 characters; both read it.
    reason: String,
    /// What it is instead.
    outcome: Outcome,
}

/// Disputes about who was there, longest waiting first
///
/// Code: `admin_required` (403).
#[utoipa::path(get, path = "/api/admin/disputes", tag = "admin", params(ListQuery),
    responses((status = 200, body = DisputesAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_disputes(
    State(booking): State<Booking>,
    _: Administrator,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<DisputesAnswer>> {
    let after = query.cursor.map(|text| parse_cursor(&text).ok_or(BookingError::CursorInvalid)).transpose()?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let (items, next) = booking.disputes(query.state.unwrap_or(DisputeState::Open), after, limit).await?;
    Ok(Json(DisputesAnswer { items: items.into_iter().map(answer).collect(), next_cursor: next.map(cursor) }))
}

/// Who was there, of a disputed booking
///
/// Code: `admin_required` (403).
#[utoipa::path(get, path = "/api/admin/disputes/{booking_id}/attendance", tag = "admin",
    params(("booking_id" = BookingId, Path)), responses((status = 200, body = AttendanceAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn disputed_attendance(
    State(booking): State<Booking>,
    _: Administrator,
    Path(id): Path<BookingId>,
) -> ApiResult<Json<AttendanceAnswer>> {
    Ok(Json(booking.disputed_attendance(id).await?))
}

/// Let a verdict stand
///
/// Codes: `admin_required` (403), `dispute_resolved` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/admin/disputes/{booking_id}/uphold", tag = "admin", request_body = Uphold,
    params(("booking_id" = BookingId, Path)), responses((status = 200, body = DisputedAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn uphold_dispute(
    State(booking): State<Booking>,
    Administrator(me): Administrator,
    Path(id): Path<BookingId>,
    Json(body): Json<Uphold>,
) -> ApiResult<Json<DisputedAnswer>> {
    Ok(Json(answer(booking.resolve_dispute(me.user.id, id, Resolution::Uphold, &body.reason).await?)))
}

/// Put another verdict in its place
///
/// Codes: `admin_required` (403), `dispute_resolved`, `verdict_unchanged` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/admin/disputes/{booking_id}/overturn", tag = "admin", request_body = Overturn,
    params(("booking_id" = BookingId, Path)), responses((status = 200, body = DisputedAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn overturn_dispute(
    State(booking): State<Booking>,
    Administrator(me): Administrator,
    Path(id): Path<BookingId>,
    Json(body): Json<Overturn>,
) -> ApiResult<Json<DisputedAnswer>> {
    let resolution = Resolution::Overturn(body.outcome);
    Ok(Json(answer(booking.resolve_dispute(me.user.id, id, resolution, &body.reason).await?)))
}

fn answer(disputed: Disputed) -> DisputedAnswer {
    DisputedAnswer {
        booking_id: disputed.booking,
        title: disputed.title,
        starts_at_ms: disputed.starts_at,
        ends_at_ms: disputed.ends_at,
        mentor: disputed.mentor,
        mentee: disputed.mentee,
        dispute: disputed.dispute,
        verdict: disputed.verdict,
    }
}
