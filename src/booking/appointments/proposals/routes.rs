//! HTTP of proposals.

use axum::extract::{FromRef, State};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::{Accounts, LoggedIn};
use crate::booking::Booking;
use crate::booking::appointments::answers::{BookingAnswer, told};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::BookingId;
use crate::kernel::openapi::Problems;

pub(in crate::booking::appointments) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(propose)).routes(routes!(accept_proposal)).routes(routes!(decline_proposal))
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

#[derive(Deserialize, ToSchema)]
struct DeclineProposal {
    /// For the other; may be empty.
    #[serde(default)]
    reason: String,
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
