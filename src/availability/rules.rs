//! Openings from rules, pure.
//!
//! A mentor says when they can be booked in civil time and names their zone. **A moment is available when the mentor's
//! clock shows a time inside one of the windows of that date**, and an opening lies in such moments from start to end.
//! What happens when clocks change follows from that one sentence:
//!
//! - Clocks go forward: times that are skipped do not exist, so nothing opens in them; a window around them is shorter by
//!   the gap, and one inside them is empty that day. No opening moves to a time the mentor did not name.
//! - Clocks go back: times that come twice are available both times.
//!
//! Starts are counted from where each window of a date opens, in steps of the offering's length; windows that touch are
//! one, and an opening may reach over midnight into the next date's window. Starts are whole multiples of five minutes.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Minutes since midnight on the mentor's clock, 0 to 1440.
pub type Minutes = u16;

/// Of `mentor_occupancy`.
const GRANULE_MS: i64 = 300_000;

/// A stretch of a civil day, `from` inclusive, `until` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Minutes,
    pub until: Minutes,
}

/// What a mentor said about their time.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub zone: TimeZone,
    pub weekly: Vec<(Weekday, Window)>,
    /// In place of the weekly windows of that date; an empty list is a day off.
    pub overrides: BTreeMap<Date, Vec<Window>>,
    /// Time off, from inclusive, until exclusive.
    pub time_off: Vec<(Timestamp, Timestamp)>,
}

/// What an opening takes.
#[derive(Debug, Clone, Copy)]
pub struct Length {
    /// Of the meeting itself, above zero.
    pub meeting: SignedDuration,
    pub buffer_before: SignedDuration,
    pub buffer_after: SignedDuration,
}

/// How soon, how late and how often.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub minimum_notice: SignedDuration,
    pub horizon: SignedDuration,
    /// Meetings that start on one civil date of the mentor's.
    pub per_day: Option<usize>,
    /// Meetings that start in one week of the mentor's, from Monday on.
    pub per_week: Option<usize>,
}

/// A meeting that exists; `busy` is with its buffers.
#[derive(Debug, Clone, Copy)]
pub struct Booked {
    pub starts_at: Timestamp,
    pub busy: (Timestamp, Timestamp),
}

/// A bookable time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// The openings that start in `from..until`, in order of time.
pub fn openings(
    now: Timestamp,
    calendar: &Calendar,
    length: Length,
    limits: Limits,
    booked: &[Booked],
    (from, until): (Timestamp, Timestamp),
) -> Vec<Opening> {
    let from = from.max(now.saturating_add(limits.minimum_notice).unwrap_or(Timestamp::MAX));
    let until = until.min(now.saturating_add(limits.horizon).unwrap_or(Timestamp::MAX));
    if from >= until || length.meeting <= SignedDuration::ZERO {
        return Vec::new();
    }
    let counts = Counts::of(&calendar.zone, booked);
    let busy = merged(booked.iter().map(|booked| booked.busy).chain(calendar.time_off.iter().copied()).collect());
    let days = available(calendar, from, until);
    let stretches = merged(days.iter().flatten().copied().collect());
    let mut found = Vec::new();
    for &(opens, closes) in days.iter().flatten() {
        let mut starts_at = opens;
        while starts_at < closes.min(until) {
            let ends_at = starts_at.saturating_add(length.meeting).unwrap_or(Timestamp::MAX);
            let is_opening = starts_at >= from
                && starts_at.as_millisecond() % GRANULE_MS == 0
                && lies_in(&stretches, starts_at, ends_at)
                && is_free(&busy, starts_at - length.buffer_before, ends_at + length.buffer_after)
                && counts.leave_room(&calendar.zone, starts_at, limits);
            if is_opening {
                found.push(Opening { starts_at, ends_at });
            }
            starts_at = ends_at;
        }
    }
    found.sort_by_key(|opening| opening.starts_at);
    found.dedup();
    found
}

/// The available moments of `from..until` outside time off, in unbroken stretches.
pub(super) fn hours(calendar: &Calendar, (from, until): (Timestamp, Timestamp)) -> Vec<(Timestamp, Timestamp)> {
    let off = merged(calendar.time_off.clone());
    let mut found = Vec::new();
    for (opens, closes) in merged(available(calendar, from, until).into_iter().flatten().collect()) {
        let (mut start, end) = (opens.max(from), closes.min(until));
        for &(off_from, off_until) in off.iter().filter(|(off_from, off_until)| *off_from < end && *off_until > opens) {
            if start < off_from {
                found.push((start, off_from));
            }
            start = start.max(off_until);
        }
        if start < end {
            found.push((start, end));
        }
    }
    found
}

