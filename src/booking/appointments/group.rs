//! A session as its mentor's: everyone's places in it, and cancelling all of them.

use sqlx::AnyConnection;

use super::model::{Actor, Appointment, AppointmentState, Party, What};
use super::{Deed, cancel_in, holds, store, tell, waitlist};
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::ids::UserId;

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
    for held in store::held_in(conn, session.session).await? {
        let reason = "The mentor cancelled the session.";
        holds::end(conn, kernel, &held, &Deed { what: What::Expired, by: Actor::Rule, actor: None, reason }).await?;
    }
    for booking in store::places_in(conn, session.session).await? {
        if booking.state == AppointmentState::Confirmed {
            cancel_in(conn, kernel, &booking, deed).await?;
            tell(conn, kernel, booking.id, origin).await?;
        }
    }
    Ok(())
}
