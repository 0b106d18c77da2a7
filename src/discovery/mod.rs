//! Finding mentors: search, facets, saved mentors. Sees every domain; none knows it.

mod error;
mod indexing;
mod jobs;
mod model;
mod routes;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use error::DiscoveryError;
pub use model::{Bounds, Facet, Facets, FoundMentors, Free, MentorCard, Price, Search, Sort};
pub use routes::{SearchQuery, routes};

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::availability::Availability;
use crate::kernel::Kernel;
use crate::kernel::ids::UserId;
use crate::kernel::outbox::Handler;
use crate::mentors::{Mentors, PublicMentor};
use crate::reviews::Reviews;
use model::{Place, Wanted, WantedKind};
use store::Asked;

/// Mentors of a page when nothing is said.
pub const DEFAULT_LIMIT: u16 = 20;
/// What a beginning of a word may become: the most common words.
const EXPANSIONS: i64 = 8;
const SKILL_FACETS: i64 = 30;
const LANGUAGE_FACETS: i64 = 40;
const ZONE_FACETS: i64 = 60;
const SAVED_MAX: i64 = 200;

/// Use cases of discovery. Cheap to clone.
#[derive(Clone)]
pub struct Discovery {
    kernel: Kernel,
    mentors: Mentors,
    availability: Availability,
    reviews: Reviews,
    /// One at a time: what is read of a mentor is written before somebody else reads.
    turn: Arc<Mutex<()>>,
}

impl Discovery {
    pub fn new(kernel: &Kernel, mentors: &Mentors, availability: &Availability, reviews: &Reviews) -> Self {
        Self {
            kernel: kernel.clone(),
            mentors: mentors.clone(),
            availability: availability.clone(),
            reviews: reviews.clone(),
            turn: Arc::default(),
        }
    }

    pub fn handlers(&self) -> Vec<Handler> {
        vec![jobs::index(self)]
    }

    /// A page of the mentors that fit, best first, 1 to 100 of them; `cursor` is the page before's. Pages go on where
    /// the last one stopped, whoever came or went in between.
    pub async fn search(
        &self,
        search: &Search,
        cursor: Option<&str>,
        limit: u16,
    ) -> Result<FoundMentors, DiscoveryError> {
        let sort = search.sort;
        let place = |text: &str| rules::parse_cursor(text).filter(|place| place.sort == sort);
        let after = cursor.map(|text| place(text).ok_or(DiscoveryError::CursorInvalid)).transpose()?;
        let mut conn = self.kernel.db.read().await?;
        let facets = match after {
            Some(_) => None,
            None => Some(Facets {
                skills: store::facets(&mut conn, rules::SKILL, SKILL_FACETS).await?,
                languages: store::facets(&mut conn, rules::LANGUAGE, LANGUAGE_FACETS).await?,
                time_zones: store::facets(&mut conn, rules::ZONE, ZONE_FACETS).await?,
            }),
        };
        let Some(wanted) = wanted(&mut conn, search).await? else {
            return Ok(FoundMentors { items: Vec::new(), next_cursor: None, facets });
        };
        // One more than asked for tells whether there is a next page.
        let count = i64::from(limit) + 1;
        let asked = Asked { wanted: &wanted, bounds: search.bounds, now: self.kernel.clock.now() };
        let everyone = store::mentors_with(&mut conn, rules::EVERYONE).await?;
        let within = store::within(&mut conn, &asked).await?;
        let by = after.map_or_else(|| rules::ranking(&wanted), |after| after.by);
        let few = rules::few(&wanted, (sort == Sort::Relevance).then_some(by), within, count, everyone);
        let mut found = match (sort, few) {
            (Sort::Relevance, None) => store::search(&mut conn, &asked, by, after, count).await?,
            (Sort::Relevance, Some(few)) => store::search_among(&mut conn, &asked, by, few, after, count).await?,
            (_, few) => store::sorted(&mut conn, &asked, sort, few, after, count).await?,
        };
        drop(conn);
        let more = found.len() > usize::from(limit);
        found.truncate(usize::from(limit));
        let last = found.last().filter(|_| more);
        let next_cursor = last.map(|&(mentor, rank)| rules::cursor(Place { sort, by, rank, mentor }));
        let ids: Vec<_> = found.into_iter().map(|(mentor, _)| mentor).collect();
        Ok(FoundMentors { items: self.cards(&ids).await?, next_cursor, facets })
    }

