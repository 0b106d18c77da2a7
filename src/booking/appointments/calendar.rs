//! Bookings as iCalendar objects (RFC 5545), as invitations or their withdrawal (RFC 5546). Pure.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::model::{Appointment, AppointmentState, HistoryLine, What};
use super::series::{self, Series};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::SessionId;

/// 2020-01-01T00:00:00Z, from which changes of groups count in seconds.
const FIRST_CHANGE_MS: i64 = 1_577_836_800_000;

/// Octets of a line, its end not counted (RFC 5545 §3.1).
const LINE: usize = 75;

/// What a calendar is to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Shown to whoever has it.
    Publish,
    /// The event is so from now on.
    Request,
    Cancel,
}

impl Method {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// What surrounds the booking in its calendar object.
pub(super) struct Surroundings<'a> {
    /// Name of the installation.
    pub(super) site: &'a str,
    /// Where the booking's page is.
    pub(super) url: &'a str,
    pub(super) now: Timestamp,
    /// For invitations: who sends it, and to whom (e-mail addresses).
    pub(super) parties: Option<(&'a str, &'a str)>,
}

/// How often what calendars show has changed (RFC 5546 §2.1.4), by a booking's history up to then.
pub(super) fn sequence(history: &[HistoryLine]) -> usize {
    history.iter().filter(|line| matches!(line.what, What::Rescheduled | What::Cancelled)).count()
}

/// The object's text, lines folded and ended as the RFC has it. One of a series is known by the series and by when it was
/// to start.
pub(super) fn object(booking: &Appointment, sequence: usize, method: Method, around: &Surroundings<'_>) -> String {
    let mut lines = head(method, around);
    if let Some(part) = &booking.series {
        let zone = zone(&part.time_zone);
        lines.extend(series::zone_lines(
            &part.time_zone,
            &zone,
            (jiff_time(part.recurrence), jiff_time(booking.ends_at)),
        ));
    }
    lines.extend(booking_event(booking, sequence, around));
    ended(lines)
}

/// A group session as its mentor's calendar has it.
pub(super) fn group_object(
    group: &Shown,
    (starts_at, ends_at): (Timestamp, Timestamp),
    method: Method,
    around: &Surroundings<'_>,
) -> String {
    let mut lines = head(method, around);
    lines.extend(event(group, span(starts_at, ends_at), around));
    ended(lines)
}

/// A whole series: as one event that repeats, or, cancelled, as those of its events that these bookings are, each with how
/// often it has changed.
pub(super) fn series_object(
    series: &Series,
    bookings: &[(Appointment, usize)],
    method: Method,
    around: &Surroundings<'_>,
) -> String {
    let mut lines = head(method, around);
    let (zone, name) = (series.zone(), &series.time_zone);
    let last = bookings.iter().map(|(booking, _)| booking.ends_at.max(recurrence(booking))).max();
    let last = last.unwrap_or(series.first);
    lines.extend(series::zone_lines(name, &zone, (jiff_time(series.first), jiff_time(last))));
    match (method, bookings.first()) {
        (Method::Cancel, _) => {
            lines.extend(bookings.iter().flat_map(|(one, count)| booking_event(one, *count, around)))
        }
        (_, Some((first, _))) => {
            let length = first.ends_at.since(first.starts_at);
            let local = |at: Timestamp| zone.to_datetime(jiff_time(at)).strftime("%Y%m%dT%H%M%S").to_string();
            let mut own = vec![
                format!("DTSTART;TZID={name}:{}", local(series.first)),
                format!("DTEND;TZID={name}:{}", local(series.first.plus(length))),
                format!("RRULE:{}", series.rrule),
            ];
            let bookings: Vec<_> = bookings.iter().map(|(booking, _)| booking.clone()).collect();
            let missing = series.missing(&bookings);
            let missing = missing.iter().map(|missing| missing.civil.strftime("%Y%m%dT%H%M%S").to_string());
            own.extend(missing.map(|civil| format!("EXDATE;TZID={name}:{civil}")));
            let shown = Shown { id: series.id.to_string(), is_cancelled: false, ..Shown::booking(first, 0) };
            lines.extend(event(&shown, own, around));
        }
        (_, None) => {}
    }
    ended(lines)
}