/// The available moments of each date around `from..until`, in unbroken stretches.
fn available(calendar: &Calendar, from: Timestamp, until: Timestamp) -> Vec<Vec<(Timestamp, Timestamp)>> {
    let zone = &calendar.zone;
    // The range may cut a date, and an opening may reach into the next.
    let first = from.to_zoned(zone.clone()).date().saturating_sub(2.days());
    let last = until.to_zoned(zone.clone()).date().saturating_add(2.days());
    let day = SignedDuration::from_hours(24);
    let around = (from.saturating_sub(day * 4), until.saturating_add(day * 4));
    let segments = segments(zone, around.0.unwrap_or(Timestamp::MIN), around.1.unwrap_or(Timestamp::MAX));
    let of_date = |date: Date| {
        let mut found = Vec::new();
        for &(start, end, offset) in &segments {
            let Ok(midnight) = offset.to_timestamp(date.at(0, 0, 0, 0)) else { continue };
            // Dates and segments are both in order, and most do not meet.
            if midnight >= end || midnight + day <= start {
                continue;
            }
            for window in windows(calendar, date) {
                let at = |minutes: Minutes| midnight + SignedDuration::from_mins(i64::from(minutes));
                let (opens, closes) = (at(window.from).max(start), at(window.until).min(end));
                if opens < closes {
                    found.push((opens, closes));
                }
            }
        }
        merged(found)
    };
    first.series(1.day()).take_while(|date| *date <= last).map(of_date).collect()
}

/// `stretches` as [`merged`] leaves them.
fn lies_in(stretches: &[(Timestamp, Timestamp)], start: Timestamp, end: Timestamp) -> bool {
    let next = stretches.partition_point(|(_, closes)| *closes <= start);
    stretches.get(next).is_some_and(|(opens, closes)| *opens <= start && *closes >= end)
}

/// `from..until` in stretches of one offset from UTC each.
fn segments(zone: &TimeZone, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp, jiff::tz::Offset)> {
    let mut found = Vec::new();
    let (mut start, mut offset) = (from, zone.to_offset(from));
    for change in zone.following(from).take_while(|change| change.timestamp() < until) {
        found.push((start, change.timestamp(), offset));
        (start, offset) = (change.timestamp(), change.offset());
    }
    found.push((start, until, offset));
    found
}

fn windows(calendar: &Calendar, date: Date) -> Vec<Window> {
    calendar.overrides.get(&date).cloned().unwrap_or_else(|| {
        let weekday = date.weekday();
        calendar.weekly.iter().filter(|(day, _)| *day == weekday).map(|(_, window)| *window).collect()
    })
}

/// Sorted, and those that touch or overlap made one.
fn merged(mut stretches: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    stretches.sort();
    let mut found: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(stretches.len());
    for (start, end) in stretches {
        match found.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => found.push((start, end)),
        }
    }
    found
}

/// `busy` as [`merged`] leaves it.
fn is_free(busy: &[(Timestamp, Timestamp)], start: Timestamp, end: Timestamp) -> bool {
    let next = busy.partition_point(|(_, until)| *until <= start);
    busy.get(next).is_none_or(|(from, _)| *from >= end)
}

/// How many meetings start on a date, and in the week of a Monday.
struct Counts {
    days: BTreeMap<Date, usize>,
    weeks: BTreeMap<Date, usize>,
}

impl Counts {
    fn of(zone: &TimeZone, booked: &[Booked]) -> Self {
        let (mut days, mut weeks) = (BTreeMap::new(), BTreeMap::new());
        for booked in booked {
            let date = booked.starts_at.to_zoned(zone.clone()).date();
            *days.entry(date).or_default() += 1;
            *weeks.entry(monday(date)).or_default() += 1;
        }
        Self { days, weeks }
    }

    fn leave_room(&self, zone: &TimeZone, at: Timestamp, limits: Limits) -> bool {
        if limits.per_day.is_none() && limits.per_week.is_none() {
            return true;
        }
        let date = at.to_zoned(zone.clone()).date();
        let below = |count: Option<&usize>, limit: Option<usize>| {
            limit.is_none_or(|limit| count.copied().unwrap_or_default() < limit)
        };
        below(self.days.get(&date), limits.per_day) && below(self.weeks.get(&monday(date)), limits.per_week)
    }
}

fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}
