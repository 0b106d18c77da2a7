//! What a mentor may say about their time, and the calendar it makes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use super::model::{Document, Hours, TimeOff};
use super::rules::{Calendar, Minutes, Window};
use crate::kernel::error::FieldProblem;
use crate::kernel::time_zone::iana_name;

const WEEKLY_MAX: usize = 100;
const OVERRIDES_MAX: usize = 400;
const WINDOWS_MAX: usize = 24;
const TIME_OFF_MAX: usize = 100;
const NOTE_MAX_CHARS: usize = 200;
const DAY: Minutes = 1_440;

/// Puts a document into its usual spelling and order; names every field at fault.
pub(super) fn document(typed: Document) -> Result<Document, Vec<FieldProblem>> {
    let mut mistakes = Vec::new();
    let mut mistake =
        |field, code, detail: &str| mistakes.push(FieldProblem { field, code, detail: detail.to_owned() });
    let zone = iana_name(&typed.time_zone);
    if zone.is_none() {
        mistake("time_zone", "time_zone_unknown", "A zone is like Europe/Madrid or Asia/Kolkata.");
    }
    let mut typed = Document { time_zone: zone.unwrap_or_default(), ..typed };
    let mut days: BTreeMap<i8, Vec<Hours>> = BTreeMap::new();
    for weekly in &typed.weekly {
        let day = jiff::civil::Weekday::from(weekly.weekday).to_monday_zero_offset();
        days.entry(day).or_default().push(weekly.hours.clone());
    }
    if typed.weekly.len() > WEEKLY_MAX || !days.values().all(|day| are_hours(day)) {
        let detail = "Hours are like 09:00 to 17:00, in steps of five minutes, and do not overlap; at most 100 a week.";
        mistake("weekly", "hours_invalid", detail);
    }
    typed.overrides.sort_by(|a, b| a.date.cmp(&b.date));
    let dates = typed.overrides.iter().all(|of| date(&of.date).is_some());
    let once = typed.overrides.is_sorted_by(|a, b| a.date < b.date);
    let windows = typed.overrides.iter().all(|of| of.windows.len() <= WINDOWS_MAX && are_hours(&of.windows));
    if typed.overrides.len() > OVERRIDES_MAX || !dates || !once || !windows {
        let detail = "Each date (2026-12-24) is there once, with hours that do not overlap; at most 400 dates.";
        mistake("overrides", "overrides_invalid", detail);
    }
    for off in &mut typed.time_off {
        off.note = off.note.trim().to_owned();
    }
    if typed.time_off.len() > TIME_OFF_MAX || !typed.time_off.iter().all(is_time_off) {
        let detail = "Time off goes from a first to a last day (2026-12-24), with a note of at most 200 characters.";
        mistake("time_off", "time_off_invalid", detail);
    }
    if mistakes.is_empty() { Ok(typed) } else { Err(mistakes) }
}

/// None for a document that [`document`] would not have let in.
pub(super) fn calendar(document: &Document) -> Option<Calendar> {
    let zone = zone(&document.time_zone)?;
    let weekly = document.weekly.iter().map(|weekly| Some((weekly.weekday.into(), window(&weekly.hours)?)));
    let overrides = document.overrides.iter().map(|of| {
        let windows = of.windows.iter().map(window).collect::<Option<Vec<_>>>()?;
        Some((date(&of.date)?, windows))
    });
    let midnight = |date: Date| date.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let time_off = document.time_off.iter().map(|off| -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (date(&off.first_day)?, date(&off.last_day)?);
        Some((midnight(first)?, midnight(last.checked_add(1.day()).ok()?)?))
    });
    Some(Calendar {
        weekly: weekly.collect::<Option<_>>()?,
        overrides: overrides.collect::<Option<_>>()?,
        time_off: time_off.collect::<Option<_>>()?,
        zone,
    })
}

/// Of the built-in tzdata.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

fn are_hours(hours: &[Hours]) -> bool {
    let Some(mut windows) = hours.iter().map(window).collect::<Option<Vec<_>>>() else { return false };
    windows.sort_by_key(|window| window.from);
    windows.is_sorted_by(|a, b| a.until <= b.from)
}

fn window(hours: &Hours) -> Option<Window> {
    let window = Window { from: minutes(&hours.from)?, until: minutes(&hours.until)? };
    (window.from < window.until).then_some(window)
}

/// `09:05`.
fn minutes(text: &str) -> Option<Minutes> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| {
        let fine = text.len() == 2 && text.bytes().all(|c| c.is_ascii_digit());
        text.parse::<Minutes>().ok().filter(|_| fine)
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY && total.is_multiple_of(5)).then_some(total)
}

/// `2026-12-24`, of this age.
fn date(text: &str) -> Option<Date> {
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text)?;
    (2_000..=2_200).contains(&date.year()).then_some(date)
}

fn is_time_off(off: &TimeOff) -> bool {
    let days = date(&off.first_day).zip(date(&off.last_day));
    days.is_some_and(|(first, last)| first <= last)
        && off.note.chars().count() <= NOTE_MAX_CHARS
        && !off.note.chars().any(char::is_control)
}
