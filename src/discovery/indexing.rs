//! Keeps what search reads up to date: words with what mentors say, figures with what is booked and as time passes.

use std::collections::HashMap;
use std::time::Duration;

use super::model::{Facts, Term};
use super::{Discovery, rules, store};
use crate::kernel::ids::UserId;
use crate::mentors::PublicMentor;

/// How often is looked whether openings are others than they were.
const EVERY: Duration = Duration::from_secs(10);
/// Mentors dealt with in one transaction.
const BATCH: u16 = 200;

impl Discovery {
    /// Makes search know what these mentors say now; who is not public is not found.
    pub async fn index(&self, mentors: &[UserId]) -> Result<(), sqlx::Error> {
        let _turn = self.turn.lock().await;
        self.index_in_turn(mentors).await
    }

    /// Builds search anew from all mentors; says how many there are. Meanwhile not all of them are found.
    pub async fn rebuild(&self) -> Result<u64, sqlx::Error> {
        self.kernel.db.write(|mut tx| Box::pin(async move { store::clear(&mut tx).await })).await?;
        let (mut count, mut after) = (0, None);
        loop {
            let _turn = self.turn.lock().await;
            let mentors = self.mentors.public_after(after, BATCH).await?;
            let Some(last) = mentors.last() else { return Ok(count) };
            after = Some(last.id);
            count += u64::try_from(mentors.len()).unwrap_or(0);
            let ids: Vec<_> = mentors.iter().map(|mentor| mentor.id).collect();
            self.replace(&ids, &mentors).await?;
        }
    }

    /// Keeps figures up to date with what changes by itself or without news. Ends when it is dropped.
    pub async fn refresh_forever(self) {
        loop {
            if let Err(error) = self.refresh().await {
                tracing::error!(%error, "search could not be kept up to date");
            }
            self.kernel.clock.sleep(EVERY).await;
        }
    }

    /// Looks at all mentors whose openings changed, or whose soonest is over.
    pub async fn refresh(&self) -> Result<(), sqlx::Error> {
        loop {
            let _turn = self.turn.lock().await;
            let changed = self.availability.changed(i64::from(BATCH)).await?;
            if changed.is_empty() {
                break;
            }
            self.look_at(&changed).await?;
            // After the fact: whom a crash came between is looked at once more.
            self.availability.looked_at(&changed).await?;
        }
        loop {
            let _turn = self.turn.lock().await;
            let now = self.kernel.clock.now();
            let due = store::to_recheck(&mut *self.kernel.db.read().await?, now, i64::from(BATCH)).await?;
            if due.is_empty() {
                return Ok(());
            }
            self.look_at(&due).await?;
        }
    }

    /// Writes down what these mentors' figures are now. Who moved to another zone or is not known yet is indexed anew.
    async fn look_at(&self, mentors: &[UserId]) -> Result<(), sqlx::Error> {
        let before = store::facts(&mut *self.kernel.db.read().await?, mentors).await?;
        let (mut changed, mut others) = (Vec::new(), Vec::new());
        for (mentor, facts) in self.facts(mentors).await? {
            match before.get(&mentor) {
                Some(before) if *before == facts => {}
                Some(before) if before.time_zone == facts.time_zone => changed.push((mentor, facts)),
                _ => others.push(mentor),
            }
        }
        if !changed.is_empty() {
            // In one order, which two transactions share.
            changed.sort_by_key(|(mentor, _)| *mentor);
            let changed = &changed;
            let kept = self.kernel.db.write(|mut tx| Box::pin(async move { store::set_facts(&mut tx, changed).await }));
            kept.await?;
        }
        if others.is_empty() { Ok(()) } else { self.index_in_turn(&others).await }
    }

    async fn index_in_turn(&self, mentors: &[UserId]) -> Result<(), sqlx::Error> {
        let public = self.mentors.public_among(mentors).await?;
        self.replace(mentors, &public).await
    }

    async fn facts(&self, mentors: &[UserId]) -> Result<HashMap<UserId, Facts>, sqlx::Error> {
        let ratings = self.reviews.ratings(mentors).await?;
        let outlooks = self.availability.outlooks(mentors).await?;
        let facts = outlooks.into_iter().map(|(mentor, outlook)| {
            let rating = ratings.get(&mentor);
            let facts = Facts {
                price: outlook.price,
                rating_milli: rating.map_or(0, |rating| rating.milli),
                reviews: rating.map_or(0, |rating| rating.reviews),
                soonest: outlook.soonest,
                time_zone: outlook.time_zone,
                recheck_at: outlook.good_until,
            };
            (mentor, facts)
        });
        Ok(facts.collect())
    }

    /// Makes search know these mentors as far as they are `public`.
    async fn replace(&self, mentors: &[UserId], public: &[PublicMentor]) -> Result<(), sqlx::Error> {
        let mut facts = self.facts(mentors).await?;
        let mut terms: Vec<(UserId, Vec<Term>)> = Vec::with_capacity(mentors.len());
        let (mut found, mut gone) = (Vec::new(), Vec::new());
        for id in mentors {
            let mentor = public.iter().find(|mentor| mentor.id == *id);
            match mentor.zip(facts.remove(id)) {
                Some((mentor, facts)) => {
                    terms.push((*id, rules::terms(mentor, facts.time_zone.as_deref())));
                    found.push((*id, facts));
                }
                None => {
                    terms.push((*id, Vec::new()));
                    gone.push(*id);
                }
            }
        }
        let (terms, found, gone) = (&terms, &found, &gone);
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    store::replace(&mut tx, terms).await?;
                    store::set_facts(&mut tx, found).await?;
                    store::forget_facts(&mut tx, gone).await
                })
            })
            .await
    }
}
