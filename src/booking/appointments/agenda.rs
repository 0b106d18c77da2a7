//! Somebody's sessions of a time, for a calendar: a group's bookings are one.

#![expect(unused_qualifications, reason = "utoipa writes out the type in Query<…>")]

use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Appointment, Party, ShownState};
use super::store;
use crate::accounts::{Accounts, LoggedIn};
use crate::availability;
use crate::booking::model::Person;
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::{Json, Query};
use crate::kernel::ids::{BookingId, SessionId, UserId};
use crate::kernel::openapi::Problems;

pub(super) fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Kernel: FromRef<S>,
    Accounts: FromRef<S>,
    Booking: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(agenda))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RangeQuery {
    /// What goes on then or later
    from_ms: i64,
    /// and starts before then, at most 31 days later.
    until_ms: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Agenda)]
struct AgendaAnswer {
    /// In order of time.
    items: Vec<AgendaItem>,
}

/// A session that was not cancelled.
#[derive(Serialize, ToSchema)]
struct AgendaItem {
    session_id: SessionId,
    /// Mine; as the mentor of a group the first of it.
    booking_id: BookingId,
    title: String,
    state: ShownState,
    starts_at_ms: Timestamp,
    ends_at_ms: Timestamp,
    you: Party,
    /// The mentor; for the mentor, the first who booked.
    with: Person,
    /// How many more people booked it, for its mentor.
    others: usize,
}

impl Booking {
    /// Somebody's places in sessions that touch `from..until`, in order of time, those of one session together.
    async fn agenda(&self, me: UserId, from: Timestamp, until: Timestamp) -> Result<Vec<Appointment>, BookingError> {
        availability::check_range(from, until).map_err(Box::new)?;
        Ok(store::appointments_between(&mut *self.kernel.db.read().await?, me, from, until).await?)
    }
}

/// My sessions of a time, as mentor and as mentee
///
/// Codes: `range_invalid`, `range_too_long` (400).
#[utoipa::path(get, path = "/api/me/agenda", tag = "bookings", params(RangeQuery),
    responses((status = 200, body = AgendaAnswer), Problems), security(("cookie" = []), ("bearer" = [])))]
async fn agenda(
    State(booking): State<Booking>,
    me: LoggedIn,
    Query(range): Query<RangeQuery>,
) -> ApiResult<Json<AgendaAnswer>> {
    let places = booking.agenda(me.user.id, Timestamp(range.from_ms), Timestamp(range.until_ms)).await?;
    let mut items: Vec<AgendaItem> = Vec::new();
    for place in places {
        match items.last_mut() {
            Some(last) if last.session_id == place.session => last.others += 1,
            _ => items.push(item(place, me.user.id)),
        }
    }
    Ok(Json(AgendaAnswer { items }))
}

fn item(place: Appointment, me: UserId) -> AgendaItem {
    let you = place.party(me);
    AgendaItem {
        session_id: place.session,
        booking_id: place.id,
        state: place.shown_state(),
        title: place.title,
        starts_at_ms: place.starts_at,
        ends_at_ms: place.ends_at,
        you,
        with: match you {
            Party::Mentor => place.mentee,
            Party::Mentee => place.mentor,
        },
        others: 0,
    }
}
