//! A booking as an iCalendar object (RFC 5545), as an invitation or its withdrawal (RFC 5546). Pure.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::model::{Appointment, AppointmentState, HistoryLine, What};
use super::series::{self, Series};
use crate::kernel::clock::Timestamp;

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
    /// See [`sequence`].
    pub(super) sequence: usize,
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
pub(super) fn object(booking: &Appointment, method: Method, around: &Surroundings<'_>) -> String {
    let mut lines = head(method, around);
    if let Some(part) = &booking.series {
        let zone = zone(&part.time_zone);
        lines.extend(series::zone_lines(
            &part.time_zone,
            &zone,
            (jiff_time(part.recurrence), jiff_time(booking.ends_at)),
        ));
    }
    lines.extend(event(booking, around.sequence, around));
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
        (Method::Cancel, _) => lines.extend(bookings.iter().flat_map(|(one, count)| event(one, *count, around))),
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
            lines.extend(event_of(first, own, (&format!("{}@facementor", series.id), 0), "CONFIRMED", around));
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

/// A booking's event.
fn event(booking: &Appointment, sequence: usize, around: &Surroundings<'_>) -> Vec<String> {
    let mut own = vec![format!("DTSTART:{}", utc(booking.starts_at)), format!("DTEND:{}", utc(booking.ends_at))];
    let uid = match &booking.series {
        Some(part) => {
            let local = zone(&part.time_zone).to_datetime(jiff_time(part.recurrence));
            own.push(format!("RECURRENCE-ID;TZID={}:{}", part.time_zone, local.strftime("%Y%m%dT%H%M%S")));
            format!("{}@facementor", part.series)
        }
        None => format!("{}@facementor", booking.id),
    };
    let cancelled = booking.state == AppointmentState::Cancelled;
    event_of(booking, own, (&uid, sequence), if cancelled { "CANCELLED" } else { "CONFIRMED" }, around)
}

fn event_of(
    booking: &Appointment,
    own: Vec<String>,
    (uid, sequence): (&str, usize),
    status: &str,
    around: &Surroundings<'_>,
) -> Vec<String> {
    let mut lines = vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}"),
        format!("SEQUENCE:{sequence}"),
        format!("DTSTAMP:{}", utc(around.now)),
    ];
    lines.extend(own);
    lines.extend([
        format!(
            "SUMMARY:{}",
            text(&format!("{}: {} and {}", booking.title, booking.mentor.display_name, booking.mentee.display_name))
        ),
        format!("DESCRIPTION:{}", text(around.url)),
        format!("URL:{}", around.url),
        format!("STATUS:{status}"),
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
        Surroundings { site: "Meet", url: "https://meet.example/bookings/1", sequence: 2, now: Timestamp(0), parties }
    }

    #[test]
    fn what_people_typed_adds_no_line_and_no_line_is_too_long() {
        let object = object(&booking(), Method::Request, &around());
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
        let withdrawn = object(&cancelled, Method::Cancel, &around());
        assert!(withdrawn.contains("METHOD:CANCEL\r\n") && withdrawn.contains("STATUS:CANCELLED\r\n"));
        let published = object(&booking(), Method::Publish, &Surroundings { parties: None, ..around() });
        assert!(!published.contains("mailto:"), "{published}");
    }
}
