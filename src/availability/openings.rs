//! The openings of an offering, from what is stored.

use std::time::Duration;

use jiff::SignedDuration;
use sqlx::AnyConnection;

use super::model::{Document, Offering, Opening};
use super::rules::{self, Booked, Calendar, Length, Limits};
use super::{busy, document, store};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OfferingId, SessionId};

const DAY: Duration = Duration::from_secs(86_400);
/// Meetings so far from a range still count for its weeks.
const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// How far around a taken time others are looked for.
const AROUND: Duration = Duration::from_secs(14 * 86_400);

/// Those that start in `from..until`, in order. What `except` occupies counts as free.
pub(super) async fn openings(
    conn: &mut AnyConnection,
    now: Timestamp,
    offering: &Offering,
    (from, until): (Timestamp, Timestamp),
    except: Option<SessionId>,
) -> Result<Vec<Opening>, sqlx::Error> {
    let Some(document) = store::document(conn, offering.mentor).await? else { return Ok(Vec::new()) };
    // No opening and its buffers reach further.
    let busy = busy::busy_times(conn, offering.mentor, (from.minus(DAY), until.plus(DAY))).await?;
    let Some(mut around) = Surroundings::new(&document, &busy) else { return Ok(Vec::new()) };
    if instant(from).is_none() || instant(until).is_none() {
        return Ok(Vec::new());
    }
    let range = (from.minus(WEEK), until.plus(WEEK));
    around.meetings = store::meetings(conn, now, offering.mentor, range, except).await?;
    if offering.terms.seats > 1 {
        let groups = store::group_openings(conn, offering.id, (from, until)).await?;
        around.groups = groups.into_iter().map(|(at, seats_left)| (offering.id, at, seats_left)).collect();
    }
    Ok(around.openings(now, offering, (from, until)))
}

/// What is stored around a mentor's openings. Meetings are those of a week more on both sides.
pub(super) struct Surroundings {
    /// With what other calendars say.
    calendar: Calendar,
    pub(super) meetings: Vec<store::Meeting>,
    /// Group sessions that have seats: of what, when, and how many.
    pub(super) groups: Vec<(OfferingId, Timestamp, i16)>,
}

impl Surroundings {
    /// Of a mentor whose time nobody has taken yet. None for a document that could not have been stored.
    pub(super) fn new(document: &Document, busy: &[(Timestamp, Timestamp)]) -> Option<Self> {
        let mut calendar = document::calendar(document)?;
        calendar.time_off.extend(busy.iter().filter_map(|(from, until)| Some((instant(*from)?, instant(*until)?))));
        Some(Self { calendar, meetings: Vec::new(), groups: Vec::new() })
    }

    /// The openings that start in `from..until`, in order.
    pub(super) fn openings(
        &self,
        now: Timestamp,
        offering: &Offering,
        (from, until): (Timestamp, Timestamp),
    ) -> Vec<Opening> {
        let (Some(at), Some(start), Some(end)) = (instant(now), instant(from), instant(until)) else {
            return Vec::new();
        };
        let booked: Vec<Booked> = self.meetings.iter().filter_map(booked).collect();
        let limits = limits(offering);
        let free = rules::openings(at, &self.calendar, length(offering), limits, &booked, (start, end));
        let mut found: Vec<Opening> = free
            .into_iter()
            .map(|opening| Opening {
                starts_at: Timestamp(opening.starts_at.as_millisecond()),
                ends_at: Timestamp(opening.ends_at.as_millisecond()),
                seats_left: offering.terms.seats,
            })
            .collect();
        if offering.terms.seats > 1 {
            let soonest = at.saturating_add(limits.minimum_notice).map_or(now.0, |soonest| soonest.as_millisecond());
            let from = Timestamp(from.0.max(soonest));
            let of_it = self.groups.iter().filter(|(of, at, _)| *of == offering.id && (from..until).contains(at));
            found.extend(of_it.map(|&(_, starts_at, seats_left)| Opening {
                starts_at,
                ends_at: offering.ends_at(starts_at),
                seats_left,
            }));
            found.sort_by_key(|opening| opening.starts_at);
        }
        found
    }
}

/// What the rules leave open of `from..until`.
pub(super) fn hours(calendar: &Calendar, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let Some(range) = instant(from).zip(instant(until)) else { return Vec::new() };
    let of = |at: jiff::Timestamp| Timestamp(at.as_millisecond());
    rules::hours(calendar, range).into_iter().map(|(start, end)| (of(start), of(end))).collect()
}

/// The opening that starts then, if there is one: by rules, notice, horizon, limits, and what is occupied (except what
/// `except` occupies, for it would move).
pub async fn opening_at(
    conn: &mut AnyConnection,
    now: Timestamp,
    offering: &Offering,
    starts_at: Timestamp,
    except: Option<SessionId>,
) -> Result<Option<Opening>, sqlx::Error> {
    let range = (starts_at, starts_at.plus(Duration::from_millis(1)));
    let found = openings(conn, now, offering, range, except).await?;
    Ok(found.into_iter().find(|opening| opening.starts_at == starts_at))
}

/// Up to `most` openings close to a time that is taken, nearest first.
pub async fn alternatives(
    conn: &mut AnyConnection,
    now: Timestamp,
    offering: &Offering,
    starts_at: Timestamp,
    most: usize,
) -> Result<Vec<Opening>, sqlx::Error> {
    let from = starts_at.minus(AROUND).max(now);
    let until = starts_at.plus(AROUND);
    if until <= from {
        return Ok(Vec::new());
    }
    let mut found = openings(conn, now, offering, (from, until), None).await?;
    found.sort_by_key(|opening| opening.starts_at.0.abs_diff(starts_at.0));
    found.truncate(most);
    Ok(found)
}

fn length(offering: &Offering) -> Length {
    let minutes = |count: i16| SignedDuration::from_mins(i64::from(count));
    Length {
        meeting: minutes(offering.terms.minutes),
        buffer_before: minutes(offering.terms.buffer_before_minutes),
        buffer_after: minutes(offering.terms.buffer_after_minutes),
    }
}

fn limits(offering: &Offering) -> Limits {
    let count = |limit: Option<i16>| limit.and_then(|limit| usize::try_from(limit).ok());
    Limits {
        minimum_notice: SignedDuration::from_mins(i64::from(offering.terms.minimum_notice_minutes)),
        horizon: SignedDuration::from_hours(24 * i64::from(offering.terms.horizon_days)),
        per_day: count(offering.terms.max_per_day),
        per_week: count(offering.terms.max_per_week),
    }
}

fn booked(meeting: &store::Meeting) -> Option<Booked> {
    let busy = (instant(meeting.busy.0)?, instant(meeting.busy.1)?);
    Some(Booked { starts_at: instant(meeting.starts_at)?, busy })
}

/// None beyond the years that calendars have.
fn instant(at: Timestamp) -> Option<jiff::Timestamp> {
    // Days around it are looked at, too.
    let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
    let month = SignedDuration::from_hours(24 * 31);
    (at.checked_add(month).is_ok() && at.checked_sub(month).is_ok()).then_some(at)
}
