//! Seats: in the session of an opening, which is made for the first and over after the last.

use sqlx::AnyConnection;

use super::model::Appointment;
use super::store::{self, NewSession};
use super::waitlist;
use crate::availability::{self, Offering, Opening};
use crate::booking::{BookingError, end_in, rules};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::SessionId;

/// A seat in the session of an opening, which is made if there is none. `left`: a session the same person just left.
/// A seat that is only held until `expires_at` is taken like any other.
pub(super) async fn place_in(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    offering: &Offering,
    starts_at: Timestamp,
    left: Option<SessionId>,
    expires_at: Option<Timestamp>,
) -> Result<SessionId, BookingError> {
    let now = kernel.clock.now();
    if offering.terms.seats > 1
        && starts_at > now
        && let Some((session, seats_left)) = store::take_seat(conn, offering.id, starts_at).await?
    {
        availability::set_group_opening(conn, offering.id, starts_at, session, seats_left).await?;
        // Whatever becomes of the first one's hold.
        availability::keep(conn, session).await?;
        return Ok(session);
    }
    require_opening(conn, now, offering, starts_at, left).await?;
    let code = &rules::join_code(&kernel.random);
    let id = SessionId::generate(&kernel.random, &kernel.clock);
    if let Err(taken) = occupy(conn, now, offering, starts_at, id, expires_at).await {
        // A part of it may be ours; whoever books a series goes on.
        availability::release(conn, id).await?;
        return Err(taken);
    }
    store::insert_session(conn, &NewSession { id, offering, starts_at, code }, now).await?;
    if offering.terms.seats > 1 {
        availability::set_group_opening(conn, offering.id, starts_at, id, offering.terms.seats - 1).await?;
    }
    Ok(id)
}

/// Moves a session with its room and link to an opening; answers the seats it has left.
pub(super) async fn move_whole(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    offering: &Offering,
    session: SessionId,
    starts_at: Timestamp,
) -> Result<i16, BookingError> {
    let now = kernel.clock.now();
    require_opening(conn, now, offering, starts_at, Some(session)).await?;
    availability::release(conn, session).await?;
    occupy(conn, now, offering, starts_at, session, None).await?;
    Ok(store::move_session(conn, session, offering, starts_at).await?)
}

pub(super) async fn require_opening(
    conn: &mut AnyConnection,
    now: Timestamp,
    offering: &Offering,
    starts_at: Timestamp,
    except: Option<SessionId>,
) -> Result<Opening, BookingError> {
    let opening = availability::opening_at(conn, now, offering, starts_at, except).await?;
    opening.ok_or_else(|| BookingError::OpeningTaken(Vec::new()))
}

pub(super) async fn occupy(
    conn: &mut AnyConnection,
    now: Timestamp,
    offering: &Offering,
    starts_at: Timestamp,
    session: SessionId,
    expires_at: Option<Timestamp>,
) -> Result<(), BookingError> {
    if availability::occupy(conn, now, offering, starts_at, session, expires_at).await? {
        Ok(())
    } else {
        Err(BookingError::OpeningTaken(Vec::new()))
    }
}

/// Gives a booking's seat back: to whoever waits for it, or to anyone. A session that nobody is left in is over, and its
/// time free.
pub(super) async fn leave(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    booking: &Appointment,
) -> Result<(), BookingError> {
    let (seats_left, seats) = store::give_seat_back(conn, booking.session).await?;
    if seats > 1 && waitlist::offer_seat(conn, kernel, booking).await? {
        return Ok(());
    }
    if seats_left == seats {
        availability::clear_group_opening(conn, booking.session).await?;
        availability::release(conn, booking.session).await?;
        end_in(conn, kernel, booking.session).await?;
    } else {
        let (offering, starts_at) = (booking.offering, booking.starts_at);
        availability::set_group_opening(conn, offering, starts_at, booking.session, seats_left).await?;
    }
    Ok(())
}
