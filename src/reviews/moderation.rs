//! Reports, and what administrators make of them.

use super::model::{Direction, Moderated, Moderation, Queue};
use super::{Reviews, ReviewsError, rules, store};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{EventId, ReviewId, UserId};

impl Reviews {
    /// Somebody says that a public review should not be there.
    pub(crate) async fn report(&self, me: UserId, review: ReviewId, reason: &str) -> Result<(), ReviewsError> {
        let reason = &rules::reason(reason).map_err(|mistake| ReviewsError::Invalid(vec![mistake]))?;
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let found = store::review(&mut tx, review).await?;
                    let public = |review: &super::Review| {
                        review.direction == Direction::OfMentor && review.hidden_reason.is_none()
                    };
                    found.filter(public).ok_or(ReviewsError::ReviewUnknown)?;
                    if store::report(&mut tx, review, me, reason, now).await? {
                        Ok(())
                    } else {
                        Err(ReviewsError::AlreadyReported)
                    }
                })
            })
            .await
    }

    /// What administrators look at, longest waiting first; the second part is where the next page starts.
    pub async fn queue(
        &self,
        queue: Queue,
        after: Option<(Timestamp, ReviewId)>,
        limit: u16,
    ) -> Result<(Vec<Moderated>, Option<(Timestamp, ReviewId)>), ReviewsError> {
        let mut conn = self.kernel.db.read().await?;
        let mut listed = store::listed(&mut conn, queue, after, i64::from(limit) + 1).await?;
        let more = listed.len() > usize::from(limit);
        listed.truncate(usize::from(limit));
        let next = listed.last().copied().filter(|_| more);
        let mut items = Vec::with_capacity(listed.len());
        for (listed_at, id) in listed {
            items.extend(moderated(&mut conn, id, listed_at).await?);
        }
        Ok((items, next))
    }

    /// Hides a review, shows it again, or lets it stand; the reports about it are settled by that.
    pub async fn moderate(
        &self,
        admin: UserId,
        id: ReviewId,
        what: Moderation,
        reason: &str,
    ) -> Result<Moderated, ReviewsError> {
        let reason = &rules::reason(reason).map_err(|mistake| ReviewsError::Invalid(vec![mistake]))?;
        let kernel = &self.kernel;
        let now = kernel.clock.now();
        let line = EventId::generate(&kernel.random, &kernel.clock);
        let done = kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let review = store::review(&mut tx, id).await?.ok_or(ReviewsError::ReviewUnknown)?;
                    store::lock_rating(&mut tx, review.mentor.id).await?;
                    let settled = store::settle_reports(&mut tx, id, now).await?;
                    let changed = match what {
                        Moderation::Hide => store::hide(&mut tx, id, reason).await?,
                        Moderation::Restore => store::restore(&mut tx, id).await?,
                        Moderation::Keep => settled,
                    };
                    if !changed {
                        return Err(ReviewsError::NothingToDo);
                    }
                    store::note(&mut tx, line, id, what, admin, reason, now).await?;
                    if review.direction == Direction::OfMentor {
                        self.count_again(&mut tx, review.mentor.id).await?;
                    }
                    moderated(&mut tx, id, now).await?.ok_or(ReviewsError::ReviewUnknown)
                })
            })
            .await?;
        kernel.outbox.now();
        Ok(done)
    }
}

async fn moderated(
    conn: &mut sqlx::AnyConnection,
    id: ReviewId,
    listed_at: Timestamp,
) -> Result<Option<Moderated>, sqlx::Error> {
    let Some(review) = store::review(conn, id).await? else { return Ok(None) };
    let (reports, history) = (store::reports(conn, id).await?, store::moderation(conn, id).await?);
    Ok(Some(Moderated { review, reports, history, listed_at }))
}
