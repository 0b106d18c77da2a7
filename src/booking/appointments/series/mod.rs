//! Bookings that repeat: one hold is confirmed together with the same time of the following weeks, on the mentor's clock.
//!
//! Each is a booking of its own, with its room, its history and its changes; the series is what they have in common. Either
//! all of them are booked or, if one likes, those that are free.

mod recurrence;
mod routes;
mod store;
mod zone;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use sqlx::AnyConnection;

use super::model::{Actor, Appointment, AppointmentState, Party, What};
use super::store::{self as appointments, NewBooking, Whose};
use super::{Deed, find, holds, note, place_in, rules};
use crate::availability;
use crate::booking::events::{SeriesChanged, SeriesStep};
use crate::booking::{Booking, BookingError};
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, SeriesId, UserId};
use crate::kernel::outbox;
use recurrence::Occurrence;
pub(super) use recurrence::Rrule;
pub(super) use routes::routes;
pub(super) use store::{Series, appointments_of, following, series};
pub(super) use zone::lines as zone_lines;

/// What to do when some of the times are not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnConflict {
    /// Book nothing.
    Refuse,
    /// Book the others.
    Skip,
}

/// What repeats.
struct Repeat<'a> {
    rrule: Rrule,
    on_conflict: OnConflict,
    answers: &'a [String],
    origin: &'a str,
}

/// A series with its bookings, in order.
struct Whole {
    series: Series,
    bookings: Vec<Appointment>,
    /// Times of the rule that were never booked.
    missing: Vec<Timestamp>,
}

impl Booking {
    /// Confirms a hold as the first of a series. Once confirmed, asking again changes nothing.
    async fn confirm_series(&self, me: UserId, id: BookingId, repeat: Repeat<'_>) -> Result<Whole, BookingError> {
        self.limit(me)?;
        let (kernel, repeat) = (&self.kernel, &repeat);
        let series = kernel
            .db
            .write(|mut tx| Box::pin(async move { confirm_in(&mut tx, kernel, me, id, repeat).await }))
            .await?;
        kernel.outbox.now();
        self.whole_series(me, series).await
    }

    /// A series `me` is the mentor or the mentee of.
    async fn whole_series(&self, me: UserId, id: SeriesId) -> Result<Whole, BookingError> {
        let mut conn = self.kernel.db.read().await?;
        let series = series(&mut conn, id).await?.filter(|series| series.mentor == me || series.mentee == me);
        let series = series.ok_or(BookingError::BookingUnknown)?;
        let bookings = appointments_of(&mut conn, id).await?;
        let missing = series.missing(&bookings).into_iter().map(|missing| instant(missing.at)).collect();
        Ok(Whole { series, bookings, missing })
    }
}

impl Series {
    pub(super) fn zone(&self) -> TimeZone {
        TimeZoneDatabase::bundled().get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Times of the rule without a booking.
    pub(super) fn missing(&self, bookings: &[Appointment]) -> Vec<Occurrence> {
        let is_booked = |at: Timestamp| {
            bookings.iter().any(|booking| booking.series.as_ref().is_some_and(|part| part.recurrence == at))
        };
        let all = occurrences(self.rrule, self.first, &self.zone());
        all.into_iter().filter(|found| !is_booked(instant(found.at))).collect()
    }
}

fn occurrences(rrule: Rrule, first: Timestamp, zone: &TimeZone) -> Vec<Occurrence> {
    let first = jiff::Timestamp::from_millisecond(first.0).unwrap_or_default();
    rrule.occurrences(first, zone)
}

fn instant(at: jiff::Timestamp) -> Timestamp {
    Timestamp(at.as_millisecond())
}

async fn confirm_in(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    me: UserId,
    id: BookingId,
    repeat: &Repeat<'_>,
) -> Result<SeriesId, BookingError> {
    let held = find(conn, me, id).await?;
    let already = |booking: &Appointment| {
        let mine = booking.party(me) == Party::Mentee && booking.state == AppointmentState::Confirmed;
        booking.series.as_ref().filter(|_| mine).map(|part| part.series)
    };
    if let Some(series) = already(&held) {
        return Ok(series);
    }
    let offering = availability::offering(conn, held.offering).await?.ok_or(BookingError::OfferingUnknown)?;
    if offering.terms.seats != 1 {
        return Err(BookingError::GroupSession);
    }
    holds::expire_overdue(conn, kernel, Whose::Of { mentor: offering.mentor, mentee: me }).await?;
    if !holds::become_booked(conn, kernel, me, &held, repeat.answers).await? {
        // The same click at the same time.
        return already(&find(conn, me, id).await?).ok_or(BookingError::HoldOver);
    }
    let time_zone = availability::time_zone(conn, offering.mentor).await?;
    let zone = TimeZoneDatabase::bundled().get(&time_zone).unwrap_or(TimeZone::UTC);
    let series = SeriesId::generate(&kernel.random, &kernel.clock);
    let now = kernel.clock.now();
    let new = Series {
        id: series,
        mentor: offering.mentor,
        mentee: me,
        rrule: repeat.rrule,
        time_zone,
        first: held.starts_at,
    };
    store::insert(conn, &new, now).await?;
    store::join(conn, id, series, held.starts_at).await?;
    let answers = &rules::answers(&offering.terms.questions, repeat.answers).map_err(BookingError::Invalid)?;
    let (mut booked, mut conflicts) = (vec![id], Vec::new());
    for Occurrence { at, exists, .. } in occurrences(repeat.rrule, held.starts_at, &zone).into_iter().skip(1) {
        let starts_at = instant(at);
        let placed = match exists {
            true => place_in(conn, kernel, &offering, starts_at, None, None).await,
            false => Err(BookingError::OpeningTaken(Vec::new())),
        };
        let session = match placed {
            Ok(session) => session,
            Err(BookingError::OpeningTaken(_)) => {
                conflicts.push(starts_at);
                continue;
            }
            Err(error) => return Err(error),
        };
        let id = BookingId::generate(&kernel.random, &kernel.clock);
        let new = NewBooking { id, session, offering: &offering, mentee: me, answers, starts_at, hold: None };
        if !appointments::insert_booking(conn, &new, now).await? {
            return Err(BookingError::AlreadyBooked);
        }
        store::join(conn, id, series, starts_at).await?;
        let deed = Deed { what: What::Booked, by: Actor::Mentee, actor: Some(me), reason: "" };
        note(conn, kernel, id, &deed).await?;
        booked.push(id);
    }
    let refused = !conflicts.is_empty() && repeat.on_conflict == OnConflict::Refuse;
    if refused || booked.len() == 1 {
        return Err(BookingError::SeriesConflicts { conflicts, free: booked.len() });
    }
    tell(conn, kernel, (series, SeriesStep::Booked, Party::Mentee), &booked, "", repeat.origin).await?;
    Ok(series)
}

/// Tells both what happened to several bookings of a series at once.
pub(super) async fn tell(
    conn: &mut AnyConnection,
    kernel: &Kernel,
    (series, step, by): (SeriesId, SeriesStep, Party),
    bookings: &[BookingId],
    reason: &str,
    origin: &str,
) -> Result<(), BookingError> {
    for to in [Party::Mentee, Party::Mentor] {
        let (bookings, reason, origin) = (bookings.to_vec(), reason.to_owned(), origin.to_owned());
        let fact = SeriesChanged { series, step, by, to, bookings, reason, origin };
        outbox::publish(conn, &kernel.clock, &kernel.random, &fact).await?;
    }
    Ok(())
}
