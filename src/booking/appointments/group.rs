//! A session as its mentor's: everyone's places in it, and cancelling or moving all of them.

use sqlx::AnyConnection;

use super::model::{Actor, Appointment, AppointmentState, Party, What};
use super::{Deed, advance, cancel_in, find, holds, move_whole, store, tell, waitlist};
use crate::availability::{self, Offering};
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{SessionId, UserId};

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
    for booking in confirmed_in(conn, session.session).await? {
        cancel_in(conn, kernel, &booking, deed).await?;
        tell(conn, kernel, booking.id, origin).await?;
    }
    Ok(())
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
    for place in confirmed_in(conn, session.session).await? {
        advance(conn, kernel, place.id, place.state, deed).await?;
        store::move_to(conn, &place, session.session, offering, starts_at, now).await?;
        store::waive_notice(conn, place.id).await?;
        tell(conn, kernel, place.id, origin).await?;
    }
    let moved = find(conn, booking.mentor.id, booking.id).await?;
    while waitlist::offer_seat(conn, kernel, &moved).await? {}
    Ok(())
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
