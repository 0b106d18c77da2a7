//! When a calendar's owner is busy.

use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::budget::{Budget, TooMuch};
use crate::event::{self, Event, Moment, Span};
use crate::lines::{Line, Lines};
use crate::rule::Rule;
use crate::values::{self, Length, When};
use crate::zone::{Observance, Zone, Zones};
use crate::{MAX_BYTES, MAX_EVENTS};

/// How a calendar is read.
pub struct Reading<'a> {
    /// Of the calendar's owner: all-day events are their days, and times without a zone are theirs.
    pub zone: TimeZone,
    /// Only what reaches into it is told.
    pub range: (Timestamp, Timestamp),
    pub kind: Kind,
    /// Events that are not to count, by their UID.
    pub is_ours: &'a dyn Fn(&str) -> bool,
}

/// What a calendar is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody's own: what is marked as free (TRANSP:TRANSPARENT) does not count.
    Own,
    /// Public holidays, which publishers mark as free: all-day events count all the same.
    Holidays,
}

/// What a calendar says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Busy {
    /// In order; none touch.
    pub times: Vec<(Timestamp, Timestamp)>,
    /// Events in the calendar.
    pub events: usize,
    /// Events nobody could tell the times of: damaged, or with rules that cost too much.
    pub left_out: usize,
}

/// Why a calendar could not be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("it is no calendar")]
    NotCalendar,
    /// It ends before its END: half a calendar would free half the times.
    #[error("the calendar is not whole")]
    Truncated,
    #[error("the calendar is too large")]
    TooLarge,
}

/// Reads a calendar.
pub fn busy(bytes: &[u8], reading: &Reading<'_>) -> Result<Busy, CalendarError> {
    if bytes.len() > MAX_BYTES {
        return Err(CalendarError::TooLarge);
    }
    let calendar = Contents::read(bytes)?;
    let mut zones = Zones::new(calendar.zones, reading.range);
    let mut budget = Budget::new();
    let default = calendar.default_zone.as_deref().and_then(|name| zones.find(name, &mut budget));
    let own = Zone::Known(reading.zone.clone());
    let floating = default.unwrap_or_else(|| own.clone());
    let mut told = Busy { events: calendar.events.len(), left_out: calendar.left_out, ..Busy::default() };
    let mut work = Work { zones, budget, own, floating, range: reading.range, times: Vec::new() };
    // Instances that are told of by themselves, by the series they belong to.
    let mut instances: HashMap<&str, Vec<&Event>> = HashMap::new();
    for event in calendar.events.iter().filter(|event| event.instance.is_some()) {
        instances.entry(event.uid.as_str()).or_default().push(event);
    }
    for event in &calendar.events {
        if (reading.is_ours)(&event.uid) {
            continue;
        }
        work.budget.next_event();
        let of_series = if event.instance.is_none() { instances.get(event.uid.as_str()) } else { None };
        let of_series = of_series.map_or(&[][..], Vec::as_slice);
        let before = work.times.len();
        if work.event(event, of_series, reading.kind).is_none() {
            work.times.truncate(before);
            told.left_out += 1;
        }
    }
    for (start, span) in &calendar.busy {
        if work.period(start, span.as_ref()).is_none() {
            told.left_out += 1;
        }
    }
    told.times = merged(work.times);
    Ok(told)
}

/// What stands in a calendar.
#[derive(Default)]
struct Contents {
    events: Vec<Event>,
    /// Of VFREEBUSY.
    busy: Vec<(Moment, Option<Span>)>,
    zones: HashMap<String, Vec<Observance>>,
    default_zone: Option<String>,
    left_out: usize,
}

/// Busy periods kept of VFREEBUSY.
const MOST_PERIODS: usize = 100_000;
/// Zones and parts of zones that a calendar may define.
const MOST_ZONES: usize = 500;

