//! What can be booked with many mentors, and how soon: for search, and for the pages of mentors.
//!
//! Nobody who searches waits for it: whoever keeps something made of it is told whose openings changed, and until when
//! they stay as they are by themselves.

mod store;

use std::collections::HashMap;
use std::time::Duration;

use sqlx::AnyConnection;

pub(super) use store::{Of, note_change};

use super::model::{Document, Offering, Opening};
use super::openings::Surroundings;
use super::{Availability, AvailabilityError, busy};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

const DAY: Duration = Duration::from_secs(86_400);
/// Days from now: openings are mostly found in the first stretch, and are looked for no further than the last.
const STRETCHES: &[(u32, u32)] = &[(0, 7), (7, 21), (21, 61)];
/// What is taken counts for the week of its opening, which may be the last of them.
const AROUND_DAYS: u32 = 9;
/// Whoever has no opening is looked at again, for the horizon moves on.
const AGAIN: Duration = Duration::from_secs(6 * 3_600);
/// An opening that is about to go is not looked at more often than this.
const BREATH: Duration = Duration::from_secs(60);

/// A mentor's offerings and openings, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// IANA; None before they said when they can be booked.
    pub time_zone: Option<String>,
    /// Of the cheapest offering, and its currency.
    pub price: Option<(i64, String)>,
    pub soonest: Option<Timestamp>,
    /// When the soonest can no longer be booked, or there may be one.
    pub good_until: Timestamp,
}

/// An opening, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextOpening {
    pub offering: Offering,
    pub opening: Opening,
}

impl Availability {
    /// The outlook of each of these mentors.
    pub async fn outlooks(&self, mentors: &[UserId]) -> Result<HashMap<UserId, Outlook>, sqlx::Error> {
        let now = self.kernel.clock.now();
        let known = Known::load(&mut *self.kernel.db.read().await?, now, mentors).await?;
        let mut found = HashMap::with_capacity(mentors.len());
        for mentor in mentors {
            found.insert(*mentor, known.outlook(now, *mentor));
            // Many of them take a while: others are served in between.
            tokio::task::yield_now().await;
        }
        Ok(found)
    }

    /// The next openings of everything that can be booked with the mentor at this address, soonest first.
    pub async fn next_openings(&self, slug: &str, most: usize) -> Result<Vec<NextOpening>, AvailabilityError> {
        let mentor = self.mentors.public_mentor(slug).await.map_err(|_| AvailabilityError::OfferingUnknown)?.id;
        let now = self.kernel.clock.now();
        let known = Known::load(&mut *self.kernel.db.read().await?, now, &[mentor]).await?;
        let mut found: Vec<NextOpening> = Vec::new();
        for stretch in STRETCHES {
            for offering in known.offerings_of(mentor) {
                let next = known.openings(now, offering, *stretch).into_iter().take(most);
                found.extend(next.map(|opening| NextOpening { offering: offering.clone(), opening }));
            }
            if found.len() >= most {
                break;
            }
        }
        found.sort_by_key(|next| next.opening.starts_at);
        found.truncate(most);
        Ok(found)
    }

    /// Some of the mentors whose offerings or openings changed. They stay here until [`Self::looked_at`]; what changes
    /// from now on is noted anew.
    pub async fn changed(&self, most: i64) -> Result<Vec<UserId>, sqlx::Error> {
        let changed = store::changed(&mut *self.kernel.db.read().await?, most).await?;
        if !changed.is_empty() {
            let these = &changed;
            self.kernel.db.write(|mut tx| Box::pin(async move { store::take(&mut tx, these).await })).await?;
        }
        Ok(changed)
    }

    /// What [`Self::changed`] said of these mentors has been dealt with.
    pub async fn looked_at(&self, mentors: &[UserId]) -> Result<(), sqlx::Error> {
        self.kernel.db.write(|mut tx| Box::pin(async move { store::forget_taken(&mut tx, mentors).await })).await
    }
}

/// What is stored of some mentors.
struct Known {
    documents: HashMap<UserId, Document>,
    /// Those that can be booked.
    offerings: HashMap<UserId, Vec<Offering>>,
    /// Of those who have hours and offerings.
    around: HashMap<UserId, Surroundings>,
}

impl Known {
    async fn load(conn: &mut AnyConnection, now: Timestamp, mentors: &[UserId]) -> Result<Self, sqlx::Error> {
        let last = STRETCHES.last().map_or(0, |(_, until)| *until);
        let range = (now.minus(DAY * AROUND_DAYS), now.plus(DAY * (last + AROUND_DAYS)));
        let documents = store::documents(conn, mentors).await?;
        let mut offerings: HashMap<UserId, Vec<Offering>> = HashMap::new();
        for offering in store::offerings(conn, mentors).await?.into_iter().filter(Offering::is_bookable) {
            offerings.entry(offering.mentor).or_default().push(offering);
        }
        let able: Vec<UserId> = offerings.keys().copied().filter(|mentor| documents.contains_key(mentor)).collect();
        let busy = busy::busy_times_among(conn, &able, range).await?;
        let mut around: HashMap<UserId, Surroundings> = HashMap::with_capacity(able.len());
        for mentor in &able {
            let busy = busy.get(mentor).map(Vec::as_slice).unwrap_or_default();
            let found = documents.get(mentor).and_then(|document| Surroundings::new(document, busy));
            around.extend(found.map(|found| (*mentor, found)));
        }
        for (mentor, meeting) in store::meetings(conn, now, &able, range).await? {
            if let Some(around) = around.get_mut(&mentor) {
                around.meetings.push(meeting);
            }
        }
        for (mentor, group) in store::groups(conn, &able, (now, range.1)).await? {
            if let Some(around) = around.get_mut(&mentor) {
                around.groups.push(group);
            }
        }
        Ok(Self { documents, offerings, around })
    }

    fn offerings_of(&self, mentor: UserId) -> &[Offering] {
        self.offerings.get(&mentor).map(Vec::as_slice).unwrap_or_default()
    }

    /// In order of time.
    fn openings(&self, now: Timestamp, offering: &Offering, (from, until): (u32, u32)) -> Vec<Opening> {
        let range = (now.plus(DAY * from), now.plus(DAY * until));
        self.around.get(&offering.mentor).map_or_else(Vec::new, |around| around.openings(now, offering, range))
    }

    fn outlook(&self, now: Timestamp, mentor: UserId) -> Outlook {
        let offerings = self.offerings_of(mentor);
        let price = offerings.iter().map(|offering| (offering.terms.price_minor, &offering.terms.currency)).min();
        let first = STRETCHES.iter().find_map(|stretch| {
            let first_of = |offering: &Offering| {
                let starts_at = self.openings(now, offering, *stretch).first()?.starts_at;
                Some((starts_at, starts_at.minus(offering.notice())))
            };
            offerings.iter().filter_map(first_of).min()
        });
        let good_until = match first {
            Some((_, bookable_until)) => bookable_until.max(now.plus(BREATH)),
            None => now.plus(AGAIN),
        };
        Outlook {
            time_zone: self.documents.get(&mentor).map(|document| document.time_zone.clone()),
            price: price.map(|(minor, currency)| (minor, currency.clone())),
            soonest: first.map(|(starts_at, _)| starts_at),
            good_until,
        }
    }
}
