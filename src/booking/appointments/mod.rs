//! Bookings: a mentee takes an opening of a mentor's, and what becomes of it.
//!
//! Two people never get the same time: a session occupies its mentor's five-minute granules, of which there is one row
//! each, and a seat of a group is a guarded counter. Whoever loses a race is told so, with times that are free.

mod agenda;
mod answers;
mod calendar;
mod deeds;
mod departing;
mod disputes;
mod feed;
mod group;
mod holds;
mod letters;
mod life;
mod model;
mod proposals;
mod routes;
mod rules;
mod seating;
mod series;
mod settling;
mod store;
mod waitlist;

pub(super) use disputes::{Ruling, note_dispute, rule_on};
pub(super) use letters::letters;
pub(super) use model::Appointment;
pub(super) use model::OPENS_BEFORE;
pub use model::Party;
use model::{Actor, AppointmentState, HistoryLine, What};
pub(super) use routes::routes;
pub(super) use store::{When, appointment, has_place};

use sqlx::AnyConnection;

use super::events::SeriesStep;
use super::{Booking, BookingError};
use crate::accounts::User;
use crate::availability::{self, Offering};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, OfferingId, UserId};
use calendar::{Method, Shown, Surroundings};
use deeds::{Deed, advance, note, tell, tell_these};
use seating::{leave, move_whole, occupy, place_in, require_opening};
use store::{NewBooking, Whose};

/// How many other times those are offered who lost a race.
const ALTERNATIVES: usize = 5;

/// What somebody asks for.
pub(super) struct Wish {
    pub(super) offering: OfferingId,
    pub(super) starts_at: Timestamp,
    pub(super) answers: Vec<String>,
    /// Where the pages are, for links in letters.
    pub(super) origin: String,
}

/// How much is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    This,
    /// Of a series, this one and those after it.
    Following,
    /// Everyone's bookings of the session.
    Session,
}