fn head(method: Method, around: &Surroundings<'_>) -> Vec<String> {
    vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//{}//FaceMentor//EN", text(around.site).replace("//", "/")),
        format!("METHOD:{}", method.as_str()),
    ]
}

fn ended(mut lines: Vec<String>) -> String {
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

/// What calendars show of an event, beside its time.
pub(super) struct Shown {
    /// The UID before its @.
    pub(super) id: String,
    pub(super) sequence: usize,
    pub(super) summary: String,
    /// Above the address of the event's page; may be empty.
    pub(super) people: String,
    pub(super) is_cancelled: bool,
}

impl Shown {
    pub(super) fn booking(booking: &Appointment, sequence: usize) -> Self {
        let Appointment { title, mentor, mentee, .. } = booking;
        Self {
            id: booking.id.to_string(),
            sequence,
            summary: format!("{title}: {} and {}", mentor.display_name, mentee.display_name),
            people: String::new(),
            is_cancelled: booking.state == AppointmentState::Cancelled,
        }
    }

    /// A group session to its mentor: one event, whoever comes and goes, and cancelled when nobody is left. `last_at`: the
    /// last change. SEQUENCE is its second, since a count of changes would shrink when somebody moves to another session.
    pub(super) fn group(session: SessionId, title: &str, names: &[&str], last_at: Timestamp) -> Self {
        Self {
            id: session.to_string(),
            sequence: usize::try_from((last_at.0 - FIRST_CHANGE_MS) / 1_000).unwrap_or(0),
            summary: if names.is_empty() { title.to_owned() } else { format!("{title}: {}", company(names)) },
            people: names.join("\n"),
            is_cancelled: names.is_empty(),
        }
    }
}

/// "Bo", "Bo and Eve", "Bo, Eve and 3 others".
pub(super) fn company(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [one, other, _] => format!("{one}, {other} and one other"),
        [one, other, others @ ..] => format!("{one}, {other} and {} others", others.len()),
    }
}

/// When an event is, on the clock of UTC.
pub(super) fn span(starts_at: Timestamp, ends_at: Timestamp) -> Vec<String> {
    vec![format!("DTSTART:{}", utc(starts_at)), format!("DTEND:{}", utc(ends_at))]
}

fn booking_event(booking: &Appointment, sequence: usize, around: &Surroundings<'_>) -> Vec<String> {
    let mut own = span(booking.starts_at, booking.ends_at);
    let mut shown = Shown::booking(booking, sequence);
    if let Some(part) = &booking.series {
        let local = zone(&part.time_zone).to_datetime(jiff_time(part.recurrence));
        own.push(format!("RECURRENCE-ID;TZID={}:{}", part.time_zone, local.strftime("%Y%m%dT%H%M%S")));
        shown.id = part.series.to_string();
    }
    event(&shown, own, around)
}

/// An event's lines, unfolded; `own` has its time.
pub(super) fn event(shown: &Shown, own: Vec<String>, around: &Surroundings<'_>) -> Vec<String> {
    let above = if shown.people.is_empty() { String::new() } else { format!("{}\n", shown.people) };
    let mut lines = vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@facementor", shown.id),
        format!("SEQUENCE:{}", shown.sequence),
        format!("DTSTAMP:{}", utc(around.now)),
    ];
    lines.extend(own);
    lines.extend([
        format!("SUMMARY:{}", text(&shown.summary)),
        format!("DESCRIPTION:{}", text(&format!("{above}{}", around.url))),
        format!("URL:{}", around.url),
        format!("STATUS:{}", if shown.is_cancelled { "CANCELLED" } else { "CONFIRMED" }),
    ]);
    if let Some((organizer, attendee)) = around.parties {
        lines.push(format!("ORGANIZER:mailto:{organizer}"));
        lines.push(format!("ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{attendee}"));
    }
    lines.push("END:VEVENT".to_owned());
    lines
}

