//! HTTP of attendance.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Attendance, Attendee, Dispute, Span, Verdict};
use crate::accounts::{Accounts, LoggedIn};
use crate::booking::appointments::Party;
use crate::booking::{Booking, Person};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Path};
use crate::kernel::ids::BookingId;
use crate::kernel::openapi::Problems;

pub(in crate::booking) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(booking_attendance)).routes(routes!(dispute_booking))
}

/// Who was in the room of a booking's session, and what was made of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Attendance)]
pub struct AttendanceAnswer {
    starts_at_ms: Timestamp,
    ends_at_ms: Timestamp,
    /// Who comes so long after the start, or earlier, has come.
    no_show_after_s: u64,
    /// The mentor, then the mentee.
    people: Vec<AttendeeAnswer>,
    /// Null until the booking is over.
    #[schema(required)]
    verdict: Option<Verdict>,
    #[schema(required)]
    dispute: Option<Dispute>,
    /// Until then the verdict can be disputed; null when it cannot.
    #[schema(required)]
    disputable_until_ms: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Attendee)]
struct AttendeeAnswer {
    party: Party,
    person: Person,
    /// Seconds in the room during the booked time.
    room_s: i64,
    /// Seconds of them with media connected.
    media_s: i64,
    /// In order; they may lie outside the booked time.
    stays: Vec<StayAnswer>,
    media: Vec<StayAnswer>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Stay)]
struct StayAnswer {
    from_ms: Timestamp,
    /// Null: it goes on.
    #[schema(required)]
    until_ms: Option<Timestamp>,
}

impl From<Span> for StayAnswer {
    fn from(Span { from, until }: Span) -> Self {
        Self { from_ms: from, until_ms: until }
    }
}

#[derive(Deserialize, ToSchema)]
struct RaiseDispute {
    /// What is wrong with the verdict, 1 to 1000 characters; the other and administrators read it.
    reason: String,
}

/// Who was there, and when
#[utoipa::path(get, path = "/api/bookings/{id}/attendance", tag = "bookings", params(("id" = BookingId, Path)),
    responses((status = 200, body = AttendanceAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn booking_attendance(
    State(booking): State<Booking>,
    me: LoggedIn,
    Path(id): Path<BookingId>,
) -> ApiResult<Json<AttendanceAnswer>> {
    Ok(Json(booking.attendance(me.user.id, id).await?.into()))
}

/// Say that a verdict is wrong, within 72 hours; an administrator decides
///
/// Codes: `nothing_to_dispute`, `already_disputed`, `dispute_late` (409), `reason_invalid` (422).
#[utoipa::path(post, path = "/api/bookings/{id}/dispute", tag = "bookings", params(("id" = BookingId, Path)),
    request_body = RaiseDispute, responses((status = 201, body = AttendanceAnswer), Problems),
    security(("cookie" = []), ("bearer" = [])))]
async fn dispute_booking(
    State(booking): State<Booking>,
    me: LoggedIn,
    Path(id): Path<BookingId>,
    Json(body): Json<RaiseDispute>,
) -> ApiResult<(StatusCode, Json<AttendanceAnswer>)> {
    booking.dispute(me.user.id, id, &body.reason).await?;
    Ok((StatusCode::CREATED, Json(booking.attendance(me.user.id, id).await?.into())))
}

impl From<Attendance> for AttendanceAnswer {
    fn from(attendance: Attendance) -> Self {
        let person = |Attendee { party, person, seconds, stays }: Attendee| AttendeeAnswer {
            party,
            person,
            room_s: seconds.room_s,
            media_s: seconds.media_s,
            stays: stays.room.into_iter().map(StayAnswer::from).collect(),
            media: stays.media.into_iter().map(StayAnswer::from).collect(),
        };
        Self {
            starts_at_ms: attendance.starts_at,
            ends_at_ms: attendance.ends_at,
            no_show_after_s: attendance.no_show_after_s,
            people: attendance.people.into_iter().map(person).collect(),
            verdict: attendance.verdict,
            dispute: attendance.dispute,
            disputable_until_ms: attendance.disputable_until,
        }
    }
}
