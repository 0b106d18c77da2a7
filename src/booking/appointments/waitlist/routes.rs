//! HTTP of waiting lists.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Wait;
use crate::accounts::{Accounts, LoggedIn};
use crate::booking::Booking;
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::{BookingId, OfferingId, WaitId};
use crate::kernel::openapi::Problems;

pub(in crate::booking) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(join_waitlist, list_waits)).routes(routes!(leave_waitlist))
}

#[derive(Deserialize, ToSchema)]
struct JoinWaitlist {
    offering_id: OfferingId,
    /// One of the `full` sessions among the offering's openings.
    starts_at_ms: Timestamp,
}

/// My place in a line.
#[derive(Serialize, ToSchema)]
#[schema(as = Wait)]
struct WaitAnswer {
    id: WaitId,
    offering_id: OfferingId,
    title: String,
    mentor_name: String,
    starts_at_ms: Timestamp,
    /// From 1; 0 when a seat is held for me.
    position: i64,
    /// The seat that is held for me, a booking to confirm or release; null while I wait.
    #[schema(required)]
    booking_id: Option<BookingId>,
    /// Until when.
    #[schema(required)]
    expires_at_ms: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Waits)]
struct WaitsAnswer {
    items: Vec<WaitAnswer>,
}

/// Wait for a seat of a group session that is full
///
/// A seat that becomes free is held for the first in line for half an hour, unless the server is set otherwise, and at most
/// until an hour before the start; a letter says so. Then it is the next one's. Asked again, one keeps one's place.
/// Codes: `not_full`, `waitlist_closed`, `already_booked`, `own_offering`, `payments_unavailable` (409),
/// `email_unverified` (403), `not_found`, `rate_limited`.
#[utoipa::path(post, path = "/api/waitlist", tag = "bookings", request_body = JoinWaitlist,
    responses((status = 201, body = WaitAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn join_waitlist(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Json(body): Json<JoinWaitlist>,
) -> ApiResult<(StatusCode, Json<WaitAnswer>)> {
    let wait = booking.line_up(&me.user, body.offering_id, body.starts_at_ms, &client.origin).await?;
    Ok((StatusCode::CREATED, Json(wait.into())))
}

/// What I wait for, soonest first
#[utoipa::path(get, path = "/api/waitlist", tag = "bookings",
    responses((status = 200, body = WaitsAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn list_waits(State(booking): State<Booking>, me: LoggedIn) -> ApiResult<Json<WaitsAnswer>> {
    let items = booking.waits(me.user.id).await?.into_iter().map(Into::into).collect();
    Ok(Json(WaitsAnswer { items }))
}

/// Wait no longer
///
/// A seat that is held goes to the next.
#[utoipa::path(delete, path = "/api/waitlist/{id}", tag = "bookings", params(("id" = WaitId, Path)),
    responses((status = 204), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn leave_waitlist(State(booking): State<Booking>, me: LoggedIn, Path(id): Path<WaitId>) -> ApiResult<StatusCode> {
    booking.step_out(me.user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Wait> for WaitAnswer {
    fn from(wait: Wait) -> Self {
        Self {
            id: wait.id,
            offering_id: wait.offering,
            title: wait.title,
            mentor_name: wait.mentor_name,
            starts_at_ms: wait.starts_at,
            position: wait.position,
            booking_id: wait.offered.map(|(booking, _)| booking),
            expires_at_ms: wait.offered.map(|(_, expires_at)| expires_at),
        }
    }
}
