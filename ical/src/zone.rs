//! Time zones of a calendar: by name in our own database, or as the calendar defines them (VTIMEZONE, RFC 5545 §3.6.5).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use crate::budget::Budget;
use crate::rule::Rule;
use crate::values::When;

/// Changes of one zone are no more than this: two a year in any range that is asked for.
const MOST_CHANGES: usize = 2_000;

#[derive(Debug, Clone)]
pub(crate) enum Zone {
    Known(TimeZone),
    /// As the calendar has it: changes in order of time.
    Defined(Arc<[Change]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    at: Timestamp,
    before: Offset,
    after: Offset,
}

impl Zone {
    /// A time that is skipped is read with the offset before the gap, one that comes twice is the first (§3.3.5).
    pub(crate) fn instant(&self, civil: DateTime) -> Option<Timestamp> {
        match self {
            Self::Known(zone) => zone.to_timestamp(civil).ok(),
            Self::Defined(changes) => {
                // The first change that comes after this time on the clock before it.
                let next = changes.partition_point(|change| change.before.to_datetime(change.at) <= civil);
                let offset = match next.checked_sub(1).and_then(|last| changes.get(last)) {
                    // Skipped: between what the clock showed and what it showed next.
                    Some(last) if civil < last.after.to_datetime(last.at) => last.before,
                    Some(last) => last.after,
                    None => changes.first()?.before,
                };
                offset.to_timestamp(civil).ok()
            }
        }
    }

    pub(crate) fn civil(&self, at: Timestamp) -> Option<DateTime> {
        match self {
            Self::Known(zone) => Some(zone.to_datetime(at)),
            Self::Defined(changes) => {
                let next = changes.partition_point(|change| change.at <= at);
                let last = next.checked_sub(1).and_then(|last| changes.get(last));
                let offset = last.map_or(changes.first()?.before, |change| change.after);
                Some(offset.to_datetime(at))
            }
        }
    }
}

/// One STANDARD or DAYLIGHT part of a VTIMEZONE.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observance {
    pub(crate) start: Option<DateTime>,
    pub(crate) before: Option<Offset>,
    pub(crate) after: Option<Offset>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) dates: Vec<DateTime>,
}

/// The zones that a calendar's TZIDs name.
pub(crate) struct Zones {
    defined: HashMap<String, Vec<Observance>>,
    found: HashMap<String, Option<Zone>>,
    range: (Timestamp, Timestamp),
}

impl Zones {
    pub(crate) fn new(defined: HashMap<String, Vec<Observance>>, range: (Timestamp, Timestamp)) -> Self {
        Self { defined, found: HashMap::new(), range }
    }

    /// By our database where it knows the name, since what calendars bring is often only this year's rule; else by the
    /// calendar's own definition. None when neither knows it.
    pub(crate) fn find(&mut self, tzid: &str, budget: &mut Budget) -> Option<Zone> {
        if let Some(found) = self.found.get(tzid) {
            return found.clone();
        }
        let found = known(tzid).or_else(|| self.define(tzid, budget));
        // As many as the calendar may bring; names nobody defines are not worth the memory.
        if found.is_some() || self.defined.contains_key(tzid) {
            self.found.insert(tzid.to_owned(), found.clone());
        }
        found
    }

    fn define(&self, tzid: &str, budget: &mut Budget) -> Option<Zone> {
        let utc = TimeZone::UTC;
        // Series begin before the range, and the offset then is that of the change before.
        let (from, until) = (utc.to_datetime(self.range.0), utc.to_datetime(self.range.1));
        let years = |date: DateTime, years: i16| {
            DateTime::new(date.year().saturating_add(years), 1, 1, 0, 0, 0, 0).unwrap_or(date)
        };
        let range = (years(from, -2), years(until, 2));
        let mut changes = Vec::new();
        for observance in self.defined.get(tzid)? {
            let (before, after) = (observance.before?, observance.after?);
            let first = observance.start?;
            let mut onsets = vec![first];
            onsets.extend(observance.dates.iter().copied());
            for rule in &observance.rules {
                budget.next_event();
                let last = rule.until.and_then(|until| match until {
                    When::Utc(at) => Some(before.to_datetime(TimeZone::UTC.to_timestamp(at).ok()?)),
                    When::Local(at) => Some(at),
                    When::Date(date) => Some(date.at(23, 59, 59, 0)),
                });
                onsets.extend(rule.starts(first, last, range, budget).ok()?);
            }
            for onset in onsets {
                changes.push(Change { at: before.to_timestamp(onset).ok()?, before, after });
            }
            if changes.len() > MOST_CHANGES {
                return None;
            }
        }
        changes.sort_by_key(|change| change.at);
        changes.dedup_by_key(|change| change.at);
        (!changes.is_empty()).then(|| Zone::Defined(changes.into()))
    }
}

/// `Europe/Paris`; also behind a vendor's prefix, as `/example.org/20260101/Europe/Paris`.
fn known(tzid: &str) -> Option<Zone> {
    if tzid.len() > 128 {
        return None;
    }
    let database = TimeZoneDatabase::bundled();
    let mut name = tzid.trim_matches('/');
    loop {
        if let Ok(zone) = database.get(name) {
            return Some(Zone::Known(zone));
        }
        // `Paris` alone is no zone, `UTC` is.
        name = name.split_once('/')?.1;
    }
}