fn recurrence(booking: &Appointment) -> Timestamp {
    booking.series.as_ref().map_or(booking.starts_at, |part| part.recurrence)
}

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

fn jiff_time(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default()
}

/// `20261124T140000Z`.
pub(super) fn utc(at: Timestamp) -> String {
    jiff_time(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A TEXT value (§3.3.11).
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// In pieces of at most [`LINE`] octets, each after the first begun with a space; no character is cut.
pub(super) fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::booking::model::{JoinCode, Person, SessionState};
    use crate::kernel::ids::{BookingId, OfferingId, SessionId, UserId};

    fn booking() -> Appointment {
        let id = uuid::Uuid::from_u128;
        let person = |number, name: &str| Person { id: UserId(id(number)), display_name: name.to_owned() };
        Appointment {
            id: BookingId(id(1)),
            session: SessionId(id(2)),
            offering: OfferingId(id(3)),
            title: "Rust; and, \\ more\r\nDTSTART:19700101T000000Z".to_owned(),
            state: AppointmentState::Confirmed,
            starts_at: Timestamp(1_764_000_000_000),
            ends_at: Timestamp(1_764_001_800_000),
            price_minor: 0,
            currency: "EUR".to_owned(),
            seats: 1,
            mentor: person(4, "Ada"),
            mentor_slug: None,
            mentee: person(5, &"Zoë".repeat(30)),
            answers: Vec::new(),
            room: SessionState::Open,
            join_code: JoinCode("abc".to_owned()),
            cancellation_notice: Duration::ZERO,
            expires_at: None,
            series: None,
        }
    }

    fn around<'a>() -> Surroundings<'a> {
        let parties = Some(("noreply@meet.example", "bo@example.test"));
        Surroundings { site: "Meet", url: "https://meet.example/bookings/1", now: Timestamp(0), parties }
    }

    #[test]
    fn what_people_typed_adds_no_line_and_no_line_is_too_long() {
        let object = object(&booking(), 2, Method::Request, &around());
        assert!(object.ends_with("END:VCALENDAR\r\n") && !object.replace("\r\n", "").contains(['\r', '\n']));
        assert!(object.split("\r\n").all(|line| line.len() <= LINE), "{object}");
        let unfolded = object.replace("\r\n ", "");
        assert_eq!(unfolded.matches("\r\nDTSTART:").count(), 1);
        assert!(
            unfolded.contains("SUMMARY:Rust\\; and\\, \\\\ more\\nDTSTART:19700101T000000Z: Ada and Zoë"),
            "{unfolded}"
        );
        assert!(unfolded.contains("\r\nDTSTART:20251124T160000Z\r\nDTEND:20251124T163000Z\r\n"), "{unfolded}");
        assert!(unfolded.contains("\r\nSEQUENCE:2\r\n") && unfolded.contains("\r\nMETHOD:REQUEST\r\n"));
        assert!(unfolded.contains("\r\nORGANIZER:mailto:noreply@meet.example\r\n"));
    }

    #[test]
    fn a_cancelled_one_says_so_and_a_published_one_names_nobodys_address() {
        let cancelled = Appointment { state: AppointmentState::Cancelled, ..booking() };
        let withdrawn = object(&cancelled, 2, Method::Cancel, &around());
        assert!(withdrawn.contains("METHOD:CANCEL\r\n") && withdrawn.contains("STATUS:CANCELLED\r\n"));
        let published = object(&booking(), 2, Method::Publish, &Surroundings { parties: None, ..around() });
        assert!(!published.contains("mailto:"), "{published}");
    }
}