/// What becomes of an opening that somebody takes.
#[derive(Clone, Copy)]
enum Taking<'a> {
    New { answers: &'a [String] },
    Held,
    Moved { id: BookingId, reason: &'a str },
}

/// A part of somebody's bookings, and where the next part starts.
pub(super) struct Appointments {
    pub(super) items: Vec<Appointment>,
    pub(super) next: Option<(Timestamp, BookingId)>,
}

impl Booking {
    /// Takes an opening.
    pub(super) async fn book(&self, me: &User, wish: Wish) -> Result<Appointment, BookingError> {
        self.require_welcome(me)?;
        let taking = Taking::New { answers: &wish.answers };
        self.take(me.id, wish.offering, wish.starts_at, taking, &wish.origin).await
    }

    /// Moves a booking to another opening of the same offering: its mentee that one, the mentor of a group everyone's.
    pub(super) async fn reschedule(
        &self,
        me: UserId,
        id: BookingId,
        starts_at: Timestamp,
        reason: &str,
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        self.limit(me)?;
        let reason = &rules::reason(reason).map_err(|mistake| BookingError::Invalid(vec![mistake]))?;
        let before = self.appointment(me, id).await?;
        self.take(me, before.offering, starts_at, Taking::Moved { id, reason }, origin).await
    }

    /// Takes a booking back; or also those of its series that follow; or, as their mentor, everyone's of its session.
    pub(super) async fn cancel(
        &self,
        me: UserId,
        id: BookingId,
        scope: Scope,
        reason: &str,
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        let reason = &rules::reason(reason).map_err(|mistake| BookingError::Invalid(vec![mistake]))?;
        let kernel = &self.kernel;
        let cancelled = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let booking = find(&mut tx, me, id).await?;
                    self.require_changeable(&booking, me)?;
                    let by = booking.party(me);
                    let deed = Deed { what: What::Cancelled, by: by.into(), actor: Some(me), reason };
                    if scope == Scope::Session {
                        if by != Party::Mentor {
                            return Err(BookingError::HostRequired);
                        }
                        group::call_off(&mut tx, kernel, &booking, &deed, origin).await?;
                        return find(&mut tx, me, id).await;
                    }
                    let Some(part) = booking.series.as_ref().filter(|_| scope == Scope::Following) else {
                        cancel_in(&mut tx, kernel, &booking, &deed).await?;
                        tell(&mut tx, kernel, id, origin).await?;
                        return find(&mut tx, me, id).await;
                    };
                    let all = series::following(&mut tx, part.series, part.recurrence).await?;
                    for one in &all {
                        self.require_changeable(one, me)?;
                        cancel_in(&mut tx, kernel, one, &deed).await?;
                    }
                    let ids: Vec<_> = all.iter().map(|one| one.id).collect();
                    let step = (part.series, SeriesStep::Cancelled, by);
                    series::tell(&mut tx, kernel, step, &ids, reason, origin).await?;
                    find(&mut tx, me, id).await
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(cancelled)
    }

    /// A booking `me` is the mentor or the mentee of.
    pub(super) async fn appointment(&self, me: UserId, id: BookingId) -> Result<Appointment, BookingError> {
        find(&mut *self.kernel.db.read().await?, me, id).await
    }

    /// With what happened to it, oldest first.
    pub(super) async fn history(&self, id: BookingId) -> Result<Vec<HistoryLine>, BookingError> {
        Ok(store::history(&mut *self.kernel.db.read().await?, id).await?)
    }

    /// A booking as an iCalendar object.
    pub(super) async fn calendar_object(
        &self,
        me: UserId,
        id: BookingId,
        origin: &str,
    ) -> Result<String, BookingError> {
        let booking = self.appointment(me, id).await?;
        let (site, url) = (&self.kernel.config.name, &format!("{origin}/bookings/{id}"));
        let around = Surroundings { site, url, now: self.kernel.clock.now(), parties: None };
        let places = self.group_of(&booking, me).await?;
        if !places.is_empty() {
            let names: Vec<_> = places.iter().map(|place| place.mentee.display_name.as_str()).collect();
            let shown = Shown::group(booking.session, &booking.title, &names, around.now);
            let time = (booking.starts_at, booking.ends_at);
            return Ok(calendar::group_object(&shown, time, Method::Publish, &around));
        }
        let sequence = calendar::sequence(&self.history(id).await?);
        Ok(calendar::object(&booking, sequence, Method::Publish, &around))
    }

    pub(super) async fn appointments(
        &self,
        me: UserId,
        when: When,
        after: Option<(Timestamp, BookingId)>,
        limit: u16,
    ) -> Result<Appointments, BookingError> {
        let now = self.kernel.clock.now();
        let mut conn = self.kernel.db.read().await?;
        let mut items = store::appointments_of(&mut conn, me, when, now, after, i64::from(limit) + 1).await?;
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let next = items.last().filter(|_| more).map(|last| (last.starts_at, last.id));
        Ok(Appointments { items, next })
    }

    /// Takes an opening in a transaction; who comes too late learns which times are free. Of two who make the same group
    /// session at once the second finds it made, and is served too.
    async fn take(
        &self,
        me: UserId,
        offering: OfferingId,
        starts_at: Timestamp,
        taking: Taking<'_>,
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        let mut outcome = self.try_to_take(me, offering, starts_at, taking, origin).await;
        if matches!(outcome, Err(BookingError::OpeningTaken(_) | BookingError::HoldsFull)) {
            outcome = self.try_to_take(me, offering, starts_at, taking, origin).await;
        }
        if matches!(outcome, Err(BookingError::OpeningTaken(_))) {
            let mut conn = self.kernel.db.read().await?;
            let offering = availability::offering(&mut conn, offering).await?.ok_or(BookingError::OfferingUnknown)?;
            let now = self.kernel.clock.now();
            let free = availability::alternatives(&mut conn, now, &offering, starts_at, ALTERNATIVES).await?;
            return Err(BookingError::OpeningTaken(free));
        }
        self.kernel.outbox.now();
        outcome
    }

    async fn try_to_take(
        &self,
        me: UserId,
        offering: OfferingId,
        starts_at: Timestamp,
        taking: Taking<'_>,
        origin: &str,
    ) -> Result<Appointment, BookingError> {
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let offering = availability::offering(&mut tx, offering).await?;
                    let offering = &offering.filter(Offering::is_bookable).ok_or(BookingError::OfferingUnknown)?;
                    let whose = Whose::Of { mentor: offering.mentor, mentee: me };
                    holds::expire_overdue(&mut tx, &self.kernel, whose).await?;
                    let id = match taking {
                        Taking::New { answers } => {
                            let id = self.book_in(&mut tx, me, offering, starts_at, answers).await?;
                            tell(&mut tx, &self.kernel, id, origin).await?;
                            id
                        }
                        Taking::Held => self.hold_in(&mut tx, me, offering, starts_at).await?,
                        Taking::Moved { id, reason } => {
                            let booking = find(&mut tx, me, id).await?;
                            self.move_in(&mut tx, me, offering, starts_at, &booking, (reason, origin)).await?;
                            id
                        }
                    };
                    find(&mut tx, me, id).await
                })
            })
            .await
    }

    async fn book_in(
        &self,
        conn: &mut AnyConnection,
        me: UserId,
        offering: &Offering,
        starts_at: Timestamp,
        answers: &[String],
    ) -> Result<BookingId, BookingError> {
        require_bookable(offering, me)?;
        let answers = &rules::answers(&offering.terms.questions, answers).map_err(BookingError::Invalid)?;
        let session = place_in(conn, &self.kernel, offering, starts_at, None, None).await?;
        let id = BookingId::generate(&self.kernel.random, &self.kernel.clock);
        let new = NewBooking { id, session, offering, mentee: me, answers, starts_at, hold: None };
        if !store::insert_booking(conn, &new, self.kernel.clock.now()).await? {
            return Err(BookingError::AlreadyBooked);
        }
        waitlist::seated(conn, session, me).await?;
        let deed = Deed { what: What::Booked, by: Actor::Mentee, actor: Some(me), reason: "" };
        note(conn, &self.kernel, id, &deed).await?;
        Ok(id)
    }

    async fn move_in(
        &self,
        conn: &mut AnyConnection,
        me: UserId,
        offering: &Offering,
        starts_at: Timestamp,
        booking: &Appointment,
        (reason, origin): (&str, &str),
    ) -> Result<(), BookingError> {
        let (kernel, by) = (&self.kernel, booking.party(me));
        let deed = Deed { what: What::Rescheduled, by: by.into(), actor: Some(me), reason };
        if by == Party::Mentor {
            if booking.seats == 1 {
                return Err(BookingError::MenteeRequired);
            }
            return group::move_all(conn, kernel, offering, starts_at, booking, &deed, origin).await;
        }
        self.require_changeable(booking, me)?;
        if booking.starts_at == starts_at {
            return Ok(());
        }
        // First of all: whoever cancels it at the same time waits, or was faster and has given its seat back.
        advance(conn, kernel, booking.id, booking.state, &deed).await?;
        proposals::drop_open(conn, booking.id).await?;
        let session = if booking.seats == 1 && offering.terms.seats == 1 {
            // Keeps its room and link.
            move_whole(conn, kernel, offering, booking.session, starts_at).await?;
            booking.session
        } else {
            leave(conn, kernel, booking).await?;
            place_in(conn, kernel, offering, starts_at, Some(booking.session), None).await?
        };
        if session != booking.session && store::is_expected(conn, session, me).await? {
            return Err(BookingError::AlreadyBooked);
        }
        store::move_to(conn, booking, session, offering, starts_at, kernel.clock.now()).await?;
        tell(conn, kernel, booking.id, origin).await?;
        group::tell_if_empty(conn, kernel, booking, origin).await
    }

    fn require_changeable(&self, booking: &Appointment, me: UserId) -> Result<(), BookingError> {
        match booking.state {
            AppointmentState::Confirmed => {}
            AppointmentState::Held | AppointmentState::AwaitingPayment => return Err(BookingError::NotConfirmed),
            _ => return Err(BookingError::BookingOver),
        }
        let now = self.kernel.clock.now();
        life::may_change(booking.party(me), now, booking.ends_at, booking.free_cancellation_until())
    }

    /// Whether somebody may take anything now.
    fn require_welcome(&self, me: &User) -> Result<(), BookingError> {
        self.limit(me.id)?;
        if !me.email_verified && self.kernel.config.mail.is_smtp() {
            return Err(BookingError::EmailUnverified);
        }
        Ok(())
    }

    fn limit(&self, me: UserId) -> Result<(), BookingError> {
        self.bookings_per_user.take(self.kernel.clock.now(), me).map_err(BookingError::RateLimited)
    }
}

fn require_bookable(offering: &Offering, mentee: UserId) -> Result<(), BookingError> {
    if offering.mentor == mentee {
        return Err(BookingError::OwnOffering);
    }
    if offering.terms.price_minor > 0 { Err(BookingError::PaymentsUnavailable) } else { Ok(()) }
}

async fn find(conn: &mut AnyConnection, me: UserId, id: BookingId) -> Result<Appointment, BookingError> {
    store::appointment_of(conn, me, id).await?.ok_or(BookingError::BookingUnknown)
}

async fn cancel_in(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    booking: &Appointment,
    deed: &Deed<'_>,
) -> Result<(), BookingError> {
    advance(conn, kernel, booking.id, booking.state, deed).await?;
    proposals::drop_open(conn, booking.id).await?;
    leave(conn, kernel, booking).await
}
