//! An event as it is read, before its times are worked out.

use crate::lines::Line;
use crate::rule::Rule;
use crate::values::{self, Length, When};

/// Exceptions and extra dates kept of one event.
const MOST_DATES: usize = 5_000;
/// One is usual, and more are not forbidden.
const MOST_RULES: usize = 8;

/// A moment, and the name of the zone it is meant in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) when: When,
    pub(crate) tzid: Option<Box<str>>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Event {
    pub(crate) uid: String,
    pub(crate) start: Option<Moment>,
    pub(crate) end: Option<Moment>,
    pub(crate) length: Option<Length>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) extra: Vec<(Moment, Option<Span>)>,
    pub(crate) without: Vec<Moment>,
    /// It stands in for this instance of its series.
    pub(crate) instance: Option<Moment>,
    /// And for all later ones.
    pub(crate) and_later: bool,
    pub(crate) transparent: bool,
    pub(crate) cancelled: bool,
    /// Something in it could not be read: then nobody knows when it is.
    pub(crate) damaged: bool,
}

/// How a PERIOD ends (RFC 5545 §3.3.9).
#[derive(Debug, Clone)]
pub(crate) enum Span {
    Until(When),
    For(Length),
}

impl Event {
    pub(crate) fn take(&mut self, line: &Line) {
        let sound = match line.name.as_str() {
            "UID" => {
                self.uid.clone_from(&line.value);
                true
            }
            "DTSTART" => put(&mut self.start, moment(line, &line.value)),
            "DTEND" => put(&mut self.end, moment(line, &line.value)),
            "DURATION" => put(&mut self.length, values::length(&line.value)),
            "RECURRENCE-ID" => {
                self.and_later = line.param("RANGE").is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
                put(&mut self.instance, moment(line, &line.value))
            }
            "RRULE" => {
                let rule = Rule::parse(&line.value);
                let sound = rule.is_some() && self.rules.len() < MOST_RULES;
                self.rules.extend(rule);
                sound
            }
            "RDATE" => line.value.split(',').all(|text| {
                let found = period(line, text.trim());
                let sound = found.is_some() && self.extra.len() < MOST_DATES;
                self.extra.extend(found.filter(|_| sound));
                sound
            }),
            "EXDATE" => line.value.split(',').all(|text| {
                let found = moment(line, text.trim());
                let sound = found.is_some() && self.without.len() < MOST_DATES;
                self.without.extend(found.filter(|_| sound));
                sound
            }),
            "TRANSP" => {
                self.transparent = line.value.eq_ignore_ascii_case("TRANSPARENT");
                true
            }
            "STATUS" => {
                self.cancelled = line.value.eq_ignore_ascii_case("CANCELLED");
                true
            }
            _ => true,
        };
        self.damaged |= !sound;
    }
}

fn put<T>(slot: &mut Option<T>, found: Option<T>) -> bool {
    let sound = found.is_some();
    *slot = found.or(slot.take());
    sound
}

pub(crate) fn moment(line: &Line, text: &str) -> Option<Moment> {
    let when = values::when(text)?;
    // A date has no zone, and one may stand for a time at its start.
    let when = match when {
        When::Local(at) | When::Utc(at) if line.is_date() => When::Date(at.date()),
        when => when,
    };
    let tzid = line.param("TZID").filter(|_| matches!(when, When::Local(_))).map(Into::into);
    Some(Moment { when, tzid })
}

pub(crate) fn period(line: &Line, text: &str) -> Option<(Moment, Option<Span>)> {
    let Some((start, end)) = text.split_once('/') else { return Some((moment(line, text)?, None)) };
    let span = match values::length(end) {
        Some(length) => Span::For(length),
        None => Span::Until(values::when(end)?),
    };
    Some((moment(line, start)?, Some(span)))
}