impl Contents {
    fn read(bytes: &[u8]) -> Result<Self, CalendarError> {
        let mut found = Self::default();
        // Names of the components that are open.
        let mut open: Vec<String> = Vec::new();
        let (mut event, mut tzid, mut observances) = (Event::default(), String::new(), Vec::new());
        let (mut begun, mut ended) = (false, false);
        for line in Lines::of(bytes) {
            begun |= line.name == "BEGIN" && line.value.eq_ignore_ascii_case("VCALENDAR");
            if !begun {
                return Err(CalendarError::NotCalendar);
            }
            let inside = open.last().map(String::as_str).unwrap_or_default();
            match line.name.as_str() {
                "BEGIN" => {
                    let name = line.value.to_ascii_uppercase();
                    match name.as_str() {
                        "VEVENT" => event = Event::default(),
                        "VTIMEZONE" => (tzid, observances) = (String::new(), Vec::new()),
                        "STANDARD" | "DAYLIGHT" if observances.len() < MOST_ZONES => {
                            observances.push(Observance::default());
                        }
                        _ => {}
                    }
                    ended = false;
                    // Deeper than anything that is read here; the names are not needed.
                    if open.len() < 8 {
                        open.push(name);
                    }
                }
                "END" => {
                    let name = line.value.to_ascii_uppercase();
                    // One that closes nothing is ignored; one that closes something further out closes all within.
                    let Some(place) = open.iter().rposition(|open| *open == name) else { continue };
                    open.truncate(place);
                    match name.as_str() {
                        "VEVENT" => {
                            if found.events.len() >= MAX_EVENTS {
                                return Err(CalendarError::TooLarge);
                            }
                            found.events.push(std::mem::take(&mut event));
                        }
                        "VTIMEZONE" if found.zones.len() < MOST_ZONES => {
                            found.zones.insert(std::mem::take(&mut tzid), std::mem::take(&mut observances));
                        }
                        "VCALENDAR" => ended = true,
                        _ => {}
                    }
                }
                _ => match inside {
                    "VEVENT" => event.take(&line),
                    "VTIMEZONE" if line.name == "TZID" => tzid.clone_from(&line.value),
                    "STANDARD" | "DAYLIGHT" => {
                        if let Some(observance) = observances.last_mut() {
                            take_observance(observance, &line);
                        }
                    }
                    "VFREEBUSY" if line.name == "FREEBUSY" => found.take_busy(&line)?,
                    "VCALENDAR" if line.name == "X-WR-TIMEZONE" => found.default_zone = Some(line.value),
                    _ => {}
                },
            }
        }
        match (begun, ended) {
            (false, _) => Err(CalendarError::NotCalendar),
            (true, false) => Err(CalendarError::Truncated),
            (true, true) => Ok(found),
        }
    }

    fn take_busy(&mut self, line: &Line) -> Result<(), CalendarError> {
        if line.param("FBTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("FREE")) {
            return Ok(());
        }
        for text in line.value.split(',') {
            if self.busy.len() >= MOST_PERIODS {
                return Err(CalendarError::TooLarge);
            }
            match event::period(line, text.trim()) {
                Some(period) => self.busy.push(period),
                None => self.left_out += 1,
            }
        }
        Ok(())
    }
}

fn take_observance(observance: &mut Observance, line: &Line) {
    let local = |text: &str| match values::when(text)? {
        When::Local(at) | When::Utc(at) => Some(at),
        When::Date(date) => Some(date.at(0, 0, 0, 0)),
    };
    match line.name.as_str() {
        "DTSTART" => observance.start = local(&line.value),
        "TZOFFSETFROM" => observance.before = values::offset(&line.value),
        "TZOFFSETTO" => observance.after = values::offset(&line.value),
        "RRULE" if observance.rules.len() < 4 => observance.rules.extend(Rule::parse(&line.value)),
        "RDATE" if observance.dates.len() < MOST_ZONES => {
            observance.dates.extend(line.value.split(',').filter_map(local).take(MOST_ZONES));
        }
        _ => {}
    }
}

struct Work {
    zones: Zones,
    budget: Budget,
    own: Zone,
    floating: Zone,
    range: (Timestamp, Timestamp),
    times: Vec<(Timestamp, Timestamp)>,
}

/// What stands in for the instances of a series from one on.
struct Shift {
    from: Timestamp,
    by: SignedDuration,
    length: Length,
    busy: bool,
}

