//! Waiting for a seat of a group session that is full.
//!
//! A seat that becomes free goes to the first in line, in the transaction that freed it: nobody can take it between. It is
//! held for them a while; whoever lets it pass is out of the line, and the seat goes to the next. In the last hour nobody
//! is asked any more: then a free seat is anyone's.

mod routes;
mod store;

use std::time::Duration;

use sqlx::AnyConnection;

use super::model::{Actor, Appointment, Party, What};
use super::store::{self as appointments, Hold, NewBooking, Whose};
use super::{Deed, holds, note, require_bookable, tell_these};
use crate::accounts::User;
use crate::availability::{self, Offering};
use crate::booking::{Booking, BookingError, WaitMoved, WaitOver};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, OfferingId, SessionId, UserId, WaitId};
use crate::kernel::outbox;
pub(super) use routes::routes;
use store::Wait;
pub(super) use store::{Waited, waited};

/// Seats are offered until so long before the start: who waits must still be able to come.
const LAST_OFFER: Duration = Duration::from_secs(3_600);

/// How waiting ended, once a seat was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Booked,
    Left,
    Passed,
}

impl Booking {
    /// Lines up. Who is in the line already keeps their place.
    async fn line_up(
        &self,
        me: &User,
        offering: OfferingId,
        starts_at: Timestamp,
        origin: &str,
    ) -> Result<Wait, BookingError> {
        self.require_welcome(me)?;
        let (kernel, me) = (&self.kernel, me.id);
        kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let offering = availability::offering(&mut tx, offering).await?;
                    let offering = &offering.filter(Offering::is_bookable).ok_or(BookingError::OfferingUnknown)?;
                    require_bookable(offering, me)?;
                    let whose = Whose::Of { mentor: offering.mentor, mentee: me };
                    holds::expire_overdue(&mut tx, kernel, whose).await?;
                    let now = kernel.clock.now();
                    let session = store::full_session(&mut tx, offering.id, starts_at).await?;
                    let session = session.filter(|_| now < starts_at).ok_or(BookingError::NotFull)?;
                    if now >= starts_at.minus(LAST_OFFER) {
                        return Err(BookingError::WaitlistClosed);
                    }
                    if appointments::is_expected(&mut tx, session, me).await? {
                        return Err(BookingError::AlreadyBooked);
                    }
                    let id = WaitId::generate(&kernel.random, &kernel.clock);
                    store::insert(&mut tx, id, (offering.id, starts_at), me, origin, now).await?;
                    let mine = store::waits_of(&mut tx, me, now).await?;
                    let same = |wait: &Wait| wait.offering == offering.id && wait.starts_at == starts_at;
                    mine.into_iter().find(same).ok_or(BookingError::WaitUnknown)
                })
            })
            .await
    }

    /// What somebody waits for, soonest first.
    pub(super) async fn waits(&self, me: UserId) -> Result<Vec<Wait>, BookingError> {
        Ok(store::waits_of(&mut *self.kernel.db.read().await?, me, self.kernel.clock.now()).await?)
    }

    /// Steps out of a line; a seat that is held goes to the next. Out already: nothing changes.
    pub(super) async fn step_out(&self, me: UserId, id: WaitId) -> Result<(), BookingError> {
        let kernel = &self.kernel;
        let held = kernel
            .db
            .write(|mut tx| Box::pin(async move { Ok::<_, BookingError>(store::leave(&mut tx, id, me).await?) }))
            .await?
            .ok_or(BookingError::WaitUnknown)?;
        match held {
            store::Left::Waiting => Ok(()),
            store::Left::Offered(booking) => self.release(me, booking).await.map(|_| ()),
        }
    }
}

/// Gives the seat that somebody has just given back to the first in line. False: nobody is there to have it.
pub(super) async fn offer_seat(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    left: &Appointment,
) -> Result<bool, BookingError> {
    let (now, starts_at) = (kernel.clock.now(), left.starts_at);
    let expires_at =
        now.plus(Duration::from_secs(kernel.config.booking.waitlist_offer_s)).min(starts_at.minus(LAST_OFFER));
    if expires_at <= now {
        return Ok(false);
    }
    while let Some(next) = store::first(conn, left.offering, starts_at).await? {
        let offering = availability::offering(conn, left.offering).await?.ok_or(BookingError::OfferingUnknown)?;
        // Somebody may have found a seat by themselves.
        if appointments::is_expected(conn, left.session, next.person).await? {
            store::pass(conn, next.id).await?;
            continue;
        }
        let Some(seats_left) = store::take_back(conn, left.session).await? else { return Ok(false) };
        let id = BookingId::generate(&kernel.random, &kernel.clock);
        let (session, mentee) = (left.session, next.person);
        let hold = Some(Hold { expires_at, place: None });
        let new = NewBooking { id, session, offering: &offering, mentee, answers: &[], starts_at, hold };
        if !appointments::insert_booking(conn, &new, now).await? {
            return Err(BookingError::AlreadyBooked);
        }
        store::set_offered(conn, next.id, id).await?;
        availability::set_group_opening(conn, left.offering, starts_at, session, seats_left).await?;
        let reason = "A seat became free, and you were first in line.";
        note(conn, kernel, id, &Deed { what: What::Offered, by: Actor::Rule, actor: None, reason }).await?;
        tell_these(conn, kernel, id, &next.origin, &[Party::Mentee]).await?;
        return Ok(true);
    }
    Ok(false)
}

/// A session that does not take place has no line; who was in it is told.
pub(super) async fn dissolve(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    session: &Appointment,
) -> Result<(), BookingError> {
    for wait in store::dissolve(conn, session.offering, session.starts_at).await? {
        outbox::publish(conn, &kernel.clock, &kernel.random, &WaitOver { wait }).await?;
    }
    Ok(())
}

/// The line of a session moves with it; who is in it is told.
pub(super) async fn follow(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    session: &Appointment,
    starts_at: Timestamp,
) -> Result<(), BookingError> {
    for wait in store::follow(conn, session.offering, (session.starts_at, starts_at)).await? {
        outbox::publish(conn, &kernel.clock, &kernel.random, &WaitMoved { wait }).await?;
    }
    Ok(())
}

/// What became of a seat that may have been offered to somebody who waited.
pub(super) async fn answered(conn: &mut AnyConnection, booking: BookingId, answer: Answer) -> Result<(), BookingError> {
    Ok(store::answer(conn, booking, answer).await?)
}

/// Whoever waits for this has a seat there now.
pub(super) async fn seated(conn: &mut AnyConnection, session: SessionId, person: UserId) -> Result<(), BookingError> {
    Ok(store::seat(conn, session, person).await?)
}
