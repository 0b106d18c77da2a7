//! HTTP of series.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{OnConflict, Repeat, Rrule, Whole};
use crate::accounts::{Accounts, LoggedIn};
use crate::booking::appointments::answers::{BookingAnswer, answer};
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::client::Client;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::{BookingId, SeriesId, UserId};
use crate::kernel::openapi::Problems;

pub(in crate::booking) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(confirm_series)).routes(routes!(find_series))
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SeriesConflicts {
    /// Nothing is booked unless all times are free.
    Refuse,
    /// Those that are free are booked.
    Skip,
}

#[derive(Deserialize, ToSchema)]
struct ConfirmSeries {
    /// RFC 5545, in part: `FREQ=WEEKLY;INTERVAL=2;COUNT=6`, with intervals up to 4 and counts from 2 to 12. The times
    /// repeat on the mentor's clock.
    rrule: String,
    conflicts: SeriesConflicts,
    /// One for each of the offering's questions, in their order.
    #[serde(default)]
    answers: Vec<String>,
}

/// Bookings that repeat.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingSeries)]
struct SeriesAnswer {
    id: SeriesId,
    rrule: String,
    /// On whose clock, IANA.
    time_zone: String,
    /// In the order of the rule.
    bookings: Vec<BookingAnswer>,
    /// Times of the rule that were not free.
    conflicts_ms: Vec<Timestamp>,
}

/// Confirm a held time as the first of a series
///
/// Of one-to-one sessions. Once confirmed, asking again changes nothing. Codes: `series_conflicts` (409, with the
/// `conflicts` and how many would be `free`), `hold_over`, `booking_over`, `group_session` (409), `rrule_invalid`,
/// `answers_invalid` (422), `rate_limited`.
#[utoipa::path(post, path = "/api/bookings/{id}/series", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = ConfirmSeries, responses((status = 200, body = SeriesAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn confirm_series(
    State(booking): State<Booking>,
    me: LoggedIn,
    client: Client,
    Path(id): Path<BookingId>,
    Json(body): Json<ConfirmSeries>,
) -> ApiResult<(StatusCode, Json<SeriesAnswer>)> {
    let rrule = Rrule::parse(&body.rrule).map_err(|mistake| BookingError::Invalid(vec![mistake]))?;
    let on_conflict = match body.conflicts {
        SeriesConflicts::Refuse => OnConflict::Refuse,
        SeriesConflicts::Skip => OnConflict::Skip,
    };
    let repeat = Repeat { rrule, on_conflict, answers: &body.answers, origin: &client.origin };
    let whole = booking.confirm_series(me.user.id, id, repeat).await?;
    Ok((StatusCode::OK, Json(series_answer(whole, me.user.id))))
}

/// A series of mine
#[utoipa::path(get, path = "/api/series/{id}", tag = "bookings", params(("id" = SeriesId, Path)),
    responses((status = 200, body = SeriesAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn find_series(
    State(booking): State<Booking>,
    me: LoggedIn,
    Path(id): Path<SeriesId>,
) -> ApiResult<Json<SeriesAnswer>> {
    let whole = booking.whole_series(me.user.id, id).await?;
    Ok(Json(series_answer(whole, me.user.id)))
}

fn series_answer(whole: Whole, me: UserId) -> SeriesAnswer {
    SeriesAnswer {
        id: whole.series.id,
        rrule: whole.series.rrule.to_string(),
        time_zone: whole.series.time_zone,
        bookings: whole.bookings.into_iter().map(|booking| answer(booking, me, Vec::new())).collect(),
        conflicts_ms: whole.missing,
    }
}
