//! Bookings as their two see them.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Answered, Appointment, HistoryLine, Party, ShownState};
use crate::booking::Booking;
use crate::booking::model::Person;
use crate::kernel::clock::Timestamp;
use crate::kernel::error::ApiResult;
use crate::kernel::extract::Json;
use crate::kernel::ids::{BookingId, OfferingId, SeriesId, SessionId, UserId};

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
    /// Of a group, for its mentor: everyone's place in the session, this one included, in the order they were booked. Else,
    /// and in lists, empty.
    group: Vec<PlaceAnswer>,
    /// Oldest first; empty in lists.
    history: Vec<HistoryLine>,
}

/// Somebody's place in a group session.
#[derive(Serialize, ToSchema)]
#[schema(as = GroupPlace)]
struct PlaceAnswer {
    booking_id: BookingId,
    mentee: Person,
    state: ShownState,
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

pub(super) async fn told(booking: &Booking, appointment: Appointment, me: UserId) -> ApiResult<Json<BookingAnswer>> {
    let history = booking.history(appointment.id).await?;
    let proposal = booking.proposal(appointment.id).await?.map(|proposal| ProposalAnswer {
        by: proposal.by,
        note: proposal.note,
        starts_at_ms: proposal.times.into_iter().map(|(time, _)| time).collect(),
        expires_at_ms: proposal.expires_at,
    });
    let group = booking.group_of(&appointment, me).await?.into_iter();
    let group =
        group.map(|place| PlaceAnswer { booking_id: place.id, state: place.shown_state(), mentee: place.mentee });
    Ok(Json(BookingAnswer { proposal, group: group.collect(), ..answer(appointment, me, history) }))
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
        group: Vec::new(),
        history,
    }
}
