//! Holds: a time that is kept for a while, for its mentee to answer the questions.
//!
//! A hold takes what a booking takes, so nobody else gets the time. When its own time has run out it is in nobody's way:
//! whoever wants something of the same mentor ends it first, in their own transaction, and so does the sweep.

use sqlx::AnyConnection;

use super::model::{Actor, Appointment, AppointmentState, Party, What};
use super::store::{self, Hold, NewBooking, Whose};
use super::{Deed, Taking, advance, find, leave, note, place_in, proposals, require_bookable, rules, tell, waitlist};
use crate::accounts::User;
use crate::availability::{self, Offering};
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, OfferingId, UserId};

/// How many overdue holds end in one transaction.
pub(super) const BATCH: i64 = 100;

impl Booking {
    /// Keeps an opening for a while.
    pub(in crate::booking) async fn hold(
        &self,
        me: &User,
        offering: OfferingId,
        starts_at: Timestamp,
    ) -> Result<Appointment, BookingError> {
        self.require_welcome(me)?;
        self.take(me.id, offering, starts_at, Taking::Held, "").await
    }

    pub(super) async fn hold_in(
        &self,
        conn: &mut AnyConnection,
        me: UserId,
        offering: &Offering,
        starts_at: Timestamp,
    ) -> Result<BookingId, BookingError> {
        require_bookable(offering, me)?;
        let kernel = &self.kernel;
        let places = store::hold_places(conn, me).await?;
        let place = (0..kernel.config.booking.holds_per_user).find(|place| !places.contains(place));
        let place = Some(place.ok_or(BookingError::HoldsFull)?);
        let expires_at = kernel.clock.now().plus(kernel.config.booking.hold_time());
        let session = place_in(conn, kernel, offering, starts_at, None, Some(expires_at)).await?;
        let id = BookingId::generate(&kernel.random, &kernel.clock);
        let hold = Some(Hold { expires_at, place });
        let new = NewBooking { id, session, offering, mentee: me, answers: &[], starts_at, hold };
        if !store::insert_booking(conn, &new, kernel.clock.now()).await? {
            let expected = store::is_expected(conn, session, me).await?;
            // Else another of their holds took the place meanwhile.
            return Err(if expected { BookingError::AlreadyBooked } else { BookingError::HoldsFull });
        }
        let deed = Deed { what: What::Held, by: Actor::Mentee, actor: Some(me), reason: "" };
        note(conn, kernel, id, &deed).await?;
        Ok(id)
    }

    /// Makes a hold the booking it was for. Once confirmed, asking again changes nothing.
    pub(in crate::booking) async fn confirm(
        &self,
        me: UserId,
        id: BookingId,
        answers: &[String],
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        let kernel = &self.kernel;
        let confirmed = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let held = find(&mut tx, me, id).await?;
                    if held.state == AppointmentState::Confirmed && held.party(me) == Party::Mentee {
                        return Ok(held);
                    }
                    if become_booked(&mut tx, kernel, me, &held, answers).await? {
                        tell(&mut tx, kernel, id, origin).await?;
                    }
                    find(&mut tx, me, id).await
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(confirmed)
    }

    /// Gives a hold back, and its time to others. Once it is over, asking again changes nothing.
    pub(in crate::booking) async fn release(&self, me: UserId, id: BookingId) -> Result<Appointment, BookingError> {
        let kernel = &self.kernel;
        let released = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let held = find(&mut tx, me, id).await?;
                    if held.state == AppointmentState::Expired {
                        return Ok(held);
                    }
                    if held.expires_at.is_none() {
                        return Err(BookingError::HoldOver);
                    }
                    let deed = Deed { what: What::Released, by: Actor::Mentee, actor: Some(me), reason: "" };
                    end(&mut tx, kernel, &held, &deed).await?;
                    find(&mut tx, me, id).await
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(released)
    }

    /// Ends the holds whose time has run out.
    pub(super) async fn sweep(&self) -> Result<(), BookingError> {
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let mut conn = kernel.db.read().await?;
        let nothing = store::overdue(&mut conn, Whose::Anyones, now, 1).await?.is_empty()
            && proposals::overdue_proposals(&mut conn, Whose::Anyones, now, 1).await?.is_empty();
        drop(conn);
        if nothing {
            return Ok(());
        }
        kernel
            .db
            .write(|mut tx| Box::pin(async move { expire_overdue(&mut tx, kernel, Whose::Anyones).await }))
            .await?;
        kernel.outbox.now();
        Ok(())
    }
}

/// What was held is booked. False when the same click at the same time did it.
pub(super) async fn become_booked(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    me: UserId,
    held: &Appointment,
    answers: &[String],
) -> Result<bool, BookingError> {
    require_held(held, kernel.clock.now())?;
    let offering = availability::offering(conn, held.offering).await?.ok_or(BookingError::OfferingUnknown)?;
    let answers = &rules::answers(&offering.terms.questions, answers).map_err(BookingError::Invalid)?;
    let deed = Deed { what: What::Booked, by: Actor::Mentee, actor: Some(me), reason: "" };
    match advance(conn, kernel, held.id, held.state, &deed).await {
        Err(BookingError::BookingOver) => {
            let same = find(conn, me, held.id).await?.state == AppointmentState::Confirmed;
            return if same { Ok(false) } else { Err(BookingError::HoldOver) };
        }
        done => done?,
    }
    if !availability::keep(conn, held.session).await? {
        return Err(BookingError::HoldOver);
    }
    waitlist::answered(conn, held.id, waitlist::Answer::Booked).await?;
    waitlist::seated(conn, held.session, me).await?;
    store::set_answers(conn, held.id, answers).await?;
    store::add_member(conn, held.session, me, kernel.clock.now()).await?;
    Ok(true)
}

fn require_held(booking: &Appointment, now: Timestamp) -> Result<(), BookingError> {
    match booking.state {
        AppointmentState::Held if booking.expires_at.is_some_and(|expires_at| expires_at > now) => Ok(()),
        AppointmentState::Held | AppointmentState::Expired => Err(BookingError::HoldOver),
        _ => Err(BookingError::BookingOver),
    }
}

/// Ends holds and proposals whose time has run out: what they kept is free again.
pub(super) async fn expire_overdue(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    whose: Whose,
) -> Result<(), BookingError> {
    for held in store::overdue(conn, whose, kernel.clock.now(), BATCH).await? {
        let deed = Deed { what: What::Expired, by: Actor::Rule, actor: None, reason: "It was not confirmed in time." };
        end(conn, kernel, &held, &deed).await?;
    }
    proposals::expire_overdue(conn, kernel, whose).await
}

/// Nothing happens when somebody else ended or confirmed it at the same time.
pub(super) async fn end(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    held: &Appointment,
    deed: &Deed<'_>,
) -> Result<(), BookingError> {
    match advance(conn, kernel, held.id, held.state, deed).await {
        Err(BookingError::BookingOver) => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            let passed = deed.what == What::Expired;
            let answer = if passed { waitlist::Answer::Passed } else { waitlist::Answer::Left };
            waitlist::answered(conn, held.id, answer).await?;
            leave(conn, kernel, held).await
        }
    }
}
