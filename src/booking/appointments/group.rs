//! A session as its mentor's: everyone's places in it, and cancelling or moving all of them.

use sqlx::AnyConnection;

use super::model::{Actor, Appointment, AppointmentState, Party, What};
use super::{Deed, advance, cancel_in, find, holds, move_whole, store, tell_these, waitlist};
use crate::availability::{self, Offering};
use crate::booking::events::GroupEmptied;
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{SessionId, UserId};
use crate::kernel::outbox;

impl Booking {
    /// Everyone's bookings of the session `booking` is one of, in the order they were made, for its mentor; those that were
    /// cancelled are none. Empty when it is not a group's.
    pub(super) async fn group_of(&self, booking: &Appointment, me: UserId) -> Result<Vec<Appointment>, BookingError> {
        if booking.seats == 1 || booking.party(me) != Party::Mentor {
            return Ok(Vec::new());
        }
        Ok(store::places_in(&mut *self.kernel.db.read().await?, booking.session).await?)
    }
}

/// Cancels every booking of a session. What is held of it ends, and nobody who waits for a seat gets one by it.
pub(super) async fn call_off(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    session: &Appointment,
    deed: &Deed<'_>,
    origin: &str,
) -> Result<(), BookingError> {
    // From here on nobody takes a seat or lines up.
    store::lock_session(conn, session.session).await?;
    waitlist::dissolve(conn, kernel, session).await?;
    end_holds(conn, kernel, session.session, "The mentor cancelled the session.").await?;
    let places = confirmed_in(conn, session.session).await?;
    for booking in &places {
        cancel_in(conn, kernel, booking, deed).await?;
    }
    tell_all(conn, kernel, &places, origin).await
}

/// Moves the session `booking` is one of, with everyone's bookings and its line. What is held of it ends: nobody confirms
/// another time than they saw. Who is moved may cancel until it starts, whatever was agreed.
pub(super) async fn move_all(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    offering: &Offering,
    starts_at: Timestamp,
    booking: &Appointment,
    deed: &Deed<'_>,
    origin: &str,
) -> Result<(), BookingError> {
    // From here on nobody takes a seat, lines up or moves the session; what was read before may be of an older time.
    store::lock_session(conn, booking.session).await?;
    let session = &find(conn, booking.mentor.id, booking.id).await?;
    let now = kernel.clock.now();
    let is_ahead = session.state == AppointmentState::Confirmed && now < session.starts_at;
    if !is_ahead || session.session != booking.session {
        return Err(BookingError::BookingOver);
    }
    if session.starts_at == starts_at {
        return Ok(());
    }
    // Before the holds end, so that their seats are offered to nobody at the old time.
    waitlist::follow(conn, kernel, session, starts_at).await?;
    end_holds(conn, kernel, session.session, "The mentor moved the session to another time.").await?;
    let seats_left = move_whole(conn, kernel, offering, session.session, starts_at).await?;
    availability::clear_group_opening(conn, session.session).await?;
    availability::set_group_opening(conn, offering.id, starts_at, session.session, seats_left).await?;
    let places = confirmed_in(conn, session.session).await?;
    for place in &places {
        advance(conn, kernel, place.id, place.state, deed).await?;
        store::move_to(conn, place, session.session, offering, starts_at, now).await?;
        store::waive_notice(conn, place.id).await?;
    }
    tell_all(conn, kernel, &places, origin).await?;
    let moved = find(conn, booking.mentor.id, booking.id).await?;
    while waitlist::offer_seat(conn, kernel, &moved).await? {}
    Ok(())
}

/// Tells the mentor when somebody who moved, with the booking as it was before, was the last in a group.
pub(super) async fn tell_if_empty(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    before: &Appointment,
    origin: &str,
) -> Result<(), BookingError> {
    if before.seats == 1 || !store::places_in(conn, before.session).await?.is_empty() {
        return Ok(());
    }
    let Appointment { session, starts_at, ends_at, .. } = *before;
    let (mentor, title, origin) = (before.mentor.id, before.title.clone(), origin.to_owned());
    let fact = GroupEmptied { session, mentor, title, starts_at, ends_at, origin };
    outbox::publish(conn, &kernel.clock, &kernel.random, &fact).await?;
    Ok(())
}

/// Each mentee about theirs, and the mentor once.
async fn tell_all(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    places: &[Appointment],
    origin: &str,
) -> Result<(), BookingError> {
    for place in places {
        tell_these(conn, kernel, place.id, origin, &[Party::Mentee]).await?;
    }
    match places.first() {
        Some(first) => tell_these(conn, kernel, first.id, origin, &[Party::Mentor]).await,
        None => Ok(()),
    }
}

async fn end_holds(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    session: SessionId,
    reason: &str,
) -> Result<(), BookingError> {
    for held in store::held_in(conn, session).await? {
        holds::end(conn, kernel, &held, &Deed { what: What::Expired, by: Actor::Rule, actor: None, reason }).await?;
    }
    Ok(())
}

async fn confirmed_in(conn: &mut AnyConnection, session: SessionId) -> Result<Vec<Appointment>, BookingError> {
    let places = store::places_in(conn, session).await?;
    Ok(places.into_iter().filter(|place| place.state == AppointmentState::Confirmed).collect())
}