    /// The public ones among these mentors, as lists show them.
    async fn cards(&self, ids: &[UserId]) -> Result<Vec<MentorCard>, sqlx::Error> {
        let facts = store::facts(&mut *self.kernel.db.read().await?, ids).await?;
        let public = self.mentors.public_among(ids).await?;
        let card = |mentor: PublicMentor| {
            let facts = facts.get(&mentor.id);
            MentorCard::new(mentor, facts)
        };
        Ok(public.into_iter().map(card).collect())
    }

    /// Puts a public mentor on the list of `user`; twice is once.
    pub async fn save(&self, user: UserId, mentor: UserId) -> Result<(), DiscoveryError> {
        if self.mentors.public_among(&[mentor]).await?.is_empty() {
            return Err(DiscoveryError::MentorUnknown);
        }
        let now = self.kernel.clock.now();
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let saved = store::saved(&mut tx, user, SAVED_MAX).await?;
                    if saved.len() >= usize::try_from(SAVED_MAX).unwrap_or(usize::MAX) && !saved.contains(&mentor) {
                        return Err(DiscoveryError::TooManySaved);
                    }
                    Ok(store::save(&mut tx, user, mentor, now).await?)
                })
            })
            .await
    }

    /// Takes a mentor off the list of `user`; one who is not on it is off it.
    pub async fn forget(&self, user: UserId, mentor: UserId) -> Result<(), DiscoveryError> {
        self.kernel.db.write(|mut tx| Box::pin(async move { Ok(store::forget(&mut tx, user, mentor).await?) })).await
    }

    /// The list of `user`, the newest first.
    pub async fn saved(&self, user: UserId) -> Result<Vec<MentorCard>, DiscoveryError> {
        let ids = store::saved(&mut *self.kernel.db.read().await?, user, SAVED_MAX).await?;
        Ok(self.cards(&ids).await?)
    }
}

/// What the query asks for in terms that exist; None when something of it nobody has.
async fn wanted(conn: &mut sqlx::AnyConnection, search: &Search) -> Result<Option<Vec<Wanted>>, sqlx::Error> {
    let mut wanted = Vec::new();
    let skill = search.skill.as_deref().map(rules::skill_term);
    let language = search.language.as_deref().map(|code| format!("{}{code}", rules::LANGUAGE));
    let zone = search.time_zone.as_deref().map(|zone| format!("{}{zone}", rules::ZONE));
    for term in skill.into_iter().chain(language).chain(zone) {
        // No text with a zero byte reaches PostgreSQL.
        let mentors = if term.contains('\0') { 0 } else { store::mentors_with(conn, &term).await? };
        wanted.push(Wanted { terms: vec![term], mentors, kind: WantedKind::Filter });
    }
    let words = rules::query_words(&search.text);
    let last = words.last().cloned();
    for word in words {
        let mut mentors = store::mentors_with(conn, &word).await?;
        let mut terms = vec![word.clone()];
        if Some(&word) == last.as_ref() && rules::is_prefix(&word) {
            let longer = store::words_with(conn, &word, EXPANSIONS).await?;
            for (term, count) in longer.into_iter().filter(|(term, _)| *term != word) {
                mentors += count;
                terms.push(term);
            }
        }
        wanted.push(Wanted { terms, mentors, kind: WantedKind::Word });
    }
    if wanted.is_empty() && search.sort == Sort::Relevance {
        let terms = vec![rules::EVERYONE.to_owned()];
        return Ok(Some(vec![Wanted { terms, mentors: i64::MAX, kind: WantedKind::Filter }]));
    }
    Ok(Some(wanted).filter(|wanted| wanted.iter().all(|wanted| wanted.mentors > 0)))
}
