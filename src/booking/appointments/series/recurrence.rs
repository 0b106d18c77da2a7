//! Which times repeat: the part of RFC 5545 §3.3.10 that bookings have. Pure.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::kernel::error::FieldProblem;

const INTERVAL_MAX: i32 = 4;
const COUNT_MAX: i32 = 12;

/// `FREQ=WEEKLY` with an interval of one to four weeks, two to twelve times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::booking::appointments) struct Rrule {
    interval: i32,
    count: i32,
}

impl Rrule {
    /// `FREQ=WEEKLY;INTERVAL=2;COUNT=6`, its parts in any order and without regard to case; no interval is one.
    pub(super) fn parse(text: &str) -> Result<Self, FieldProblem> {
        let mistake = || {
            let detail = format!(
                "Repeat by FREQ=WEEKLY with COUNT 2 to {COUNT_MAX} and, if you like, INTERVAL 1 to {INTERVAL_MAX}."
            );
            FieldProblem { field: "rrule", code: "rrule_invalid", detail }
        };
        let (mut freq, mut interval, mut count) = (None, None, None);
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or_else(mistake)?;
            let slot = match name.to_ascii_uppercase().as_str() {
                "FREQ" if value.eq_ignore_ascii_case("WEEKLY") => {
                    if freq.replace(()).is_some() {
                        return Err(mistake());
                    }
                    continue;
                }
                "INTERVAL" => &mut interval,
                "COUNT" => &mut count,
                _ => return Err(mistake()),
            };
            let digits = (1..=2).contains(&value.len()) && value.bytes().all(|c| c.is_ascii_digit());
            let number = value.parse::<i32>().ok().filter(|_| digits).ok_or_else(mistake)?;
            if slot.replace(number).is_some() {
                return Err(mistake());
            }
        }
        let (interval, count) = (interval.unwrap_or(1), count.ok_or_else(mistake)?);
        let fine = freq.is_some() && (1..=INTERVAL_MAX).contains(&interval) && (2..=COUNT_MAX).contains(&count);
        if fine { Ok(Self { interval, count }) } else { Err(mistake()) }
    }

    /// When it is `first`, and the same time of the zone's clock every so many weeks after. A time that a clock change skips
    /// is None beside the time that would be shown instead; one that comes twice is the first of the two.
    pub(super) fn occurrences(self, first: Timestamp, zone: &TimeZone) -> Vec<Occurrence> {
        let civil = first.to_zoned(zone.clone()).datetime();
        let mut found = vec![Occurrence { civil, at: first, exists: true }];
        for number in 1..self.count {
            let Ok(civil) = civil.checked_add((number * self.interval).weeks()) else { break };
            let ambiguous = zone.to_ambiguous_timestamp(civil);
            let exists = !matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
            let Ok(at) = ambiguous.compatible() else { break };
            found.push(Occurrence { civil, at, exists });
        }
        found
    }
}

impl std::fmt::Display for Rrule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FREQ=WEEKLY;INTERVAL={};COUNT={}", self.interval, self.count)
    }
}

/// One of the times of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::booking::appointments) struct Occurrence {
    /// What the zone's clock is to show.
    pub civil: DateTime,
    pub at: Timestamp,
    /// False: the zone's clock skips it.
    pub exists: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(rule: &str, first: &str, zone: &str) -> Vec<String> {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).expect("a zone");
        let rule = Rrule::parse(rule).expect("a rule");
        let found = rule.occurrences(first.parse().expect("a time"), &zone);
        found.iter().map(|found| format!("{}{}", found.at, if found.exists { "" } else { " skipped" })).collect()
    }

    #[test]
    fn only_weeks_repeat_and_not_for_ever() {
        for (text, shown) in [
            ("FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;INTERVAL=1;COUNT=2"),
            ("count=12;freq=weekly;interval=4", "FREQ=WEEKLY;INTERVAL=4;COUNT=12"),
        ] {
            assert_eq!(Rrule::parse(text).expect(text).to_string(), shown);
        }
        for wrong in [
            "",
            "FREQ=WEEKLY",
            "COUNT=3",
            "FREQ=DAILY;COUNT=3",
            "FREQ=WEEKLY;COUNT=1",
            "FREQ=WEEKLY;COUNT=13",
            "FREQ=WEEKLY;COUNT=999999999999",
            "FREQ=WEEKLY;COUNT=-3",
            "FREQ=WEEKLY;COUNT=+3",
            "FREQ=WEEKLY;COUNT=003",
            "FREQ=WEEKLY;COUNT=3;INTERVAL=0",
            "FREQ=WEEKLY;COUNT=3;INTERVAL=5",
            "FREQ=WEEKLY;COUNT=3;COUNT=3",
            "FREQ=WEEKLY;FREQ=WEEKLY;COUNT=3",
            "FREQ=WEEKLY;COUNT=3;BYDAY=MO",
            "FREQ=WEEKLY;COUNT=3;",
            "FREQ=WEEKLY;COUNT",
            "FREQ=WEEKLY;COUNT=٣",
        ] {
            assert!(Rrule::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_clock_on_the_wall_stays_through_a_change() {
        let autumn = times("FREQ=WEEKLY;COUNT=3", "2026-10-19T08:00:00Z", "Europe/Madrid");
        assert_eq!(autumn, ["2026-10-19T08:00:00Z", "2026-10-26T09:00:00Z", "2026-11-02T09:00:00Z"]);
        let spring = times("FREQ=WEEKLY;INTERVAL=2;COUNT=2", "2026-03-15T09:00:00Z", "Europe/Madrid");
        assert_eq!(spring, ["2026-03-15T09:00:00Z", "2026-03-29T08:00:00Z"]);
    }

    #[test]
    fn a_skipped_time_is_known_and_a_double_one_comes_once() {
        // 02:30 does not exist on 29 March 2026 in Madrid; it comes twice on 25 October.
        let gap = times("FREQ=WEEKLY;COUNT=3", "2026-03-22T01:30:00Z", "Europe/Madrid");
        assert_eq!(gap, ["2026-03-22T01:30:00Z", "2026-03-29T01:30:00Z skipped", "2026-04-05T00:30:00Z"]);
        let fold = times("FREQ=WEEKLY;COUNT=3", "2026-10-18T00:30:00Z", "Europe/Madrid");
        assert_eq!(fold, ["2026-10-18T00:30:00Z", "2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"]);
    }
}