impl Work {
    /// None when nobody can tell when it is.
    fn event(&mut self, event: &Event, instances: &[&Event], kind: Kind) -> Option<()> {
        let all_day = event.start.as_ref().is_some_and(|start| matches!(start.when, When::Date(_)));
        if !is_busy(event, all_day, kind) {
            return Some(());
        }
        let start = event.start.as_ref().filter(|_| !event.damaged)?;
        let (zone, first) = self.civil(start)?;
        let length = self.length(event, &zone, first)?;
        let is_series = !event.rules.is_empty() || !event.extra.is_empty();
        if !is_series {
            let without = event.without.iter().any(|moment| self.instant(moment) == zone.instant(first));
            let replaced = instances.iter().any(|other| {
                other.instance.as_ref().and_then(|instance| self.instant(instance)) == zone.instant(first)
            });
            if !without && !replaced {
                self.add(&zone, first, length)?;
            }
            return Some(());
        }
        let (without, days) = self.exceptions(event, instances)?;
        let shifts = self.shifts(instances, kind)?;
        let mut starts = vec![first];
        let range = self.civil_range(&zone, length, &shifts)?;
        for rule in &event.rules {
            let last = match rule.until {
                Some(until) => Some(last(until, &zone)?),
                None => None,
            };
            starts.extend(rule.starts(first, last, range, &mut self.budget).ok()?);
        }
        starts.sort();
        starts.dedup();
        for start in starts {
            let Some(at) = zone.instant(start) else { continue };
            if without.contains(&at) || days.contains(&start.date()) {
                continue;
            }
            match shifts.iter().rev().find(|shift| shift.from <= at) {
                Some(shift) if !shift.busy => {}
                Some(shift) => {
                    let moved = zone.civil(at.checked_add(shift.by).ok()?)?;
                    self.add(&zone, moved, shift.length)?;
                }
                None => self.add(&zone, start, length)?,
            }
        }
        for (moment, span) in &event.extra {
            let (zone, start) = self.civil(moment)?;
            if days.contains(&start.date()) || zone.instant(start).is_none_or(|at| without.contains(&at)) {
                continue;
            }
            match span {
                Some(_) => self.period(moment, span.as_ref())?,
                None => self.add(&zone, start, length)?,
            }
        }
        Some(())
    }

    /// Instants, and whole days, that a series does not have.
    fn exceptions(&mut self, event: &Event, instances: &[&Event]) -> Option<(HashSet<Timestamp>, HashSet<Date>)> {
        let mut days = HashSet::new();
        let mut without = HashSet::new();
        for moment in &event.without {
            match moment.when {
                When::Date(date) => {
                    days.insert(date);
                }
                _ => {
                    without.insert(self.instant(moment)?);
                }
            }
        }
        for instance in instances.iter().filter_map(|other| other.instance.as_ref()) {
            match instance.when {
                When::Date(date) => {
                    days.insert(date);
                }
                _ => {
                    without.insert(self.instant(instance)?);
                }
            }
        }
        Some((without, days))
    }

    /// In order of time.
    fn shifts(&mut self, instances: &[&Event], kind: Kind) -> Option<Vec<Shift>> {
        let mut found = Vec::new();
        for event in instances.iter().filter(|event| event.and_later) {
            let (instance, start) = (event.instance.as_ref()?, event.start.as_ref()?);
            let from = self.instant(instance)?;
            let (zone, first) = self.civil(start)?;
            let length = self.length(event, &zone, first)?;
            let all_day = matches!(start.when, When::Date(_));
            let by = zone.instant(first)?.duration_since(from);
            found.push(Shift { from, by, length, busy: is_busy(event, all_day, kind) });
        }
        found.sort_by_key(|shift| shift.from);
        Some(found)
    }

