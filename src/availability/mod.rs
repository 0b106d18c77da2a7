//! What mentors offer and when: offerings, weekly rules in civil time, and the openings that follow from them.
//!
//! That no time is sold twice is the schema's doing: a meeting occupies its mentor's five-minute granules, one row each.
//! The functions that take a connection run inside booking's own transactions.

mod busy;
mod document;
mod error;
mod model;
mod openings;
mod outlook;
mod routes;
mod rules;
mod store;
mod terms;
#[cfg(test)]
mod tests;

pub use busy::Trouble as CalendarTrouble;
pub use error::AvailabilityError;
pub use model::{DateOverride, Document, Hours, Offering, Opening, Terms, TimeOff, Weekday, WeeklyHours};
pub use openings::{alternatives, opening_at};
pub use outlook::{NextOpening, Outlook};
pub use routes::{NextOpeningsAnswer as NextOpenings, OfferingsAnswer as Offerings, routes};
pub use rules::{Booked, Calendar, Length, Limits, Minutes, Window, openings as openings_by_rules};
pub use store::{clear_group_opening, keep, occupy, offering, release, set_group_opening, time_zone};

use std::sync::Arc;
use std::time::Duration;

use crate::accounts::User;
use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OfferingId, UserId};
use crate::mentors::Mentors;

/// Next openings of a mentor when nothing is said.
pub const NEXT_OPENINGS: usize = 5;
const OFFERINGS_MAX: i64 = 30;
const RANGE_MAX: Duration = Duration::from_secs(31 * 86_400);

/// What a range of time holds of an offering.
pub struct Found {
    /// The mentor's.
    pub time_zone: String,
    pub free: Vec<Opening>,
    /// Group sessions without a seat left.
    pub full: Vec<Opening>,
}

/// Use cases of availability. Cheap to clone.
#[derive(Clone)]
pub struct Availability {
    kernel: Kernel,
    mentors: Mentors,
    busy: Arc<busy::Busy>,
}

impl Availability {
    pub fn new(kernel: &Kernel, mentors: &Mentors) -> Self {
        Self { kernel: kernel.clone(), mentors: mentors.clone(), busy: busy::Busy::new(kernel) }
    }

    /// All of a mentor's own, oldest first.
    pub async fn my_offerings(&self, me: UserId) -> Result<Vec<Offering>, AvailabilityError> {
        self.require_mentor(me).await?;
        Ok(store::offerings_of(&mut *self.kernel.db.read().await?, me).await?)
    }

    /// What anyone may book with the mentor at this address.
    pub async fn offerings(&self, slug: &str) -> Result<Vec<Offering>, AvailabilityError> {
        let mentor = self.mentors.public_mentor(slug).await;
        let mentor = mentor.map_err(|_| AvailabilityError::OfferingUnknown)?;
        let all = store::offerings_of(&mut *self.kernel.db.read().await?, mentor.id).await?;
        Ok(all.into_iter().filter(Offering::is_bookable).collect())
    }

    pub async fn add_offering(&self, me: UserId, typed: Terms) -> Result<Offering, AvailabilityError> {
        let terms = &terms::terms(typed).map_err(AvailabilityError::Invalid)?;
        self.require_mentor(me).await?;
        let id = OfferingId::generate(&self.kernel.random, &self.kernel.clock);
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::count_offerings(&mut tx, me).await? >= OFFERINGS_MAX {
                        return Err(AvailabilityError::OfferingsFull);
                    }
                    store::insert_offering(&mut tx, id, me, terms, now).await?;
                    offering(&mut tx, id).await?.ok_or(AvailabilityError::OfferingUnknown)
                })
            })
            .await
    }

    /// What is booked already keeps the terms it was booked by.
    pub async fn change_offering(
        &self,
        me: UserId,
        id: OfferingId,
        typed: Terms,
    ) -> Result<Offering, AvailabilityError> {
        let terms = &terms::terms(typed).map_err(AvailabilityError::Invalid)?;
        self.require_mentor(me).await?;
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if !store::update_offering(&mut tx, id, me, terms, now).await? {
                        return Err(AvailabilityError::OfferingUnknown);
                    }
                    offering(&mut tx, id).await?.ok_or(AvailabilityError::OfferingUnknown)
                })
            })
            .await
    }

    /// When a mentor can be booked; before they have said so never, in their account's zone.
    pub async fn document(&self, me: &User) -> Result<Document, AvailabilityError> {
        self.require_mentor(me.id).await?;
        let stored = store::document(&mut *self.kernel.db.read().await?, me.id).await?;
        Ok(stored.unwrap_or_else(|| {
            let time_zone = me.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
            Document { time_zone, weekly: Vec::new(), overrides: Vec::new(), time_off: Vec::new() }
        }))
    }

    /// Puts a document in place of the one before. What is booked stays booked.
    pub async fn set_document(&self, me: UserId, typed: Document) -> Result<Document, AvailabilityError> {
        let document = document::document(typed).map_err(AvailabilityError::Invalid)?;
        self.require_mentor(me).await?;
        let (now, document) = (self.kernel.clock.now(), &document);
        let stored = self.kernel.db.write(|mut tx| {
            Box::pin(async move {
                let before = store::document(&mut tx, me).await?;
                if before.is_none_or(|before| before.time_zone != document.time_zone) {
                    busy::read_again(&mut tx, me, now).await?;
                }
                store::set_document(&mut tx, me, document, now).await
            })
        });
        stored.await?;
        Ok(document.clone())
    }

    /// The openings of an offering that start in `from..until`, what is full then, and the mentor's zone.
    pub async fn openings(
        &self,
        id: OfferingId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Found, AvailabilityError> {
        check_range(from, until)?;
        let mut conn = self.kernel.db.read().await?;
        let offering = offering(&mut conn, id).await?.filter(Offering::is_bookable);
        let offering = offering.ok_or(AvailabilityError::OfferingUnknown)?;
        let zone = store::document(&mut conn, offering.mentor).await?.map(|document| document.time_zone);
        let now = self.kernel.clock.now();
        let free = openings::openings(&mut conn, now, &offering, (from, until), None).await?;
        let full = store::full_groups(&mut conn, offering.id, (from.max(now), until)).await?;
        let full = full.into_iter();
        let full = full.map(|starts_at| Opening { starts_at, ends_at: offering.ends_at(starts_at), seats_left: 0 });
        Ok(Found { time_zone: zone.unwrap_or_else(|| "UTC".to_owned()), free, full: full.collect() })
    }

    /// The moments of `from..until` in which a mentor can be booked by their rules, whatever is booked already.
    pub async fn hours(
        &self,
        me: UserId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, Timestamp)>, AvailabilityError> {
        check_range(from, until)?;
        self.require_mentor(me).await?;
        let stored = store::document(&mut *self.kernel.db.read().await?, me).await?;
        Ok(stored
            .as_ref()
            .and_then(document::calendar)
            .map_or_else(Vec::new, |calendar| openings::hours(&calendar, from, until)))
    }

    async fn require_mentor(&self, user: UserId) -> Result<(), AvailabilityError> {
        if self.mentors.is_approved(user).await? { Ok(()) } else { Err(AvailabilityError::MentorRequired) }
    }
}

/// At most 31 days, forward.
pub(crate) fn check_range(from: Timestamp, until: Timestamp) -> Result<(), AvailabilityError> {
    if until <= from {
        return Err(AvailabilityError::RangeInvalid);
    }
    if until.since(from) > RANGE_MAX { Err(AvailabilityError::RangeTooLong) } else { Ok(()) }
}
