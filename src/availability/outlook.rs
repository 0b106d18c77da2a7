//! What can be booked with many mentors, and how soon: for search and for the pages of mentors.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use sqlx::AnyConnection;

use super::model::{Document, Offering, Opening};
use super::openings::{self, Surroundings};
use super::{Availability, AvailabilityError, store};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

const DAY: Duration = Duration::from_secs(86_400);
/// Soonest openings are looked for week by week at first, and no further than this.
const STRETCHES: &[(u32, u32)] = &[(0, 7), (7, 21), (21, 61)];
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
        let mut conn = self.kernel.db.read().await?;
        let known = Known::load(&mut conn, now, mentors).await?;
        Ok(mentors.iter().map(|mentor| (*mentor, known.outlook(now, *mentor))).collect())
    }

    /// The next openings of everything that can be booked with the mentor at this address.
    pub async fn next_openings(&self, slug: &str, most: usize) -> Result<Vec<NextOpening>, AvailabilityError> {
        let mentor = self.mentors.public_mentor(slug).await.map_err(|_| AvailabilityError::OfferingUnknown)?.id;
        let now = self.kernel.clock.now();
        let mut conn = self.kernel.db.read().await?;
        let known = Known::load(&mut conn, now, &[mentor]).await?;
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

    /// Mentors whose offerings or openings changed since they were last taken from here, a part of them.
    pub async fn take_changed(&self, most: i64) -> Result<Vec<UserId>, sqlx::Error> {
        self.kernel.db.write(|mut tx| Box::pin(async move { store::take_changed(&mut tx, most).await })).await
    }
}

/// What is stored of some mentors.
struct Known {
    documents: HashMap<UserId, Document>,
    offerings: Vec<Offering>,
    around: HashMap<UserId, Surroundings>,
}

impl Known {
    async fn load(conn: &mut AnyConnection, now: Timestamp, mentors: &[UserId]) -> Result<Self, sqlx::Error> {
        let until = now.plus(DAY * 70);
        let documents = store::documents(conn, mentors).await?;
        let mut offerings = store::offerings_among(conn, mentors).await?;
        offerings.retain(Offering::is_bookable);
        let able: HashSet<UserId> =
            offerings.iter().map(|offering| offering.mentor).filter(|mentor| documents.contains_key(mentor)).collect();
        let able: Vec<UserId> = able.into_iter().collect();
        let mut around: HashMap<UserId, Surroundings> = HashMap::new();
        for (mentor, meeting) in store::meetings_among(conn, now, &able, (now.minus(DAY * 7), until)).await? {
            around.entry(mentor).or_default().meetings.push(meeting);
        }
        for (mentor, offering, starts_at, seats_left) in store::groups_among(conn, &able, (now, until)).await? {
            around.entry(mentor).or_default().groups.push((offering, starts_at, seats_left));
        }
        Ok(Self { documents, offerings, around })
    }

    fn offerings_of(&self, mentor: UserId) -> impl Iterator<Item = &Offering> {
        self.offerings.iter().filter(move |offering| offering.mentor == mentor)
    }

    /// In order of time.
    fn openings(&self, now: Timestamp, offering: &Offering, (from, until): (u32, u32)) -> Vec<Opening> {
        let Some(document) = self.documents.get(&offering.mentor) else { return Vec::new() };
        let nothing = Surroundings::default();
        let around = self.around.get(&offering.mentor).unwrap_or(&nothing);
        openings::among(now, document, offering, around, (now.plus(DAY * from), now.plus(DAY * until)))
    }

    fn outlook(&self, now: Timestamp, mentor: UserId) -> Outlook {
        let price = self.offerings_of(mentor).map(|offering| (offering.terms.price_minor, &offering.terms.currency)).min();
        let first = STRETCHES.iter().find_map(|stretch| {
            let of = |offering: &Offering| {
                let opening = self.openings(now, offering, *stretch).first().map(|opening| opening.starts_at)?;
                Some((opening, opening.minus(offering.notice())))
            };
            self.offerings_of(mentor).filter_map(of).min()
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