    /// The civil times whose events may reach into the range.
    fn civil_range(&self, zone: &Zone, length: Length, shifts: &[Shift]) -> Option<(DateTime, DateTime)> {
        let day = SignedDuration::from_hours(24);
        let longest = shifts.iter().map(|shift| shift.length).chain([length]).map(exact).max()?;
        let furthest = shifts.iter().map(|shift| shift.by.abs()).max().unwrap_or_default();
        let before = longest.checked_add(furthest)?.checked_add(day * 2)?;
        let from = self.range.0.checked_sub(before).ok()?;
        let until = self.range.1.checked_add(furthest.checked_add(day * 2)?).ok()?;
        Some((zone.civil(from)?, zone.civil(until)?))
    }

    fn length(&mut self, event: &Event, zone: &Zone, first: DateTime) -> Option<Length> {
        if let Some(length) = event.length {
            return Some(length);
        }
        let all_day = matches!(event.start.as_ref()?.when, When::Date(_));
        let Some(end) = &event.end else {
            return Some(if all_day { Length::DAY } else { Length::default() });
        };
        if let (true, When::Date(end)) = (all_day, end.when) {
            let days = i32::try_from(crate::days::days_between(first.date(), end)).ok()?;
            // Some say that a day ends on itself.
            return (0..=3_660).contains(&days).then(|| Length { days: days.max(1), seconds: 0 });
        }
        let seconds = self.instant(end)?.duration_since(zone.instant(first)?).as_secs();
        (0..=3_660 * 86_400).contains(&seconds).then(|| Length::seconds(seconds))
    }

    fn period(&mut self, start: &Moment, span: Option<&Span>) -> Option<()> {
        let (zone, first) = self.civil(start)?;
        let length = match span {
            None => return Some(()),
            Some(Span::For(length)) => *length,
            Some(Span::Until(when)) => {
                let end = Moment { when: *when, tzid: start.tzid.clone() };
                let seconds = self.instant(&end)?.duration_since(zone.instant(first)?).as_secs();
                Length::seconds((0..=3_660 * 86_400).contains(&seconds).then_some(seconds)?)
            }
        };
        self.add(&zone, first, length)
    }

    fn add(&mut self, zone: &Zone, start: DateTime, length: Length) -> Option<()> {
        let from = zone.instant(start)?;
        let end = if length.days == 0 { from } else { zone.instant(start.checked_add(length.days.days()).ok()?)? };
        let until = end.checked_add(SignedDuration::from_secs(length.seconds)).ok()?;
        let (from, until) = (from.max(self.range.0), until.min(self.range.1));
        if from < until {
            self.budget.spend().map_err(|TooMuch| ()).ok()?;
            self.times.push((from, until));
        }
        Some(())
    }

    /// The zone a moment is meant in, and what its clocks show.
    fn civil(&mut self, moment: &Moment) -> Option<(Zone, DateTime)> {
        Some(match moment.when {
            When::Date(date) => (self.own.clone(), date.at(0, 0, 0, 0)),
            When::Utc(at) => (Zone::Known(TimeZone::UTC), at),
            When::Local(at) => {
                let zone = moment.tzid.as_deref().and_then(|tzid| self.zones.find(tzid, &mut self.budget));
                (zone.unwrap_or_else(|| self.floating.clone()), at)
            }
        })
    }

    fn instant(&mut self, moment: &Moment) -> Option<Timestamp> {
        let (zone, civil) = self.civil(moment)?;
        zone.instant(civil)
    }
}

fn is_busy(event: &Event, all_day: bool, kind: Kind) -> bool {
    !event.cancelled && (!event.transparent || (all_day && kind == Kind::Holidays))
}

/// The last moment a rule may give, on the clocks of its zone.
fn last(until: When, zone: &Zone) -> Option<DateTime> {
    match until {
        When::Local(at) => Some(at),
        When::Date(date) => Some(date.at(23, 59, 59, 0)),
        When::Utc(at) => zone.civil(TimeZone::UTC.to_timestamp(at).ok()?),
    }
}

/// At most.
fn exact(length: Length) -> SignedDuration {
    SignedDuration::from_secs(i64::from(length.days) * 90_000 + length.seconds)
}

/// Sorted, and those that touch or overlap made one.
fn merged(mut times: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    times.sort_unstable();
    let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, until) in times {
        match found.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => found.push((from, until)),
        }
    }
    found
}
