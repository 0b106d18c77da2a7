//! What people say of each other after a session that both came to, once each way.
//!
//! What a mentee says of a mentor is public, with the mentor's reply, and makes the mentor's rating. What a mentor says
//! of a mentee is a note: its author and administrators read it, and it is counted nowhere, for there is no page of a
//! mentee on which they could answer.

mod error;
mod events;
mod jobs;
mod letters;
mod model;
mod moderation;
mod routes;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use error::ReviewsError;
pub use events::{RatingChanged, ReviewWanted};
pub use model::{Direction, Moderated, Moderation, ModerationLine, Queue, Rating, RatingSummary, Report, Review};
pub use routes::{MentorReviews, routes};

use std::collections::HashMap;

use model::{OfBooking, Words};

use crate::kernel::Kernel;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{BookingId, ReviewId, UserId};
use crate::kernel::mail::Mailer;
use crate::kernel::outbox::{self, Handler};
use crate::mentors::Mentors;

/// Reviews of a page when nothing is said.
pub const DEFAULT_LIMIT: u16 = 10;

/// Use cases of reviews. Cheap to clone.
#[derive(Clone)]
pub struct Reviews {
    kernel: Kernel,
    mentors: Mentors,
}

impl Reviews {
    pub fn new(kernel: &Kernel, mentors: &Mentors) -> Self {
        Self { kernel: kernel.clone(), mentors: mentors.clone() }
    }

    pub fn handlers(&self, mailer: &Mailer) -> Vec<Handler> {
        vec![jobs::requests(&self.kernel), letters::letters(&self.kernel, mailer)]
    }

    /// Says something of the other, or says it differently, as long as it may be edited.
    pub(crate) async fn write(
        &self,
        me: UserId,
        booking: BookingId,
        rating: i16,
        text: &str,
    ) -> Result<Review, ReviewsError> {
        let words = &Words::new(rating, text).map_err(ReviewsError::Invalid)?;
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let id = ReviewId::generate(&kernel.random, &kernel.clock);
        let written = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let place = store::place(&mut tx, me, booking).await?.ok_or(ReviewsError::BookingUnknown)?;
                    if !place.took_place {
                        return Err(ReviewsError::NotAttended);
                    }
                    if place.direction == Direction::OfMentor {
                        store::lock_rating(&mut tx, place.mentor).await?;
                    }
                    match store::by_author(&mut tx, me, booking).await? {
                        None => store::insert(&mut tx, id, booking, me, &place, words, now).await?,
                        Some(before) => {
                            if now > rules::editable_until(before.created_at) {
                                return Err(ReviewsError::EditOver);
                            }
                            store::edit(&mut tx, before.id, words, now).await?;
                        }
                    }
                    if place.direction == Direction::OfMentor {
                        self.count_again(&mut tx, place.mentor).await?;
                    }
                    store::by_author(&mut tx, me, booking).await?.ok_or(ReviewsError::BookingUnknown)
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(written)
    }

    /// What was said after a booking, as far as it is for `me`.
    pub(crate) async fn of_booking(&self, me: UserId, booking: BookingId) -> Result<OfBooking, ReviewsError> {
        let mut conn = self.kernel.db.read().await?;
        let place = store::place(&mut conn, me, booking).await?.ok_or(ReviewsError::BookingUnknown)?;
        let mine = store::by_author(&mut conn, me, booking).await?;
        let of_me = match place.direction {
            // Notes of mentors are not for mentees.
            Direction::OfMentor => None,
            Direction::OfMentee => store::public_of_booking(&mut conn, booking).await?,
        };
        Ok(OfBooking { took_place: place.took_place, mine, of_me })
    }

    /// Public reviews of the mentor at this address, newest first, and where the next page starts.
    pub(crate) async fn of_mentor(
        &self,
        slug: &str,
        after: Option<(Timestamp, ReviewId)>,
        limit: u16,
    ) -> Result<(RatingSummary, Vec<Review>, Option<(Timestamp, ReviewId)>), ReviewsError> {
        let mentor = self.mentors.public_mentor(slug).await.map_err(|_| ReviewsError::MentorUnknown)?.id;
        let mut conn = self.kernel.db.read().await?;
        let counts = store::counts(&mut conn, mentor).await?;
        let mut items = store::of_mentor(&mut conn, mentor, after, i64::from(limit) + 1).await?;
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let next = items.last().filter(|_| more).map(|last| (last.created_at, last.id));
        Ok((RatingSummary::of(counts), items, next))
    }

    /// The first page of it, as the page of a mentor has it.
    pub async fn first_page(&self, slug: &str) -> Result<MentorReviews, ReviewsError> {
        Ok(self.of_mentor(slug, None, DEFAULT_LIMIT).await?.into())
    }

    /// Ratings of those of `mentors` who have one.
    pub async fn ratings(&self, mentors: &[UserId]) -> Result<HashMap<UserId, Rating>, sqlx::Error> {
        store::ratings(&mut *self.kernel.db.read().await?, mentors).await
    }

    /// A mentor answers what was said of them; an empty answer takes it back.
    pub(crate) async fn reply(&self, me: UserId, review: ReviewId, text: &str) -> Result<Review, ReviewsError> {
        let text = rules::text(text).map_err(|mistake| ReviewsError::Invalid(vec![mistake]))?;
        let reply = Some(text.as_str()).filter(|text| !text.is_empty());
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if !store::reply(&mut tx, review, me, reply, now).await? {
                        return Err(ReviewsError::ReviewUnknown);
                    }
                    store::review(&mut tx, review).await?.ok_or(ReviewsError::ReviewUnknown)
                })
            })
            .await
    }

    /// Sums a mentor's public reviews anew. The row of the sums is held by the caller.
    async fn count_again(&self, conn: &mut sqlx::AnyConnection, mentor: UserId) -> Result<(), sqlx::Error> {
        store::count_again(conn, mentor).await?;
        let fact = RatingChanged { mentor };
        outbox::publish(conn, &self.kernel.clock, &self.kernel.random, &fact).await.map(drop)
    }
}
